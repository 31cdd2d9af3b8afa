// SPDX-License-Identifier: Apache-2.0
// The page's model: what the user interface reads and calls (../model.ts), on one account at a time.

import { computed, signal } from '@preact/signals';
import type { Address, Line, Message, Model, Person, SearchPage, Settings, ServerInfo, Timeline, Why } from '../model';
import { localOf, localPrepare, prepare } from '../xmpp/address';
import { crypt } from '../xmpp/crypt';
import { browserEnv, uuid, type Env } from '../xmpp/env';
import { LinkError } from '../xmpp/link';
import { giveBack, inviteBefore, probe, register as registerAt, type Kept, type Proof, type Target, type Token } from '../xmpp/login';
import { clean, text as xmlText } from '../xmpp/xml';
import type { Secret } from '../xmpp/scram';
import type { StreamState } from '../xmpp/stream';
import { dbOpen, remember as rememberLogin, remembered, type Db } from '../store/db';
import type { Entry, Row } from '../store/rows';
import type { Account } from './account';
import type { Acts } from './acts';
import type { Files } from './outgoing';
import { browserShelf, settingsLoad, settingsSave, type Shelf } from './settings';
import type { Send } from './upload';
import { whyOf } from './why';

export interface ModelDeps {
	env: Env;
	shelf: Shelf;
	origin: string; // of the page
	language: string;
	send?: Send; // else XMLHttpRequest
	open(account: string, keep: boolean, onLost: () => void): Promise<Db>;
	remembered(): Promise<Remembered | undefined>;
	remember(login: Remembered | null): Promise<boolean>;
	domain?: string; // else the server says
	idleMs?: number;
	answerMs?: number;
}

export interface Remembered {
	user: string;
	domain: string;
	secret?: Secret; // until there is a token
	token?: Token;
}

function proofOf(r: Remembered | undefined): Kept | null {
	return r?.token ? { token: r.token } : r?.secret ? { secret: r.secret } : null;
}

const TEXT_MAX = 50_000;
const BYTES_MAX = 180_000;
const PROBE_AGAIN_MS = 3000;
const DOMAIN = 'anser.domain'; // what the server called itself the last time
const DEVICE = 'anser.device'; // what we call ourselves to it

export function browserDeps(): ModelDeps {
	return {
		env: browserEnv(),
		shelf: browserShelf(),
		origin: location.origin,
		language: navigator.language,
		open: dbOpen,
		remembered: () => remembered<Remembered>(),
		remember: rememberLogin,
	};
}

type Inside = typeof import('./inside');

interface Open {
	inside: Inside;
	account: Account;
	acts: Acts;
	files: Files;
	kept: boolean; // remembered
	tries: number;
}

const NOBODY: ReadonlyMap<Address, Person> = new Map();

// TLS, or this very machine: what browsers call a secure context. Elsewhere one may log in (SCRAM), but a new password would be read on the way.
const protectedLine = (): boolean => (globalThis as { isSecureContext?: boolean }).isSecureContext !== false;

