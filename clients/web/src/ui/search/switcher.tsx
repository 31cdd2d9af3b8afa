// SPDX-License-Identifier: Apache-2.0
// Ctrl-K: to any person, place or search in a few letters. The field keeps the focus; arrows choose, Enter opens.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t, texts, when } from '../../i18n';
import { people as peopleWords } from '../../i18n/people';
import { search as words } from '../../i18n/search';
import type { Address } from '../../model';
import { Avatar } from '../common/avatar';
import { Dialog } from '../common/dialog';
import { Icon, type IconName } from '../common/icons';
import { model } from '../common/model';
import { go, openChat } from '../common/route';
import { line } from '../common/text';
import { useFound } from '../people/found';
import { typedAhead } from '../shell/panels';
import { rank } from './rank';

const s = texts(words);
const p = texts(peopleWords);
const MOST = 9;

interface Option {
	key: string;
	group: string;
	title: string;
	note: string;
	address?: Address;
	icon?: IconName;
	badge?: string;
	run: () => void;
}

function chat(address: Address, group: string): Option {
	const person = model().person(address);
	const c = model().conversations.value.find((x) => x.with === address);
	return {
		key: address,
		group,
		title: line(person.name, 60),
		note: c ? when(c.time) : address,
		address,
		badge: c?.unread ? s('unread', { n: c.unread }) : undefined,
		run: () => openChat(address),
	};
}

function known(typed: string): Option[] {
	const conversations = model().conversations.value;
	if (!typed) {
		const recent = [...conversations].sort(
			(a, b) => Number(b.unread > 0) - Number(a.unread > 0) || b.time - a.time,
		);
		return recent.slice(0, MOST).map((c) => chat(c.with, s('recent')));
	}
	const all = new Set([
		...conversations.map((c) => c.with),
		...[...model().people.value.values()].filter((x) => x.tie !== 'none').map((x) => x.address),
	]);
	const place = new Map(conversations.map((c, i) => [c.with, i]));
	return [...all]
		.map((address) => ({ address, fits: rank(model().person(address).name, address, typed) }))
		.filter((x) => x.fits > 0)
		.sort((a, b) => b.fits - a.fits || (place.get(a.address) ?? 1e6) - (place.get(b.address) ?? 1e6))
		.slice(0, MOST)
		.map((x) => chat(x.address, s('chats')));
}

function places(typed: string): Option[] {
	const all: [string, IconName, string][] = [
		['people', 'people', p('title')],
		['people/invite', 'invite', p('invite')],
		['rooms', 'people', t('chat.findRooms')],
		['rooms/new', 'plus', t('chat.newRoom')],
		['settings', 'settings', t('common.settings')],
	];
	const service = model().rooms.value?.service.value;
	const fits = (title: string) => typed.length !== 1 && title.toLowerCase().includes(typed.toLowerCase());
	const fit = all.filter(([to, , title]) => fits(title) && (service || !to.startsWith('rooms')));
	return fit.map(([to, icon, title]) => ({ key: to, group: s('screens'), title, note: '', icon, run: () => go(to) }));
}

function useOptions(typed: string): Option[] {
	const found = useFound({ kind: 'text', text: typed });
	const mine = known(typed);
	if (!typed) return mine.length < MOST / 2 ? [...mine, ...places('')] : mine;
	const have = new Set([...mine.map((o) => o.key), model().me.value?.address]);
	const others = found.people.filter((f) => !have.has(f.address)).slice(0, 5);
	return [
		...mine,
		...others.map((f) => ({
			...chat(f.address, s('onServer')),
			title: line(f.name || f.address, 60),
			note: f.address,
		})),
		...places(typed),
		{
			key: 'messages',
			group: s('title'),
			title: s('messagesFor', { text: line(typed, 60) }),
			note: '',
			icon: 'search',
			run: () => go(`search/-/${encodeURIComponent(typed)}`),
		},
	];
}

function Row({
	option: o,
	id,
	on,
	onPick,
	onOver,
}: {
	option: Option;
	id: string;
	on: boolean;
	onPick: () => void;
	onOver: () => void;
}) {
	return (
		<div role="option" id={id} aria-selected={on} class="option" onClick={onPick} onPointerMove={onOver}>
			{o.address ? (
				<Avatar address={o.address} name={o.title} picture={model().person(o.address).avatar} size="s" />
			) : (
				<span class="option-icon">
					<Icon name={o.icon ?? 'forward'} />
				</span>
			)}
			<span class="option-title">{o.title}</span>
			{o.badge && <span class="option-badge">{o.badge}</span>}
			<span class="option-note">{o.note}</span>
		</div>
	);
}

export function Switcher({ onClose }: { onClose: () => void }) {
	const typed = useSignal(typedAhead.peek());
	const at = useSignal(0);
	const id = useId();
	const list = useRef<HTMLDivElement>(null);
	const field = useRef<HTMLInputElement>(null);
	const options = useOptions(typed.value.trim());
	const on = Math.min(at.value, options.length - 1);
	useEffect(() => {
		typedAhead.value = '';
		field.current?.focus();
	}, []);
	useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [on]);
	const pick = (o: Option | undefined) => {
		if (!o) return;
		onClose();
		o.run();
	};
	const onKeyDown = (e: KeyboardEvent) => {
		if (e.isComposing) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step) at.value = (on + step + options.length) % Math.max(1, options.length);
		else if (e.key === 'Enter') pick(options[on]);
		else return;
		e.preventDefault();
	};
	const groups = [...new Set(options.map((o) => o.group))];
	return (
		<Dialog title={s('switcher')} bare onClose={onClose}>
			<div class="switcher">
				<div class="find-field">
					<Icon name="search" />
					<input
						ref={field}
						role="combobox"
						value={typed.value}
						onInput={(e) => {
							typed.value = e.currentTarget.value;
							at.value = 0;
						}}
						onKeyDown={onKeyDown}
						aria-label={s('switcherField')}
						placeholder={s('switcherField')}
						aria-expanded={options.length > 0}
						aria-controls={`${id}l`}
						aria-autocomplete="list"
						aria-activedescendant={options[on] ? `${id}o${on}` : undefined}
						autocomplete="off"
						autocapitalize="none"
						spellcheck={false}
						maxLength={200}
					/>
					<button type="button" class="icon-button small" aria-label={t('common.close')} onClick={onClose}>
						<Icon name="close" />
					</button>
				</div>
				<div class="options" role="listbox" id={`${id}l`} aria-label={s('switcher')} ref={list}>
					{groups.map((g) => (
						<div role="group" aria-label={g} key={g}>
							<div class="options-title" aria-hidden="true">
								{g}
							</div>
							{options.map(
								(o, i) =>
									o.group === g && (
										<Row
											key={o.key}
											option={o}
											id={`${id}o${i}`}
											on={i === on}
											onPick={() => pick(o)}
											onOver={() => (at.value = i)}
										/>
									),
							)}
						</div>
					))}
				</div>
				<p class="switcher-hint">{s('switcherHint')}</p>
			</div>
		</Dialog>
	);
}
