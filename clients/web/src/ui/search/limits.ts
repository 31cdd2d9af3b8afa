// SPDX-License-Identifier: Apache-2.0
// When: quick choices and days of one's own, as times for the server. The end of a span is the day after, so that the last day is in.

export type Span = 'any' | 'today' | 'week' | 'month' | 'year' | 'between';

const DAYS_BACK: Partial<Record<Span, number>> = { today: 0, week: 6, month: 29 };

// Midnight of the day in "2026-11-21" (of this place), moved by days; undefined when it is no day.
export function midnight(day: string, later = 0): number | undefined {
	const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
	return m ? new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3]) + later).getTime() : undefined;
}

export function limits(span: Span, from: string, to: string, now = new Date()): { from?: number; to?: number } {
	if (span === 'between') return { from: midnight(from), to: midnight(to, 1) };
	if (span === 'year') return { from: new Date(now.getFullYear(), 0, 1).getTime() };
	const back = DAYS_BACK[span];
	return back === undefined
		? {}
		: { from: new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).getTime() };
}
