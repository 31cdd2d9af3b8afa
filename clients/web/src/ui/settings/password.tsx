// SPDX-License-Identifier: Apache-2.0

import { useSignal } from '@preact/signals';
import { t, texts } from '../../i18n';
import { first as words } from '../../i18n/first';
import type { Why } from '../../model';
import { PasswordField } from '../common/field';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { back } from '../common/route';
import { w } from '../common/why';
import { Strength } from '../first/strong';
import { SHORTEST, tooShort } from '../first/strength';
import { FormFault, s, Sub } from './parts';

type Fault = { at: 'old' | 'fresh' | 'form'; text: string } | null;

function check(old: string, fresh: string): Fault {
	if (!old) return { at: 'old', text: s('needPassword') };
	if (tooShort(fresh)) return { at: 'fresh', text: texts(words)('shortPassword', { n: SHORTEST }) };
	return old === fresh ? { at: 'fresh', text: s('samePassword') } : null;
}

function place(why: Why): NonNullable<Fault>['at'] {
	return why === 'wrong-password' ? 'old' : why === 'bad-password' ? 'fresh' : 'form';
}

export function Password() {
	const old = useSignal('');
	const fresh = useSignal('');
	const fault = useSignal<Fault>(null);
	const busy = useSignal(false);
	const save = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		fault.value = check(old.value, fresh.value);
		if (fault.value) return;
		busy.value = true;
		const why = await model()
			.changePassword(old.value, fresh.value)
			.catch((): Why => 'network');
		busy.value = false;
		if (why)
			return void (fault.value = {
				at: place(why),
				text: why === 'wrong-password' ? s('wrongOld') : w(why),
			});
		notice(s('passwordChanged'));
		back();
	};
	const at = (p: NonNullable<Fault>['at']) => (fault.value?.at === p ? fault.value.text : null);
	return (
		<Sub title={s('password')}>
			<form onSubmit={save} noValidate>
				<input
					type="text"
					name="username"
					autocomplete="username"
					value={model().me.value?.address}
					readOnly
					hidden
				/>
				<PasswordField
					label={s('oldPassword')}
					value={old.value}
					onValue={(v) => (old.value = v)}
					fault={at('old')}
					input={{ autocomplete: 'current-password', maxLength: 512 }}
				/>
				<PasswordField
					label={s('newPassword')}
					value={fresh.value}
					onValue={(v) => (fresh.value = v)}
					fault={at('fresh')}
					hint={<Strength password={fresh.value} name={model().me.value?.name ?? ''} />}
					input={{ autocomplete: 'new-password', maxLength: 512 }}
				/>
				<FormFault why={at('form')} />
				<button type="submit" class="button primary" aria-disabled={busy.value}>
					{t(busy.value ? 'common.saving' : 'common.save')}
				</button>
			</form>
		</Sub>
	);
}
