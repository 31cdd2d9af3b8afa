// SPDX-License-Identifier: Apache-2.0
// All about a room: the pane beside its conversation.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import type { Address, Room } from '../../model';
import { Avatar } from '../common/avatar';
import { Confirm } from '../common/confirm';
import { copyText } from '../common/copy';
import { Dialog } from '../common/dialog';
import { Choice, Field } from '../common/field';
import { Icon, type IconName } from '../common/icons';
import { model } from '../common/model';
import { go } from '../common/route';
import { line } from '../common/text';
import { w } from '../common/why';
import { Files } from '../people/profile';
import { ConfigDialog } from './config';
import { InviteIntoDialog } from './invite';
import { BannedDialog, Members } from './members';
import { outText, r, roomOf, rooms, tell } from './words';

type Over = 'invite' | 'settings' | 'banned' | 'subject' | 'nick' | 'leave' | 'destroy' | null;

function leave(room: Room): void {
	rooms().leave(room.address);
	go('', true);
}

// One line of text to be set: the topic, the own name.
function TextDialog({ title, label, is, max, taken, onSet, onClose }: {
	title: string; label: string; is: string; max: number; taken?: string; onSet: (text: string) => Promise<string | null>; onClose: () => void;
}) {
	const typed = useSignal(is);
	const fault = useSignal<string | null>(null);
	const busy = useSignal(false);
	const save = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		busy.value = true;
		const why = await onSet(typed.value.trim()).catch(() => 'network');
		busy.value = false;
		if (why) fault.value = why === 'name-taken' && taken ? taken : w(why as 'network');
		else onClose();
	};
	return (
		<Dialog title={title} onClose={onClose}>
			<form onSubmit={save}>
				<Field
					label={label}
					value={typed.value}
					onValue={(v) => (typed.value = v)}
					fault={fault.value}
					input={{ maxLength: max, autocomplete: 'off', autofocus: true }}
				/>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button primary" aria-disabled={busy.value}>{t('common.save')}</button>
				</div>
			</form>
		</Dialog>
	);
}

function DestroyDialog({ room, onClose }: { room: Room; onClose: () => void }) {
	const typed = useSignal('');
	const reason = useSignal('');
	const busy = useSignal(false);
	const name = line(room.name, 60);
	const sure = line(typed.value, 60) === name;
	const destroy = async (e: Event) => {
		e.preventDefault();
		if (busy.value || !sure) return;
		busy.value = true;
		if (await tell(rooms().destroy(room.address, reason.value.trim() || undefined))) onClose();
		busy.value = false;
	};
	return (
		<Dialog title={r('destroyTitle', { name })} onClose={onClose}>
			<form onSubmit={destroy}>
				<p class="dialog-lead">{r('destroyText')}</p>
				<Field
					label={r('destroyLabel')}
					value={typed.value}
					onValue={(v) => (typed.value = v)}
					hint={name}
					input={{ maxLength: 200, autocomplete: 'off', spellcheck: false }}
				/>
				<Field
					label={r('destroyReason')}
					value={reason.value}
					onValue={(v) => (reason.value = v)}
					input={{ maxLength: 500, autocomplete: 'off' }}
				/>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button danger" disabled={!sure} aria-disabled={busy.value}>{r('destroy')}</button>
				</div>
			</form>
		</Dialog>
	);
}

function onlyOwner(room: Room): boolean {
	return room.affiliation === 'owner' && !rooms().members(room.address).peek().some((m) => !m.me && m.affiliation === 'owner');
}

