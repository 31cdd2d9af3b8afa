// SPDX-License-Identifier: Apache-2.0
// Files that are being sent: shown at once, uploaded by the tab that has them, then a message like others.

import type { Address, Why } from '../model';
import { fileNameClean } from '../xmpp/message';
import type { Entry } from '../store/rows';
import { change } from '../store/timeline';
import type { Account } from './account';
import { previewOf } from './picture';
import { rowOfEntry } from './sender';
import { uploads, type Send } from './upload';

export interface Files {
	add(e: Entry, file: File, text: string, say: (text: string) => void): Promise<void>;
	again(key: string, e: Entry): boolean; // false: the file is not here any more
	cancel(key: string): void;
	stop(): void;
}

const KEEP_MAX = 64 << 20; // larger ones do not outlive the page
const AT_ONCE = 2;

export function files(a: Account, send: Send): Files {
	const { ctx, sender } = a;
	const jobs = new Map<string, AbortController>();
	const blobs = new Map<string, Blob>();
	const waiting: (() => void)[] = [];
	let running = 0;

	const online = (): Promise<void> =>
		new Promise((resolve) => {
			const look = (): void => void (ctx.stream.online ? resolve() : ctx.env.after(500, look));
			look();
		});
	const up = uploads(ctx, a.reach, send, online);

	function failed(to: Address, key: string, why: Why): void {
		void ctx.book.run(async () => {
			const log = await ctx.book.log(to);
			const r = change(log, key, { sending: 'failed', why });
			ctx.book.touched(log, r ? [r] : []);
		});
	}

	async function turn(): Promise<void> {
		if (running >= AT_ONCE)
			await new Promise<void>((resolve) => waiting.push(resolve));
		running++;
	}

	async function run(e: Entry, blob: Blob): Promise<void> {
		const abort = new AbortController();
		jobs.set(e.key, abort);
		await turn();
		let lastTold = 0;
		const url = abort.signal.aborted ? 'cancelled' : await up.upload(blob, e.file!.name, e.slot, {
			slot(slot) {
				if (e.blob)
					void ctx.db.write({ entries: [{ ...e, slot }] }).catch(() => undefined);
			},
			progress(part) {
				if (part < 1 && ctx.env.now() - lastTold < 100)
					return;
				lastTold = ctx.env.now();
				a.uploads.changed(e.key, { progress: part });
			},
		}, abort.signal);
		running--;
		waiting.shift()?.();
		if (jobs.get(e.key) === abort)
			jobs.delete(e.key);
		if (abort.signal.aborted)
			return;
		if (!/^https?:/.test(url)) {
			sender.withdraw(e.seq);
			a.uploads.changed(e.key, { progress: undefined });
			failed(e.to, e.key, url as Why);
			return;
		}
		const file = { ...e.file!, url };
		blobs.delete(e.key);
		a.uploads.changed(e.key, { progress: undefined });
		await ctx.book.run(async () => {
			const log = await ctx.book.log(e.to);
			const r = change(log, e.key, { file });
			ctx.book.touched(log, r ? [r] : []);
		});
		sender.ready(e.seq, { file });
	}

	function local(blob: Blob): string | undefined {
		return typeof URL.createObjectURL === 'function' ? URL.createObjectURL(blob) : undefined;
	}

	function begin(e: Entry, blob: Blob): void {
		blobs.set(e.key, blob);
		a.uploads.changed(e.key, { local: a.uploads.state.get(e.key)?.local ?? local(blob), progress: 0 });
		sender.add(e);
		void run(e, blob);
	}

	// What an earlier page did not bring to an end, and no other tab is at.
	function adopt(): void {
		if (!ctx.leads())
			return;
		for (const e of sender.entries())
			if (e.status === 'upload' && e.tab !== ctx.tabs.id && !jobs.has(e.key)) {
				if (e.blob) {
					begin({ ...e, tab: ctx.tabs.id }, e.blob);
				} else {
					sender.withdraw(e.seq);
					failed(e.to, e.key, 'cancelled');
				}
			}
	}
	const stopAdopting = ctx.env.after(3000, adopt);

	return {
		async add(e, file, text, say) {
			const name = fileNameClean(file.name);
			const plain: Entry = { ...e, file: { name, type: file.type || 'application/octet-stream', size: file.size }, blob: file.size <= KEEP_MAX ? file : undefined };
			a.uploads.changed(e.key, { local: local(file), progress: 0 });
			a.addRow(rowOfEntry(plain, ctx.me));
			const preview = await previewOf(file);
			const full: Entry = preview ? { ...plain, file: { ...plain.file!, ...preview } } : plain;
			if (preview)
				await ctx.book.run(async () => {
					const log = await ctx.book.log(e.to);
					const r = change(log, e.key, { file: full.file });
					ctx.book.touched(log, r ? [r] : []);
				});
			begin(full, file);
			if (text)
				say(text);
		},
		again(key, e) {
			const blob = blobs.get(key);
			if (!blob)
				return false;
			begin({ ...e, status: 'upload', blob: blob.size <= KEEP_MAX ? blob : undefined }, blob);
			return true;
		},
		cancel(key) {
			jobs.get(key)?.abort();
			jobs.delete(key);
			blobs.delete(key);
			const s = a.uploads.state.get(key);
			if (s?.local)
				URL.revokeObjectURL(s.local);
			a.uploads.changed(key, null);
		},
		stop() {
			stopAdopting();
			for (const j of jobs.values())
				j.abort();
		},
	};
}
