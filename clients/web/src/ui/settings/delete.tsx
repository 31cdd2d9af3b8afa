// SPDX-License-Identifier: Apache-2.0
// The end of an account: a word to type and the password, so that no slip of a finger does it.

import { useSignal } from '@preact/signals';

import type { Why } from '../../model';
import { Field, PasswordField } from '../common/field';
import { model } from '../common/model';
import { go } from '../common/route';
import { w } from '../common/why';
import { FormFault, s, Sub } from './parts';

type Fault = { at: 'word' | 'password' | 'form'; text: string } | null;

export function DeleteAccount() {
	const word = useSignal('');
	const password = useSignal('');
	const fault = useSignal<Fault>(null);
	const busy = useSignal(false);
	const right = s('deleteWord');
	const end = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		fault.value = null;
		if (word.value.trim().toLowerCase() !== right)
			return void (fault.value = { at: 'word', text: s('deleteWrong', { word: right }) });
		if (!password.value) return void (fault.value = { at: 'password', text: s('needPassword') });
		busy.value = true;
		const why = await model()
			.deleteAccount(password.value)
			.catch((): Why => 'network');
		busy.value = false;
		if (!why) return go('', true);
		fault.value =
			why === 'wrong-password' ? { at: 'password', text: s('wrongOld') } : { at: 'form', text: w(why) };
	};
	const at = (p: NonNullable<Fault>['at']) => (fault.value?.at === p ? fault.value.text : null);
	return (
		<Sub title={s('delete')}>
			<p class="note warn">{s('deleteLead', { server: model().server.value?.domain ?? '' })}</p>
			<p class="settings-lead">
				<button type="button" class="link-button" onClick={() => go('settings/export')}>
					{s('exportFirst')}
				</button>
			</p>
			<form onSubmit={end} noValidate>
				<Field
					label={s('deleteType', { word: right })}
					value={word.value}
					onValue={(v) => (word.value = v)}
					fault={at('word')}
					input={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: false, maxLength: 40 }}
				/>
				<PasswordField
					label={s('oldPassword')}
					value={password.value}
					onValue={(v) => (password.value = v)}
					fault={at('password')}
					input={{ autocomplete: 'current-password', maxLength: 512 }}
				/>
				<FormFault why={at('form')} />
				<button type="submit" class="button danger" aria-disabled={busy.value}>
					{s('deleteButton')}
				</button>
			</form>
		</Sub>
	);
}
