// SPDX-License-Identifier: Apache-2.0
// Which rows of a long conversation are in the document: a span that slides over all that are loaded. No height is ever
// guessed; log.tsx keeps the first visible row where it is when the span moves.

export interface Span {
	start: number;
	end: number; // behind the last
}

export const ROWS = 200; // in the document at once
const NEAR = 20; // this close to an end of the span it moves
const AHEAD = 60; // and then by so much that this many rows lie ahead

function clamp(start: number, total: number): Span {
	const from = Math.max(0, Math.min(start, total - ROWS));
	return { start: from, end: Math.min(total, from + ROWS) };
}

export function spanAround(row: number, total: number): Span {
	return clamp(row - ROWS / 2, total);
}

export function spanAtEnd(total: number): Span {
	return clamp(total - ROWS, total);
}

// The span for what is visible; the same object where it needs not move.
export function slide(span: Span, first: number, last: number, total: number): Span {
	const up = first - span.start < NEAR && span.start > 0;
	const down = span.end - 1 - last < NEAR && span.end < total;
	if (up) return clamp(first - AHEAD, total);
	if (down) return clamp(last + 1 + AHEAD - ROWS, total);
	return span;
}
