// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../src/xmpp/login';
import { NS } from '../../src/xmpp/names';
import { IqError, stream, type Sent, type Stream, type StreamState } from '../../src/xmpp/stream';
import { el, leaf, parse, type Xml } from '../../src/xmpp/xml';
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
	stanzas: string[];
	answer?(): void;
}

function rig(password = 'secret'): Rig {
	const w = world(), srv = server(w);
	const r: Rig = { w, srv, states: [], acked: [], fresh: [], resumed: 0, stanzas: [] } as unknown as Rig;
	r.s = stream<number>(w, { target, user: 'tom', proof: { password }, resource: 'x', device: 'd', idleMs: 20_000, answerMs: 5000, hurryMs: 2000 }, {
		state: (s) => r.states.push(s),
		fresh: (lost) => r.fresh.push(lost),
		resumed: () => r.resumed++,
		stanza(e) {
			r.stanzas.push(e.attrs['id'] ?? '');
			r.answer?.();
		},
		acked: (tag) => r.acked.push(tag),
		kept: () => undefined,
	});
	return r;
}

async function up(r: Rig): Promise<void> {
	r.s.start();
	await r.w.advance(100);
	ok(r.s.online);
}

const ids = (r: Rig): string[] => r.srv.taken.filter((e) => e.name === 'message').map((e) => e.attrs['id']!);

test('comes up, and each stanza is acknowledged once', async () => {
	const r = rig();
	await up(r);
	equal(r.s.jid, 'tom@chat.lan/0');
	for (const n of [1, 2, 3])
		ok(r.s.send(message(n), n));
	await r.w.settle();
	deepEqual(r.acked, [1, 2, 3]);
	equal(r.s.waiting(), 0);
	ok(!r.w.sockets[0]!.sent.some((x) => x.includes('PLAIN')));
});

test('a wrong password ends it', async () => {
	const r = rig('wrong');
	r.s.start();
	await r.w.advance(1000);
	deepEqual(r.states.pop(), { state: 'ended', why: 'wrong-password' });
	await r.w.advance(600_000);
	equal(r.w.sockets.length, 1);
});

test('a cut line is resumed, and what the server has is not sent again', async () => {
	const r = rig();
	await up(r);
	r.srv.deaf = true;
	r.s.send(message(1), 1);
	r.srv.dropNext = true;
	r.s.send(message(2), 2);
	r.s.send(message(3), 3);
	await r.w.settle();
	deepEqual(r.acked, []);
	r.srv.deaf = false;
	r.w.sockets[0]!.silent = false;
	r.w.sockets[0]!.end();
	await r.w.advance(3000);
	equal(r.resumed, 1);
	deepEqual(r.acked, [1, 2, 3]);
	deepEqual(ids(r), ['m1', 'm2', 'm3']);
	equal(r.fresh.length, 1);
});

test('a session that cannot be resumed hands back what is in doubt, in order', async () => {
	const r = rig();
	await up(r);
	r.srv.deaf = true;
	for (const n of [1, 2, 3])
		r.s.send(message(n), n);
	await r.w.settle();
	r.srv.sessions.clear();
	r.srv.deaf = false;
	r.w.sockets[0]!.end();
	await r.w.advance(3000);
	equal(r.fresh.length, 2);
	deepEqual(r.fresh[1]!.map((s) => s.tag), [1, 2, 3]);
	equal(r.s.waiting(), 0);
});

test('a dead line is noticed: by the answer that does not come, and by silence', async () => {
	const r = rig();
	await up(r);
	r.w.sockets[0]!.silent = true;
	r.s.send(message(1), 1);
	await r.w.advance(4900);
	equal(r.w.sockets.length, 1);
	await r.w.advance(500);
	equal(r.w.sockets.length, 2);
	await r.w.advance(1000);
	deepEqual(r.acked, [1]);
	r.w.sockets[1]!.silent = true;
	await r.w.advance(22_000);
	equal(r.w.sockets.length, 2);
	await r.w.advance(5000);
	ok(r.w.sockets.length > 2);
	ok(r.s.online);
});

test('doubt is settled fast', async () => {
	const r = rig();
	await up(r);
	r.w.sockets[0]!.silent = true;
	r.s.doubt();
	await r.w.advance(2500);
	ok(r.w.sockets.length === 2 && r.s.online);
	r.s.doubt();
	await r.w.advance(3000);
	equal(r.w.sockets.length, 2);
});

test('comes back after a while that grows, at once when asked', async () => {
	const r = rig();
	await up(r);
	r.w.refuse = true;
	r.w.sockets[0]!.end();
	await r.w.advance(120_000);
	const tries = r.w.sockets.length;
	ok(tries > 7 && tries < 14, String(tries));
	const last = r.states[r.states.length - 1]!;
	ok(last.state === 'connecting' && last.next! > r.w.wall() && last.attempt > 6);
	r.w.refuse = false;
	r.s.retry();
	await r.w.advance(100);
	ok(r.s.online);
});

