// SPDX-License-Identifier: Apache-2.0
// The people of a room by their standing, and what may be done with each.

import { type Signal, useSignal } from '@preact/signals';
import type { Address, Affiliation, Member, Room } from '../../model';
import { t } from '../../i18n';
import { Avatar } from '../common/avatar';
import { IconButton } from '../common/button';
import { Dialog } from '../common/dialog';
import { Field } from '../common/field';
import { openMenu, type MenuItem } from '../common/menu';
import { openChat } from '../common/route';
import { personOf } from '../common/person';
import { line } from '../common/text';
import { useLoaded } from '../settings/loaded';
import { Waiting } from '../settings/parts';
import { r, rooms, tell } from './words';

const MANY = 100; // rows at first, and more at each wish

export interface Asked {
	title: string;
	text: string;
	action: string;
	run: (reason?: string) => Promise<boolean>;
}

// Asks before it happens, and for a reason.
export function ReasonDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
	const reason = useSignal('');
	const busy = useSignal(false);
	const go = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		busy.value = true;
		if (await asked.run(reason.value.trim() || undefined)) onClose();
		busy.value = false;
	};
	return (
		<Dialog title={asked.title} onClose={onClose}>
			<form onSubmit={go}>
				<p class="dialog-lead">{asked.text}</p>
				<Field
					label={r('reason')}
					value={reason.value}
					onValue={(v) => (reason.value = v)}
					input={{ maxLength: 500, autocomplete: 'off' }}
				/>
				<div class="dialog-foot">
					<button type="button" class="button" autofocus onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button danger" aria-disabled={busy.value}>{asked.action}</button>
				</div>
			</form>
		</Dialog>
	);
}

export function nameOfMember(m: Member): string {
	return line(m.nick || personOf(m.from).name || m.address || m.from, 60);
}

const MAKE = { owner: 'makeOwner', admin: 'makeAdmin', member: 'makeMember', none: 'makeNone', outcast: 'ban' } as const;

export function actionsOn(room: Room, m: Member, asked: Signal<Asked | null>): MenuItem[] {
	const all = rooms();
	const name = nameOfMember(m);
	const rights = all.rights(room.address, m);
	const items: MenuItem[] = [];
	const give = (to: Affiliation) => (reason?: string) => tell(all.affiliate(room.address, m, to, reason));
	const ask = (what: Asked) => () => (asked.value = what);
	const grave: Partial<Record<Affiliation, Asked>> = {
		owner: { title: r('ownerTitle', { name }), text: r('ownerText'), action: r('makeOwner'), run: give('owner') },
		none: { title: r('noneTitle', { name }), text: r('noneText'), action: r('makeNone'), run: give('none') },
	};
	const { address } = m;
	if (address && !m.me) items.push({ label: r('message'), icon: 'send', run: () => openChat(address) });
	for (const to of rights.affiliations) {
		if (to === 'outcast') continue;
		const first = grave[to];
		items.push({ label: r(MAKE[to]), icon: 'key', run: first ? ask(first) : () => void give(to)() });
	}
	if (rights.voice) {
		const on = m.role === 'visitor';
		items.push({ label: r(on ? 'giveVoice' : 'takeVoice'), icon: 'edit', run: () => void tell(all.voice(room.address, m, on)) });
	}
	if (rights.kick) {
		const run = (reason?: string) => tell(all.kick(room.address, m, reason));
		const what = { title: r('kickTitle', { name }), text: r('kickText'), action: r('kick'), run };
		items.push({ label: r('kick'), icon: 'hide', danger: true, run: ask(what) });
	}
	if (rights.ban) {
		const what = { title: r('banTitle', { name }), text: r('banText'), action: r('ban'), run: give('outcast') };
		items.push({ label: r('ban'), icon: 'block', danger: true, run: ask(what) });
	}
	return items;
}

function noteOf(m: Member): string {
	const notes = [m.me ? r('you') : '', m.role === 'none' ? r('away') : ''];
	if (m.role === 'visitor') notes.push(r('visitor'));
	if (m.address && m.address !== m.nick) notes.push(m.address);
	return notes.filter(Boolean).join(' · ');
}

