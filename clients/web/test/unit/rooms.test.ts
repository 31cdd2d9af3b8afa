// SPDX-License-Identifier: Apache-2.0
// Rooms on the wire, by the examples of XEP-0045, 0421, 0424, 0425, 0402 and 0372, and who may do what.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Affiliation, Member, Role } from '../../src/model';
import { completions, named, references } from '../../src/app/mentions';
import { rightsOf, sortMembers } from '../../src/app/standing';
import { bookmarkSet, bookmarksOf } from '../../src/xmpp/bookmarks';
import { readLive, writeText, type Incoming } from '../../src/xmpp/message';
import { NS } from '../../src/xmpp/names';
import { goneTo, outOf, readGroup, readGroupArchived, readOccupant, refusal, roomInfo, type Seat } from '../../src/xmpp/room';
import { settingsGet, settingsSet } from '../../src/xmpp/roomask';
import { child, children, parse, type El, type Xml } from '../../src/xmpp/xml';

const room = 'coven@chat.shakespeare.lit', me = 'hag66@shakespeare.lit';
const seat: Seat = { room, me, nick: 'thirdwitch', self: 'me-id' };
const x = (s: string): El => parse(s, NS.client);
const said = (inside: string, from = `${room}/firstwitch`, id = 'm1'): Incoming | null =>
	readGroup(x(`<message from='${from}' to='${me}/pda' type='groupchat' id='${id}'>${inside}</message>`), seat);

test('who said it is known by the occupant id, over changes of the nickname', () => {
	const i = said(`<body>Thrice</body><occupant-id xmlns='${NS.occupant}' id='abc'/><stanza-id xmlns='${NS.sid}' by='${room}' id='s1'/><stanza-id xmlns='${NS.sid}' by='${me}' id='no'/>`)!;
	equal(i.from, `${room}/~abc`);
	equal(i.nick, 'firstwitch');
	equal(i.archiveId, 's1');
	equal(i.mine, false);
	equal(said('<body>x</body>')!.from, `${room}/firstwitch`);
	ok(said(`<body>x</body><occupant-id xmlns='${NS.occupant}' id='me-id'/>`)!.mine);
	// Somebody else under a nickname that was mine.
	equal(said(`<body>x</body><occupant-id xmlns='${NS.occupant}' id='abc'/>`, `${room}/thirdwitch`)!.mine, false);
	ok(said('<body>x</body>', `${room}/thirdwitch`)!.mine);
	equal(said('<body>x</body>', 'other@chat.shakespeare.lit/firstwitch'), null);
});

test('the subject; what the room says in words is no message', () => {
	equal(said('<subject>Fire Burn and Cauldron Bubble!</subject>')!.subject, 'Fire Burn and Cauldron Bubble!');
	equal(said('<subject/>')!.subject, '');
	equal(said('<subject>x</subject><body>y</body>')!.subject, undefined);
	equal(said('<body>The room is locked</body>', room), null);
});

test('only the room says that a moderator took something away', () => {
	const inside = `<retract xmlns='${NS.retract}' id='s1'><moderated xmlns='${NS.moderate}' by='${room}/macbeth'/><reason>spam</reason></retract>`;
	deepEqual(said(inside, room)!.moderated, { by: 'macbeth', reason: 'spam' });
	equal(said(inside, room)!.retracts, 's1');
	equal(said(inside)!.moderated, undefined);
	const grave = said(`<occupant-id xmlns='${NS.occupant}' id='abc'/><retracted xmlns='${NS.retract}' stamp='2019-09-20T23:19:12Z'><moderated xmlns='${NS.moderate}' by='${room}/macbeth'/></retracted>`)!;
	ok(grave.tombstone);
	deepEqual(grave.moderated, { by: 'macbeth', reason: undefined });
});

