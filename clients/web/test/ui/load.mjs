// SPDX-License-Identifier: Apache-2.0
// A module of src/ for tests that need no browser.

import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

export async function load(path) {
	const out = await esbuild.build({
		absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
		entryPoints: [path],
		bundle: true,
		write: false,
		format: 'esm',
		target: 'es2020',
		jsx: 'automatic',
		jsxImportSource: 'preact',
	});
	return import(`data:text/javascript;base64,${Buffer.from(out.outputFiles[0].contents).toString('base64')}`);
}
