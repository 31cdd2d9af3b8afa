// SPDX-License-Identifier: Apache-2.0
// Data forms (XEP-0004) and pages (XEP-0059).

import { NS } from './names';
import { child, children, childText, el, join, leaf, textOf, type El, type Xml } from './xml';

export function submit(type: string | null, fields: Record<string, string | readonly string[] | undefined>): Xml {
	const field = (name: string, values: readonly string[], kind?: string): Xml =>
		el('field', { var: name, type: kind }, ...values.map((v) => leaf('value', null, v)));
	const all = Object.entries(fields).filter(([, v]) => v !== undefined);
	return el('x', { xmlns: NS.data, type: 'submit' },
		type ? field('FORM_TYPE', [type], 'hidden') : undefined,
		join(all.map(([name, v]) => field(name, typeof v === 'string' ? [v] : v!))));
}

export function fieldsOf(x: El | undefined): Map<string, string> {
	return new Map(children(x, 'field', NS.data).map((f): [string, string] => [f.attrs['var'] ?? '', childText(f, 'value')]));
}

// Rows of a form that reports several things.
export function itemsOf(x: El | undefined): Map<string, string>[] {
	return children(x, 'item', NS.data).map(fieldsOf);
}

export interface Page {
	max?: number;
	after?: string;
	before?: string; // '': the last page
}

export function set(p: Page): Xml {
	return el('set', { xmlns: NS.rsm },
		p.max !== undefined && leaf('max', null, String(p.max)),
		p.after !== undefined && leaf('after', null, p.after),
		p.before !== undefined && leaf('before', null, p.before));
}

export function setOf(e: El | undefined): { first?: string; last?: string; count?: number } {
	const s = child(e, 'set', NS.rsm);
	const get = (name: string): string | undefined => {
		const c = child(s, name);
		return c && textOf(c);
	};
	const count = Number(get('count') ?? NaN);
	return { first: get('first'), last: get('last'), count: Number.isInteger(count) ? count : undefined };
}
