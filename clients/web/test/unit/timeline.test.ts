// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { PENDING, SLOTS, type Row } from '../../src/store/rows';
import { add, apply, change, confirmedOrder, extend, lastOrder, logNew, merge, ownPlace, placeBehind, remove, shrink, spanBack, spanForth, type Join, type Log } from '../../src/store/timeline';

const bob = 'bob@chat.lan', me = 'tom@chat.lan';
const T = 1.7e12;

function row(n: number, more: Partial<Row> = {}): Row {
	return {
		key: `a:${n}`, with: bob, order: T + n, id: `id${n}`, archiveId: String(n), from: bob, mine: false, time: T + n, text: String(n), ...more,
	};
}
const page = (from: number, to: number, more: (n: number) => Partial<Row> = () => ({})): Row[] =>
	Array.from({ length: to - from + 1 }, (_, i) => row(from + i, more(from + i)));
const texts = (log: Log): string[] => log.rows.map((r) => r.text + (r.gap ? '|' : ''));
const both: Join = { before: 'joined', after: 'joined' }, open: Join = { before: 'open', after: 'open' }, older: Join = { before: 'open', after: 'joined' };

test('pages that follow one another leave no hole', () => {
	const log = logNew(bob, [], false);
	merge(log, page(1, 3), older, true);
	deepEqual(texts(log), ['1|', '2', '3']);
	merge(log, page(4, 5), both, true);
	deepEqual(texts(log), ['1|', '2', '3', '4', '5']);
	merge(log, page(-2, 0), older, true);
	deepEqual(texts(log), ['-2|', '-1', '0', '1', '2', '3', '4', '5']);
	merge(log, page(-3, -3), both, true);
	deepEqual(texts(log)[0], '-3');
});

test('an island knows its shores', () => {
	const log = logNew(bob, [], false);
	merge(log, page(100, 102), older, true);
	merge(log, page(50, 52), open, true);
	deepEqual(texts(log), ['50|', '51', '52', '100|', '101', '102']);
	equal(spanBack(log, 5, 99), 3);
	equal(spanForth(log, 0, 99), 2);
	// Overlapping pages grow together.
	merge(log, page(52, 101), { before: 'joined', after: 'open' }, true);
	ok(log.rows.slice(1).every((r) => !r.gap));
	equal(log.rows.length, 53);
});

test('a page between two islands that reaches neither', () => {
	const log = logNew(bob, [], false);
	merge(log, page(100, 101), older, true);
	merge(log, page(1, 2), open, true);
	merge(log, page(50, 51), open, true);
	deepEqual(texts(log), ['1|', '2', '50|', '51', '100|', '101']);
});

test('nothing comes twice: by place, by key, by the name its sender gave', () => {
	const log = logNew(bob, [], false);
	merge(log, page(1, 3), older, true);
	equal(merge(log, page(1, 3), older, true).fresh.length, 0);
	// live first, without a place in the archive, then out of it
	const live = row(4, { key: 'i:bob x', archiveId: undefined, origin: 'x' });
	equal(merge(log, [live], both, false).fresh.length, 1);
	const { fresh, changed } = merge(log, [row(4, { origin: 'x', time: T + 4.5 })], both, true);
	equal(fresh.length, 0);
	equal(changed.get('i:bob x')?.archiveId, '4');
	equal(log.rows.length, 4);
});

test('the same id from somebody else, or of another day, is another message', () => {
	const log = logNew(bob, [], false);
	merge(log, [row(1, { id: 'm1' })], older, true);
	equal(merge(log, [row(2, { id: 'm1', from: 'eve@chat.lan' })], both, true).fresh.length, 1);
	equal(merge(log, [row(3, { id: 'm1', text: 'other' })], both, true).fresh.length, 1);
	equal(merge(log, [row(86_400_000, { id: 'm1', archiveId: '9', key: 'a:9' })], both, true).fresh.length, 1);
	// A sender that sends again under its own origin-id means the same.
	merge(log, [row(86_400_001, { id: 'm2', origin: 'o', archiveId: '10', key: 'a:10' })], both, true);
	equal(merge(log, [row(86_400_002, { id: 'm2', origin: 'o', archiveId: '11', key: 'a:11' })], both, true).fresh.length, 0);
});

test('what waits to be sent stands at the end, and takes its place when it is sent', () => {
	const log = logNew(bob, [], false);
	merge(log, page(1, 2), older, true);
	add(log, row(0, { key: 'o:p', id: 'p', origin: 'p', archiveId: undefined, mine: true, from: me, text: 'p', order: PENDING + 5, sending: 'sending', time: T + 1 }));
	merge(log, [row(3)], both, false);
	deepEqual(texts(log), ['1|', '2', '3', 'p']);
	equal(lastOrder(log), T + 3);
	merge(log, [row(4, { key: 'o:p', id: 'p', origin: 'p', mine: true, from: me, text: 'p', time: T + 2.5 })], both, true);
	equal(log.rows.find((r) => r.text === 'p')?.sending, 'sent');
	deepEqual(texts(log), ['1|', '2', 'p', '3']);
});

