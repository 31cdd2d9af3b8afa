// SPDX-License-Identifier: Apache-2.0
// What is looked for and what was found. Kept while the page lives, so that the way back from a message leads to the same results.

import { computed, signal } from '@preact/signals';
import type { Address, Message, SearchQuery } from '../../model';
import { model } from '../common/model';
import { limits, type Span } from './limits';

export const text = signal('');
export const person = signal<Address>('');
export const span = signal<Span>('any');
export const from = signal('');
export const to = signal('');
export const files = signal(false);

export const turnedRound = computed(
	() => span.value === 'between' && !!from.value && !!to.value && from.value > to.value,
);
export const limited = computed(() => !!person.value || span.value !== 'any' || files.value);

export const query = computed<SearchQuery | null>(() => {
	const words = text.value.trim();
	if ((!words && !files.value) || turnedRound.value) return null;
	const q: SearchQuery = { text: words, ...limits(span.value, from.value, to.value) };
	if (person.value) q.with = person.value;
	if (files.value) q.files = true;
	return q;
});

export interface Result {
	for: SearchQuery;
	hits: readonly Message[];
	more: boolean;
	next?: string;
}
export const result = signal<Result | null>(null);
export const state = signal<'still' | 'looking' | 'more' | 'failed'>('still');

let turn = 0;

export async function look(q: SearchQuery): Promise<void> {
	const mine = ++turn;
	state.value = 'looking';
	try {
		const page = await model().search(q);
		if (mine !== turn) return;
		result.value = { for: q, ...page };
		state.value = 'still';
	} catch {
		if (mine === turn) state.value = 'failed';
	}
}

export async function lookFurther(): Promise<void> {
	const r = result.peek();
	if (!r?.more || state.peek() === 'more') return;
	const mine = ++turn;
	state.value = 'more';
	try {
		const page = await model().search(r.for, r.next);
		if (mine !== turn) return;
		const known = new Set(r.hits.map((m) => m.key));
		result.value = {
			for: r.for,
			hits: [...r.hits, ...page.hits.filter((m) => !known.has(m.key))],
			more: page.more,
			next: page.next,
		};
		state.value = 'still';
	} catch {
		if (mine === turn) state.value = 'failed';
	}
}

export function forget(): void {
	turn++;
	result.value = null;
	state.value = 'still';
}

export function clearLimits(): void {
	person.value = '';
	span.value = 'any';
	from.value = '';
	to.value = '';
	files.value = false;
}