test('the archive of a room', () => {
	const i = readGroupArchived(child(x(`<message from='${room}'><result xmlns='${NS.mam}' queryid='q' id='a1'><forwarded xmlns='${NS.forward}'><delay xmlns='${NS.delay}' stamp='2002-10-13T23:58:37Z'/>
<message xmlns='jabber:client' from='${room}/firstwitch' id='1' type='groupchat'><body>Harpier cries: tis time</body><x xmlns='${NS.mucUser}'><item affiliation='none' jid='${me}' role='participant'/></x></message></forwarded></result></message>`), 'result', NS.mam)!, seat)!;
	equal(i.archiveId, 'a1');
	equal(i.time, Date.parse('2002-10-13T23:58:37Z'));
	ok(i.mine); // by the address, whatever the nickname was
});

test('presence: who is there, and why one is not any more', () => {
	const p = (inside: string, type = ''): NonNullable<ReturnType<typeof readOccupant>> =>
		readOccupant(x(`<presence from='${room}/thirdwitch'${type && ` type='${type}'`}>${inside}</presence>`))!;
	const came = p(`<occupant-id xmlns='${NS.occupant}' id='o'/><show>dnd</show><x xmlns='${NS.mucUser}'><item affiliation='member' role='participant' jid='Hag66@shakespeare.lit/pda'/><status code='110'/><status code='201'/></x>`);
	deepEqual(came.who, { nick: 'thirdwitch', face: `${room}/~o`, occupant: 'o', real: me, affiliation: 'member', role: 'participant', presence: 'busy' });
	ok(came.self && came.codes.has('201'));
	const went = (inside: string): ReturnType<typeof outOf> => outOf(p(`<x xmlns='${NS.mucUser}'>${inside}<status code='110'/></x>`, 'unavailable'));
	equal(went("<item affiliation='none' role='none'/>"), 'left');
	equal(went("<item affiliation='none' role='none'><actor nick='Fluellen'/><reason>Avaunt</reason></item><status code='307'/>"), 'kicked');
	equal(went("<item affiliation='outcast' role='none'/><status code='301'/>"), 'banned');
	equal(went("<item affiliation='none' role='none'/><status code='321'/>"), 'removed');
	equal(went("<item affiliation='none' role='none'/><status code='322'/>"), 'removed');
	equal(went("<item affiliation='none' role='none'/><status code='332'/>"), null);
	equal(went("<item affiliation='none' role='none'/><status code='307'/><status code='333'/>"), null);
	equal(went(`<item affiliation='none' role='none'/><destroy jid='other@chat.shakespeare.lit'><reason>too many</reason></destroy>`), 'destroyed');
	const renamed = p(`<x xmlns='${NS.mucUser}'><item affiliation='member' role='participant' nick='oldhag'/><status code='303'/><status code='110'/></x>`, 'unavailable');
	equal(renamed.renamed, 'oldhag');
	equal(readOccupant(x(`<presence from='${room}/thirdwitch' type='error'/>`)), null);
});

test('why one may not enter', () => {
	deepEqual(['not-authorized', 'registration-required', 'forbidden', 'conflict', 'service-unavailable', 'item-not-found', 'remote-server-timeout'].map(refusal),
		['password', 'members-only', 'banned', 'nick-taken', 'full', 'not-found', 'unreachable']);
	equal(goneTo(x(`<presence type='error'><error type='cancel'><gone xmlns='${NS.stanzaErrors}'>xmpp:new@chat.shakespeare.lit?join</gone></error></presence>`)), 'new@chat.shakespeare.lit');
});

test('invitations: by the room and direct; mine to others are none', () => {
	const mediated = readLive(x(`<message from='${room}' to='${me}'><body>You are invited</body><x xmlns='${NS.mucUser}'><invite from='crone1@shakespeare.lit/desktop'><reason>Hey</reason></invite><password>cauldronburn</password></x></message>`), me)!;
	deepEqual(mediated.invite, { room, from: 'crone1@shakespeare.lit', reason: 'Hey', password: 'cauldronburn' });
	equal(mediated.body, undefined);
	const direct = readLive(x(`<message from='crone1@shakespeare.lit/desktop' to='${me}'><x xmlns='${NS.conference}' jid='${room}' reason='Hey'/></message>`), me)!;
	deepEqual(direct.invite, { room, from: 'crone1@shakespeare.lit', reason: 'Hey', password: undefined });
	equal(readLive(x(`<message from='${me}/a' to='${room}'><x xmlns='${NS.mucUser}'><invite to='crone1@shakespeare.lit'/></x></message>`), me), null);
});

