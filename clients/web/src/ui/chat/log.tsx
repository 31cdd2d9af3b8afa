// SPDX-License-Identifier: Apache-2.0
// The messages of a conversation. window.ts says which rows are in the document; here they are kept where they are:
// whoever reads is never moved, whatever comes above or below. Only at the end the page follows.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../../model';
import { day, t } from '../../i18n';
import { Icon } from '../common/icons';
import { openMenu } from '../common/menu';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { actionsFor } from './actions';
import { longPress } from '../common/press';
import { Row } from './message';
import { usePane, type Pane } from './pane';
import { isHead, newDay, saysState } from './rows';
import { slide, type Span, spanAround, spanAtEnd } from './window';
import { c } from './words';

const END = 48; // this close to the end counts as there, in px
const FETCH = 30; // rows ahead of what is visible when more is asked for

interface Held {
	key: string; // of the row that is kept in place
	top: number; // where it is, below the upper edge
}

// What lives as long as the log does and is no reason to draw.
interface Place {
	span: Span;
	first: string; // key of the first row of the span
	held: Held | null;
	top: number; // scrollTop when that was looked up; another one means that somebody has scrolled since
	stuck: boolean; // at the end, and following it
	target: string | null; // key to go to when it is drawn
	opened: boolean;
	read: string; // the newest that was reported as seen
}

const START = (): Place => ({
	span: { start: 0, end: 0 }, first: '', held: null, top: 0, stuck: false, target: null, opened: false, read: '',
});

function indexOfKey(list: readonly Message[], key: string): number {
	for (let i = list.length - 1; i >= 0; i--) if (list[i]!.key === key) return i;
	return -1;
}

function rowElements(box: HTMLElement): HTMLElement[] {
	return [...box.querySelectorAll<HTMLElement>('.row')];
}

// Rows are in order: look for the edge by halves, since asking each for its place is slow.
function firstBelow(rows: HTMLElement[], y: number): number {
	let low = 0;
	let high = rows.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (rows[mid]!.getBoundingClientRect().bottom > y) high = mid;
		else low = mid + 1;
	}
	return low;
}

function rowAt(target: EventTarget | null): HTMLElement | null {
	return target instanceof Element ? target.closest<HTMLElement>('.row') : null;
}

function rowOf(box: HTMLElement | null, key: string): HTMLElement | null {
	return box?.querySelector<HTMLElement>(`.row[data-key="${CSS.escape(key)}"]`) ?? null;
}

function seeing(): boolean {
	return document.visibilityState === 'visible' && document.hasFocus();
}

