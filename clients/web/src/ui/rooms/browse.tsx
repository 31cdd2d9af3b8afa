// SPDX-License-Identifier: Apache-2.0
// The screen of rooms: those that are listed, by search; the way to a new one, and to one whose address one knows.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import type { Address, FoundRoom, FoundRooms, Why } from '../../model';
import { Avatar } from '../common/avatar';
import { Icon } from '../common/icons';
import { notice } from '../common/notice';
import { go, openChat, route } from '../common/route';
import { Screen } from '../common/screen';
import { line } from '../common/text';
import { w } from '../common/why';
import { wanted } from '../people/find';
import { CreateDialog } from './create';
import { PasswordDialog } from './standing';
import { outText, r, rooms } from './words';

const REST_MS = 250; // after the last letter

type Found = { state: 'looking' } | { state: 'failed'; why: Why } | { state: 'done'; rooms: readonly FoundRoom[]; next?: string };

function useRooms(typed: string) {
	const found = useSignal<Found>({ state: 'looking' });
	const turn = useSignal(0);
	const take = (got: FoundRooms | Why, before: readonly FoundRoom[]) => {
		if (typeof got === 'string') found.value = { state: 'failed', why: got };
		else found.value = { state: 'done', rooms: [...before, ...got.rooms], next: got.more ? got.next : undefined };
	};
	useEffect(() => {
		let here = true;
		const ask = () =>
			rooms()
				.browse(typed || undefined)
				.catch((): Why => 'network')
				.then((got) => here && take(got, []));
		const timer = setTimeout(() => void ask(), typed ? REST_MS : 0);
		return () => {
			here = false;
			clearTimeout(timer);
		};
	}, [typed, turn.value]);
	const more = async () => {
		const f = found.value;
		if (f.state !== 'done' || !f.next) return;
		take(await rooms().browse(typed || undefined, f.next).catch((): Why => 'network'), f.rooms);
	};
	return { found: found.value, more, again: () => turn.value++ };
}

function RoomRow({ room, onPassword }: { room: FoundRoom; onPassword: () => void }) {
	const busy = useSignal(false);
	const name = line(room.name, 80);
	const notes = [
		room.count === undefined ? '' : r('people', { n: room.count }),
		room.membersOnly ? r('onlyMembers') : '',
		room.password ? r('needsPassword') : '',
	].filter(Boolean);
	const enter = async () => {
		if (room.joined) return openChat(room.address);
		if (room.password) return onPassword();
		if (busy.value) return;
		busy.value = true;
		const out = await rooms().join(room.address).catch(() => 'unreachable' as const);
		busy.value = false;
		if (out === 'password') onPassword();
		else if (out) notice(outText(out));
		else openChat(room.address);
	};
	return (
		<li class="person room-row">
			<button type="button" class="person-main" onClick={() => void enter()}>
				<Avatar address={room.address} name={name} />
				<span class="person-name"><bdi>{name}</bdi></span>
				<span class="person-note">{[line(room.description, 120), ...notes].filter(Boolean).join(' · ') || room.address}</span>
			</button>
			<span class="person-ends">
				<button
					type="button"
					class="button small"
					aria-label={room.joined ? `${r('joined')}: ${name}` : r('joinTitle', { name })}
					aria-disabled={busy.value}
					onClick={() => void enter()}
				>
					{r(room.joined ? 'joined' : 'join')}
				</button>
			</span>
		</li>
	);
}

function Nothing({ typed }: { typed: string }) {
	if (typed) {
		return <p class="people-state" role="status"><b>{r('noMatch', { text: line(typed, 60) })}</b> {r('noMatchHint')}</p>;
	}
	return (
		<div class="empty">
			<Icon name="people" size={40} />
			<h2>{r('none')}</h2>
			<p>{r('noneLead')}</p>
			<button type="button" class="button primary" onClick={() => go('rooms/new')}>{r('create')}</button>
		</div>
	);
}

function Results({ typed }: { typed: string }) {
	const asking = useSignal<Address | null>(null);
	const want = wanted(typed);
	const address = want.kind === 'address' ? want.address : null;
	const { found, more, again } = useRooms(address ? '' : typed);
	const direct: FoundRoom | null = address
		? { address, name: address, description: '', membersOnly: false, password: false, joined: rooms().all.value.get(address)?.state.state === 'in' }
		: null;
	const rows = direct ? [direct] : found.state === 'done' ? found.rooms : [];
	return (
		<>
			{rows.length > 0 && (
				<ul class="people-group">
					{rows.map((x) => <RoomRow key={x.address} room={x} onPassword={() => (asking.value = x.address)} />)}
				</ul>
			)}
			{!direct && found.state === 'done' && !rows.length && <Nothing typed={typed} />}
			{!direct && found.state === 'done' && found.next && (
				<button type="button" class="button wide" onClick={() => void more()}>{t('common.showMore')}</button>
			)}
			{!direct && found.state !== 'done' && (
				<p class="people-state" role="status">
					{found.state === 'looking' ? r('looking') : (
						<>
							{r('failed')} {w(found.why)}{' '}
							<button type="button" class="link-button" onClick={again}>{t('common.retry')}</button>
						</>
					)}
				</p>
			)}
			{asking.value && <PasswordDialog address={asking.value} onClose={() => (asking.value = null)} />}
		</>
	);
}

export function Browse() {
	const typed = useSignal('');
	if (!rooms().service.value) return <Screen title={r('title')}><p class="people-state">{r('noService')}</p></Screen>;
	return (
		<Screen
			title={r('title')}
			ends={
				<button type="button" class="button" onClick={() => go('rooms/new')}>
					<Icon name="plus" /> {r('create')}
				</button>
			}
		>
			<div class="find-field" role="search">
				<Icon name="search" />
				<input
					type="search"
					value={typed.value}
					onInput={(e) => (typed.value = e.currentTarget.value)}
					placeholder={r('findPlaceholder')}
					aria-label={r('find')}
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					maxLength={1024}
				/>
			</div>
			<Results typed={typed.value.trim()} />
			{route.value.rest[0] === 'new' && <CreateDialog onClose={() => go('rooms', true)} />}
		</Screen>
	);
}