test('bookmarks: read, written, what other programs put there stays', async () => {
	const list = x(`<items node='${NS.bookmarks}'><item id='${room}'><conference xmlns='${NS.bookmarks}' name='The Coven' autojoin='true'><nick>JC</nick><extensions>
<state xmlns='http://myclient.example/bookmark/state' minimized='true'/><notify xmlns='${NS.notifySettings}'><never identity-category='client'/><on-mention/></notify></extensions></conference></item>
<item id='no'><conference xmlns='${NS.bookmarks}'/></item><retract id='gone@chat.shakespeare.lit'/></items>`);
	const { set, gone } = bookmarksOf(list);
	equal(set.length, 1);
	deepEqual({ ...set[0], others: 0 }, { room, name: 'The Coven', autojoin: true, nick: 'JC', password: undefined, notify: 'mentions', others: 0 });
	deepEqual(gone, ['gone@chat.shakespeare.lit']);
	let written: El | undefined;
	await bookmarkSet((_type, query) => {
		written = x(query);
		return Promise.resolve(x('<iq/>'));
	}, { ...set[0]!, notify: 'nothing' });
	const back = bookmarksOf(child(written, 'publish')).set[0]!;
	equal(back.notify, 'nothing');
	equal(back.others[0]?.attrs['minimized'], 'true');
	ok(child(written, 'publish-options'));
});

test('what a room says of itself', async () => {
	const info = await roomInfo(() => Promise.resolve(x(`<iq><query xmlns='${NS.discoInfo}'><identity category='conference' name='A Dark Cave' type='text'/><feature var='muc_membersonly'/><feature var='${NS.mam}'/><feature var='unheard'/>
<x xmlns='${NS.data}' type='result'><field var='FORM_TYPE' type='hidden'><value>${NS.roomInfo}</value></field><field var='muc#roominfo_description'><value>The place for all good witches!</value></field>
<field var='muc#roominfo_occupants'><value>3</value></field><field var='muc#roominfo_subjectmod'><value>true</value></field></x></query></iq>`)), room);
	deepEqual(info, {
		name: 'A Dark Cave', description: 'The place for all good witches!', features: ['muc_membersonly', NS.mam], count: 3, subjectByAll: true, membersInvite: false,
		slow: undefined, photo: undefined,
	});
});

test('settings: only what the form has, only what was said', async () => {
	const form = `<iq><query xmlns='${NS.mucOwner}'><x xmlns='${NS.data}' type='form'><field var='muc#roomconfig_roomname'><value>Old</value></field><field var='muc#roomconfig_membersonly'><value>0</value></field>
<field var='muc#roomconfig_whois'><value>anyone</value></field><field var='muc#roomconfig_passwordprotectedroom'><value>1</value></field><field var='muc#roomconfig_roomsecret'><value>s</value></field>
<field var='{${NS.anserRooms}}slow_mode'><value>30</value></field></x></query></iq>`;
	const sent: Xml[] = [];
	const ask = (type: 'get' | 'set', query: Xml): Promise<El> => {
		if (type === 'set')
			sent.push(query);
		return Promise.resolve(x(form));
	};
	deepEqual(await settingsGet(ask, room), { title: 'Old', membersOnly: false, slow: 30, anonymous: false, password: 's' });
	await settingsSet(ask, room, { membersOnly: true, password: '', listed: true, keepDays: 7 });
	const fields = new Map(children(child(x(sent[0]!), 'x', NS.data), 'field').map((f) => [f.attrs['var'], children(f, 'value').map((v) => v.kids.join('')).join()]));
	fields.delete('FORM_TYPE');
	deepEqual([...fields], [['muc#roomconfig_membersonly', '1'], ['muc#roomconfig_passwordprotectedroom', '0'], ['muc#roomconfig_roomsecret', '']]);
});

// ---- naming people ---------------------------------------------------------------------------------------------------------

const somebody = (nick: string, more: Partial<Member> = {}): Member =>
	({ key: nick, from: `${room}/${nick}`, nick, affiliation: 'member', role: 'participant', presence: 'online', me: false, ...more });