test('a connection that never opens is given up', async () => {
	const r = rig();
	const connect = r.w.connect;
	r.w.connect = (url, on) => (r.w.sockets.length ? connect(url, on) : (r.w.sockets.push({} as never), { send: () => undefined, close: () => undefined }));
	r.s.start();
	await r.w.advance(9000);
	ok(!r.s.online);
	await r.w.advance(3000);
	ok(r.s.online);
});

test('without XEP-0198 an answered ping stands for it', async () => {
	const r = rig();
	r.srv.sm = false;
	await up(r);
	r.s.send(message(1), 1);
	r.s.send(message(2), 2);
	await r.w.settle();
	deepEqual(r.acked, [1, 2]);
	r.srv.deaf = true;
	r.s.send(message(3), 3);
	await r.w.settle();
	r.w.sockets[0]!.end();
	r.srv.deaf = false;
	await r.w.advance(3000);
	deepEqual(r.fresh[1]!.map((s) => s.tag), [3]);
});

test('questions are answered, or fail when their session is gone', async () => {
	const r = rig();
	await up(r);
	equal((await r.s.iq('get', el('ping', { xmlns: NS.ping }))).attrs['type'], 'result');
	r.srv.deaf = true;
	const asked = rejects(r.s.iq('get', el('ping', { xmlns: NS.ping })), IqError);
	await r.w.settle();
	r.srv.sessions.clear();
	r.srv.deaf = false;
	r.w.sockets[0]!.end();
	await r.w.advance(3000);
	await asked;
	await rejects(rig().s.iq('get', el('ping', { xmlns: NS.ping })), IqError);
});

test('what no XMPP server says ends the line, and another comes', async () => {
	for (const bad of ['<a>', 'x', "<!DOCTYPE a><a/>", '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>']) {
		const r = rig();
		await up(r);
		r.w.sockets[0]!.say(bad);
		await r.w.advance(1000);
		equal(r.w.sockets.length, 2, bad);
		ok(r.s.online);
	}
});

test('a server that counts otherwise gets a new session, and what it may have is in doubt', async () => {
	const r = rig();
	await up(r);
	r.srv.deaf = true;
	r.s.send(message(1), 1);
	r.w.sockets[0]!.say(`<a xmlns='${NS.sm}' h='7'/>`);
	r.srv.deaf = false;
	await r.w.advance(3000);
	deepEqual(r.acked, []);
	deepEqual(r.fresh[1]?.map((s) => s.tag), [1]);
	ok(r.s.online);
});

test('what is answered the moment a session is resumed is sent once, and counted', async () => {
	const r = rig();
	r.answer = () => r.s.send(message(9), 9);
	await up(r);
	r.srv.deaf = true;
	r.srv.dropNext = true;
	r.s.send(message(1), 1);
	await r.w.settle();
	r.srv.deaf = false;
	r.srv.afterResume = "<message from='bob@chat.lan' id='ask'/>";
	r.w.sockets[0]!.silent = false;
	r.w.sockets[0]!.end();
	await r.w.advance(3000);
	deepEqual(ids(r), ['m1', 'm9']);
	deepEqual(r.acked, [1, 9]);
	r.w.sockets[1]!.end();
	await r.w.advance(3000);
	deepEqual(ids(r), ['m1', 'm9']);
	equal(r.fresh.length, 1);
});

test('stanzas that come are counted for the server', async () => {
	const r = rig();
	await up(r);
	r.w.sockets[0]!.say("<message from='bob@chat.lan' id='a'/>");
	r.w.sockets[0]!.say("<presence from='bob@chat.lan' id='b'/>");
	r.w.sockets[0]!.say(`<r xmlns='${NS.sm}'/>`);
	deepEqual(r.stanzas, ['a', 'b']);
	equal(parse(r.w.sockets[0]!.sent.pop()!).attrs['h'], '2');
});

test('stopped is stopped', async () => {
	const r = rig();
	await up(r);
	r.s.stop();
	await r.w.advance(600_000);
	equal(r.w.sockets.length, 1);
	ok(!r.s.send(message(1), 1));
	deepEqual(r.states.pop(), { state: 'off' });
});

test('another page settles a session that was left behind', async () => {
	const r = rig();
	await up(r);
	r.srv.deaf = true;
	r.s.send(message(1), 1);
	await r.w.settle();
	equal(await settle(r.w, target, 'tom', { password: 'secret' }, 'd', { id: 's1', h: 0 }), 1);
	equal(await settle(r.w, target, 'tom', { password: 'secret' }, 'd', { id: 'unknown', h: 0 }), null);
	await rejects(settle(r.w, target, 'tom', { password: 'wrong' }, { id: 's1', h: 0 }));
	r.w.refuse = true;
	await rejects(settle(r.w, target, 'tom', { password: 'secret' }, 'd', { id: 's1', h: 0 }));
});
