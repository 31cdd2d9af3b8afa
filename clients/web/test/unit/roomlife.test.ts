// SPDX-License-Identifier: Apache-2.0
// A room from the inside of an account, with a server and a room that are functions: in, out and in again; nothing lost, nothing doubled.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { signal } from '@preact/signals';
import { account, type Account } from '../../src/app/account';
import { rowOfEntry } from '../../src/app/sender';
import { settingsDefault, type Shelf } from '../../src/app/settings';
import { memoryDb } from '../../src/store/db';
import type { Entry } from '../../src/store/rows';
import { NS } from '../../src/xmpp/names';
import { child, children, childText, isEl, write, type El } from '../../src/xmpp/xml';
import { server, world, type FakeSocket, type Server, type World } from './fake';

const me = 'tom@chat.lan', room = 'tea@rooms.chat.lan';

// A room: says back what it is told, keeps it, gives it out again.
interface Tea {
	in: boolean; // me
	refuse: string; // presence is answered with this condition
	absent: boolean; // there is no such room
	mute: boolean; // takes messages, and the line goes before anybody hears of it
	kept: { id: string; from: string; xml: string; own: string }[];
	entered: number;
	bookmarks: Map<string, string>; // as published
	say(from: string, body: string, more?: string): void;
	take(e: El): void;
}

interface Rig {
	w: World;
	srv: Server;
	a: Account;
	tea: Tea;
	socket(): FakeSocket;
	say(xml: string): Promise<void>;
	send(id: string, more?: Partial<Entry>): Promise<void>;
	texts(): string[];
	shown(id: string): { sending?: string; why?: string; text: string; reactions: unknown; archiveId?: string } | undefined;
	sent(): string[]; // ids of messages that the room was given
}

const nickOf = (s: string): string => s.slice(s.indexOf('/') + 1);
const presence = (nick: string, inside = '', type = ''): string =>
	`<presence from='${room}/${nick}' to='${me}'${type && ` type='${type}'`}><occupant-id xmlns='${NS.occupant}' id='id-${nick}'/><x xmlns='${NS.mucUser}'>${inside}</x></presence>`;
const item = (affiliation: string, role: string): string => `<item affiliation='${affiliation}' role='${role}'/>`;