function Row({ room, m, asked }: { room: Room; m: Member; asked: Signal<Asked | null> }) {
	const name = nameOfMember(m);
	const items = m.me ? [] : actionsOn(room, m, asked);
	return (
		<li class={`member${m.role === 'none' ? ' away' : ''}`}>
			<Avatar address={m.from} name={name} presence={m.role === 'none' ? undefined : m.presence} size="s" />
			<span class="member-words"><b><bdi>{name}</bdi></b><small>{noteOf(m)}</small></span>
			{items.length > 0 && (
				<IconButton
					icon="more"
					small
					label={r('memberMenu', { name })}
					aria-haspopup="menu"
					onClick={(e) => openMenu(e.currentTarget, r('memberMenu', { name }), items)}
				/>
			)}
		</li>
	);
}

const GROUPS: readonly { of: Affiliation; title: 'owners' | 'admins' | 'membersOf' | 'guests' }[] = [
	{ of: 'owner', title: 'owners' }, { of: 'admin', title: 'admins' }, { of: 'member', title: 'membersOf' }, { of: 'none', title: 'guests' },
];

function fits(m: Member, typed: string): boolean {
	const hay = `${m.nick} ${m.address ?? ''} ${personOf(m.from).name}`.toLowerCase();
	return typed.toLowerCase().split(/\s+/).every((w) => hay.includes(w));
}

export function Members({ room }: { room: Room }) {
	const asked = useSignal<Asked | null>(null);
	const typed = useSignal('');
	const shown = useSignal(MANY);
	const all = rooms().members(room.address).value.filter((m) => m.affiliation !== 'outcast');
	const hits = typed.value.trim() ? all.filter((m) => fits(m, typed.value.trim())) : all;
	let left = shown.value;
	return (
		<section class="members">
			<h3>{r('members')} <span class="members-count">{all.length}</span></h3>
			{all.length > 12 && (
				<Field
					label={r('findMember')}
					type="search"
					value={typed.value}
					onValue={(v) => (typed.value = v)}
					input={{ autocomplete: 'off', maxLength: 100 }}
				/>
			)}
			{GROUPS.map(({ of, title }) => {
				const rows = hits.filter((m) => m.affiliation === of).slice(0, Math.max(0, left));
				left -= rows.length;
				return rows.length > 0 && (
					<div key={of}>
						<h4>{r(title)}</h4>
						<ul>{rows.map((m) => <Row key={m.key} room={room} m={m} asked={asked} />)}</ul>
					</div>
				);
			})}
			{hits.length > shown.value && (
				<button type="button" class="button wide" onClick={() => (shown.value += MANY)}>{t('common.showMore')}</button>
			)}
			{asked.value && <ReasonDialog asked={asked.value} onClose={() => (asked.value = null)} />}
		</section>
	);
}

export function BannedDialog({ room, onClose }: { room: Room; onClose: () => void }) {
	const got = useLoaded(() => rooms().banned(room.address));
	const lift = async (a: Address) => {
		if (await tell(rooms().affiliate(room.address, a, 'none'))) got.again();
	};
	const list = got.value;
	return (
		<Dialog title={r('banned')} onClose={onClose}>
			{!list && <Waiting why={got.why} again={got.again} />}
			{list && !list.length && <p>{r('nobodyBanned')}</p>}
			{list && list.length > 0 && (
				<ul class="settings-list">
					{list.map((b) => (
						<li key={b.address} class="settings-row">
							<Avatar address={b.address} size="s" />
							<span class="row-words"><b>{b.address}</b><small>{line(b.reason, 200)}</small></span>
							<button
								type="button"
								class="button small"
								aria-label={r('liftName', { name: b.address })}
								onClick={() => void lift(b.address)}
							>
								{r('lift')}
							</button>
						</li>
					))}
				</ul>
			)}
		</Dialog>
	);
}
