// SPDX-License-Identifier: Apache-2.0
// Makes dist/ from src/: `node build.mjs`. The same sources give the same bytes on every machine; `--check` builds
// beside it and compares. dist/ is flat: index.html, manifest.webmanifest and sw.js keep their names, everything else
// has its hash in its name. It is committed, so that the server builds without Node (pack.py puts it into the program).

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));
const KB = 1024;
const LIMIT_FIRST = 60 * KB; // scripts and styles before anything can be done, gzip
const LIMIT_ALL = 250 * KB; // every file, gzip

function filesBelow(folder, suffix) {
	const found = [];
	for (const e of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, e.name);
		if (e.isDirectory()) found.push(...filesBelow(path, suffix));
		else if (e.name.endsWith(suffix)) found.push(path);
	}
	return found.sort();
}

// The sheets: the tokens and the shell at once, what stands beside the parts that are fetched later, later. Scripts may
// name their sheet; it is in one of the two already.
function sheetFiles(which) {
	const first = ['tokens.css', 'base.css', 'shell.css', 'list.css'].map((n) => join(root, 'src/ui/styles', n));
	const later = filesBelow(join(root, 'src/ui'), '.css').filter((p) => !first.includes(p));
	return { first, later, all: [...first, ...later] }[which];
}

const styles = {
	name: 'styles',
	setup(build) {
		build.onResolve({ filter: /^anser:/ }, (a) => ({ path: a.path.slice(6), namespace: 'styles' }));
		build.onLoad({ filter: /.*/, namespace: 'styles' }, (a) => {
			const lines = sheetFiles(a.path).map((p) => `@import "./${relative(root, p).replaceAll('\\', '/')}";`);
			return { contents: lines.join('\n'), loader: 'css', resolveDir: root };
		});
		build.onResolve({ filter: /\.css$/ }, (a) => (/\.tsx?$/.test(a.importer) ? { path: a.path, namespace: 'in-already' } : undefined));
		build.onLoad({ filter: /.*/, namespace: 'in-already' }, () => ({ contents: '', loader: 'js' }));
	},
};

const common = {
	absWorkingDir: root,
	bundle: true,
	minify: true,
	write: false,
	metafile: true,
	format: 'esm',
	target: 'es2020',
	charset: 'utf8',
	legalComments: 'none',
	jsx: 'automatic',
	jsxImportSource: 'preact',
	loader: { '.tsv': 'file', '.txt': 'text' },
	assetNames: '[name]-[hash]',
	entryNames: '[name]-[hash]',
	chunkNames: '[name]-[hash]',
	publicPath: '/',
	logLevel: 'warning',
	plugins: [styles],
};

// Scripts from `entry` (a path below this folder) and the sheet. Returns a map from file name to bytes, the name of the
// first script, what it loads at once, and the sheet. The tests build their own entry with it, with all styles in one
// sheet; with `split` there are two.
export async function bundle(entry, { split = false, ...options } = {}) {
	const made = new Map();
	const settings = { ...common, ...options, plugins: [...common.plugins, ...(options.plugins ?? [])] };
	const css = await esbuild.build({ ...settings, entryPoints: split ? { style: 'anser:first', later: 'anser:later' } : { style: 'anser:all' }, outdir: 'dist' });
	const sheetOf = (name) => Object.keys(css.metafile.outputs).map((p) => basename(p)).find((n) => n.startsWith(`${name}-`));
	const define = split ? { LATER_SHEET: JSON.stringify(`/${sheetOf('later')}`) } : {};
	const js = await esbuild.build({ ...settings, define, entryPoints: { app: entry }, splitting: true, outdir: 'dist' });
	for (const f of [...js.outputFiles, ...css.outputFiles]) made.set(basename(f.path), f.contents);
	const outputs = js.metafile.outputs;
	const main = Object.keys(outputs).find((p) => outputs[p].entryPoint === entry);
	const first = new Set([main]);
	for (const p of first) for (const i of outputs[p].imports) if (i.kind === 'import-statement') first.add(i.path);
	const inputs = [...Object.keys(js.metafile.inputs), ...Object.keys(css.metafile.inputs)];
	return { made, inputs, main: basename(main), first: [...first].map((p) => basename(p)), sheet: sheetOf('style') };
}

function hashed(name, bytes) {
	const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
	return name.replace(/(\.\w+)$/, `-${hash}$1`);
}

// Pictures of the program, under names with their hash; the manifest and the page name them by those.
function icons(made) {
	const names = new Map();
	for (const name of readdirSync(join(root, 'icons')).filter((n) => /\.(svg|png)$/.test(n)).sort()) {
		const bytes = readFileSync(join(root, 'icons', name));
		names.set(name, hashed(name, bytes));
		made.set(names.get(name), bytes);
	}
	return names;
}