function makeTea(say: (xml: string) => void): Tea {
	let serial = 0;
	const tea: Tea = {
		in: false, refuse: '', absent: false, mute: false, kept: [], entered: 0, bookmarks: new Map(),
		say(nick, inside, more = '') {
			const id = `s${++serial}`, own = /<origin-id[^>]*id=["']([^"']*)/.exec(inside)?.[1] ?? `m${serial}`;
			const xml = `<message xmlns='jabber:client' from='${room}/${nick}' to='${me}' type='groupchat' id='${own}'>${inside}<occupant-id xmlns='${NS.occupant}' id='id-${nick}'/>`;
			tea.kept.push({ id, from: nick, xml: `${xml}</message>`, own });
			if (tea.in && !tea.mute)
				say(`${xml}<stanza-id xmlns='${NS.sid}' by='${room}' id='${id}'/>${more}</message>`);
		},
		take(e) {
			if (e.name === 'presence') {
				const nick = nickOf(e.attrs['to'] ?? '');
				if (e.attrs['type'] === 'unavailable') {
					tea.in = false;
					return;
				}
				if (tea.refuse) {
					say(`<presence from='${room}/${nick}' to='${me}' type='error'><error type='auth'><${tea.refuse} xmlns='${NS.stanzaErrors}'/></error></presence>`);
					return;
				}
				tea.in = true;
				tea.entered++;
				say(presence('Ann', item('owner', 'moderator')));
				say(presence(nick, `${item('member', 'participant')}<status code='110'/>${tea.absent ? "<status code='201'/>" : ''}`));
			} else if (!tea.in) {
				say(`<message from='${room}' to='${me}' type='error' id='${e.attrs['id']}'><error type='modify'><not-acceptable xmlns='${NS.stanzaErrors}'/></error></message>`);
			} else {
				tea.say('tom', e.kids.filter(isEl).map((k) => write(k, NS.client)).join(''));
			}
		},
	};
	return tea;
}

async function rig(t: TestContext): Promise<Rig> {
	const w = world(), srv = server(w), kept = new Map<string, string>();
	const socket = (): FakeSocket => w.sockets[w.sockets.length - 1]!;
	const tea = makeTea((xml) => socket().say(xml));
	const base = w.answer!;
	w.answer = (s, e) => {
		const session = srv.sessions.get(String(s.state['session']));
		const result = (inside: string): void => {
			if (session)
				session.handled++;
			srv.taken.push(e);
			s.say(`<iq type='result' id='${e.attrs['id']}' from='${e.attrs['to'] ?? me}'>${inside}</iq>`);
		};
		const disco = child(e, 'query', NS.discoInfo), pubsub = child(e, 'pubsub', NS.pubsub), mam = child(e, 'query', NS.mam);
		if (e.name === 'iq' && disco && e.attrs['to'] === room)
			result(`<query xmlns='${NS.discoInfo}'><identity category='conference' type='text' name='Tea'/><feature var='${NS.mam}'/><feature var='${NS.moderate}'/></query>`);
		else if (e.name === 'iq' && child(e, 'ping', NS.ping) && e.attrs['to']?.startsWith(room) && !tea.in) {
			if (session)
				session.handled++;
			s.say(`<iq type='error' id='${e.attrs['id']}' from='${e.attrs['to']}'><error type='cancel'><not-acceptable xmlns='${NS.stanzaErrors}'/></error></iq>`);
		} else if (e.name === 'iq' && disco)
			result(`<query xmlns='${NS.discoInfo}'><identity category='pubsub' type='pep'/><feature var='${NS.mam}'/></query>`);
		else if (e.name === 'iq' && mam && e.attrs['to'] === room)
			result(page(s, mam));
		else if (e.name === 'iq' && mam)
			result(`<fin xmlns='${NS.mam}' complete='true'><set xmlns='${NS.rsm}'/></fin>`);
		else if (e.name === 'iq' && pubsub)
			result(bookmarks(pubsub));
		else {
			base(s, e);
			if (e.attrs['to']?.startsWith(room) && e.name !== 'iq' && !s.silent)
				tea.take(e);
		}
	};
	function page(s: FakeSocket, query: El): string {
		const set = child(query, 'set', NS.rsm), after = childText(set, 'after');
		const rest = after ? tea.kept.slice(tea.kept.findIndex((k) => k.id === after) + 1) : tea.kept;
		for (const k of rest)
			s.say(`<message from='${room}' to='${me}'><result xmlns='${NS.mam}' queryid='${query.attrs['queryid']}' id='${k.id}'><forwarded xmlns='${NS.forward}'><delay xmlns='${NS.delay}' stamp='2023-11-14T22:13:20Z'/>${k.xml}</forwarded></result></message>`);
		return `<fin xmlns='${NS.mam}' complete='true'><set xmlns='${NS.rsm}'>${rest.length ? `<first>${rest[0]!.id}</first><last>${rest[rest.length - 1]!.id}</last>` : ''}</set></fin>`;
	}
	function bookmarks(pubsub: El): string {
		const publish = child(pubsub, 'publish');
		if (publish?.attrs['node'] === NS.bookmarks)
			for (const i of children(publish, 'item'))
				tea.bookmarks.set(i.attrs['id']!, i.kids.filter(isEl).map((k) => write(k, NS.pubsub)).join(''));
		for (const i of children(child(pubsub, 'retract'), 'item'))
			tea.bookmarks.delete(i.attrs['id']!);
		const wanted = child(pubsub, 'items')?.attrs['node'] === NS.bookmarks;
		return wanted ? `<pubsub xmlns='${NS.pubsub}'><items node='${NS.bookmarks}'>${[...tea.bookmarks].map(([id, c]) => `<item id='${id}'>${c}</item>`).join('')}</items></pubsub>` : '';
	}

	const shelf: Shelf = { get: (k) => kept.get(k) ?? null, set: (k, v) => void (v === null ? kept.delete(k) : kept.set(k, v)), keys: () => [...kept.keys()] };
	const a = account({
		env: w, db: memoryDb(), shelf, target: { url: 'ws://chat.lan/ws', domain: 'chat.lan' }, user: 'tom', proof: { password: 'secret' }, origin: 'http://chat.lan',
		settings: signal(settingsDefault('en')), device: 'd', token: true, kept: () => undefined, latest: async () => null, state: () => undefined, loggedOut: () => undefined, openChat: () => undefined,
	});
	t.after(() => a.stop());
	await a.start();
	await w.advance(1000);
	ok(a.synced.value);
	const rows = (): ReturnType<typeof a.show>[] => (a.ctx.book.loaded(room)?.rows ?? []).map(a.show);
	return {
		w, srv, a, tea, socket,
		async say(xml) {
			socket().say(xml);
			await w.settle();
		},
		async send(id, more = {}) {
			const e: Entry = { seq: a.sender.seq(), id, key: `o:${id}`, to: room, kind: 'text', text: id, status: 'ready', time: a.ctx.now(), tab: a.ctx.tabs.id, ...more };
			if (e.kind === 'text')
				a.addRow(rowOfEntry(e, me));
			a.sender.add(e);
			await w.settle();
		},
		texts: () => rows().map((m) => m.text),
		shown: (id) => rows().find((m) => m.key === `o:${id}`),
		sent: () => srv.taken.filter((e) => e.name === 'message' && e.attrs['to'] === room).map((e) => e.attrs['id'] ?? ''),
	};
}

const state = (r: Rig): unknown => r.a.rooms.api.all.value.get(room)?.state;
async function joined(t: TestContext): Promise<Rig> {
	const r = await rig(t);
	const why = r.a.rooms.api.join(room);
	await r.w.advance(200);
	equal(await why, null);
	deepEqual(state(r), { state: 'in' });
	return r;
}
// A session that nobody can resume.
async function lineLost(r: Rig): Promise<void> {
	r.srv.sessions.clear();
	r.tea.in = false;
	r.socket().end();
	await r.w.advance(5000);
}

test('in: what was said before is not unread, what comes is; a bookmark says it to my other devices', async (t) => {
	const r = await rig(t);
	r.tea.say('Ann', '<body>before</body>');
	const why = r.a.rooms.api.join(room);
	await r.w.advance(200);
	equal(await why, null);
	deepEqual(r.texts(), ['before']);
	const c = (): { unread: number; mentions: number; kind: string } | undefined => r.a.ctx.book.conversations.value.find((x) => x.with === room);
	equal(c()?.kind, 'group');
	equal(c()?.unread, 0);
	r.tea.say('Ann', '<body>@tom look</body>');
	await r.w.advance(100);
	deepEqual([c()?.unread, c()?.mentions], [1, 1]);
	ok(r.tea.bookmarks.get(room)?.includes('autojoin="true"'));
	const m = r.a.show(r.a.ctx.book.loaded(room)!.rows[1]!);
	deepEqual([m.from, m.nick, r.a.people.person(m.from).name], [`${room}/~id-Ann`, 'Ann', 'Ann']);
	equal(r.a.people.person(room).name, 'Tea');
	deepEqual(r.a.rooms.api.members(room).value.map((x) => [x.nick, x.affiliation, x.me]), [['Ann', 'owner', false], ['tom', 'member', true]]);
});

test('mine: shown at once, sent when the room has it, in the order of the room, once', async (t) => {
	const r = await joined(t);
	r.tea.mute = true;
	r.srv.deaf = true;
	await r.send('one');
	equal(r.shown('one')?.sending, 'sending');
	r.srv.deaf = r.tea.mute = false;
	r.tea.say('Ann', '<body>hers</body>');
	const k = r.tea.kept.find((x) => x.own === 'one')!;
	await r.say(k.xml.replace('</message>', `<stanza-id xmlns='${NS.sid}' by='${room}' id='${k.id}'/></message>`));
	await r.w.advance(100);
	equal(r.shown('one')?.sending, 'sent');
	deepEqual(r.texts(), ['hers', 'one']);
	equal(r.shown('one')?.archiveId, k.id);
	equal(r.a.sender.unsent.value, 0);
});

test('what is written before one is in waits, and goes in its order', async (t) => {
	const r = await joined(t);
	r.tea.refuse = 'remote-server-timeout';
	await lineLost(r);
	await r.send('one');
	await r.send('two');
	equal(r.sent().length, 0);
	deepEqual(r.a.rooms.api.all.value.get(room)?.can.speak, false);
	r.tea.refuse = '';
	await r.w.advance(60_000);
	deepEqual(state(r), { state: 'in' });
	deepEqual(r.sent(), ['one', 'two']);
	deepEqual(r.texts(), ['one', 'two']);
	ok(['one', 'two'].every((id) => r.shown(id)?.sending === 'sent'));
});

test('what the room got before the line went is not said again', async (t) => {
	const r = await joined(t);
	r.tea.mute = r.srv.deaf = true;
	await r.send('one');
	r.srv.dropNext = true;
	await r.send('two');
	r.tea.mute = r.srv.deaf = false;
	r.tea.say('Ann', '<body>meanwhile</body>');
	await lineLost(r);
	await r.w.advance(5000);
	deepEqual(r.tea.kept.map((k) => k.own), ['one', 'm2', 'two']);
	deepEqual(r.texts(), ['one', 'meanwhile', 'two']);
	equal(r.a.sender.unsent.value, 0);
	equal(r.tea.entered, 2);
});

test('not there any more without knowing: in again, and then it is said', async (t) => {
	const r = await joined(t);
	r.tea.in = false;
	await r.send('one');
	await r.w.advance(1000);
	deepEqual(r.tea.kept.map((k) => k.own), ['one']);
	equal(r.shown('one')?.sending, 'sent');
	equal(r.tea.entered, 2);
});

test('a room that is silent for long is asked whether I am still there', async (t) => {
	const r = await joined(t);
	await r.w.advance(15 * 60_000);
	equal(r.tea.entered, 1);
	r.tea.in = false;
	await r.w.advance(15 * 60_000);
	equal(r.tea.entered, 2);
	deepEqual(state(r), { state: 'in' });
});

test('a room whose server does not answer is tried again, also when only the line was resumed', async (t) => {
	const r = await joined(t);
	r.tea.refuse = 'remote-server-timeout';
	await lineLost(r);
	equal((state(r) as { why: string }).why, 'unreachable');
	r.tea.refuse = '';
	r.socket().end();
	await r.w.advance(3000);
	deepEqual(state(r), { state: 'in' });
});

test('answers to what the room has not named yet wait for that', async (t) => {
	const r = await joined(t);
	r.tea.mute = true;
	await r.send('one');
	await r.send('like', { kind: 'react', of: 'one', emoji: ['👍'] });
	await r.send('three');
	deepEqual(r.sent(), ['one']);
	r.tea.mute = false;
	const k = r.tea.kept[0]!;
	await r.say(k.xml.replace('</message>', `<stanza-id xmlns='${NS.sid}' by='${room}' id='${k.id}'/></message>`));
	await r.w.advance(100);
	deepEqual(r.sent(), ['one', 'like', 'three']);
	equal(child(r.srv.taken.find((e) => e.attrs['id'] === 'like'), 'reactions', NS.reactions)?.attrs['id'], k.id);
	deepEqual(r.shown('one')?.reactions, [{ emoji: '👍', from: [me] }]);
});

test('edits and reactions of others, retractions of others and of moderators', async (t) => {
	const r = await joined(t);
	r.tea.say('Ann', '<body>hers</body>');
	r.tea.say('Bob', '<body>his</body>');
	await r.w.advance(50);
	const [hers, his] = r.tea.kept;
	r.tea.say('Ann', `<body>hers, better</body><replace xmlns='${NS.correct}' id='${hers!.own}'/>`);
	r.tea.say('Ann', `<reactions xmlns='${NS.reactions}' id='${his!.id}'><reaction>👍</reaction></reactions>`);
	r.tea.say('Ann', `<retract xmlns='${NS.retract}' id='${his!.id}'/>`); // not hers
	await r.w.advance(50);
	deepEqual(r.texts(), ['hers, better', 'his']);
	const rows = (): ReturnType<typeof r.a.show>[] => r.a.ctx.book.loaded(room)!.rows.map(r.a.show);
	deepEqual(rows()[1]!.reactions, [{ emoji: '👍', from: [`${room}/~id-Ann`] }]);
	await r.say(`<message from='${room}' to='${me}' type='groupchat' id='x'><retract xmlns='${NS.retract}' id='${his!.id}'><moderated xmlns='${NS.moderate}' by='${room}/Ann'/><reason>spam</reason></retract></message>`);
	await r.w.advance(50);
	deepEqual([rows()[1]!.retracted, rows()[1]!.text, rows()[1]!.moderated], [true, '', { by: 'Ann', reason: 'spam' }]);
});

test('out: kicked, banned, destroyed; what waits says so, and one can go in again', async (t) => {
	const r = await joined(t);
	await r.say(presence('tom', `<item affiliation='member' role='none'><actor nick='Ann'/><reason>loud</reason></item><status code='307'/><status code='110'/>`, 'unavailable'));
	deepEqual(state(r), { state: 'out', why: 'kicked', by: 'Ann', reason: 'loud', instead: undefined });
	await r.send('late');
	await r.w.advance(50);
	deepEqual([r.shown('late')?.sending, r.shown('late')?.why], ['failed', 'not-allowed']);
	const why = r.a.rooms.api.join(room);
	await r.w.advance(200);
	equal(await why, null);
	await r.say(presence('tom', `<item affiliation='none' role='none'/><destroy jid='new@rooms.chat.lan'><reason>moved</reason></destroy><status code='110'/>`, 'unavailable'));
	deepEqual(state(r), { state: 'out', why: 'destroyed', by: undefined, reason: 'moved', instead: 'new@rooms.chat.lan' });
	await r.w.advance(100);
	ok(r.tea.bookmarks.get(room)?.includes('autojoin="false"'));
	await lineLost(r);
	equal((state(r) as { why: string }).why, 'destroyed');
});

test('who may not enter is told why; a room that is not there is not made by looking for it', async (t) => {
	const r = await rig(t);
	r.tea.refuse = 'registration-required';
	let why = r.a.rooms.api.join(room);
	await r.w.advance(200);
	equal(await why, 'members-only');
	equal(r.a.rooms.api.all.value.size, 0);
	r.tea.refuse = '';
	r.tea.absent = true;
	why = r.a.rooms.api.join(room);
	await r.w.advance(200);
	equal(await why, 'not-found');
	equal(r.tea.in, false);
});

test('bookmarks of my other devices: in, out, how much I am told', async (t) => {
	const r = await rig(t);
	const event = (inside: string): Promise<void> =>
		r.say(`<message from='${me}' to='${me}/x' type='headline'><event xmlns='${NS.pubsubEvent}'><items node='${NS.bookmarks}'>${inside}</items></event></message>`);
	await event(`<item id='${room}'><conference xmlns='${NS.bookmarks}' name='Tea' autojoin='true'><extensions><notify xmlns='${NS.notifySettings}'><on-mention/></notify></extensions></conference></item>`);
	await r.w.advance(200);
	deepEqual(state(r), { state: 'in' });
	equal(r.a.rooms.api.all.value.get(room)?.notify, 'mentions');
	r.tea.say('Ann', '<body>a</body>');
	r.tea.say('Ann', '<body>@tom b</body>');
	await r.w.advance(100);
	equal(r.a.ctx.book.unread.value, 1);
	r.a.mute(room, true);
	equal(r.a.ctx.book.unread.value, 0);
	await r.w.advance(50);
	ok(r.tea.bookmarks.get(room)?.includes('<never'));
	await event(`<retract id='${room}'/>`);
	await r.w.advance(50);
	equal(r.tea.in, false);
	equal(r.a.ctx.book.conversations.value.length, 0);
});

test('a session after another: in again, with what was said meanwhile', async (t) => {
	const r = await joined(t);
	r.tea.say('Ann', '<body>one</body>');
	await r.w.advance(50);
	r.srv.sessions.clear();
	r.tea.in = false;
	r.socket().end();
	r.tea.say('Ann', '<body>two</body>');
	await r.w.advance(5000);
	deepEqual(r.texts(), ['one', 'two']);
	deepEqual(state(r), { state: 'in' });
	const c = r.a.ctx.book.conversations.value.find((x) => x.with === room);
	equal(c?.unread, 2);
});

test('who is asked into a room: yes and no', async (t) => {
	const r = await rig(t);
	const ask = (to: string): Promise<void> => r.say(`<message from='${to}' to='${me}' id='i'><x xmlns='${NS.mucUser}'><invite from='ann@chat.lan/x'><reason>come</reason></invite></x></message>`);
	await ask(room);
	await r.w.advance(100);
	const [i] = r.a.rooms.api.invitations.value;
	deepEqual([i?.room, i?.from, i?.reason, i?.name], [room, 'ann@chat.lan', 'come', 'Tea']);
	equal(r.a.ctx.book.conversations.value.length, 0);
	const why = r.a.rooms.api.accept(i!);
	await r.w.advance(200);
	equal(await why, null);
	equal(r.a.rooms.api.invitations.value.length, 0);
	await ask('other@rooms.chat.lan');
	await r.w.advance(100);
	r.a.rooms.api.decline(r.a.rooms.api.invitations.value[0]!);
	await r.w.advance(10);
	ok(r.srv.taken.some((e) => child(child(e, 'x', NS.mucUser), 'decline')?.attrs['to'] === 'ann@chat.lan'));
	equal(r.a.rooms.api.invitations.value.length, 0);
});

