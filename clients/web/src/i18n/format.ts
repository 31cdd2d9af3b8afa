// SPDX-License-Identifier: Apache-2.0
// Times, days, sizes and lists as the language writes them. All read `language`; those that speak of days read `today` as well,
// so that "today" becomes "yesterday" at midnight.

import { signal } from '@preact/signals';
import { language, number } from './index';

const DAY = 86400000;
const formats = new Map<string, Intl.DateTimeFormat>();

function startOfDay(ms: number): number {
	return new Date(ms).setHours(0, 0, 0, 0);
}

export const today = signal(startOfDay(Date.now()));

function watchDay(): void {
	const turn = () => {
		const day = startOfDay(Date.now());
		if (day !== today.peek()) today.value = day;
	};
	const arm = () => {
		turn();
		setTimeout(arm, nextMidnight() - Date.now());
	};
	document.addEventListener('visibilitychange', turn); // a laptop may have slept over midnight
	arm();
}

function nextMidnight(): number {
	return new Date().setHours(24, 0, 0, 500);
}

if (typeof document !== 'undefined') watchDay();

// 12 or 24 hours as the browser is set, when it speaks the same language; else as the language is used to.
function clock(): Intl.DateTimeFormatOptions {
	const own = typeof navigator === 'undefined' ? undefined : navigator.language;
	const l = language.value;
	if (!own || own.slice(0, 2) !== l.slice(0, 2)) return l === 'en' ? {} : { hourCycle: 'h23' };
	const cycle = new Intl.DateTimeFormat(own, { hour: 'numeric' }).resolvedOptions().hourCycle;
	return cycle === 'h11' || cycle === 'h12' ? { hour12: true } : { hourCycle: 'h23' };
}

function format(kind: string, options: () => Intl.DateTimeFormatOptions, ms: number): string {
	const key = `${language.value} ${kind}`;
	let f = formats.get(key);
	if (!f) formats.set(key, (f = new Intl.DateTimeFormat(language.value, options())));
	return f.format(ms);
}

// 21:04
export function time(ms: number): string {
	return format('time', () => ({ hour: 'numeric', minute: '2-digit', ...clock() }), ms);
}

// Days between the day of `ms` and today; 0 today, 1 yesterday. Rounded, since a day may have 23 or 25 hours.
function daysBack(ms: number): number {
	return Math.round((today.value - startOfDay(ms)) / DAY);
}

function capital(s: string): string {
	return s.charAt(0).toLocaleUpperCase(language.value) + s.slice(1);
}

function relativeDay(back: number): string {
	return capital(new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' }).format(-back, 'day'));
}

function sameYear(ms: number): boolean {
	return new Date(ms).getFullYear() === new Date(today.value).getFullYear();
}

// A short date for lists: 11月3日, with the year when it is another.
export function date(ms: number): string {
	if (sameYear(ms)) return format('date', () => ({ month: 'short', day: 'numeric' }), ms);
	return format('year date', () => ({ year: 'numeric', month: 'short', day: 'numeric' }), ms);
}

// For a list of conversations: 21:04 · Yesterday · Thu · Nov 3 · Nov 3, 2024
export function when(ms: number): string {
	const back = daysBack(ms);
	if (back <= 0) return time(ms);
	if (back === 1) return relativeDay(1);
	if (back < 7) return format('weekday', () => ({ weekday: 'short' }), ms);
	return date(ms);
}

// For the line between two days: Today · Yesterday · Saturday, November 21
export function day(ms: number): string {
	const back = daysBack(ms);
	if (back === 0 || back === 1) return relativeDay(back);
	if (sameYear(ms)) return format('day', () => ({ weekday: 'long', month: 'long', day: 'numeric' }), ms);
	return format('year day', () => ({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }), ms);
}

// All of it, for a tooltip.
export function moment(ms: number): string {
	return format('moment', () => ({ dateStyle: 'full', timeStyle: 'medium', ...clock() }), ms);
}

// Day and time within a sentence: 昨天 21:04, Nov 3, 9:04 PM
export function dayTime(ms: number): string {
	const back = daysBack(ms);
	if (back === 0) return time(ms);
	return back === 1 ? `${relativeDay(1)} ${time(ms)}` : `${date(ms)} ${time(ms)}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
	['day', DAY],
	['hour', 3600000],
	['minute', 60000],
];

// 5 minutes ago, in 6 days; under a minute counts as one.
export function relative(ms: number, now = Date.now()): string {
	const by = ms - now;
	const [unit, of] = STEPS.find(([, length]) => Math.abs(by) >= length) ?? (['minute', 60000] as const);
	const n = Math.max(1, Math.round(Math.abs(by) / of));
	return new Intl.RelativeTimeFormat(language.value, { numeric: 'always' }).format(by < 0 ? -n : n, unit);
}

const UNITS = ['KB', 'MB', 'GB', 'TB'];

// 184 KB, 2.4 MB
export function size(bytes: number): string {
	if (bytes < 1024) return `${number(bytes)} B`;
	let n = bytes / 1024;
	let unit = 0;
	while (n >= 999.5 && unit < UNITS.length - 1) {
		n /= 1024;
		unit++;
	}
	return `${number(n < 10 && unit > 0 ? Math.round(n * 10) / 10 : Math.round(n))} ${UNITS[unit]}`;
}

export function list(items: readonly string[]): string {
	return new Intl.ListFormat(language.value, { type: 'conjunction' }).format(items);
}

const pinyin = new Intl.Collator('zh-CN', { sensitivity: 'base', numeric: true });
const HAN = /^\p{sc=Han}/u;

// Names in order: Chinese by pinyin; before all others on a Chinese page, behind them on an English one.
export function byName(a: string, b: string): number {
	const apart = Number(HAN.test(a)) - Number(HAN.test(b));
	if (apart) return language.value === 'en' ? apart : -apart;
	return pinyin.compare(a, b);
}
