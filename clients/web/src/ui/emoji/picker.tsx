// SPDX-License-Identifier: Apache-2.0
// Emoji by group or by word. The field keeps the focus; arrows choose in the grid, Enter takes. Only the rows in sight are in the page.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { language, t, texts } from '../../i18n';
import { emoji as words } from '../../i18n/emoji';
import { Icon } from '../common/icons';
import { recent, remember, setTone, tone as savedTone } from './recent';
import { type Part, type Row, rowOf, rowsOf, vertical } from './rows';
import { type Emoji, find, GROUPS, table, withTone } from './table';

const e = texts(words);
const CELL = 42; // px, as in picker.css
const SPARE = 3; // rows drawn beyond what is in sight
const FACES = {
	recent: '🕘',
	smileys: '😀',
	people: '👋',
	nature: '🌿',
	food: '🍎',
	travel: '🚗',
	activities: '⚽',
	objects: '💡',
	symbols: '💬',
	flags: '🏁',
};

function named(x: Emoji, tone: number): { emoji: string; name: string } {
	return { emoji: withTone(x, tone), name: language.value === 'en' ? x.en : x.zh };
}

function parts(typed: string, tone: number): Part[] {
	if (typed) return [{ group: 'found', title: '', emoji: find(typed).map((x) => named(x, tone)) }];
	const names = new Map(table().all.map((x) => [x.emoji, named(x, 0).name]));
	const taken = recent().map((x) => ({
		emoji: x,
		name: names.get(x) ?? names.get(x.replace(/[\u{1f3fb}-\u{1f3ff}]/u, '')) ?? x,
	}));
	const groups = GROUPS.map((g) => ({
		group: g,
		title: e(g),
		emoji: (table().groups.get(g) ?? []).map((x) => named(x, tone)),
	}));
	return [{ group: 'recent', title: e('recent'), emoji: taken }, ...groups];
}

function Tones({ tone, onTone }: { tone: number; onTone: (n: number) => void }) {
	return (
		<label class="emoji-tone">
			<span class="spoken">{e('tone')}</span>
			<select value={tone} onChange={(x) => onTone(Number(x.currentTarget.value))}>
				{([0, 1, 2, 3, 4, 5] as const).map((n) => (
					<option key={n} value={n} aria-label={e(`tone${n}`)}>
						{withTone({ emoji: '✋', tones: true }, n)}
					</option>
				))}
			</select>
		</label>
	);
}

function Tabs({ rows, now, onGo }: { rows: readonly Row[]; now: string; onGo: (row: number) => void }) {
	const groups = [...new Set(rows.map((r) => r.group))].filter((g): g is keyof typeof FACES => g in FACES);
	return (
		<div class="emoji-tabs" role="group" aria-label={e('title')}>
			{groups.map((g) => (
				<button
					type="button"
					key={g}
					aria-label={e(g)}
					title={e(g)}
					aria-pressed={g === now}
					onClick={() => onGo(rows.findIndex((r) => r.group === g))}
				>
					{FACES[g]}
				</button>
			))}
		</div>
	);
}

interface GridProps {
	rows: readonly Row[];
	first: number;
	last: number;
	at: number;
	across: number;
	id: string;
	onPick: (emoji: string) => void;
	onOver: (place: number) => void;
}

function Grid({ rows, first, last, at, across, id, onPick, onOver }: GridProps) {
	const total = rows.reduce((n, r) => n + r.cells.length, 0);
	return (
		<div
			class="emoji-grid"
			role="listbox"
			aria-label={e('title')}
			id={`${id}g`}
			style={{ height: `${rows.length * CELL}px`, '--across': String(across) }}
		>
			{rows.slice(first, last).map((r, i) => (
				<div
					class="emoji-row"
					role="presentation"
					key={first + i}
					style={{ transform: `translateY(${(first + i) * CELL}px)` }}
				>
					{r.title && (
						<div class="emoji-title" role="presentation">
							{r.title}
						</div>
					)}
					{r.cells.map((c) => (
						<div
							role="option"
							key={c.place}
							id={`${id}e${c.place}`}
							aria-selected={c.place === at}
							aria-setsize={total}
							aria-posinset={c.place + 1}
							aria-label={c.name}
							title={c.name}
							onClick={() => onPick(c.emoji)}
							onPointerMove={() => c.place !== at && onOver(c.place)}
						>
							{c.emoji}
						</div>
					))}
				</div>
			))}
		</div>
	);
}

