// SPDX-License-Identifier: Apache-2.0
// Every word a person reads comes from here. A dictionary per area (common.ts, chat.ts …) holds English and Chinese with the
// same keys; one that is missing does not compile. `{name}` is replaced by a parameter, numbers as the language writes them;
// `{n|message|messages}` picks the word by the number in n (no number is written).
//
// t('common.cancel') knows the areas of the first load; a part of the page that is loaded later brings its own:
// `const t = texts(settings)`, then t('title'). Both follow `language`: what reads them in a component is drawn again.

import { signal } from '@preact/signals';
import type { Language } from '../model';
import type { Area, Dictionary, Parameters, Value } from './area';
import { chat } from './chat';
import { common } from './common';

export { area } from './area';
export type { Value } from './area';

export const language = signal<Language>('en');

// What the browser prefers of what we have.
export function preferred(wanted: readonly string[]): Language {
	const hit = wanted.map((l) => l.toLowerCase()).find((l) => l.startsWith('zh') || l.startsWith('en'));
	return hit?.startsWith('zh') ? 'zh-CN' : 'en';
}

export function setLanguage(to: Language): void {
	if (typeof document !== 'undefined') document.documentElement.lang = to;
	language.value = to;
}

const plurals = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

function once<V>(cache: Map<string, V>, key: string, make: () => V): V {
	let v = cache.get(key);
	if (v === undefined) cache.set(key, (v = make()));
	return v;
}

export function number(n: number): string {
	const l = language.value;
	return once(numbers, l, () => new Intl.NumberFormat(l)).format(n);
}

function word(n: Value | undefined, forms: string[]): string {
	const l = language.value;
	const one = once(plurals, l, () => new Intl.PluralRules(l)).select(Number(n)) === 'one';
	return (one ? forms[0] : forms[forms.length - 1]) ?? '';
}

function fill(text: string, given: Record<string, Value>): string {
	return text.replace(/\{(\w+)((?:\|[^|}]*)*)\}/g, (_all, name: string, forms: string) => {
		const v = given[name];
		if (forms) return word(v, forms.slice(1).split('|'));
		return typeof v === 'number' ? number(v) : (v ?? '');
	});
}

// The texts of one area, for parts that are loaded later.
export function texts<D extends Dictionary>(a: Area<D>) {
	return <K extends keyof D & string>(key: K, ...given: Parameters<D[K]>): string =>
		fill((language.value === 'en' ? a.en : a.zh)[key] ?? key, given[0] ?? {});
}

const areas = { chat, common };
type Areas = typeof areas;
type Texts = {
	[A in keyof Areas & string]: { [K in keyof Areas[A]['en'] & string as `${A}.${K}`]: Areas[A]['en'][K] };
};
type Flat = { [A in keyof Texts]: (x: Texts[A]) => void }[keyof Texts] extends (x: infer I) => void ? I : never;
export type Key = keyof Flat & string;

export function t<K extends Key>(key: K, ...given: Parameters<Flat[K] & string>): string {
	const dot = key.indexOf('.');
	const a: Area<Dictionary> = areas[key.slice(0, dot) as keyof Areas];
	return fill((language.value === 'en' ? a.en : a.zh)[key.slice(dot + 1)] ?? key, given[0] ?? {});
}

export * from './format';
