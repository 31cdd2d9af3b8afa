// SPDX-License-Identifier: Apache-2.0
// The stream that is kept up: connects, logs in, resumes (XEP-0198) or begins afresh, notices dead lines, comes back after a while. It promises
// of each stanza that is sent while online: either acked(tag) once the server has handled it, or it is handed back in `lost` when a fresh session
// begins, in order. What it cannot know (handled, or not, by a session that nobody can resume) it hands back too: the archive tells.

import type { Why } from '../model';
import { freshId, type Env, type Stop } from './env';
import { linkOpen, linkStart, LinkError, within, type Link } from './link';
import { authenticate, authenticate2, hasSasl2, LOGIN_MS, Refused, type Kept, type Proof, type Target } from './login';
import { NS } from './names';
import { child, childText, el, isEl, leaf, type El, type Xml } from './xml';

export interface Sent<Tag> {
	xml: Xml;
	tag?: Tag;
}

export type StreamState =
	| { state: 'off' }
	| { state: 'connecting'; since: number; attempt: number; next?: number } // wall times
	| { state: 'online' }
	| { state: 'ended'; why: Why };

export interface StreamEvents<Tag> {
	state(s: StreamState): void;
	// A new session: nothing of the old one holds. `lost`: what the server may or may not have; `handled` says which of them it surely has not.
	fresh(lost: Sent<Tag>[], jid: string): void;
	resumed(): void;
	stanza(e: El): void;
	acked(tag: Tag): void;
	kept(k: Kept): void; // after every login: what may be remembered
	session?(sm: { id: string; h: number } | null): void; // what another page needs to settle this session; called before anything is sent
	broken?(condition: string): void; // the server ended the stream with an error
	counted?(h: number): void; // stanzas taken so far, when the server is told
}

export interface StreamOptions {
	target: Target;
	user: string;
	proof: Proof;
	resource: string;
	device: string; // of this browser; what is at the server is known by it
	token?: boolean; // ask for one, and remember that instead of the password
	latest?(): Promise<Proof | null>; // what another page of this browser has remembered since
	idleMs?: number; // silence after which the line is tried
	answerMs?: number; // how long an answer may take before the line counts as dead
	hurryMs?: number; // the same when there is reason to doubt
}

export interface Stream<Tag> {
	start(): void;
	stop(): void; // for good, in order
	retry(): void; // now
	doubt(): void; // the network may have changed: see whether the line lives
	ask(): void; // what was handled? (the page may be frozen soon)
	// False: not online, not sent. `tag` comes back by acked() or in `lost`.
	send(x: Xml, tag?: Tag): boolean;
	iq(type: 'get' | 'set', query: Xml, to?: string, ms?: number): Promise<El>; // rejects with IqError
	readonly online: boolean;
	readonly jid: string;
	readonly features: El | null;
	waiting(): number; // stanzas not acknowledged
	trust(proof: Proof): void; // after the password was changed
}

export class IqError extends Error {
	readonly condition: string; // '' : no answer
	readonly answer: El | null;
	constructor(condition: string, answer: El | null = null, said = '') {
		super(said || condition || 'no answer');
		this.condition = condition;
		this.answer = answer;
	}
}

export function conditionOf(stanza: El): string {
	const error = child(stanza, 'error');
	return error?.kids.find((k): k is El => isEl(k) && k.ns === NS.stanzaErrors && k.name !== 'text')?.name ?? 'undefined-condition';
}

const BACKOFF = [150, 1000, 2000, 4000, 8000, 15_000, 30_000];
const IQ_MS = 30_000;

// Of <r/> and of what stands in for it where there is no XEP-0198: the number of stanzas sent when it was asked.
interface Asked {
	at: number;
	upTo: number;
}

const nameOf = (p: Proof): string => ('token' in p ? p.token.id : 'secret' in p ? p.secret.salt : '');

