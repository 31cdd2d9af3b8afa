// SPDX-License-Identifier: Apache-2.0
// The screen that searches messages on the server: words, with whom, when, only files; results by day, newest first.

import { useEffect, useRef } from 'preact/hooks';
import { byName, day, size, t, texts, time } from '../../i18n';
import { search as words } from '../../i18n/search';
import type { Message } from '../../model';
import { Avatar } from '../common/avatar';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { go, route } from '../common/route';
import { Screen } from '../common/screen';
import { clean, line } from '../common/text';
import * as ask from './ask';
import type { Span } from './limits';
import { placePath } from './place';
import { pieces, terms } from './snippet';

const s = texts(words);
const PAUSE = 300; // ms
const SPANS: readonly [Span, 'anyTime' | Exclude<Span, 'any'>][] = [
	['any', 'anyTime'],
	['today', 'today'],
	['week', 'week'],
	['month', 'month'],
	['year', 'year'],
	['between', 'between'],
];

function Marked({ text, of }: { text: string; of: readonly string[] }) {
	return <>{pieces(text, of).map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</>;
}

function who(m: Message): string {
	const name = line(model().person(m.with).name, 60);
	return m.mine ? s('youTo', { name }) : name;
}

function Hit({ m, of }: { m: Message; of: readonly string[] }) {
	const file = m.attachment;
	return (
		<li>
			<a class="hit" href={`#/${placePath(m)}`} onClick={(e) => (e.preventDefault(), go(placePath(m)))}>
				<Avatar address={m.mine ? (model().me.value?.address ?? m.from) : m.from} />
				<span class="hit-who">{who(m)}</span>
				<time class="hit-time" dateTime={new Date(m.time).toISOString()}>
					{time(m.time)}
				</time>
				<span class="hit-text">
					{file && (
						<span class="hit-file">
							<Icon name="file" size={16} />
							<span>
								<Marked text={line(file.name, 120)} of={of} />
							</span>{' '}
							<small>{size(file.size)}</small>
						</span>
					)}
					{m.text && <Marked text={clean(m.text).replace(/\s+/g, ' ')} of={of} />}
				</span>
			</a>
		</li>
	);
}

function byDay(hits: readonly Message[]): [string, Message[]][] {
	const days = new Map<string, Message[]>();
	for (const m of hits) {
		const d = day(m.time);
		const of = days.get(d);
		if (of) of.push(m);
		else days.set(d, [m]);
	}
	return [...days];
}

function PersonFilter() {
	const all = [...model().people.value.values()].filter((p) => p.tie !== 'none' || p.address === ask.person.value);
	const here =
		ask.person.value && !all.some((p) => p.address === ask.person.value) ? [model().person(ask.person.value)] : [];
	return (
		<label class={`filter${ask.person.value ? ' on' : ''}`}>
			<span>{s('person')}</span>
			<select value={ask.person.value} onChange={(e) => (ask.person.value = e.currentTarget.value)}>
				<option value="">{s('anybody')}</option>
				{[...here, ...all]
					.sort((a, b) => byName(a.name, b.name))
					.map((p) => (
						<option key={p.address} value={p.address}>
							{line(p.name, 40)}
						</option>
					))}
			</select>
		</label>
	);
}

function TimeFilter() {
	const faulty = ask.turnedRound.value;
	const describe = faulty ? 'search-dates-fault' : undefined;
	return (
		<>
			<label class={`filter${ask.span.value !== 'any' ? ' on' : ''}`}>
				<span>{s('time')}</span>
				<select value={ask.span.value} onChange={(e) => (ask.span.value = e.currentTarget.value as Span)}>
					{SPANS.map(([value, key]) => (
						<option key={value} value={value}>
							{s(key)}
						</option>
					))}
				</select>
			</label>
			{ask.span.value === 'between' && (
				<span class="filter-days">
					<label class="filter">
						<span>{s('from')}</span>
						<input
							type="date"
							value={ask.from.value}
							onInput={(e) => (ask.from.value = e.currentTarget.value)}
							aria-describedby={describe}
						/>
					</label>
					<label class="filter">
						<span>{s('to')}</span>
						<input
							type="date"
							value={ask.to.value}
							onInput={(e) => (ask.to.value = e.currentTarget.value)}
							aria-describedby={describe}
						/>
					</label>
					{faulty && (
						<span class="field-fault" id="search-dates-fault" role="alert">
							{s('dates')}
						</span>
					)}
				</span>
			)}
		</>
	);
}

function Filters() {
	return (
		<div class="filters">
			<PersonFilter />
			<TimeFilter />
			<label class={`filter tick${ask.files.value ? ' on' : ''}`}>
				<input
					type="checkbox"
					checked={ask.files.value}
					onChange={(e) => (ask.files.value = e.currentTarget.checked)}
				/>
				<span>{s('files')}</span>
			</label>
		</div>
	);
}

function Nothing() {
	return (
		<div class="empty">
			<Icon name="search" size={40} />
			<h2>{s('none')}</h2>
			<p>{s('noneHint')}</p>
			{ask.limited.value && (
				<button type="button" class="button" onClick={ask.clearLimits}>
					{s('clearFilters')}
				</button>
			)}
		</div>
	);
}

function Failed() {
	const offline = model().line.value.state !== 'online';
	const again = () => {
		const q = ask.query.peek();
		if (q) void ask.look(q);
	};
	return (
		<div class="note warn">
			<p>{s(offline ? 'offline' : 'failed')}</p>
			<p>
				<button type="button" class="link-button" onClick={again}>
					{t('common.retry')}
				</button>
			</p>
		</div>
	);
}

function statusText(): string {
	const r = ask.result.value;
	if (ask.state.value === 'looking') return s('looking');
	if (!r || ask.state.value === 'failed') return '';
	return r.hits.length ? s(r.more ? 'countMore' : 'count', { n: r.hits.length }) : '';
}

function Results() {
	const r = ask.result.value;
	const of = terms(r?.for.text ?? '');
	return (
		<>
			<p class="search-state" role="status">
				{statusText()}
			</p>
			<div aria-live="polite">{ask.state.value === 'failed' && <Failed />}</div>
			{!r && ask.state.value === 'still' && <p class="search-hint">{s('hint')}</p>}
			{r && !r.hits.length && ask.state.value === 'still' && <Nothing />}
			{r &&
				byDay(r.hits).map(([d, hits]) => (
					<section class="hits" key={d}>
						<h2>{d}</h2>
						<ul>
							{hits.map((m) => (
								<Hit key={m.key} m={m} of={of} />
							))}
						</ul>
					</section>
				))}
			{r?.more && (
				<button
					type="button"
					class="button wide"
					aria-disabled={ask.state.value === 'more'}
					onClick={() => void ask.lookFurther()}
				>
					{t(ask.state.value === 'more' ? 'common.loading' : 'common.showMore')}
				</button>
			)}
		</>
	);
}

// The way here may name a person and words: search/ADDRESS/WORDS, '-' for nobody.
function takeRoute(): void {
	const r = route.peek();
	if (r.screen !== 'search' || !r.rest[0]) return;
	ask.clearLimits();
	ask.person.value = r.rest[0] === '-' ? '' : r.rest[0];
	ask.text.value = r.rest[1] ?? '';
	go('search', true); // so that the way back comes with what was searched last
}

export function Search() {
	const field = useRef<HTMLInputElement>(null);
	const q = ask.query.value;
	const wish = JSON.stringify(q);
	useEffect(takeRoute, [route.value]);
	useEffect(() => field.current?.focus({ preventScroll: true }), []);
	useEffect(() => {
		if (!q) return ask.forget();
		if (JSON.stringify(ask.result.peek()?.for) === wish) return;
		const timer = setTimeout(() => void ask.look(q), PAUSE);
		return () => clearTimeout(timer);
	}, [wish]);
	return (
		<Screen title={s('title')}>
			<form
				role="search"
				onSubmit={(e) => {
					e.preventDefault();
					const now = ask.query.peek();
					if (now) void ask.look(now);
				}}
			>
				<div class="find-field">
					<Icon name="search" />
					<input
						ref={field}
						type="search"
						value={ask.text.value}
						onInput={(e) => (ask.text.value = e.currentTarget.value)}
						placeholder={s('field')}
						aria-label={s('field')}
						autocomplete="off"
						maxLength={500}
					/>
				</div>
				<Filters />
			</form>
			<Results />
		</Screen>
	);
}