test('mentions: by reference, by @, by beginning with the name', () => {
	const is = (body: string, mentions: string[] = []): boolean => named({ body, mentions } as Incoming, me, `${room}/小满`, ['小满', 'hag66']);
	ok(is('@小满 你看'));
	ok(is('好的@小满，收到'));
	equal(is('好的@小满满'), false);
	ok(is('小满：在吗'));
	equal(is('小满在吗'), false);
	ok(is('hello @HAG66!'));
	equal(is('mail hag66@x'), false);
	ok(is('no name', [me]));
	ok(is('no name', [`${room}/小满`]));
	equal(is('no name', [`${room}/other`]), false);
});

test('references: the longest name that fits, in code points; no real address where nobody shall know it', () => {
	const members = [somebody('Tom', { address: 'tom@chat.lan' }), somebody('Tom Lee', { address: 'lee@chat.lan' }), somebody('李雷')];
	deepEqual(references('👍 @Tom Lee, @tom; @李雷 a@Tom @Tomás', members, room, false), [
		{ begin: 2, end: 10, uri: 'xmpp:lee@chat.lan' }, { begin: 12, end: 16, uri: 'xmpp:tom@chat.lan' },
		{ begin: 18, end: 21, uri: `xmpp:${room}/${encodeURIComponent('李雷')}` },
	]);
	deepEqual(references('@Tom', members, room, true), [{ begin: 0, end: 4, uri: `xmpp:${room}/Tom` }]);
	const xml = x(writeText({ room }, 'i', '@Tom hi', { id: 'q', from: `${room}/a`, text: 'ab' }, references('@Tom hi', members, room, false)));
	const r = child(xml, 'reference', NS.references)!;
	const body = Array.from(children(xml, 'body')[0]!.kids.join(''));
	equal(body.slice(Number(r.attrs['begin']), Number(r.attrs['end'])).join(''), '@Tom');
	equal(xml.attrs['type'], 'groupchat');
	equal(child(xml, 'request', NS.receipts), undefined);
});

test('completion: whose name begins so, who is there, who spoke last', () => {
	const all = [somebody('Anna'), somebody('Anton'), somebody('Hanna'), somebody('Annika', { role: 'none', nick: '' }), somebody('me', { me: true })];
	deepEqual(completions(all, new Map([['Anton', 5]]), 'an', (m) => m.nick || 'Annika').map((m) => m.nick), ['Anton', 'Anna', 'Annika', 'Hanna']);
	deepEqual(completions(all, new Map(), 'x', (m) => m.nick), []);
});

// ---- who may do what -------------------------------------------------------------------------------------------------------

test('rights: nobody over who stands as high or higher', () => {
	const affiliations: Affiliation[] = ['none', 'member', 'admin', 'owner'];
	const rank = (a: Affiliation): number => affiliations.indexOf(a);
	for (const mine of affiliations)
		for (const role of ['visitor', 'participant', 'moderator'] as Role[])
			for (const theirs of affiliations) {
				const r = rightsOf({ affiliation: mine, role, moderated: true }, somebody('a', { affiliation: theirs, address: 'a@b' }));
				const admin = rank(mine) >= 2, above = rank(mine) > rank(theirs);
				equal(r.ban, admin && above, `${mine} bans ${theirs}`);
				equal(r.kick, role === 'moderator' && (rank(theirs) < 2 || (mine === 'owner' && theirs === 'admin')), `${mine} ${role} kicks ${theirs}`);
				equal(r.voice, role === 'moderator' && rank(theirs) < 2);
				equal(r.affiliations.includes('owner'), mine === 'owner' && theirs !== 'owner');
			}
	deepEqual(rightsOf(null, somebody('a')), { kick: false, ban: false, voice: false, affiliations: [] });
	deepEqual(rightsOf({ affiliation: 'owner', role: 'moderator', moderated: true }, somebody('a', { me: true })).affiliations, []);
	deepEqual(sortMembers([somebody('b'), somebody('a', { role: 'none' }), somebody('z', { affiliation: 'owner' })], (m) => m.nick).map((m) => m.nick), ['z', 'b', 'a']);
});