test('a tick never falls', () => {
	const log = logNew(bob, [], false);
	merge(log, [row(1, { key: 'o:1', mine: true, from: me, sending: 'sent' })], older, true);
	change(log, 'o:1', { sending: 'read' });
	merge(log, [row(1, { key: 'o:1', mine: true, from: me })], both, true);
	equal(log.rows[0]!.sending, 'read');
});

test('many messages of one millisecond keep their order over pages, whichever way these come', () => {
	const same = (a: number, b: number): Row[] => page(a, b, () => ({ time: T, order: T }));
	for (const backwards of [true, false]) {
		const log = logNew(bob, [], false);
		const pages = [same(1, 30), same(31, 60), same(61, 90), [row(91)]];
		for (const p of backwards ? pages.reverse() : pages)
			merge(log, p, backwards ? older : { ...both, floor: confirmedOrder(log, p) }, true);
		deepEqual(log.rows.map((r) => r.text), page(1, 91).map((r) => r.text), backwards ? 'backwards' : 'forwards');
	}
});

test('a page that is read again and begins within a millisecond leaves all where it is', () => {
	const log = logNew(bob, [], false);
	const same = (n: number): Partial<Row> => (n > 3 && n < 8 ? { time: T + 4, order: T + 4 } : {});
	merge(log, page(1, 10, same), { before: 'start', after: 'joined' }, true);
	merge(log, page(6, 10, same), older, true);
	merge(log, page(7, 7, same), open, true);
	deepEqual(texts(log), page(1, 10).map((r) => r.text));
});

test('what the archive has behind a message stands behind it, whatever the clocks said', () => {
	const log = logNew(bob, [], false);
	merge(log, [row(1)], older, true);
	merge(log, [row(5000, { archiveId: '2', key: 'a:2', text: 'came late' })], both, false); // by our clock
	const p = [row(2000, { archiveId: '3', key: 'a:3', text: 'x' }), row(2001, { archiveId: '4', key: 'a:4', text: 'y' })]; // by the server's
	merge(log, p, { ...both, floor: confirmedOrder(log, p) }, true);
	deepEqual(texts(log), ['1|', 'came late', 'x', 'y']);
});

test('edits, retractions and reactions are their sender’s only', () => {
	const log = logNew(bob, [], false);
	merge(log, page(1, 2), older, true);
	const p = { with: bob, target: 'id1', from: bob, time: T + 10 };
	equal(apply(log, { ...p, from: me, edit: 'forged' }), null);
	equal(apply(log, { ...p, from: me, retract: true }), null);
	equal(apply(log, { ...p, edit: 'second' })?.text, 'second');
	equal(apply(log, { ...p, edit: 'first', time: T + 5 }), null);
	deepEqual(apply(log, { ...p, from: me, emoji: ['👍'] })?.reactions, { [me]: { emoji: ['👍'], time: T + 10 } });
	equal(apply(log, { ...p, from: me, emoji: ['👎'], time: T + 9 }), null);
	deepEqual(apply(log, { ...p, from: me, emoji: [], time: T + 11 })?.reactions?.[me]?.emoji, []);
	const gone = apply(log, { ...p, retract: true })!;
	ok(gone.retracted && gone.text === '' && !gone.reactions);
	equal(apply(log, { ...p, edit: 'back', time: T + 99 }), null);
	equal(apply(log, { ...p, target: 'nothing', edit: 'x' }), null);
});

test('reactions have a bound', () => {
	const log = logNew(bob, [row(1)], false);
	for (let n = 0; n < 300; n++)
		apply(log, { with: bob, target: 'id1', from: `p${n}@chat.lan`, time: T, emoji: ['x'] });
	equal(Object.keys(log.rows[0]!.reactions!).length, 200);
});

test('a removed row leaves no hole unknown', () => {
	const log = logNew(bob, [], false);
	merge(log, page(1, 2), older, true);
	merge(log, page(10, 11), open, true);
	remove(log, 'a:10');
	deepEqual(texts(log), ['1|', '2', '11|']);
});

test('what the database has is put before, and taken off again', () => {
	const log = logNew(bob, page(10, 20), true);
	extend(log, page(5, 10), false);
	equal(log.rows.length, 16);
	ok(!log.older);
	shrink(log, 4);
	deepEqual(texts(log), ['17', '18', '19', '20']);
	ok(log.older && !log.keys.has('a:5') && !log.archive.has('5') && !log.ids.has('id5'));
});