export function createModel(d: ModelDeps): Model {
	const { env } = d;
	const line = signal<Line>({ state: 'out' });
	const server = signal<ServerInfo | null>(null);
	const current = signal<Open | null>(null);
	const settings = signal<Settings>(settingsLoad(d.shelf, d.language));
	const known = signal(false); // the account has been let in at least once, here or earlier
	let domain = d.domain ?? d.shelf.get(DOMAIN) ?? new URL(d.origin).hostname;
	let waiting: ((w: Why | null) => void) | null = null; // for a login under way
	let probing: Promise<void> | null = null;

	const target = (): Target => ({ url: d.origin.replace(/^http/, 'ws') + '/ws', domain });
	const now = <T>(what: (o: Open) => T, otherwise: T): T => (current.peek() ? what(current.peek()!) : otherwise);

	// ---- who is here ---------------------------------------------------------------------------------------------

	function answer(w: Why | null): void {
		const w2 = waiting;
		waiting = null;
		w2?.(w);
	}

	function moved(s: StreamState): void {
		if (s.state === 'online') {
			known.value = true;
			line.value = { state: 'online' };
			answer(null);
		} else if (s.state === 'ended') {
			if (waiting) {
				answer(s.why);
			} else {
				line.value = { state: 'ended', why: s.why === 'wrong-password' ? 'logged-out' : s.why };
			}
		} else if (s.state === 'connecting') {
			if (waiting && s.next !== undefined)
				answer('no-server');
			else if (!waiting)
				line.value = s.next === undefined ? { state: 'connecting', since: s.since, attempt: s.attempt } : { ...s, state: 'connecting' };
		}
	}

	// Of all pages of this browser that are remembered; one that is not is nobody's.
	function device(keep: boolean): string {
		const known = keep ? d.shelf.get(DEVICE) : null;
		const id = known ?? uuid(env);
		if (keep && !known)
			d.shelf.set(DEVICE, id);
		return id;
	}

	async function open(user: string, dom: string, proof: Proof, keep: boolean): Promise<Open> {
		const me = `${user}@${dom}`;
		// Fetched when somebody is here: the first screen needs none of it.
		const [inside, db] = await Promise.all([import('./inside'), d.open(me, keep, () => location.reload())]);
		const o: Open = { inside, kept: keep, tries: 0 } as Open;
		o.account = inside.account({
			env, db, shelf: d.shelf, target: { ...target(), domain: dom }, user, proof, origin: d.origin, settings,
			state: (s) => (current.peek() === o || waiting) && moved(s),
			device: device(keep),
			token: keep,
			kept(k) {
				if (o.kept)
					void d.remember({ user, domain: dom, ...k });
			},
			latest: async () => (o.kept ? proofOf(await d.remembered()) : null),
			loggedOut: () => void forget(false),
			openChat: (peer) => {
				location.hash = `#/c/${encodeURIComponent(peer)}`;
			},
			idleMs: d.idleMs,
			answerMs: d.answerMs,
		});
		o.files = inside.files(o.account, d.send ?? inside.xhrSend);
		o.acts = inside.acts(o.account, { keep: () => o.kept, remember: (secret) => d.remember({ user, domain: dom, secret }), wipe: () => forget(true) });
		return o;
	}

	async function shut(o: Open): Promise<void> {
		o.files.stop();
		await o.account.stop().catch(() => undefined);
	}

	async function forget(tell: boolean): Promise<void> {
		const o = current.peek();
		current.value = null;
		known.value = false;
		line.value = { state: 'out' };
		if (!o)
			return;
		await d.remember(null);
		const { ctx } = o.account, proof = ctx.proof();
		if (tell && 'token' in proof)
			void giveBack(env, ctx.target, ctx.user, proof, ctx.device).catch(() => undefined);
		for (const key of d.shelf.keys().filter((k) => k.startsWith('anser.out.')))
			d.shelf.set(key, null);
		if (tell)
			o.account.ctx.tabs.tell({ news: 'logout' });
		await shut(o);
		if (tell)
			await o.account.ctx.db.destroy().catch(() => undefined);
		void look();
	}

	function look(): Promise<void> {
		probing ??= (async () => {
			for (;;) {
				try {
					const offer = await probe(env, target());
					domain = d.domain ?? offer.domain;
					d.shelf.set(DOMAIN, domain);
					server.value = { domain, safe: offer.safe && protectedLine(), register: offer.register ? 'open' : offer.invite ? 'invite' : 'closed' };
					return;
				} catch (e) {
					if (!(e instanceof LinkError))
						throw e;
				}
				await new Promise<void>((resolve) => void env.after(PROBE_AGAIN_MS, resolve));
			}
		})().finally(() => (probing = null));
		return probing;
	}

	async function login(name: string, password: string, keep: boolean): Promise<Why | null> {
		if (!server.value)
			await Promise.race([look(), new Promise<void>((r) => void env.after(10_000, r))]);
		const address = prepare(name, domain);
		if (!address)
			return 'bad-name';
		if (current.peek())
			await shut(current.peek()!);
		current.value = null;
		const o = await open(localOf(address), address.slice(address.indexOf('@') + 1), { password }, keep);
		const result = new Promise<Why | null>((resolve) => (waiting = resolve));
		await o.account.start();
		const why = await result;
		if (why) {
			await shut(o);
			line.value = { state: 'out' };
			return why;
		}
		current.value = o;
		return null;
	}

	// ---- writing ---------------------------------------------------------------------------------------------------

	// As much as fits into a stanza: servers end the stream of who sends a larger one.
	function textOf(text: string): string {
		let s = clean(text).replace(/\r\n?/g, '\n').trim().slice(0, TEXT_MAX);
		while (s.length > 10_000 && new TextEncoder().encode(xmlText(s)).length > BYTES_MAX)
			s = clean(s.slice(0, Math.floor(s.length * 0.9)));
		return s;
	}
	// In rooms what the room calls a message counts, once it has done so.
	const nameOf = (m: Message): string => (m.nick !== undefined && m.archiveId) || m.id;
	const quoteOf = (m: Message | undefined): Entry['quote'] =>
		m && { id: nameOf(m), from: m.nick === undefined ? m.from : `${m.with}/${m.nick}`, text: m.text || m.attachment?.name || '' };

	function entry(o: Open, to: Address, by: Partial<Entry> & Pick<Entry, 'kind'>): Entry {
		const { ctx, sender } = o.account;
		const id = by.id ?? ctx.fresh();
		return { seq: sender.seq(), id, key: `o:${id}`, to, status: 'ready', time: ctx.now(), tab: ctx.tabs.id, ...by };
	}

	// Shown first, then sent.
	function post(o: Open, e: Entry): void {
		o.account.addRow(o.inside.rowOfEntry(e, o.account.ctx.me));
		o.account.sender.add(e);
	}

	// What changes another message: here at once, and to them in its turn.
	function alter(o: Open, m: Message, e: Entry, p: { edit?: string; retract?: boolean; emoji?: string[] }): void {
		const { ctx, sender } = o.account;
		void ctx.book.run(async () => {
			const log = await ctx.book.log(m.with);
			await ctx.book.patch(log, { with: m.with, target: p.edit === undefined ? nameOf(m) : m.id, from: ctx.me, time: ctx.now(), ...p });
			await ctx.book.recount(log);
		});
		sender.add(e);
	}

	function drop(o: Open, m: Message): void {
		const { ctx } = o.account;
		void ctx.book.run(async () => {
			const log = await ctx.book.log(m.with);
			if (o.inside.remove(log, m.key))
				ctx.book.removed(log, m.key);
			await ctx.book.recount(log);
		});
	}

	function again(o: Open, m: Message): void {
		const { ctx, sender } = o.account;
		void ctx.book.run(async () => {
			const log = await ctx.book.log(m.with);
			const r = log.keys.get(m.key);
			if (r?.sending !== 'failed')
				return;
			const e = entry(o, m.with, { kind: r.file ? 'file' : 'text', id: r.id, key: r.key, text: r.text, quote: r.reply, file: r.file });
			if (r.file && !r.file.url && !o.files.again(r.key, e))
				return;
			const up = o.inside.change(log, r.key, { sending: 'sending', why: undefined, order: e.seq, seq: e.seq, time: e.time });
			ctx.book.touched(log, up ? [up] : []);
			await ctx.book.recount(log);
			if (!r.file || r.file.url)
				sender.add(e);
		});
	}

	const model: Model = {
		line,
		server: computed(() => {
			const version = current.value?.account.version.value;
			return server.value && version ? { ...server.value, version } : server.value;
		}),
		settings,
		me: computed(() => (current.value ? current.value.account.me.value : null)),
		conversations: computed(() => current.value?.account.ctx.book.conversations.value ?? []),
		people: computed(() => current.value?.account.people.all.value ?? NOBODY),
		requests: computed(() => current.value?.account.people.requests.value ?? []),
		unread: computed(() => current.value?.account.ctx.book.unread.value ?? 0),
		synced: computed(() => current.value?.account.synced.value ?? false),
		leader: computed(() => current.value?.account.leader.value ?? false),
		rooms: computed(() => current.value?.account.rooms.api ?? null),
		unsent: computed(() => current.value?.account.sender.unsent.value ?? 0),

		async start() {
			follow();
			crypt().catch(() => undefined); // where it has to be loaded, while the network is there
			const login = await d.remembered(), proof = proofOf(login);
			if (!login || !proof) {
				void look();
				return;
			}
			domain = login.domain;
			const o = await open(login.user, login.domain, proof, true);
			line.value = { state: 'connecting', since: env.wall(), attempt: 0 };
			known.value = true;
			current.value = o;
			await o.account.start();
			void look();
		},
		login,
		async register(name, password, invite) {
			if (!protectedLine()) return 'unsafe-line';
			const user = localPrepare(name);
			if (!user)
				return 'bad-name';
			if (!server.value)
				await look();
			try {
				await registerAt(env, target(), user, password, invite);
			} catch (e) {
				return whyOf(e);
			}
			return login(user, password, true);
		},
		logout: () => forget(true),
		reconnect: () => now((o) => o.account.ctx.stream.retry(), undefined),

		open: (address) => now((o) => o.account.open(address), nothing(address)),
		person: (address) => now((o) => o.account.people.person(address), stranger(address)),
		send(address, text, reply) {
			const t = textOf(text);
			if (t)
				now((o) => post(o, entry(o, address, { kind: 'text', text: t, quote: quoteOf(reply) })), undefined);
		},
		sendFile(address, file, text) {
			now((o) => {
				const id = o.account.ctx.fresh();
				void o.files.add(entry(o, address, { kind: 'file', id, status: 'upload' }), file, text ? textOf(text) : '', (t) =>
					post(o, entry(o, address, { kind: 'text', text: t })));
			}, undefined);
		},
		cancel(m) {
			now((o) => {
				o.files.cancel(m.key);
				const e = o.account.sender.entry(m.key);
				if (e)
					o.account.sender.withdraw(e.seq);
				if (e || m.sending === 'failed')
					drop(o, m);
			}, undefined);
		},
		retry: (m) => now((o) => again(o, m), undefined),
		edit(m, text) {
			const t = textOf(text);
			if (!t || !m.mine || m.retracted || m.attachment)
				return;
			now((o) => {
				const quote = m.reply && { ...m.reply };
				alter(o, m, entry(o, m.with, { kind: 'edit', of: m.id, text: t, quote }), { edit: t });
			}, undefined);
		},
		retract(m) {
			if (!m.mine)
				return;
			now((o) => {
				const e = o.account.sender.entry(m.key);
				if (m.sending === 'failed' || (e && o.account.sender.untold(e.seq)))
					model.cancel(m); // nobody has seen it
				else
					alter(o, m, entry(o, m.with, { kind: 'retract', of: nameOf(m) }), { retract: true });
			}, undefined);
		},
		react(m, emoji) {
			now((o) => {
				const me = o.account.ctx.me;
				const mine = m.reactions.filter((r) => r.from.includes(me)).map((r) => r.emoji);
				const next = mine.includes(emoji) ? mine.filter((e) => e !== emoji) : [...mine, emoji].slice(-16);
				alter(o, m, entry(o, m.with, { kind: 'react', of: nameOf(m), emoji: next }), { emoji: next });
			}, undefined);
		},
		typing: (address, is) => now((o) => o.account.typing(address, is), undefined),
		draft: (address, text) => now((o) => o.account.ctx.book.choose(address, { draft: text.slice(0, TEXT_MAX) }), undefined),
		pin: (address, on) => now((o) => o.account.ctx.book.choose(address, { pinned: on }), undefined),
		mute: (address, on) => now((o) => o.account.mute(address, on), undefined),
		hide(address) {
			now((o) => {
				model.markRead(address);
				o.account.ctx.book.choose(address, { hidden: Math.max(o.account.ctx.now(), o.account.ctx.book.conv(address).time), pinned: false });
			}, undefined);
		},
		markRead(address) {
			now((o) => {
				const { book } = o.account.ctx;
				void book.run(async () => {
					const log = await book.log(address);
					const last: Row | undefined = [...log.rows].reverse().find((r) => r.order < 1e15);
					if (last)
						o.account.read(address, last);
				});
			}, undefined);
		},

		search: (q, next) => now((o) => o.acts.search(q, next), Promise.resolve<SearchPage>({ hits: [], more: false })),
		findPeople: (text) => now((o) => o.acts.findPeople(text), Promise.resolve([])),
		exists: (address) => now((o) => o.acts.exists(address), Promise.resolve(false)),
		ask: (address, text, invite) => now((o) => o.account.people.ask(address, text, invite), Promise.resolve<Why | null>('network')),
		answer: (address, yes) => now((o) => o.account.people.answer(address, yes), undefined),
		rename: (address, name) => now((o) => o.account.people.rename(address, name), undefined),
		remove: (address) => now((o) => o.acts.remove(address), undefined),
		block: (address, on) => now((o) => o.acts.block(address, on), Promise.resolve<Why | null>('network')),
		files: (address) => now((o) => o.acts.files(address), Promise.resolve([])),

		invite: () => now((o) => o.acts.invite(), Promise.resolve<Why>('network')),
		async inviteInfo(token) {
			try {
				const o = current.peek();
				if (o)
					return await o.acts.inviteInfo(token);
				if (!server.value)
					await look();
				return await inviteBefore(env, target(), token);
			} catch (e) {
				const why = whyOf(e);
				if (why === 'not-found' || why === 'invite-used')
					return null;
				throw e;
			}
		},
		set(key, value) {
			settings.value = { ...settings.value, [key]: value };
			settingsSave(d.shelf, settings.value);
		},
		setName: (name) => now((o) => o.acts.setName(name), Promise.resolve<Why | null>('network')),
		setAvatar: (image) => now((o) => o.acts.setAvatar(image), Promise.resolve<Why | null>('network')),
		changePassword: async (old, fresh) =>
			protectedLine() ? now((o) => o.acts.changePassword(old, fresh), Promise.resolve<Why | null>('network')) : 'unsafe-line',
		devices: () => now((o) => o.acts.devices(), Promise.resolve([])),
		endDevice: (id) => now((o) => o.acts.endDevice(id), Promise.resolve<Why | null>('network')),
		myFiles: () => now((o) => o.acts.myFiles(), Promise.resolve<Why>('network')),
		removeFile: (id) => now((o) => o.acts.removeFile(id), Promise.resolve<Why | null>('network')),
		exportData: (progress, abort) => now((o) => o.acts.exportData(progress, abort), Promise.resolve<Why>('network')),
		deleteAccount: (password) => now((o) => o.acts.deleteAccount(password), Promise.resolve<Why | null>('network')),
		permission: () => now((o) => o.account.notify.permission(), Promise.resolve(false)),
	};

	// The network comes and goes, the page is looked at or not.
	function follow(): void {
		if (typeof window === 'undefined')
			return;
		window.addEventListener('online', () => now((o) => o.account.ctx.stream.retry(), undefined));
		document.addEventListener('visibilitychange', () =>
			now((o) => (document.visibilityState === 'visible' ? o.account.ctx.stream.doubt() : o.account.ctx.stream.ask()), undefined));
		window.addEventListener('storage', (e) => {
			if (e.key === 'anser.settings')
				settings.value = settingsLoad(d.shelf, d.language);
		});
	}

	return model;
}

function stranger(address: Address): Person {
	return { address, name: localOf(address) || address, presence: 'unknown', tie: 'none', blocked: false };
}

// What is shown of a conversation when nobody is logged in.
function nothing(address: Address): Timeline {
	return {
		with: address, messages: signal([]), more: signal({ older: false, newer: false }), loading: signal(null), failed: signal(false), divider: signal(null),
		older: async () => undefined, newer: async () => undefined, toEnd: async () => undefined, toFirstUnread: async () => null, jump: async () => null,
		read: () => undefined, close: () => undefined,
	};
}
