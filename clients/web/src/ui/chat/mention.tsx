// SPDX-License-Identifier: Apache-2.0
// "@…" in a room: a list of who may be meant, above the field. The field keeps the focus; arrows choose, Enter or Tab takes, Esc closes.

import { type Signal, signal } from '@preact/signals';
import type { Address, Member } from '../../model';
import { Avatar } from '../common/avatar';
import { model } from '../common/model';
import { personOf } from '../common/person';
import { line } from '../common/text';
import { c } from './words';

const MOST = 8;

export interface Mentioning {
	from: number; // where the "@" stands
	list: readonly Member[];
	at: number; // the chosen one
}
export type MentionState = Signal<Mentioning | null>;

export const makeMention = (): MentionState => signal<Mentioning | null>(null);

// What stands before the caret: "@" at the beginning or behind a blank, and no blank since.
export function typedMention(text: string, caret: number): { from: number; typed: string } | null {
	const hit = /(^|\s)@([^\s@]{0,60})$/u.exec(text.slice(0, caret));
	const typed = hit?.[2];
	return typed === undefined ? null : { from: caret - typed.length - 1, typed };
}

export function lookFor(state: MentionState, address: Address, area: HTMLTextAreaElement): void {
	const rooms = model().rooms.peek();
	const hit = rooms && area.selectionStart === area.selectionEnd ? typedMention(area.value, area.selectionStart) : null;
	const list = hit && rooms ? rooms.mentions(address, hit.typed).filter((m) => m.nick && !m.me).slice(0, MOST) : [];
	state.value = hit && list.length ? { from: hit.from, list, at: 0 } : null;
}

export function take(state: MentionState, area: HTMLTextAreaElement, m: Member | undefined): void {
	const s = state.peek();
	state.value = null;
	if (!s || !m) return;
	area.setRangeText(`@${m.nick} `, s.from, area.selectionStart, 'end');
}

// Whether the key was for the list.
export function mentionKey(state: MentionState, area: HTMLTextAreaElement | null, e: KeyboardEvent, changed: () => void): boolean {
	const s = state.peek();
	if (!s || !area || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return false;
	const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
	if (by) state.value = { ...s, at: (s.at + by + s.list.length) % s.list.length };
	else if (e.key === 'Enter' || e.key === 'Tab') {
		take(state, area, s.list[s.at]);
		changed();
	} else if (e.key === 'Escape') state.value = null;
	else return false;
	return true;
}

export function MentionList({ state, id, onTake }: { state: MentionState; id: string; onTake: (m: Member) => void }) {
	const s = state.value;
	return (
		<div class="mention-place">
			<ul class="mention-list" role="listbox" id={id} aria-label={c('mentionList')} hidden={!s}>
				{s?.list.map((m, i) => (
					<li
						key={m.key}
						id={`${id}-${i}`}
						role="option"
						aria-selected={i === s.at}
						onPointerDown={(e) => {
							e.preventDefault(); // the field keeps the focus
							onTake(m);
						}}
					>
						<Avatar address={m.from} name={m.nick} presence={m.role === 'none' ? undefined : m.presence} size="s" />
						<b><bdi>{line(m.nick, 60)}</bdi></b>
						<small>{m.address ?? line(personOf(m.from).name, 60)}</small>
					</li>
				))}
			</ul>
		</div>
	);
}
