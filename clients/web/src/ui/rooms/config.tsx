// SPDX-License-Identifier: Apache-2.0
// What a room is set to, for its owners. What its server does not have is left out of the form.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Room, RoomSettings, Why } from '../../model';
import { Dialog } from '../common/dialog';
import { Check, Field, PasswordField } from '../common/field';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { w } from '../common/why';
import { useLoaded } from '../settings/loaded';
import { Waiting } from '../settings/parts';
import { PictureField } from '../settings/picture';
import { r, rooms } from './words';

const SLOW_MAX = 3600;
const DAYS_MAX = 36500;

type Flag = 'membersOnly' | 'listed' | 'moderated' | 'anonymous' | 'subjectByAll' | 'membersInvite';

type Label = 'membersOnly' | 'listed' | 'membersInvite' | 'anonymous' | 'moderatedOn' | 'subjectByAll';
type Hint = 'membersOnlyHint' | 'listedHint' | 'anonymousHint' | 'moderatedHint';

const FLAGS: readonly { flag: Flag; part: 'access' | 'talk'; label: Label; hint?: Hint }[] = [
	{ flag: 'membersOnly', part: 'access', label: 'membersOnly', hint: 'membersOnlyHint' },
	{ flag: 'listed', part: 'access', label: 'listed', hint: 'listedHint' },
	{ flag: 'membersInvite', part: 'access', label: 'membersInvite' },
	{ flag: 'anonymous', part: 'access', label: 'anonymous', hint: 'anonymousHint' },
	{ flag: 'moderated', part: 'talk', label: 'moderatedOn', hint: 'moderatedHint' },
	{ flag: 'subjectByAll', part: 'talk', label: 'subjectByAll' },
];

// Digits typed into a field as a number; null: they are none, or too large.
function numberIn(typed: string, max: number): number | null {
	const n = /^\d{1,6}$/.test(typed.trim() || '0') ? Number(typed.trim() || '0') : NaN;
	return n <= max ? n : null;
}

function NumberField({ label, hint, typed, max, onTyped }: {
	label: string; hint: string; typed: string; max: number; onTyped: (s: string) => void;
}) {
	return (
		<Field
			label={label}
			value={typed}
			onValue={onTyped}
			hint={hint}
			fault={numberIn(typed, max) === null ? r('number', { n: max }) : null}
			input={{ autocomplete: 'off', maxLength: 6 }}
		/>
	);
}

function Form({ room, was, onClose }: { room: Room; was: RoomSettings; onClose: () => void }) {
	const now = useSignal<RoomSettings>({ ...was });
	const slow = useSignal(String(was.slow ?? 0));
	const days = useSignal(String(was.keepDays ?? 0));
	const wrong = useSignal<Why | null>(null);
	const busy = useSignal(false);
	const set = <K extends keyof RoomSettings>(key: K, value: RoomSettings[K]) => {
		now.value = { ...now.value, [key]: value };
	};
	const text = (key: 'title' | 'description', label: string, max: number) =>
		was[key] !== undefined && (
			<Field
				label={label}
				value={now.value[key] ?? ''}
				onValue={(v) => set(key, v)}
				input={{ autocomplete: 'off', maxLength: max }}
			/>
		);
	const flags = (part: 'access' | 'talk') =>
		FLAGS.filter((f) => f.part === part && was[f.flag] !== undefined).map((f) => (
			<Check
				key={f.flag}
				label={r(f.label)}
				hint={f.hint && r(f.hint)}
				on={now.value[f.flag] ?? false}
				onChange={(on) => set(f.flag, on)}
			/>
		));
	const save = async (e: Event) => {
		e.preventDefault();
		const slowIs = numberIn(slow.value, SLOW_MAX);
		const daysIs = numberIn(days.value, DAYS_MAX);
		if (busy.value || slowIs === null || daysIs === null) return;
		busy.value = true;
		wrong.value = await rooms()
			.configure(room.address, {
				...now.value,
				slow: was.slow === undefined ? undefined : slowIs,
				keepDays: was.keepDays === undefined ? undefined : daysIs,
			})
			.catch((): Why => 'network');
		busy.value = false;
		if (wrong.value) return;
		notice(t('common.saved'));
		onClose();
	};
	return (
		<form onSubmit={save} noValidate class="room-config">
			<PictureField of={room} onSet={(image) => rooms().setAvatar(room.address, image)} />
			{text('title', r('name'), 80)}
			{text('description', r('descriptionLabel'), 500)}
			<h3>{r('access')}</h3>
			{flags('access')}
			{was.password !== undefined && (
				<PasswordField
					label={r('password')}
					value={now.value.password ?? ''}
					onValue={(v) => set('password', v)}
					hint={r('passwordHint')}
					input={{ autocomplete: 'off', maxLength: 200 }}
				/>
			)}
			<h3>{r('talk')}</h3>
			{flags('talk')}
			{was.slow !== undefined && (
				<NumberField label={r('slow')} hint={r('slowHint')} typed={slow.value} max={SLOW_MAX} onTyped={(v) => (slow.value = v)} />
			)}
			{was.keepDays !== undefined && (
				<NumberField label={r('keep')} hint={r('keepHint')} typed={days.value} max={DAYS_MAX} onTyped={(v) => (days.value = v)} />
			)}
			<div aria-live="assertive">{wrong.value && <p class="form-fault">{w(wrong.value)}</p>}</div>
			<div class="dialog-foot">
				<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
				<button type="submit" class="button primary" aria-disabled={busy.value}>
					{t(busy.value ? 'common.saving' : 'common.save')}
				</button>
			</div>
		</form>
	);
}

export function ConfigDialog({ room, onClose }: { room: Room; onClose: () => void }) {
	const got = useLoaded<RoomSettings>(() => rooms().settings(room.address));
	return (
		<Dialog title={r('settingsTitle', { name: line(room.name, 60) })} onClose={onClose}>
			{got.value
				? <Form room={room} was={got.value} onClose={onClose} />
				: <Waiting why={got.why} again={got.again} />}
		</Dialog>
	);
}
