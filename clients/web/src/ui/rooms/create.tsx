// SPDX-License-Identifier: Apache-2.0
// Makes a room: its name, who may come in, whom one invites at once.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Address } from '../../model';
import { Dialog } from '../common/dialog';
import { Choice, Field } from '../common/field';
import { openChat } from '../common/route';
import { w } from '../common/why';
import { PickPeople } from './pick';
import { r, rooms } from './words';

export function CreateDialog({ onClose }: { onClose: () => void }) {
	const title = useSignal('');
	const about = useSignal('');
	const way = useSignal<'private' | 'public'>('private');
	const picked = useSignal<readonly Address[]>([]);
	const fault = useSignal<string | null>(null);
	const wrong = useSignal<string | null>(null);
	const busy = useSignal(false);
	const make = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		fault.value = title.value.trim() ? null : r('nameEmpty');
		if (fault.value) return;
		busy.value = true;
		const made = await rooms()
			.create({
				title: title.value.trim(),
				description: about.value.trim() || undefined,
				private: way.value === 'private',
				invite: picked.value,
			})
			.catch(() => ({ why: 'network' as const }));
		busy.value = false;
		if ('why' in made) {
			wrong.value = w(made.why);
			return;
		}
		onClose();
		openChat(made.room);
	};
	return (
		<Dialog title={r('createTitle')} onClose={onClose}>
			<form onSubmit={make} noValidate>
				<Field
					label={r('name')}
					value={title.value}
					onValue={(v) => {
						title.value = v;
						fault.value = null;
					}}
					hint={r('nameHint')}
					fault={fault.value}
					input={{ maxLength: 80, autocomplete: 'off', autofocus: true }}
				/>
				<Field
					label={r('description')}
					value={about.value}
					onValue={(v) => (about.value = v)}
					input={{ maxLength: 500, autocomplete: 'off' }}
				/>
				<Choice
					label={r('who')}
					value={way.value}
					of={[
						{ value: 'private', label: r('private') },
						{ value: 'public', label: r('public') },
					]}
					onChange={(v) => (way.value = v)}
				/>
				<p class="field-hint room-way" aria-live="polite">{r(way.value === 'private' ? 'privateHint' : 'publicHint')}</p>
				<PickPeople picked={picked} />
				<div aria-live="assertive">{wrong.value && <p class="form-fault">{wrong.value}</p>}</div>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
					<button type="submit" class="button primary" aria-disabled={busy.value}>
						{r(busy.value ? 'making' : 'make')}
					</button>
				</div>
			</form>
		</Dialog>
	);
}