test('whatever order pages come in, what is known of all is all (seeded)', () => {
	let x = 7;
	const random = (n: number): number => ((x = (x * 1103515245 + 12345) & 0x7fffffff) >> 8) % n;
	for (let round = 0; round < 60; round++) {
		const all = page(0, 119, (n) => ({ time: T + Math.floor(n / 7), order: 0 }));
		const log = logNew(bob, [], false);
		merge(log, all.slice(100), { before: 'open', after: 'joined' }, true);
		for (let n = 0; n < 40; n++) {
			// As people scroll: back from a row that is known to have a hole before it, or forth from one that has a hole behind it.
			const holes = log.rows.filter((r) => r.gap);
			const r = holes[random(holes.length || 1)];
			if (!r)
				break;
			const at = Number(r.text), size = 1 + random(13);
			const from = Math.max(0, at - size);
			merge(log, all.slice(from, at), { before: from === 0 ? 'start' : 'open', after: 'joined' }, true);
		}
		const shown = log.rows.map((r) => Number(r.text));
		deepEqual(shown, [...shown].sort((a, b) => a - b), `round ${round}`);
		log.rows.forEach((r, i) => {
			if (i > 0 && !r.gap)
				equal(Number(r.text), Number(log.rows[i - 1]!.text) + 1, `round ${round}: a hole that is not marked`);
		});
	}
});

test('what waits takes its place in the order of the archive, also within a millisecond', () => {
	const log = logNew('p', [], false);
	for (let n = 0; n < 6; n++)
		add(log, { key: `k${n}`, with: 'p', order: PENDING + n, id: `k${n}`, from: 'me', mine: true, time: 5, text: String(n), sending: 'sending' });
	let last = 0;
	for (const [n, time] of [7, 8, 8, 8, 9, 9].entries())
		change(log, `k${n}`, { sending: 'sent', order: (last = placeBehind(time, last)) });
	deepEqual(log.rows.map((r) => r.text), ['0', '1', '2', '3', '4', '5']);
	equal(placeBehind(7, last), 7); // an older page is read again
	ok(placeBehind(9, last) > last);
});

test('what waited stands behind what I sent before, whatever the clock of the server says', () => {
	const log = logNew('p', [], false);
	const own = (n: number, order: number, more: Partial<Row> = {}): Row =>
		({ key: `k${n}`, with: 'p', order, id: `k${n}`, origin: `k${n}`, from: 'me', mine: true, time: 5, text: String(n), sending: 'sending', ...more });
	add(log, own(1, 1000.4, { sending: 'sent' })); // placed by our clock, which is ahead
	add(log, own(2, PENDING + 2));
	add(log, own(3, PENDING + 3));
	merge(log, [own(2, 0, { archiveId: 'a2', time: 1000, key: 'x2' }), own(3, 0, { archiveId: 'a3', time: 1000, key: 'x3' })], { before: 'joined', after: 'joined' }, true);
	deepEqual(log.rows.map((r) => r.text), ['1', '2', '3']);
	ok(log.rows.every((r) => r.order < PENDING));
});

test('what one tab wrote stands in the order of writing, whatever is known first', () => {
	const mine = (n: number, order: number, slot = 3, more: Partial<Row> = {}): Row =>
		({ key: `k${n}`, with: 'p', order, seq: PENDING + n * SLOTS + slot, id: `k${n}`, origin: `k${n}`, from: 'me', mine: true, time: 5, text: String(n), sending: 'sending', ...more });
	const later = logNew('p', [], false);
	add(later, mine(1, PENDING + 1));
	add(later, mine(2, 1000, 3, { sending: 'sent', archiveId: 'a2' })); // the archive was faster than the tab that sends
	change(later, 'k1', { sending: 'sent', order: ownPlace(later, later.keys.get('k1')!, 1005) });
	deepEqual(later.rows.map((r) => r.text), ['1', '2']);
	// The same where the archive tells of the earlier one in a page of its own.
	const paged = logNew('p', [], false);
	add(paged, mine(1, PENDING + 1));
	add(paged, mine(2, 1000, 3, { sending: 'sent' }));
	merge(paged, [mine(1, 0, 3, { archiveId: 'a1', time: 999, key: 'x1' })], { before: 'joined', after: 'joined' }, true);
	deepEqual(paged.rows.map((r) => r.text), ['1', '2']);
	// Between two tabs only what was sent counts; and what came before stays before.
	const both = logNew('p', [], false);
	add(both, mine(1, 1000, 3, { sending: 'sent' }));
	add(both, mine(3, 1001, 4, { sending: 'sent' }));
	add(both, mine(2, PENDING + 2));
	change(both, 'k2', { sending: 'sent', order: ownPlace(both, both.keys.get('k2')!, 1005) });
	deepEqual(both.rows.map((r) => r.text), ['1', '3', '2']);
	// In any order of the news.
	for (const way of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]) {
		const log = logNew('p', [], false);
		for (let n = 0; n < 4; n++)
			add(log, mine(n, PENDING + n));
		for (const n of way)
			change(log, `k${n}`, { sending: 'sent', order: ownPlace(log, log.keys.get(`k${n}`)!, 1000 + way.indexOf(n)) });
		deepEqual(log.rows.map((r) => r.text), ['0', '1', '2', '3'], way.join());
	}
});