export function Log() {
	const pane = usePane();
	const { timeline } = pane;
	const box = useRef<HTMLDivElement>(null);
	const inner = useRef<HTMLDivElement>(null);
	const place = useRef<Place>(START()).current;
	const moved = useSignal(0);
	const active = useSignal('');
	const flash = useSignal('');
	const atEnd = useSignal(true);
	const opened = useSignal(false);
	const unread = useComputed(() => model().conversations.value.find((c) => c.with === pane.address)?.unread ?? 0);

	const list = timeline.messages.value;
	const more = timeline.more.value;

	// ---- the span ----

	// Where the span is in the list of now: rows may have come before it.
	const current = (): Span => {
		const s = place.span;
		const rows = s.end - s.start;
		const total = list.length;
		if (place.stuck) return spanAtEnd(total);
		const at = indexOfKey(list, place.first);
		if (at >= 0) return { start: at, end: Math.min(total, at + Math.max(rows, Math.min(total, 60))) };
		const held = place.held ? indexOfKey(list, place.held.key) : -1;
		return held >= 0 ? spanAround(held, total) : spanAtEnd(total);
	};

	const move = (to: Span) => {
		place.first = timeline.messages.peek()[to.start]?.key ?? '';
		place.span = to;
		moved.value++;
	};

	const showEnd = () => {
		place.stuck = true;
		place.held = null;
		place.target = null;
		move(spanAtEnd(timeline.messages.peek().length));
		if (box.current) box.current.scrollTop = box.current.scrollHeight;
	};

	const showKey = (key: string, mark: boolean) => {
		const messages = timeline.messages.peek();
		const at = indexOfKey(messages, key);
		if (at < 0) return;
		place.stuck = false;
		place.held = null;
		place.target = key;
		move({ ...spanAround(at, messages.length) });
		if (mark) {
			flash.value = key;
			setTimeout(() => flash.peek() === key && (flash.value = ''), 2000);
		}
	};

	// ---- what is visible ----

	const hold = (b: HTMLElement, rows: HTMLElement[]): number => {
		const top = b.getBoundingClientRect().top;
		const first = firstBelow(rows, top + 1);
		const row = rows[first];
		place.held = row ? { key: row.dataset.key ?? '', top: row.getBoundingClientRect().top - top } : null;
		place.top = b.scrollTop;
		return first;
	};

	const look = () => {
		const b = box.current;
		if (!b || !place.opened) return;
		const rows = rowElements(b);
		const first = hold(b, rows);
		const top = b.getBoundingClientRect().top;
		const last = Math.min(rows.length - 1, firstBelow(rows, top + b.clientHeight - 1));
		const s = place.span;
		const total = timeline.messages.peek().length;
		const m = timeline.more.peek();
		const near = b.scrollHeight - b.scrollTop - b.clientHeight <= END;
		atEnd.value = near && s.end >= total && !m.newer;
		place.stuck = atEnd.peek();
		const next = slide(s, s.start + first, s.start + last, total);
		if (next !== s && !place.stuck) move(next);
		fetchAround(s.start + first, s.start + last, total);
		report(rows[last], top + b.clientHeight);
	};

	const fetchAround = (first: number, last: number, total: number) => {
		const m = timeline.more.peek();
		if (timeline.loading.peek() || timeline.failed.peek()) return;
		if (first < FETCH && m.older) void timeline.older();
		else if (total - last < FETCH && m.newer) void timeline.newer();
	};

	// The newest row that is wholly visible has been read, when somebody is looking.
	const report = (row: HTMLElement | undefined, bottom: number) => {
		if (!row || !seeing()) return;
		const whole = row.getBoundingClientRect().bottom <= bottom + 4 ? row : row.previousElementSibling;
		const key = whole instanceof HTMLElement ? whole.dataset.key : undefined;
		const seen = place.stuck ? timeline.messages.peek().at(-1)?.key : key;
		if (!seen || seen === place.read) return;
		const messages = timeline.messages.peek();
		if (place.read && indexOfKey(messages, seen) < indexOfKey(messages, place.read)) return;
		place.read = seen;
		timeline.read(seen);
	};

	// ---- after every drawing: put things back where they were ----

	const settle = () => {
		const b = box.current;
		if (!b) return;
		if (place.target) {
			const row = rowOf(b, place.target);
			if (!row) return;
			place.target = null;
			b.scrollTop += row.getBoundingClientRect().top - b.getBoundingClientRect().top - b.clientHeight / 4;
		} else if (place.stuck) b.scrollTop = b.scrollHeight;
		else if (place.held) {
			const row = rowOf(b, place.held.key);
			const by = row ? row.getBoundingClientRect().top - b.getBoundingClientRect().top - place.held.top : 0;
			if (Math.abs(by) >= 0.5) b.scrollTop += by; // writing stops a smooth scroll: only when there is something to write
		}
		place.top = b.scrollTop;
	};
	const resettle = () => {
		if (box.current && !place.stuck && box.current.scrollTop !== place.top) look();
		else settle();
	};
	useLayoutEffect(() => {
		settle();
		look();
	});

	// Sizes change without a drawing: the window, a keyboard, a font, a picture whose size nobody told.
	useEffect(() => {
		const watch = new ResizeObserver(resettle);
		if (box.current) watch.observe(box.current);
		if (inner.current) watch.observe(inner.current);
		addEventListener('focus', look);
		document.addEventListener('visibilitychange', look);
		return () => {
			watch.disconnect();
			removeEventListener('focus', look);
			document.removeEventListener('visibilitychange', look);
		};
	}, []);

	// ---- opening and jumping ----

	useEffect(() => {
		let left = false;
		const open = async () => {
			const jump = pane.jump.peek();
			const waiting = unread.peek() > 0;
			const key = jump ? null : waiting ? await timeline.toFirstUnread() : await quickEnd(pane);
			if (left || place.opened) return; // a jump was faster
			place.opened = true;
			opened.value = true;
			if (key) showKey(key, false);
			else if (!jump) showEnd();
		};
		void open();
		return () => {
			left = true;
		};
	}, []);

	useSignalEffect(() => {
		const to = pane.jump.value;
		if (!to) return;
		pane.jump.value = null;
		void timeline.jump(to).then((key) => {
			place.opened = true;
			opened.value = true;
			if (key) showKey(key, true);
			else {
				notice(c('notFound'));
				if (!place.held) showEnd();
			}
		});
	});

	useSignalEffect(() => {
		if (pane.toEnd.value > 0) void timeline.toEnd().then(showEnd);
	});

	// ---- keys and pointers ----


	const messageAt = (target: EventTarget | null): Message | undefined => {
		const key = rowAt(target)?.dataset.key;
		return key === undefined ? undefined : timeline.messages.peek().find((m) => m.key === key);
	};

	const openActions = (target: EventTarget | null, at?: { x: number; y: number }) => {
		const m = messageAt(target);
		const row = rowAt(target);
		if (m && row) openMenu(at ?? row.querySelector('.body') ?? row, c('actions'), actionsFor(pane, m));
	};

	const onKeyDown = (e: KeyboardEvent) => {
		const row = rowAt(e.target);
		if (!row || e.target !== row) return;
		const ways: Record<string, Element | null> = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling };
		const to = ways[e.key] ?? null;
		if (to instanceof HTMLElement && to.classList.contains('row')) to.focus();
		else if (e.key === 'ArrowDown' && !to) pane.focusComposer();
		else if (e.key === 'End') void timeline.toEnd().then(showEnd);
		else if (e.key === 'Enter' || e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) openActions(row);
		else return;
		e.preventDefault();
	};

	const press = useMemo(() => longPress(openActions), []);

	void moved.value;
	// Somebody scrolled and the event has not come yet: hold what is there now, before this drawing changes it.
	if (box.current && place.opened && !place.target && box.current.scrollTop !== place.top) {
		const b = box.current;
		hold(b, rowElements(b));
		place.stuck &&= b.scrollHeight - b.scrollTop - b.clientHeight <= END;
	}
	const s = current();
	place.span = s;
	place.first = list[s.start]?.key ?? '';
	const divider = timeline.divider.value;
	const dividerAt = divider ? indexOfKey(list, divider) : -1;
	const newOnes = dividerAt < 0 ? 0 : pane.unread || list.slice(dividerAt).filter((m) => !m.mine).length;
	const lastKey = list[s.end - 1]?.key;
	const tab = active.value && list.some((m) => m.key === active.value) ? active.value : lastKey;
	const loading = timeline.loading.value;

	return (
		<div class="log-place">
			<div
				class="log"
				ref={box}
				onScroll={look}
				onKeyDown={onKeyDown}
				onPointerOver={(e) => e.pointerType === 'mouse' && (active.value = rowAt(e.target)?.dataset.key ?? '')}
				onPointerLeave={() => !box.current?.querySelector(':focus-visible') && (active.value = '')}
				onFocusIn={(e) => (active.value = rowAt(e.target)?.dataset.key ?? '')}
				{...press}
			>
				<div class="rows" ref={inner}>
					{!opened.value && !list.length && <Skeleton />}
					{opened.value && s.start === 0 && <Beginning older={more.older} pane={pane} empty={!list.length} />}
					<div
						role={list.length ? 'feed' : undefined}
						aria-label={list.length ? c('messages') : undefined}
						aria-busy={loading !== null}
					>
					{opened.value && list.slice(s.start, s.end).map((m, i) => {
						const at = s.start + i;
						const before = list[at - 1];
						return (
							<Row
								key={m.key}
								of={m}
								head={isHead(m, before) || at === dividerAt}
								day={newDay(m, before) ? day(m.time) : ''}
								unread={at === dividerAt ? newOnes : 0}
								words={saysState(m, list[at + 1])}
								active={active.value === m.key}
								tab={tab === m.key}
								flash={flash.value === m.key}
							/>
						);
					})}
					</div>
				</div>
			</div>
			{!atEnd.value && opened.value && (
				<button
					type="button"
					class={`to-end${unread.value ? ' waiting' : ''}`}
					onClick={() => void timeline.toEnd().then(showEnd)}
					aria-label={unread.value ? c('toNew', { n: unread.value }) : c('toEnd')}
				>
					<Icon name="down" size={18} />
					{unread.value > 0 && <span>{c('newMessages', { n: unread.value })}</span>}
				</button>
			)}
		</div>
	);
}

// The end is there at once when anything is; else it is asked for.
async function quickEnd(pane: Pane): Promise<null> {
	if (!pane.timeline.messages.peek().length) await pane.timeline.toEnd();
	return null;
}

function Skeleton() {
	return (
		<div class="skeleton" aria-hidden="true">
			{[62, 40, 78, 30, 55].map((w, i) => (
				<div key={i}><i /><span><b /><em style={{ width: `${w}%` }} /></span></div>
			))}
		</div>
	);
}

// What stands above the first row that is loaded.
function Beginning({ older, pane, empty }: { older: boolean; pane: Pane; empty: boolean }) {
	const { timeline } = pane;
	if (timeline.failed.value) {
		return (
			<p class="log-edge">
				{c('loadFailed')} <button type="button" class="link-button" onClick={() => void timeline.older()}>{t('common.retry')}</button>
			</p>
		);
	}
	if (older) return <p class="log-edge">{timeline.loading.value === 'older' ? t('common.loading') : '\u00a0'}</p>;
	return <p class="log-edge">{empty ? c('noMessages') : c('beginning')}</p>;
}
