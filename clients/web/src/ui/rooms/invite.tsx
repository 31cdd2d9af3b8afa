// SPDX-License-Identifier: Apache-2.0
// Invites people into a room; and the invitations that one has got.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Address, Invitation, Why } from '../../model';
import { Avatar } from '../common/avatar';
import { Dialog } from '../common/dialog';
import { Field } from '../common/field';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { personOf } from '../common/person';
import { openChat } from '../common/route';
import { line } from '../common/text';
import { w } from '../common/why';
import { PickPeople } from './pick';
import { outText, r, roomOf, rooms } from './words';

export function InviteIntoDialog({ address, onClose }: { address: Address; onClose: () => void }) {
	const picked = useSignal<readonly Address[]>([]);
	const reason = useSignal('');
	const wrong = useSignal<Why | null>(null);
	const busy = useSignal(false);
	const here = rooms().members(address).value.flatMap((m) => (m.address && m.affiliation !== 'none' ? [m.address] : []));
	const send = async (e: Event) => {
		e.preventDefault();
		if (busy.value || !picked.value.length) return;
		busy.value = true;
		wrong.value = await rooms()
			.invite(address, picked.value, reason.value.trim() || undefined)
			.catch((): Why => 'network');
		busy.value = false;
		if (wrong.value) return;
		notice(r('invited', { n: picked.value.length }));
		onClose();
	};
	return (
		<Dialog title={r('inviteTitle', { name: line(roomOf(address)?.name ?? address, 60) })} onClose={onClose}>
			<form onSubmit={send}>
				<PickPeople picked={picked} but={here} />
				<Field
					label={r('inviteReason')}
					value={reason.value}
					onValue={(v) => (reason.value = v)}
					input={{ maxLength: 500, autocomplete: 'off' }}
				/>
				<div aria-live="assertive">{wrong.value && <p class="form-fault">{w(wrong.value)}</p>}</div>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button primary" disabled={!picked.value.length} aria-disabled={busy.value}>
						{r('invite')}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

function Got({ i }: { i: Invitation }) {
	const name = line(i.name || i.room, 60);
	const busy = useSignal(false);
	const from = i.from && line(personOf(i.from).name, 60);
	const accept = async () => {
		if (busy.value) return;
		busy.value = true;
		const out = await rooms().accept(i).catch(() => 'unreachable' as const);
		busy.value = false;
		if (out && out !== 'password') notice(outText(out));
		else openChat(i.room); // a password is asked for there
	};
	return (
		<li class="list-request">
			<Avatar address={i.room} name={name} />
			<div class="list-request-words">
				<b class="list-request-name"><bdi>{name}</bdi></b>
				<span>{from ? r('invitedBy', { name: from }) : r('invitedYou')}</span>
				{i.reason && <span dir="auto">“{line(i.reason, 300)}”</span>}
			</div>
			<div class="list-request-buttons">
				<button
					type="button"
					class="button small"
					aria-label={r('declineName', { name })}
					onClick={() => rooms().decline(i)}
				>
					{r('decline')}
				</button>
				<button
					type="button"
					class="button small primary"
					aria-label={r('acceptName', { name })}
					aria-disabled={busy.value}
					onClick={() => void accept()}
				>
					{r('accept')}
				</button>
			</div>
		</li>
	);
}

// Above the conversations.
export function Invitations() {
	const all = model().rooms.value?.invitations.value ?? [];
	if (!all.length) return null;
	return (
		<section aria-label={r('invitations')}>
			<h2 class="list-title ember">{r('invitations')}</h2>
			<ul>{all.map((i) => <Got key={i.room} i={i} />)}</ul>
		</section>
	);
}