export function stream<Tag>(env: Env, o: StreamOptions, on: StreamEvents<Tag>): Stream<Tag> {
	const idleMs = o.idleMs ?? 45_000, answerMs = o.answerMs ?? 12_000, hurryMs = o.hurryMs ?? 5_000;
	let proof = o.proof;
	let state: StreamState = { state: 'off' };
	let generation = 0; // of attempts: what belongs to an older one is void
	let link: Link | null = null;
	let online = false;
	let jid = '';
	let features: El | null = null;
	let retryStop: Stop | null = null;
	let watchStop: Stop | null = null;
	let attempt = 0;
	let everOnline = false;
	let since = 0;

	// XEP-0198: of this session
	let smOn = false;
	let smId: string | null = null;
	let inbound = 0;
	let acked = 0;
	let queue: Sent<Tag>[] = [];
	let asked: Asked | null = null;
	let again = false; // something was sent since `asked`

	let heard = 0; // when, on the monotonic clock
	let doubted: number | null = null; // an answer is due by then
	const pending = new Map<string, { done(e: El): void; fail(e: IqError): void; stop: Stop }>();

	function set(s: StreamState): void {
		state = s;
		on.state(s);
	}

	// ---- coming and going ----------------------------------------------------------------------------------

	function connect(): void {
		retryStop?.();
		retryStop = null;
		const mine = ++generation;
		attempt++;
		if (!since)
			since = env.wall();
		set({ state: 'connecting', since, attempt });
		within(env, LOGIN_MS, linkOpen(env, o.target.url), (l) => negotiate(l, mine)).catch((e: unknown) => failed(e, mine));
	}

	function failed(e: unknown, mine: number): void {
		if (mine !== generation)
			return;
		// "Not now" is no reason to give up for who has been here before.
		if (e instanceof Refused && e.why !== 'server' && !(e.why === 'throttled' && everOnline)) {
			void refused(e.why, mine);
			return;
		}
		later();
	}

	// What was remembered here may be older than what another page knows.
	async function refused(why: Why, mine: number): Promise<void> {
		const newer = why === 'wrong-password' && !('password' in proof) ? await o.latest?.().catch(() => null) : null;
		if (mine !== generation)
			return;
		if (!newer || nameOf(newer) === nameOf(proof)) {
			end(why);
			return;
		}
		proof = newer;
		later();
	}

	function later(): void {
		const base = BACKOFF[Math.min(attempt, BACKOFF.length) - 1] ?? BACKOFF[0]!;
		const ms = base * (0.5 + env.random());
		generation++;
		set({ state: 'connecting', since: since || (since = env.wall()), attempt, next: env.wall() + ms });
		retryStop = env.after(ms, connect);
	}

	function end(why: Why): void {
		generation++;
		link?.close();
		link = null;
		online = false;
		watchStop?.();
		retryStop?.();
		failPending();
		set({ state: 'ended', why });
	}

	function gone(l: Link): void {
		if (l !== link)
			return;
		link = null;
		online = false;
		asked = null;
		doubted = null;
		watchStop?.();
		attempt = 0;
		since = 0;
		if (!smId)
			failPending();
		if (state.state !== 'ended' && state.state !== 'off')
			later();
	}

	function failPending(): void {
		for (const p of [...pending.values()])
			p.fail(new IqError(''));
	}

	// ---- from the socket to a session -------------------------------------------------------------------------

	async function negotiate(l: Link, mine: number): Promise<void> {
		const check = (): void => {
			if (mine !== generation)
				throw new LinkError('given up');
		};
		const before = await linkStart(l, o.target.domain);
		check();
		if (hasSasl2(before.features)) {
			await negotiate2(l, before.features, check);
			return;
		}
		if ('token' in proof)
			throw new Refused('wrong-password', 'no tokens here');
		const secret = await authenticate(env, l, before.features, o.user, proof);
		check();
		remember({ secret });
		const after = await linkStart(l, o.target.domain);
		check();
		features = after.features;
		if (smId && (await resume(l))) {
			check();
			goOn(l);
			return;
		}
		check();
		await bind(l);
		check();
		const lost = queue;
		resetSession();
		if (child(features, 'sm', NS.sm))
			await enable(l);
		check();
		begin(l, lost);
	}

	function remember(k: Kept): void {
		proof = k;
		on.kept(k);
	}

	function goOn(l: Link): void {
		// Before anything that comes is answered: the answer would be sent twice, and counted once.
		for (const s of queue)
			l.send(s.xml);
		up(l);
		on.resumed();
		if (queue.length)
			ask();
	}

	function begin(l: Link, lost: Sent<Tag>[]): void {
		failPending();
		on.session?.(smId ? { id: smId, h: 0 } : null);
		up(l);
		on.fresh(lost, jid);
	}

	// The same in one request (XEP-0388): back into the session, or a new one.
	async function negotiate2(l: Link, offered: El, check: () => void): Promise<void> {
		// Another page may have been given a newer token.
		const newer = 'token' in proof ? await o.latest?.() : null;
		if (newer && 'token' in newer)
			proof = newer;
		check();
		const { success, kept } = await authenticate2(env, l, offered, o.user, proof, {
			device: o.device, token: o.token, tag: o.resource, resume: smId ? { id: smId, h: inbound } : null,
		});
		check();
		remember(kept);
		const resumed = child(success, 'resumed', NS.sm), h = Number((resumed ?? child(success, 'failed', NS.sm))?.attrs['h'] ?? NaN);
		const agreed = !smId || !Number.isInteger(h) || ack(h);
		if (resumed && agreed) {
			goOn(l);
			return;
		}
		smId = null;
		if (resumed)
			throw new LinkError('the server counts otherwise');
		jid = childText(success, 'authorization-identifier');
		const bound = child(success, 'bound', NS.bind2);
		features = await l.next();
		check();
		if (!bound || features.ns !== NS.stream)
			throw new LinkError('not bound');
		const lost = queue;
		resetSession();
		enabled(child(bound, 'enabled', NS.sm));
		begin(l, lost);
	}

	function resetSession(): void {
		smOn = false;
		smId = null;
		inbound = acked = 0;
		queue = [];
	}

	async function resume(l: Link): Promise<boolean> {
		l.send(el('resume', { xmlns: NS.sm, previd: smId!, h: inbound }));
		const e = await l.next();
		const h = Number(e.attrs['h'] ?? NaN);
		if (e.ns !== NS.sm || (e.name !== 'resumed' && e.name !== 'failed'))
			throw new LinkError('no answer to <resume/>');
		const agreed = !Number.isInteger(h) || ack(h);
		if (e.name === 'resumed' && agreed)
			return true;
		smId = null;
		if (e.name === 'resumed')
			throw new LinkError('the server counts otherwise');
		return false;
	}

	async function bind(l: Link): Promise<void> {
		const id = freshId(env);
		l.send(el('iq', { xmlns: NS.client, type: 'set', id }, el('bind', { xmlns: NS.bind }, leaf('resource', null, o.resource))));
		const e = await l.next();
		jid = childText(child(e, 'bind', NS.bind), 'jid');
		if (e.attrs['type'] !== 'result' || !jid)
			throw new LinkError('not bound', conditionOf(e));
	}

	async function enable(l: Link): Promise<void> {
		l.send(el('enable', { xmlns: NS.sm, resume: 'true' }));
		for (;;) {
			const e = await l.next();
			if (e.ns === NS.sm) {
				enabled(e.name === 'enabled' ? e : undefined);
				return;
			}
		}
	}

	function enabled(e: El | undefined): void {
		smOn = !!e;
		smId = e && /^(true|1)$/.test(e.attrs['resume'] ?? '') ? (e.attrs['id'] ?? null) : null;
	}

	function up(l: Link): void {
		link = l;
		online = true;
		attempt = 0;
		everOnline = true;
		since = 0;
		asked = null;
		doubted = null;
		heard = env.now();
		set({ state: 'online' });
		l.onClosed((why) => closed(l, why));
		l.listen((e) => l === link && take(e));
		watch();
	}

	function closed(l: Link, why: LinkError): void {
		if (l !== link)
			return;
		// After a stream error the session is over.
		if (why.condition) {
			smId = null;
			on.broken?.(why.condition);
		}
		gone(l);
	}

	// ---- what comes ---------------------------------------------------------------------------------------------

	function take(e: El): void {
		heard = env.now();
		doubted = null;
		if (e.ns === NS.sm) {
			if (e.name === 'r')
				answer();
			else if (e.name === 'a')
				answered(Number(e.attrs['h']));
			return;
		}
		if (e.name !== 'message' && e.name !== 'presence' && e.name !== 'iq')
			return;
		inbound = (inbound + 1) >>> 0;
		if (e.name === 'iq')
			takeIq(e);
		else
			on.stanza(e);
	}

	function takeIq(e: El): void {
		const type = e.attrs['type'];
		if (type === 'result' || type === 'error') {
			const p = pending.get(e.attrs['id'] ?? '');
			if (p && type === 'result')
				p.done(e);
			else if (p)
				p.fail(new IqError(conditionOf(e), e, childText(child(e, 'error'), 'text', NS.stanzaErrors)));
			return;
		}
		on.stanza(e);
	}

	function answer(): void {
		link?.send(el('a', { xmlns: NS.sm, h: inbound }));
		on.counted?.(inbound);
	}

	// ---- what goes ----------------------------------------------------------------------------------------------

	// False: more than was sent, or fewer than before. Nothing can be learned from that, nor from what follows.
	function ack(h: number): boolean {
		const n = (h - acked) >>> 0;
		if (n > queue.length)
			return false;
		acked = h >>> 0;
		for (const s of queue.splice(0, n))
			if (s.tag !== undefined)
				on.acked(s.tag);
		return true;
	}

	function answered(h: number): void {
		asked = null;
		if (!ack(h)) {
			smId = null; // a new session; the archive tells what arrived
			link?.drop('the server counts otherwise');
			return;
		}
		if (again && queue.length)
			ask();
	}

	// Asks whether all was handled; one question at a time.
	function ask(): void {
		if (!online || !link)
			return;
		again = asked !== null;
		if (asked)
			return;
		asked = { at: env.now(), upTo: (acked + queue.length) >>> 0 };
		if (smOn) {
			link.send(el('r', { xmlns: NS.sm }));
		} else {
			const { upTo } = asked;
			const of = link;
			// Stanzas of one stream are handled in order, so an answer to the last says it of all.
			const done = (): void => {
				if (of === link && online)
					answered(upTo);
			};
			rawIq(el('ping', { xmlns: NS.ping }), 'get', o.target.domain, IQ_MS).then(done, (e: unknown) => e instanceof IqError && e.condition && done());
		}
		watch();
	}

	function send(x: Xml, tag?: Tag): boolean {
		if (!online || !link)
			return false;
		queue.push({ xml: x, tag });
		link.send(x);
		if (tag !== undefined || queue.length > 20)
			ask();
		return true;
	}

	function rawIq(query: Xml, type: 'get' | 'set', to: string | undefined, ms: number): Promise<El> {
		return new Promise((resolve, reject) => {
			const id = freshId(env);
			const over = (): void => {
				pending.delete(id);
				p.stop();
			};
			const p = {
				done: (e: El) => (over(), resolve(e)),
				fail: (e: IqError) => (over(), reject(e)),
				stop: env.after(ms, () => p.fail(new IqError(''))),
			};
			pending.set(id, p);
			const x = el('iq', { xmlns: NS.client, type, id, to }, query);
			if (smOn)
				queue.push({ xml: x });
			link!.send(x);
		});
	}

	// ---- is it alive? -------------------------------------------------------------------------------------------

	function watch(): void {
		watchStop?.();
		watchStop = null;
		if (!online)
			return;
		const now = env.now();
		const due = Math.min(heard + idleMs, doubted ?? Infinity, asked ? Math.max(asked.at, heard) + answerMs : Infinity);
		watchStop = env.after(Math.max(50, due - now), () => {
			const t = env.now();
			const late = (doubted !== null && t >= doubted) || (asked !== null && t >= Math.max(asked.at, heard) + answerMs);
			if (late && link)
				link.drop('no answer');
			else if (t >= heard + idleMs && !asked)
				ask();
			watch();
		});
	}

	return {
		start() {
			if (state.state === 'off' || state.state === 'ended') {
				attempt = 0;
				since = 0;
				connect();
			}
		},
		stop() {
			generation++;
			retryStop?.();
			watchStop?.();
			const l = link;
			link = null;
			online = false;
			if (smOn && l)
				l.send(el('a', { xmlns: NS.sm, h: inbound }));
			l?.close();
			failPending();
			set({ state: 'off' });
		},
		retry() {
			if (state.state === 'connecting' && state.next !== undefined) {
				attempt = 0;
				connect();
			} else if (state.state === 'ended') {
				this.start();
			} else {
				this.doubt();
			}
		},
		doubt() {
			if (state.state === 'connecting' && state.next !== undefined) {
				attempt = Math.min(attempt, 1);
				connect();
			} else if (online && doubted === null) {
				doubted = env.now() + hurryMs;
				asked = null;
				ask();
			}
		},
		ask() {
			if (online && queue.length)
				ask();
		},
		send,
		iq(type, query, to, ms = IQ_MS) {
			return online && link ? rawIq(query, type, to, ms) : Promise.reject(new IqError(''));
		},
		get online() {
			return online;
		},
		get jid() {
			return jid;
		},
		get features() {
			return features;
		},
		waiting: () => queue.length,
		trust(p) {
			proof = p;
		},
	};
}
