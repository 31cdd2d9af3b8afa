// SPDX-License-Identifier: Apache-2.0
// Notifications. The browser has the last word: it allows them on secure addresses only, and when it was asked and agreed.

import { useSignal } from '@preact/signals';
import { Field, Switch } from '../common/field';
import { model } from '../common/model';
import { s, Section } from './parts';

type Able = 'yes' | 'ask' | 'denied' | 'insecure' | 'missing';

function able(): Able {
	if (!isSecureContext) return 'insecure';
	if (!('Notification' in window)) return 'missing';
	const p = Notification.permission;
	return p === 'granted' ? 'yes' : p === 'denied' ? 'denied' : 'ask';
}

const notes = {
	yes: 'notifyHint',
	ask: 'notifyHint',
	denied: 'notifyDenied',
	insecure: 'notifyNoHttps',
	missing: 'notifyMissing',
} as const;

export function Notifications() {
	const now = model().settings.value;
	const can = useSignal<Able>(able());
	const turn = async (on: boolean) => {
		if (on && can.value === 'ask') {
			await model()
				.permission()
				.catch(() => false);
			can.value = able();
			if (can.value === 'denied') return;
		}
		model().set('notify', on);
	};
	const possible = can.value === 'yes' || can.value === 'ask';
	const { quiet } = now;
	return (
		<Section title={s('notifications')}>
			<Switch
				label={s('notify')}
				hint={s(notes[can.value])}
				on={now.notify && can.value === 'yes'}
				disabled={!possible}
				onChange={(on) => void turn(on)}
			/>
			<Switch label={s('sound')} on={now.sound} onChange={(on) => model().set('sound', on)} />
			<Switch
				label={s('quiet')}
				hint={s('quietHint')}
				on={quiet.on}
				onChange={(on) => model().set('quiet', { ...quiet, on })}
			/>
			{quiet.on && (
				<div class="quiet-times">
					<Field
						label={s('quietFrom')}
						type="time"
						value={quiet.from}
						onValue={(from) => from && model().set('quiet', { ...quiet, from })}
					/>
					<Field
						label={s('quietTo')}
						type="time"
						value={quiet.to}
						onValue={(to) => to && model().set('quiet', { ...quiet, to })}
					/>
				</div>
			)}
		</Section>
	);
}
