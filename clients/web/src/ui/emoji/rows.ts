// SPDX-License-Identifier: Apache-2.0
// The picker as rows of one height, so that only those in sight need to be drawn.

export interface Cell {
	emoji: string;
	name: string;
	place: number; // among all that can be chosen
}
export interface Row {
	title?: string; // a row with a title has no cells
	group: string;
	cells: readonly Cell[];
}
export interface Part {
	group: string;
	title: string;
	emoji: readonly { emoji: string; name: string }[];
}

export function rowsOf(parts: readonly Part[], across: number): Row[] {
	const rows: Row[] = [];
	let place = 0;
	for (const p of parts.filter((x) => x.emoji.length)) {
		if (p.title) rows.push({ title: p.title, group: p.group, cells: [] });
		for (let i = 0; i < p.emoji.length; i += across) {
			rows.push({ group: p.group, cells: p.emoji.slice(i, i + across).map((e) => ({ ...e, place: place++ })) });
		}
	}
	return rows;
}

export function rowOf(rows: readonly Row[], place: number): number {
	return rows.findIndex((r) => r.cells.some((c) => c.place === place));
}

// The place above or below: the same column of the next row with cells, or its last one.
export function vertical(rows: readonly Row[], place: number, by: 1 | -1): number {
	const at = rowOf(rows, place);
	const column = rows[at]?.cells.findIndex((c) => c.place === place) ?? 0;
	for (let i = at + by; i >= 0 && i < rows.length; i += by) {
		const cells = rows[i]?.cells ?? [];
		if (cells.length) return (cells[column] ?? cells[cells.length - 1])?.place ?? place;
	}
	return place;
}