function Questions({ room, over }: { room: Room; over: Signal<Over> }) {
	const close = () => (over.value = null);
	const name = line(room.name, 60);
	switch (over.value) {
		case 'invite': return <InviteIntoDialog address={room.address} onClose={close} />;
		case 'settings': return <ConfigDialog room={room} onClose={close} />;
		case 'banned': return <BannedDialog room={room} onClose={close} />;
		case 'destroy': return <DestroyDialog room={room} onClose={close} />;
		case 'subject': return (
			<TextDialog
				title={r('subjectEdit')}
				label={r('subjectLabel')}
				is={room.subject?.text ?? ''}
				max={1000}
				onSet={(text) => rooms().setSubject(room.address, text)}
				onClose={close}
			/>
		);
		case 'nick': return (
			<TextDialog
				title={r('nick')}
				label={r('nickLabel')}
				is={room.nick}
				max={60}
				taken={r('nickTaken')}
				onSet={(text) => rooms().setNick(room.address, text)}
				onClose={close}
			/>
		);
		case 'leave': return (
			<Confirm
				title={r('leaveTitle', { name })}
				text={onlyOwner(room) ? `${r('leaveText')} ${r('leaveOwner')}` : r('leaveText')}
				action={r('leave')}
				danger
				onYes={() => leave(room)}
				onClose={close}
			/>
		);
		default: return null;
	}
}

function act(show: boolean, icon: IconName, label: string, run: () => void, danger = false) {
	return show && <button type="button" class={danger ? 'danger' : undefined} onClick={run}><Icon name={icon} />{label}</button>;
}

function Acts({ room, over }: { room: Room; over: Signal<Over> }) {
	const inside = room.state.state === 'in';
	const ask = (what: Over) => () => (over.value = what);
	return (
		<div class="about-acts">
			{act(inside && room.can.invite, 'invite', r('invitePeople'), ask('invite'))}
			{act(true, 'search', r('searchHere'), () => go(`search/${encodeURIComponent(room.address)}`))}
			{act(inside && room.can.subject, 'edit', r('subjectEdit'), ask('subject'))}
			{act(inside, 'person', r('nick'), ask('nick'))}
			{act(inside && room.can.configure, 'settings', r('settings'), ask('settings'))}
		</div>
	);
}

// What is wanted seldom, at the end.
function Ends({ room, over }: { room: Room; over: Signal<Over> }) {
	const inside = room.state.state === 'in';
	const ask = (what: Over) => () => (over.value = what);
	return (
		<div class="about-acts about-ends">
			{act(inside && room.can.ban, 'block', r('banned'), ask('banned'))}
			{act(true, 'copy', r('copyAddress'), () => void copyText(room.address))}
			{act(true, 'hide', r('leave'), ask('leave'), true)}
			{act(inside && room.can.destroy, 'trash', r('destroy'), ask('destroy'), true)}
		</div>
	);
}

export function RoomProfile({ address }: { address: Address }) {
	const over = useSignal<Over>(null);
	const room = roomOf(address);
	const conversation = model().conversations.value.find((c) => c.with === address);
	useEffect(() => {
		over.value = null;
	}, [address]);
	if (!room) return null;
	const { state } = room;
	return (
		<div class="about">
			<div class="about-head">
				<Avatar address={address} name={room.name} size="l" />
				<h2><bdi>{line(room.name, 80)}</bdi></h2>
				<p class="about-address">{address}</p>
				<p class="about-presence">
					{state.state === 'in' ? r('people', { n: room.count }) : state.state === 'out' ? outText(state.why) : r('joining')}
				</p>
				{room.description && <p class="about-status" dir="auto">{line(room.description, 600)}</p>}
			</div>
			{room.subject?.text && (
				<div class="note room-topic">
					<h3>{r('subject')}</h3>
					<p dir="auto">{line(room.subject.text, 600)}</p>
					{room.subject.by && <small>{r('subjectBy', { name: line(room.subject.by, 60) })}</small>}
				</div>
			)}
			<Acts room={room} over={over} />
			{conversation && (
				<Choice
					label={r('notify')}
					value={room.notify}
					of={[
						{ value: 'all', label: r('notifyAll') },
						{ value: 'mentions', label: r('notifyMentions') },
						{ value: 'nothing', label: r('notifyNothing') },
					]}
					onChange={(what) => rooms().notify(address, what)}
				/>
			)}
			{state.state === 'in' && <Members room={room} />}
			<Files address={address} />
			<Ends room={room} over={over} />
			<Questions room={room} over={over} />
		</div>
	);
}
