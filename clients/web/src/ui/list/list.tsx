// SPDX-License-Identifier: Apache-2.0
// The conversations: who asks to be a contact, what is pinned, the rest by time.

import { useRef } from 'preact/hooks';
import type { Address, Conversation, Person } from '../../model';
import { t } from '../../i18n';
import { Avatar } from '../common/avatar';
import { Icon } from '../common/icons';
import { openMenu, type MenuItem } from '../common/menu';
import { model } from '../common/model';
import { personOf } from '../common/person';
import { longPress } from '../common/press';
import { chatPath, go, openChat, route } from '../common/route';
import { line } from '../common/text';
import { switching } from '../shell/panels';
import { Invitations } from '../shell/parts';
import { ConversationRow } from './row';

function actionsFor(c: Conversation): MenuItem[] {
	const m = model();
	const items: MenuItem[] = [];
	if (c.unread) items.push({ label: t('chat.markRead'), icon: 'check', run: () => m.markRead(c.with) });
	items.push({ label: t(c.pinned ? 'chat.unpin' : 'chat.pin'), icon: 'pin', run: () => m.pin(c.with, !c.pinned) });
	const mute = t(c.muted ? 'chat.unmute' : 'chat.mute');
	items.push({ label: mute, icon: c.muted ? 'bell' : 'mute', run: () => m.mute(c.with, !c.muted) });
	items.push({
		label: t('chat.hide'),
		icon: 'hide',
		run: () => {
			m.hide(c.with);
			if (route.peek().address === c.with) go('', true);
		},
	});
	return items;
}

function Request({ p }: { p: Person }) {
	const name = line(p.name);
	return (
		<li class="list-request">
			<Avatar address={p.address} />
			<div class="list-request-words">
				<button type="button" class="list-request-name" onClick={() => openChat(p.address)}>
					<bdi>{name}</bdi>
				</button>
				<span dir="auto">{line(p.request ?? '') || t('chat.wantsContact')}</span>
			</div>
			<div class="list-request-buttons">
				<button type="button" class="button small primary" aria-label={t('chat.acceptName', { name })} onClick={() => {
					model().answer(p.address, true);
					openChat(p.address);
				}}>{t('chat.accept')}</button>
				<button
					type="button"
					class="button small"
					aria-label={t('chat.declineName', { name })}
					onClick={() => model().answer(p.address, false)}
				>
					{t('chat.decline')}
				</button>
			</div>
		</li>
	);
}

function Empty() {
	return (
		<div class="list-empty">
			<p>{t(model().synced.value ? 'chat.noConversations' : 'common.loading')}</p>
			{model().synced.value && (
				<button type="button" class="button primary" onClick={() => go('people')}>
					<Icon name="people" size={18} />{t('chat.findPeople')}
				</button>
			)}
			{model().synced.value && (
				<button type="button" class="button" onClick={() => go('people/invite')}>
					<Icon name="invite" size={18} />{t('chat.invite')}
				</button>
			)}
		</div>
	);
}

interface SectionProps {
	title: string;
	rows: readonly Conversation[];
	at?: Address; // the open one
	tab?: Address; // the one Tab comes to
}

function Section({ title, rows, at, tab }: SectionProps) {
	if (!rows.length) return null;
	return (
		<section aria-label={title}>
			<h2 class="list-title">{title}</h2>
			<ul>
				{rows.map((c) => <ConversationRow key={c.with} c={c} current={c.with === at} tab={c.with === tab} />)}
			</ul>
		</section>
	);
}

// Arrow keys walk over all rows; Tab leaves the list. The row in use is the one Tab comes to.
function walk(e: KeyboardEvent & { currentTarget: HTMLElement }): void {
	const rows = [...e.currentTarget.querySelectorAll<HTMLElement>('a.conversation')];
	const at = rows.indexOf(e.target as HTMLElement);
	if (at < 0) return;
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[e.key];
	if (to === undefined || !rows[to] || e.altKey) return;
	rows[to].focus();
	e.preventDefault();
}

export function List() {
	const m = model();
	const all = m.conversations.value;
	const requests = m.requests.value;
	const at = route.value.address;
	const tab = all.some((c) => c.with === at) ? at : all[0]?.with; // the row Tab comes to
	const find = (target: EventTarget | null) => {
		const row = target instanceof Element ? target.closest<HTMLElement>('a.conversation') : null;
		const c = row && m.conversations.peek().find((o) => o.with === row.dataset.with);
		return row && c ? { row, c } : null;
	};
	const menu = (target: EventTarget | null, at?: { x: number; y: number }) => {
		const hit = find(target);
		if (hit) openMenu(at ?? hit.row, line(personOf(hit.c.with).name), actionsFor(hit.c));
		return !!hit;
	};
	const press = useRef(longPress(menu)).current;
	return (
		<div
			class="list"
			onKeyDown={(e) => {
				if (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) {
					if (menu(e.target)) e.preventDefault();
				} else walk(e);
			}}
			{...press}
			onContextMenu={(e) => {
				press.onContextMenu(e);
				if (!e.defaultPrevented && find(e.target)) {
					e.preventDefault();
					menu(e.target, { x: e.clientX, y: e.clientY });
				}
			}}
		>
			{!!m.rooms.value?.invitations.value.length && <Invitations />}
			{requests.length > 0 && (
				<section aria-label={t('chat.requests')}>
					<h2 class="list-title ember">{t('chat.requests')}</h2>
					<ul>{requests.map((p) => <Request key={p.address} p={p} />)}</ul>
				</section>
			)}
			<Section title={t('chat.pinned')} rows={all.filter((c) => c.pinned)} at={at} tab={tab} />
			<Section title={t('chat.recent')} rows={all.filter((c) => !c.pinned)} at={at} tab={tab} />
			{!all.length && <Empty />}
		</div>
	);
}

// The conversation before or behind the one that is open, for Alt-↑ and Alt-↓.
export function neighbour(by: number): void {
	const all = model().conversations.peek();
	const at = all.findIndex((c) => c.with === route.peek().address);
	const to = all[at < 0 ? 0 : (at + by + all.length) % all.length];
	if (to) go(chatPath(to.with), at >= 0);
}

export function Find() {
	return (
		<button type="button" class="find" aria-keyshortcuts="Control+K" onClick={() => (switching.value = true)}>
			<Icon name="search" size={16} />
			<span>{t('chat.find')}</span>
			<kbd aria-hidden="true">{/Mac|iP/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
		</button>
	);
}
