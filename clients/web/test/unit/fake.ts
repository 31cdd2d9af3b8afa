// SPDX-License-Identifier: Apache-2.0
// A world for tests: time that moves when told, chance that does not, and a server that is a function.
import type { Env, SocketEvents } from '../../src/xmpp/env';
import { child, el, parse, text, type El } from '../../src/xmpp/xml';
import { bytesOf, crypt, fromBase64, toBase64 } from '../../src/xmpp/crypt';
import { NS } from '../../src/xmpp/names';

export interface World extends Env {
	advance(ms: number): Promise<void>;
	settle(): Promise<void>; // until nothing is left to do now
	sockets: FakeSocket[];
	answer: ((s: FakeSocket, e: El) => void) | null; // what the server says to an element
	refuse: boolean;
}

export interface FakeSocket {
	on: SocketEvents;
	sent: string[];
	closed: boolean;
	silent: boolean; // the line is dead and nobody knows
	state: Record<string, unknown>;
	say(xml: string): void;
	end(): void;
}

// Hashing happens on other threads: what waits for it is counted.
let hashing = 0;
const subtle = globalThis.crypto.subtle as unknown as Record<string, (...a: unknown[]) => Promise<unknown>>;
for (const name of ['digest', 'sign', 'importKey', 'deriveBits']) {
	const real = subtle[name]!.bind(subtle);
	Object.defineProperty(subtle, name, {
		value: (...a: unknown[]) => {
			hashing++;
			return real(...a).finally(() => hashing--);
		},
	});
}

export function world(): World {
	let now = 0, n = 0, byte = 0;
	const timers: { at: number; n: number; fn: () => void }[] = [];
	const w: World = {
		sockets: [],
		answer: null,
		refuse: false,
		now: () => now,
		wall: () => 1.7e12 + now,
		random: () => 0.5,
		bytes: (k) => Uint8Array.from({ length: k }, () => byte++ % 251),
		after(ms, fn) {
			const t = { at: now + ms, n: n++, fn };
			timers.push(t);
			return () => {
				const i = timers.indexOf(t);
				if (i >= 0)
					timers.splice(i, 1);
			};
		},
		connect(_url, on) {
			const s: FakeSocket = {
				on, sent: [], closed: false, silent: false, state: {},
				say: (xml) => !s.closed && !s.silent && on.text(xml),
				end() {
					if (!s.closed) {
						s.closed = true;
						on.closed();
					}
				},
			};
			w.sockets.push(s);
			queueMicrotask(() => (w.refuse ? s.end() : !s.closed && on.open()));
			return {
				send(x) {
					if (s.closed)
						return;
					s.sent.push(x);
					if (!s.silent)
						w.answer?.(s, parse(x, NS.client));
				},
				close: () => s.end(),
			};
		},
		async settle() {
			for (let i = 0; i < 20 || hashing; i = hashing ? 0 : i + 1)
				await new Promise((r) => setImmediate(r));
		},
		async advance(ms) {
			const end = now + ms;
			for (;;) {
				await w.settle();
				timers.sort((a, b) => a.at - b.at || a.n - b.n);
				const t = timers[0];
				if (!t || t.at > end)
					break;
				timers.shift();
				now = Math.max(now, t.at);
				t.fn();
			}
			now = end;
			await w.settle();
		},
	};
	return w;
}

// A server of one account: SCRAM for real, XEP-0198, whatever comes is kept.
export interface Server {
	password: string;
	sm: boolean;
	resumable: boolean;
	sessions: Map<string, { handled: number; taken: El[] }>;
	taken: El[]; // all stanzas ever handled
	deaf: boolean; // handles stanzas, but the answers are lost
	dropNext: boolean; // the next stanza gets lost
	smId: number;
	afterResume: string; // said in the same moment
	sasl2: boolean; // all in one request (XEP-0388)
	tokens: string[]; // those that are good
	rotate: boolean; // the next login gets a new token
	given: string[]; // mechanisms of the logins that were let in, SASL2 only
}

