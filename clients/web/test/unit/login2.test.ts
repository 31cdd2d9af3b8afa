// SPDX-License-Identifier: Apache-2.0
// All in one request (XEP-0388): a token for the password, back with it in one round trip, and what happens when it is no good.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { deviceName, uuid } from '../../src/xmpp/env';
import { giveBack, settle, type Kept, type Proof } from '../../src/xmpp/login';
import { NS } from '../../src/xmpp/names';
import { stream, type Sent, type Stream, type StreamState } from '../../src/xmpp/stream';
import { el, leaf, type Xml } from '../../src/xmpp/xml';
import { server, world, type Server, type World } from './fake';

const target = { url: 'ws://chat.lan/ws', domain: 'chat.lan' };
const message = (n: number): Xml => el('message', { xmlns: NS.client, to: 'bob@chat.lan', id: `m${n}` }, leaf('body', null, String(n)));

interface Rig {
	w: World;
	srv: Server;
	s: Stream<number>;
	states: StreamState[];
	acked: number[];
	fresh: Sent<number>[][];
	resumed: number;
	kept: Kept[];
	store: { latest: Proof | null };
}

function rig(more: { w?: World; srv?: Server; proof?: Proof; store?: Rig['store'] } = {}): Rig {
	const w = more.w ?? world(), srv = more.srv ?? server(w);
	srv.sasl2 = true;
	const r: Rig = { w, srv, states: [], acked: [], fresh: [], resumed: 0, kept: [], store: more.store ?? { latest: null } } as unknown as Rig;
	r.s = stream<number>(w, {
		target, user: 'tom', proof: more.proof ?? { password: 'secret' }, resource: 'x', device: 'd', token: true, latest: async () => r.store.latest,
		idleMs: 20_000, answerMs: 5000, hurryMs: 2000,
	}, {
		state: (s) => r.states.push(s),
		fresh: (lost) => r.fresh.push(lost),
		resumed: () => r.resumed++,
		stanza: () => undefined,
		acked: (tag) => r.acked.push(tag),
		kept(k) {
			r.kept.push(k);
			r.store.latest = k;
		},
	});
	return r;
}

async function up(r: Rig): Promise<void> {
	r.s.start();
	await r.w.advance(100);
	ok(r.s.online);
}

const last = (r: Rig): Kept => r.kept[r.kept.length - 1]!;
const sent = (r: Rig, n: number): string[] => r.w.sockets[n]!.sent;

test('what is kept after the password is a token, and it cannot be read back', async () => {
	const r = rig();
	await up(r);
	equal(r.s.jid, 'tom@chat.lan/0');
	deepEqual(r.srv.given, ['SCRAM-SHA-256']);
	const k = last(r);
	ok('token' in k);
	equal((k.token.key as CryptoKey).extractable, false);
	ok(!sent(r, 0).some((x) => x.includes('PLAIN') || x.includes('secret')));
	ok(sent(r, 0).some((x) => x.includes("<user-agent id='d'>") || x.includes('<user-agent id="d">')));
});

test('a line that breaks is taken up again with one message, and each stanza is acknowledged once', async () => {
	const r = rig();
	await up(r);
	ok(r.s.send(message(1), 1));
	await r.w.settle();
	r.w.sockets[0]!.silent = true;
	ok(r.s.send(message(2), 2));
	r.w.sockets[0]!.end();
	await r.w.advance(1000);
	ok(r.s.online);
	equal(r.resumed, 1);
	deepEqual(r.srv.given, ['SCRAM-SHA-256', 'HT-SHA-256-NONE']);
	// <open/>, one request, and what was not handled.
	ok(sent(r, 1)[0]!.startsWith('<open') && sent(r, 1)[1]!.startsWith('<authenticate') && sent(r, 1)[2]!.startsWith('<message'));
	deepEqual(r.acked, [1, 2]);
	equal(r.srv.taken.filter((e) => e.name === 'message').length, 2);
});

test('a session that is gone is followed by a new one in the same step, and what may be lost is handed back', async () => {
	const r = rig();
	await up(r);
	r.w.sockets[0]!.silent = true;
	ok(r.s.send(message(1), 1));
	r.srv.sessions.clear();
	r.w.sockets[0]!.end();
	await r.w.advance(1000);
	ok(r.s.online);
	equal(r.resumed, 0);
	deepEqual(r.fresh.map((l) => l.map((x) => x.tag)), [[], [1]]);
	ok(r.s.send(message(2), 2));
	await r.w.settle();
	deepEqual(r.acked, [2]);
});

test('a new token takes the place of the old one', async () => {
	const r = rig();
	await up(r);
	const first = last(r);
	r.srv.rotate = true;
	r.w.sockets[0]!.end();
	await r.w.advance(1000);
	const second = last(r);
	ok('token' in first && 'token' in second && first.token.id !== second.token.id);
	r.w.sockets[1]!.end();
	await r.w.advance(1000);
	ok(r.s.online);
	equal(r.srv.tokens.length, 1); // the old one went when the new one was used
});

test('two pages share a token: who has an old one takes what the other has remembered', async () => {
	const a = rig();
	await up(a);
	const b = rig({ w: a.w, srv: a.srv, proof: last(a), store: a.store });
	await up(b);
	a.srv.rotate = true;
	a.w.sockets[0]!.end();
	await a.w.advance(1000);
	a.w.sockets[2]!.end(); // and a uses the new one, so that b's is void
	await a.w.advance(1000);
	ok(a.s.online);
	b.w.sockets[1]!.end();
	await b.w.advance(1000);
	ok(b.s.online);
	equal(b.states.filter((s) => s.state === 'ended').length, 0);
});

test('a token that the server no longer takes ends it: the password is needed', async () => {
	const r = rig();
	await up(r);
	r.srv.tokens = [];
	r.w.sockets[0]!.end();
	await r.w.advance(1000);
	deepEqual(r.states[r.states.length - 1], { state: 'ended', why: 'wrong-password' });
});

test('after a change of password the new one is tried, and becomes a token', async () => {
	const r = rig();
	await up(r);
	r.srv.tokens = [];
	r.srv.password = 'better';
	r.store.latest = { password: 'better' };
	r.w.sockets[0]!.end();
	await r.w.advance(5000);
	ok(r.s.online);
	ok('token' in last(r));
});

test('who answers with another hash than the token gives is not the server that gave it', async () => {
	const r = rig();
	await up(r);
	const answer = r.w.answer!;
	r.w.answer = (s, e) => answer({ ...s, say: (x) => s.say(x.replace(/<additional-data>[^<]*/, '<additional-data>AAAA')) }, e);
	r.w.sockets[0]!.end();
	await r.w.advance(1000);
	ok(!r.s.online);
	equal(r.states[r.states.length - 1]!.state, 'connecting');
});

test('a session of another page is settled with the token, and a token is given back', async () => {
	const r = rig();
	await up(r);
	r.s.send(message(1), 1);
	await r.w.settle();
	const proof = last(r);
	equal(await settle(r.w, target, 'tom', proof, 'd', { id: 's1', h: 0 }), 1);
	equal(await settle(r.w, target, 'tom', proof, 'd', { id: 'unknown', h: 0 }), null);
	await giveBack(r.w, target, 'tom', proof, 'd');
	equal(r.srv.tokens.length, 0);
});

test('names of devices', () => {
	equal(deviceName('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox, Linux');
	equal(deviceName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0'), 'Edge, Windows');
	equal(deviceName('Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36'), 'Chrome, Android');
	equal(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1'), 'Safari, iPhone');
	equal(deviceName('?'), 'web');
	ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid(world())));
});
