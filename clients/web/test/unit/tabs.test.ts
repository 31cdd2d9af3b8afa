// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { heartbeats } from '../../src/store/tabs';
import { world, type World } from './fake';

interface Tab {
	id: string;
	leads: boolean;
	alive: boolean;
	frozen: boolean;
	beats: ReturnType<typeof heartbeats>;
}

// Tabs that hear one another, as a BroadcastChannel does it. A frozen one runs no timers and hears nothing.
function house(w: World): { tabs: Tab[]; open(): Tab } {
	const tabs: Tab[] = [];
	return {
		tabs,
		open() {
			const t = { id: `t${tabs.length}`, leads: false, alive: true, frozen: false } as Tab;
			const env = { ...w, after: (ms: number, fn: () => void) => w.after(ms, function run(): void {
				if (t.frozen)
					w.after(100, run);
				else if (t.alive)
					fn();
			}), now: w.now, wall: w.wall };
			tabs.push(t);
			t.beats = heartbeats(env, t.id, (b) => queueMicrotask(() => {
				for (const o of tabs)
					if (o !== t && o.alive && !o.frozen)
						o.beats.take(b);
			}), (is) => (t.leads = is));
			return t;
		},
	};
}
const leaders = (tabs: Tab[]): string[] => tabs.filter((t) => t.alive && t.leads).map((t) => t.id);

test('one tab leads soon, a second does not disturb it', async () => {
	const w = world(), h = house(w);
	h.open();
	await w.advance(700);
	deepEqual(leaders(h.tabs), ['t0']);
	h.open();
	await w.advance(10_000);
	deepEqual(leaders(h.tabs), ['t0']);
});

test('when the leader goes with a word, another leads; also when it goes without', async () => {
	for (const polite of [true, false]) {
		const w = world(), h = house(w);
		const first = h.open();
		await w.advance(700);
		h.open();
		h.open();
		await w.advance(3000);
		if (polite)
			first.beats.stop();
		first.alive = false;
		await w.advance(8000);
		equal(leaders(h.tabs).length, 1);
	}
});

test('of two that both believe they lead, one remains', async () => {
	const w = world(), h = house(w);
	const first = h.open();
	await w.advance(700);
	h.open();
	await w.advance(2000);
	first.frozen = true;
	await w.advance(10_000);
	ok(leaders(h.tabs).includes('t1'));
	first.frozen = false;
	await w.advance(5000);
	equal(leaders(h.tabs).length, 1);
});
