// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
	fileNameClean, readArchived, readLive, TEXT_MAX, writeDisplayed, writeEdit, writeFile, writeReactions, writeReceipt, writeRetraction, writeState, writeText,
} from '../../src/xmpp/message';
import { NS } from '../../src/xmpp/names';
import { parse } from '../../src/xmpp/xml';

const me = 'tom@chat.lan', bob = 'bob@chat.lan';
// As it arrives at the other side.
const arrive = (xml: string, from = `${bob}/x`) => readLive(parse(xml.replace('<message ', `<message from="${from}" `), NS.client), me)!;

test('what is written is understood', () => {
	const t = arrive(writeText(me, '1', 'a <b>\n你好', { id: 'q', from: me, text: 'x\ny' }));
	equal(t.body, 'a <b>\n你好');
	deepEqual(t.reply, { id: 'q', to: me, quoted: 'x\ny' });
	ok(t.wantsReceipt && t.markable && t.originId === '1' && t.id === '1' && t.state === 'active' && t.peer === bob && !t.mine);
	const emoji = arrive(writeText(me, '1', '👍 yes', { id: 'q', from: me, text: '👨‍👩‍👧 𠮷' }));
	equal(emoji.body, '👍 yes');
	equal(arrive(writeEdit(me, '2', '1', 'b')).replaces, '1');
	equal(arrive(writeEdit(me, '2', '1', 'b')).body, 'b');
	const r = arrive(writeRetraction(me, '3', '1'));
	ok(r.retracts === '1' && r.body === undefined);
	deepEqual(arrive(writeReactions(me, '4', '1', ['👍', '👍', 'x'.repeat(99)])).reactions, { id: '1', emoji: ['👍'] });
	equal(arrive(writeReceipt(me, '5', '1')).receiptOf, '1');
	equal(arrive(writeDisplayed(me, '5', '1')).displayed, '1');
	equal(arrive(writeState(me, '5', 'composing')).state, 'composing');
});

test('files', () => {
	const f = { url: 'https://chat.lan:5281/files/abc/a%20b.png', name: 'a b.png', type: 'image/png', size: 12345, width: 640, height: 480, thumb: 'data:image/jpeg;base64,AAAA' };
	const i = arrive(writeFile(me, '1', f));
	deepEqual(i.file, f);
	equal(i.body, '');
	const plain = arrive(`<message to='${me}' type='chat'><body>https://x.org/f/%E4%BD%A0.pdf</body><x xmlns='jabber:x:oob'><url>https://x.org/f/%E4%BD%A0.pdf</url></x></message>`);
	deepEqual(plain.file, { url: 'https://x.org/f/%E4%BD%A0.pdf', name: '你.pdf', type: 'application/pdf', size: 0 });
	// An address that is not the text is no file; and no other kind of address is.
	ok(!arrive(`<message type='chat'><body>look https://x.org/a</body><x xmlns='jabber:x:oob'><url>https://x.org/a</url></x></message>`).file);
	for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://x.org/a b', ' //x.org/a'])
		ok(!arrive(`<message type='chat'><body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x></message>`).file, url);
	for (const thumb of ['https://evil/track.png', 'data:image/svg+xml;base64,AAAA', 'data:text/html;base64,AAAA', `data:image/png;base64,${'A'.repeat(9000)}`])
		equal(arrive(writeFile(me, '1', { ...f, thumb })).file?.thumb, undefined);
});

test('names of files', () => {
	equal(fileNameClean('../../etc/passwd'), 'passwd');
	equal(fileNameClean('C:\\x\\evil.exe'), 'evil.exe');
	equal(fileNameClean('photo\u202egnp.exe'), 'photognp.exe');
	equal(fileNameClean('\u0000\n'), 'file');
	equal(Array.from(fileNameClean('字'.repeat(400))).length, 255);
});

test('only our own account makes carbons', () => {
	const carbon = (from: string): string =>
		`<message from='${from}' to='${me}/1'><sent xmlns='${NS.carbons}'><forwarded xmlns='${NS.forward}'><message xmlns='jabber:client' from='${me}/2' to='${bob}' type='chat' id='z'><body>hi</body></message></forwarded></sent></message>`;
	const i = readLive(parse(carbon(me), NS.client), me)!;
	ok(i.mine && i.carbon && i.peer === bob && i.body === 'hi');
	equal(readLive(parse(carbon(bob), NS.client), me), null);
	equal(readLive(parse(carbon(`${bob}/x`), NS.client), me), null);
});

test('only our own account gives places in the archive', () => {
	const m = (by: string): string => `<message from='${bob}/x' type='chat'><body>x</body><stanza-id xmlns='${NS.sid}' by='${by}' id='77'/></message>`;
	equal(readLive(parse(m(me), NS.client), me)!.archiveId, '77');
	equal(readLive(parse(m(bob), NS.client), me)!.archiveId, undefined);
});

test('out of the archive', () => {
	const r = readArchived(parse(`<result xmlns='${NS.mam}' id='9'><forwarded xmlns='${NS.forward}'><delay xmlns='${NS.delay}' stamp='2026-11-21T10:00:00.123Z'/>` +
		`<message xmlns='jabber:client' from='${me}/a' to='${bob}' type='chat' id='m'><body>x</body></message></forwarded></result>`), me)!;
	ok(r.mine && r.peer === bob && r.archiveId === '9' && r.archived);
	equal(r.time, Date.UTC(2026, 10, 21, 10, 0, 0, 123));
});

test('our message that came back', () => {
	const e = readLive(parse(`<message from='${bob}' to='${me}/x' type='error' id='m'><body>x</body><error type='cancel'><service-unavailable xmlns='${NS.stanzaErrors}'/><text xmlns='${NS.stanzaErrors}'>Nobody.</text></error></message>`, NS.client), me)!;
	ok(e.error === 'service-unavailable' && e.errorText === 'Nobody.' && e.peer === bob && !e.mine && e.body === undefined);
});

test('everything has a bound', () => {
	equal(arrive(`<message type='chat'><body>${'x'.repeat(TEXT_MAX + 5)}</body></message>`).body!.length, TEXT_MAX);
	const many = Array.from({ length: 99 }, (_, n) => `<reaction>${n}</reaction>`).join('');
	equal(arrive(`<message type='chat'><reactions xmlns='${NS.reactions}' id='1'>${many}</reactions></message>`).reactions!.emoji.length, 16);
	equal(arrive(`<message type='chat' id='${'i'.repeat(999)}'><body>x</body></message>`).id, '');
	equal(readLive(parse(`<message from='room@x/y' type='groupchat'><body>x</body></message>`, NS.client), me), null);
	// Absurd ranges of fallbacks cut nothing that is not there.
	equal(arrive(`<message type='chat'><body>abc</body><reply xmlns='${NS.reply}' id='1'/><fallback xmlns='${NS.fallback}' for='${NS.reply}'><body start='-1' end='99999999999'/></fallback></message>`).body, '');
});
