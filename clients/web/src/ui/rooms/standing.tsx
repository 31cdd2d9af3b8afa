// SPDX-License-Identifier: Apache-2.0
// How I stand in a room, within its conversation: on the way in, out of it and why, without a voice.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Address, Room, RoomOut, RoomState } from '../../model';
import { Dialog } from '../common/dialog';
import { PasswordField } from '../common/field';
import { lazy } from '../common/lazy';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { personOf } from '../common/person';
import { go, openChat } from '../common/route';
import { line } from '../common/text';
import { w } from '../common/why';
import { outText, r, roomOf, rooms } from './words';

export const ModerateDialog = lazy(() => import('./moderate').then((m) => m.ModerateDialog));

export function PasswordDialog({ address, onClose }: { address: Address; onClose: () => void }) {
	const typed = useSignal('');
	const wrong = useSignal<RoomOut | null>(null);
	const busy = useSignal(false);
	const enter = async (e: Event) => {
		e.preventDefault();
		if (busy.value || !typed.value) return;
		busy.value = true;
		wrong.value = await rooms().join(address, typed.value).catch(() => 'unreachable' as const);
		busy.value = false;
		if (wrong.value) return;
		onClose();
		openChat(address);
	};
	return (
		<Dialog title={r('joinTitle', { name: line(roomOf(address)?.name ?? personOf(address).name, 60) })} onClose={onClose}>
			<form onSubmit={enter}>
				<PasswordField
					label={r('passwordLabel')}
					value={typed.value}
					onValue={(v) => (typed.value = v)}
					fault={wrong.value && (wrong.value === 'password' ? w('wrong-password') : outText(wrong.value))}
					input={{ autofocus: true, autocomplete: 'off', maxLength: 1000 }}
				/>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button primary" disabled={!typed.value} aria-disabled={busy.value}>
						{r('join')}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

type Out = Extract<RoomState, { state: 'out' }>;

// Whether trying once more may help.
const AGAIN: Readonly<Record<RoomOut, boolean>> = {
	left: true, kicked: true, banned: false, removed: false, destroyed: false, 'members-only': true, password: true, full: true,
	'nick-taken': true, 'not-found': false, 'not-allowed': true, unreachable: true,
};

function OutBar({ room, out }: { room: Room; out: Out }) {
	const asking = useSignal(false);
	const busy = useSignal(false);
	const again = async (address: Address) => {
		if (busy.value) return;
		if (address === room.address && out.why === 'password') {
			asking.value = true;
			return;
		}
		busy.value = true;
		const why = await rooms().join(address).catch(() => 'unreachable' as const);
		busy.value = false;
		if (why === 'password') asking.value = true;
		else if (why) notice(outText(why));
		else if (address !== room.address) openChat(address);
	};
	const forget = () => {
		rooms().leave(room.address);
		model().hide(room.address);
		go('', true);
	};
	const { instead } = out;
	const said = [line(out.by ?? '', 60), line(out.reason ?? '', 300)].filter(Boolean).join(t('chat.colon'));
	return (
		<div class="blocked room-out" role="status">
			<div class="room-out-words">
				<p>{outText(out.why)}</p>
				{said && <p class="room-out-why" dir="auto">{said}</p>}
				{instead && <p>{r('instead', { name: line(personOf(instead).name, 60) })}</p>}
			</div>
			{instead && (
				<button type="button" class="button primary" onClick={() => void again(instead)}>{r('goThere')}</button>
			)}
			{AGAIN[out.why] && (
				<button type="button" class="button" aria-disabled={busy.value} onClick={() => void again(room.address)}>
					{r('rejoin')}
				</button>
			)}
			<button type="button" class="button quiet" onClick={forget}>{r('forget')}</button>
			{asking.value && <PasswordDialog address={room.address} onClose={() => (asking.value = false)} />}
		</div>
	);
}

// What stands where one would write, when one can't; null: one can.
export function cannotWrite(room: Room | undefined) {
	if (room?.state.state === 'out') return <OutBar room={room} out={room.state} />;
	if (room?.state.state === 'in' && !room.can.speak) return <div class="blocked" role="status"><p>{r('noVoice')}</p></div>;
	return null;
}

export function typingWords(room: Room | undefined): string {
	const names = (room?.typing ?? []).map((n) => line(n, 20));
	const [name = '', other = ''] = names;
	if (!name) return '';
	if (names.length > 2) return r('typingMany', { n: names.length });
	return other ? r('typingTwo', { name, other }) : r('typingOne', { name });
}

// Under the name in the head: the topic, else how many are here.
export function roomWords(room: Room | undefined): string {
	if (!room) return '';
	if (room.state.state === 'joining') return r('joining');
	if (room.state.state === 'out') return room.address;
	const count = r('count', { n: room.count });
	const topic = line(room.subject?.text ?? '', 200);
	return topic ? `${count} · ${topic}` : count;
}