// {{name}} in a text becomes the address of the file with that name.
function fill(text, names) {
	return text.replace(/\{\{([\w.-]+)\}\}/g, (_all, n) => {
		if (!names.has(n)) throw new Error(`no file for {{${n}}}`);
		return names.get(n);
	});
}

export function page(template, { main, first, sheet }, iconNames = new Map()) {
	const preload = first.filter((n) => n !== main).map((n) => `\n\t<link rel="modulepreload" href="/${n}">`).join('');
	return fill(template, new Map([...iconNames, ['script', main], ['sheet', sheet]])).replace('\n\t<!-- preload -->', preload);
}

// The emoji's names come from a package by way of src/emoji/make.mjs.
const BY_WAY_OF = ['emojibase-data'];

// What others wrote and is in the program goes with their names and their terms.
function licences(inputs) {
	const modules = inputs.map((p) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(p)?.[1]).filter(Boolean);
	return [...new Set([...modules, ...BY_WAY_OF])].sort().map((name) => {
		const folder = join(root, 'node_modules', name);
		const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
		const file = readdirSync(folder).find((n) => /^licen[cs]e(\.\w+)?$/i.test(n));
		if (!file) throw new Error(`${name} says nothing of its licence`);
		return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
	}).join('\n' + '-'.repeat(80) + '\n\n');
}

async function worker(made) {
	const entry = 'src/sw.ts';
	if (!existsSync(join(root, entry))) return;
	const assets = ['/', ...[...made.keys()].filter((n) => n !== 'index.html').sort().map((n) => `/${n}`)];
	const version = createHash('sha256');
	for (const [n, bytes] of [...made].sort(([a], [b]) => (a < b ? -1 : 1))) version.update(n).update(bytes);
	const sw = await esbuild.build({
		...common,
		format: 'iife',
		entryPoints: { sw: entry },
		entryNames: '[name]',
		outdir: 'dist',
		define: { ASSETS: JSON.stringify(assets), VERSION: JSON.stringify(version.digest('hex').slice(0, 16)) },
	});
	made.set('sw.js', sw.outputFiles[0].contents);
}

async function build() {
	const b = await bundle('src/main.tsx', { split: true });
	const { made } = b;
	const iconNames = icons(made);
	made.set('index.html', Buffer.from(page(readFileSync(join(root, 'index.html'), 'utf8'), b, iconNames)));
	made.set('manifest.webmanifest', Buffer.from(fill(readFileSync(join(root, 'manifest.webmanifest'), 'utf8'), iconNames)));
	await worker(made);
	made.set('licences.txt', Buffer.from(licences(b.inputs))); // behind the worker: nobody needs it without network
	return b;
}

function report({ made, first, sheet }) {
	const size = new Map([...made].map(([n, bytes]) => [n, gzipSync(bytes, { level: 9 }).length]));
	const sum = (names) => names.reduce((n, name) => n + size.get(name), 0);
	const kb = (n) => `${(n / KB).toFixed(1)} KB`;
	for (const n of [...made.keys()].sort()) console.log(`${kb(made.get(n).length).padStart(10)} ${kb(size.get(n)).padStart(10)} gzip  ${n}`);
	const begin = sum([...first, sheet]);
	const all = sum([...made.keys()]);
	console.log(`first scripts and styles ${kb(begin)} of ${kb(LIMIT_FIRST)}, everything ${kb(all)} of ${kb(LIMIT_ALL)} (gzip)`);
	return begin <= LIMIT_FIRST && all <= LIMIT_ALL;
}

function write(folder, made) {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const [n, bytes] of made) writeFileSync(join(folder, n), bytes);
}

// Names of the files in which two folders differ.
function differences(a, b) {
	const names = [...new Set([...readdirSync(a), ...readdirSync(b)])].sort();
	return names.filter((n) => {
		const [x, y] = [join(a, n), join(b, n)];
		return !existsSync(x) || !existsSync(y) || !readFileSync(x).equals(readFileSync(y));
	});
}

function check(made) {
	const dist = join(root, 'dist');
	if (!existsSync(dist)) return ['dist'];
	const fresh = mkdtempSync(join(tmpdir(), 'anser-dist-'));
	try {
		write(fresh, made);
		return differences(dist, fresh);
	} finally {
		rmSync(fresh, { recursive: true, force: true });
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const b = await build();
	const small = report(b);
	if (!small) console.error('over the budget');
	const stale = process.argv.includes('--check') ? check(b.made) : [];
	if (stale.length) console.error(`dist is not what src makes, run node build.mjs: ${stale.join(', ')}`);
	if (small && !process.argv.includes('--check')) write(join(root, 'dist'), b.made);
	process.exitCode = small && !stale.length ? 0 : 1;
}