export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
	const typed = useSignal('');
	const at = useSignal(-1);
	const tone = useSignal(savedTone());
	const top = useSignal(0);
	const size = useSignal({ height: 300, across: 8 });
	const box = useRef<HTMLDivElement>(null);
	const field = useRef<HTMLInputElement>(null);
	const id = useId();
	const { across, height } = size.value;
	const want = typed.value.trim();
	const rows = useMemo(() => rowsOf(parts(want, tone.value), across), [want, tone.value, across, language.value]);
	const first = Math.max(0, Math.floor(top.value / CELL) - SPARE);
	const last = Math.ceil((top.value + height) / CELL) + SPARE;
	const chosen = rows[rowOf(rows, at.value)]?.cells.find((c) => c.place === at.value);
	const total = rows.reduce((n, r) => n + r.cells.length, 0);

	useLayoutEffect(() => {
		const measure = () => {
			const b = box.current;
			if (b)
				size.value = { height: b.clientHeight, across: Math.max(4, Math.floor((b.clientWidth - 12) / CELL)) };
		};
		measure();
		addEventListener('resize', measure);
		return () => removeEventListener('resize', measure);
	}, []);
	useEffect(() => {
		if (matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
	}, []);
	const scrollTo = (row: number) => {
		if (box.current) top.value = box.current.scrollTop = row * CELL;
	};
	const choose = (place: number) => {
		at.value = place;
		const row = rowOf(rows, place);
		const b = box.current;
		if (row < 0 || !b) return;
		if (row * CELL < b.scrollTop) scrollTo(Math.max(0, row - 1));
		else if ((row + 1) * CELL > b.scrollTop + height) scrollTo(row + 1 - Math.floor(height / CELL));
	};
	const pick = (emoji: string) => {
		remember(emoji);
		onPick(emoji);
	};
	const step = (key: string): number | null => {
		const now = at.value;
		if (key === 'ArrowDown') return now < 0 ? 0 : vertical(rows, now, 1);
		if (key === 'ArrowUp') return now < 0 ? null : vertical(rows, now, -1);
		if (now < 0) return null; // left and right belong to the text until something is chosen
		if (key === 'ArrowRight') return Math.min(total - 1, now + 1);
		return key === 'ArrowLeft' ? Math.max(0, now - 1) : null;
	};
	const onKeyDown = (x: KeyboardEvent) => {
		if (x.isComposing) return;
		const to = step(x.key);
		if (x.key === 'Escape') onClose();
		else if (x.key === 'Enter') {
			const e_ = chosen ?? (want ? rows[0]?.cells[0] : undefined);
			if (e_) pick(e_.emoji);
		} else if (to !== null && total) choose(to);
		else return;
		x.preventDefault();
		x.stopPropagation();
	};
	return (
		<div
			class="emoji-picker"
			role="dialog"
			aria-label={e('title')}
			onKeyDown={(x) => {
				if (x.key !== 'Escape') return;
				x.stopPropagation();
				onClose();
			}}
		>
			<div class="emoji-head">
				<div class="find-field">
					<Icon name="search" size={16} />
					<input
						ref={field}
						role="combobox"
						value={typed.value}
						onInput={(x) => {
							typed.value = x.currentTarget.value;
							at.value = typed.value.trim() ? 0 : -1;
							scrollTo(0);
						}}
						onKeyDown={onKeyDown}
						placeholder={e('search')}
						aria-label={e('search')}
						aria-expanded
						aria-controls={`${id}g`}
						aria-autocomplete="list"
						aria-activedescendant={chosen ? `${id}e${chosen.place}` : undefined}
						autocomplete="off"
						maxLength={100}
					/>
				</div>
				<button type="button" class="icon-button small" aria-label={t('common.close')} onClick={onClose}>
					<Icon name="close" size={16} />
				</button>
			</div>
			{!want && (
				<Tabs rows={rows} now={rows[Math.floor((top.value + CELL / 2) / CELL)]?.group ?? ''} onGo={scrollTo} />
			)}
			<div class="emoji-scroll" ref={box} tabIndex={0} onScroll={(x) => (top.value = x.currentTarget.scrollTop)}>
				<Grid
					rows={rows}
					first={first}
					last={last}
					at={at.value}
					across={across}
					id={id}
					onPick={pick}
					onOver={(p) => (at.value = p)}
				/>
			</div>
			<div class="emoji-foot">
				<p role="status">
					{want && !total ? (
						e('none')
					) : chosen ? (
						<>
							<span>{chosen.emoji}</span> {chosen.name}
						</>
					) : want ? (
						e('found', { n: total })
					) : (
						''
					)}
				</p>
				<Tones
					tone={tone.value}
					onTone={(n) => {
						setTone(n);
						tone.value = n;
					}}
				/>
			</div>
		</div>
	);
}