export function server(w: World, password = 'secret'): Server {
	const srv: Server = { password, sm: true, resumable: true, sessions: new Map(), taken: [], deaf: false, dropNext: false, smId: 0, afterResume: '', sasl2: false, tokens: [], rotate: false, given: [] };
	w.answer = (s, e) => void step(s, e);

	async function step(s: FakeSocket, e: El): Promise<void> {
		if (e.ns === NS.framing && e.name === 'open') {
			s.say(el('open', { xmlns: NS.framing, from: 'chat.lan' }));
			const offer = s.state['in']
				? el('x', null, el('bind', { xmlns: NS.bind }), srv.sm && el('sm', { xmlns: NS.sm }))
				: el('x', null, el('mechanisms', { xmlns: NS.sasl }, el('mechanism', null, text('PLAIN')), el('mechanism', null, text('SCRAM-SHA-256'))), srv.sasl2 && offer2());
			s.say(`<s:features xmlns:s='${NS.stream}'>${offer.replace(/^<x>|<\/x>$/g, '')}</s:features>`);
		} else if (e.ns === NS.sasl) {
			await sasl(s, e);
		} else if (e.ns === NS.sasl2) {
			await sasl2(s, e);
		} else if (e.ns === NS.sm) {
			sm(s, e);
		} else if (child(e, 'bind', NS.bind)) {
			s.say(`<iq type='result' id='${e.attrs['id']}'><bind xmlns='${NS.bind}'><jid>tom@chat.lan/${w.sockets.indexOf(s)}</jid></bind></iq>`);
		} else if (['message', 'presence', 'iq'].includes(e.name)) {
			if (srv.dropNext) {
				srv.dropNext = false;
				s.silent = true;
				return;
			}
			const session = srv.sessions.get(String(s.state['session']));
			if (session)
				session.handled++;
			srv.taken.push(e);
			if (e.name === 'iq' && !srv.deaf)
				s.say(`<iq type='result' id='${e.attrs['id']}'/>`);
		}
	}

	function challenge(s: FakeSocket, said: string): string {
		const nonce = /r=([^,]*)/.exec(said)![1];
		s.state['bare'] = said.slice(3);
		s.state['first'] = `r=${nonce}xyz,s=${toBase64(bytesOf('salt'))},i=4096`;
		return toBase64(bytesOf(String(s.state['first'])));
	}

	// The server's last word, or nothing: the proof does not hold.
	async function proven(s: FakeSocket, said: string): Promise<string | undefined> {
		const c = await crypt();
		const salted = await c.pbkdf2('SHA-256', bytesOf(srv.password), bytesOf('salt'), 4096);
		const withoutProof = said.slice(0, said.indexOf(',p='));
		const all = bytesOf(`${String(s.state['bare'])},${String(s.state['first'])},${withoutProof}`);
		const clientKey = await c.hmac('SHA-256', salted, bytesOf('Client Key'));
		const signature = await c.hmac('SHA-256', await c.hash('SHA-256', clientKey), all);
		const proof = toBase64(clientKey.map((x, i) => x ^ signature[i]!));
		if (said.slice(said.indexOf(',p=') + 3) !== proof)
			return undefined;
		const mine = await c.hmac('SHA-256', await c.hmac('SHA-256', salted, bytesOf('Server Key')), all);
		return toBase64(bytesOf(`v=${toBase64(mine)}`));
	}

	const saidIn = (e: El | undefined): string => new TextDecoder().decode(fromBase64(e?.kids.join('') ?? '') ?? new Uint8Array());

	async function sasl(s: FakeSocket, e: El): Promise<void> {
		if (e.name === 'auth') {
			s.say(`<challenge xmlns='${NS.sasl}'>${challenge(s, saidIn(e))}</challenge>`);
			return;
		}
		const last = await proven(s, saidIn(e));
		s.state['in'] = !!last;
		s.say(last ? `<success xmlns='${NS.sasl}'>${last}</success>` : `<failure xmlns='${NS.sasl}'><not-authorized/></failure>`);
	}

	// ---- XEP-0388, with XEP-0386, XEP-0198 and XEP-0484 inside ------------------------------------------------------

	function offer2(): string {
		return `<authentication xmlns='${NS.sasl2}'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-256</mechanism><inline><bind xmlns='${NS.bind2}'/>`
			+ `<fast xmlns='${NS.fast}'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline></authentication>`;
	}

	// Who shows one of our tokens: the token.
	async function tokenOf(message: Uint8Array): Promise<string | undefined> {
		const c = await crypt();
		for (const t of srv.tokens) {
			const hash = await c.hmac('SHA-256', bytesOf(t), bytesOf('Initiator'));
			if (toBase64(message) === toBase64(Uint8Array.from([...bytesOf('tom\0'), ...hash])))
				return t;
		}
		return undefined;
	}

	async function sasl2(s: FakeSocket, e: El): Promise<void> {
		const asked = (s.state['asked'] as El | undefined) ?? e;
		let last: string | undefined;
		if (e.name === 'authenticate') {
			const initial = child(e, 'initial-response', NS.sasl2);
			s.state['asked'] = e;
			if (e.attrs['mechanism'] !== 'HT-SHA-256-NONE') {
				s.say(`<challenge xmlns='${NS.sasl2}'>${challenge(s, saidIn(initial))}</challenge>`);
				return;
			}
			const token = await tokenOf(fromBase64(initial?.kids.join('') ?? '') ?? new Uint8Array());
			if (token) {
				last = toBase64(await (await crypt()).hmac('SHA-256', bytesOf(token), bytesOf('Responder')));
				srv.tokens = child(e, 'fast', NS.fast)?.attrs['invalidate'] ? [] : srv.tokens.slice(srv.tokens.indexOf(token));
			}
		} else {
			last = await proven(s, saidIn(e));
		}
		if (!last) {
			s.state['asked'] = undefined;
			s.say(`<failure xmlns='${NS.sasl2}'><not-authorized xmlns='${NS.sasl}'/></failure>`);
			return;
		}
		s.state['in'] = true;
		srv.given.push(asked.attrs['mechanism']!);
		s.say(success(s, asked, last));
	}

	function success(s: FakeSocket, asked: El, last: string): string {
		const resume = child(asked, 'resume', NS.sm), old = srv.sessions.get(resume?.attrs['previd'] ?? '');
		const head = `<success xmlns='${NS.sasl2}'><additional-data>${last}</additional-data>`;
		let more = '';
		if (child(asked, 'request-token', NS.fast) || srv.rotate) {
			srv.rotate = false;
			srv.tokens.push(`token${srv.smId}-${srv.tokens.length}`);
			more = `<token xmlns='${NS.fast}' token='${srv.tokens[srv.tokens.length - 1]}' expiry='2030-01-01T00:00:00Z'/>`;
		}
		if (old) {
			s.state['session'] = resume!.attrs['previd'];
			return `${head}${more}<authorization-identifier>tom@chat.lan/x</authorization-identifier><resumed xmlns='${NS.sm}' previd='${resume!.attrs['previd']}' h='${old.handled}'/></success>`;
		}
		if (resume)
			more += `<failed xmlns='${NS.sm}'><item-not-found xmlns='${NS.stanzaErrors}'/></failed>`;
		const jid = `tom@chat.lan${child(asked, 'bind', NS.bind2) ? `/${w.sockets.indexOf(s)}` : ''}`;
		if (child(asked, 'bind', NS.bind2)) {
			const id = `s${++srv.smId}`;
			srv.sessions.set(id, { handled: 0, taken: [] });
			s.state['session'] = id;
			more += `<bound xmlns='${NS.bind2}'><enabled xmlns='${NS.sm}' resume='true' id='${id}'/></bound>`;
		}
		queueMicrotask(() => s.say(`<s:features xmlns:s='${NS.stream}'/>`));
		return `${head}${more}<authorization-identifier>${jid}</authorization-identifier></success>`;
	}

	function sm(s: FakeSocket, e: El): void {
		const session = srv.sessions.get(String(s.state['session']));
		if (e.name === 'enable') {
			const id = `s${++srv.smId}`;
			srv.sessions.set(id, { handled: 0, taken: [] });
			s.state['session'] = id;
			s.say(srv.resumable ? `<enabled xmlns='${NS.sm}' resume='true' id='${id}'/>` : `<enabled xmlns='${NS.sm}'/>`);
		} else if (e.name === 'resume') {
			const old = srv.sessions.get(e.attrs['previd']!);
			if (old) {
				s.state['session'] = e.attrs['previd'];
				s.say(`<resumed xmlns='${NS.sm}' previd='${e.attrs['previd']}' h='${old.handled}'/>`);
				if (srv.afterResume)
					s.say(srv.afterResume);
				srv.afterResume = '';
			} else {
				s.say(`<failed xmlns='${NS.sm}'><item-not-found xmlns='${NS.stanzaErrors}'/></failed>`);
			}
		} else if (e.name === 'r' && session && !srv.deaf) {
			s.say(`<a xmlns='${NS.sm}' h='${session.handled}'/>`);
		}
	}
	return srv;
}
