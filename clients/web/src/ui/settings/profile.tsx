// SPDX-License-Identifier: Apache-2.0
// One's own name and picture.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Why } from '../../model';
import { Field } from '../common/field';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { w } from '../common/why';
import { s, Sub } from './parts';
import { PictureField } from './picture';

function Name() {
	const me = model().me.value;
	const name = useSignal(me?.name ?? '');
	const fault = useSignal<string | null>(null);
	const busy = useSignal(false);
	const save = async (e: Event) => {
		e.preventDefault();
		const fresh = name.value.trim();
		fault.value = fresh ? null : s('needName');
		if (!fresh || busy.value) return;
		busy.value = true;
		const why = await model()
			.setName(fresh)
			.catch((): Why => 'network');
		busy.value = false;
		if (why) fault.value = w(why);
		else notice(t('common.saved'));
	};
	return (
		<form onSubmit={save} noValidate>
			<Field
				label={s('name')}
				value={name.value}
				onValue={(v) => (name.value = v)}
				hint={s('nameHint')}
				fault={fault.value}
				input={{ autocomplete: 'name', maxLength: 100 }}
			/>
			<button type="submit" class="button primary" aria-disabled={busy.value || name.value.trim() === me?.name}>
				{t(busy.value ? 'common.saving' : 'common.save')}
			</button>
		</form>
	);
}

export function Profile() {
	const me = model().me.value;
	return (
		<Sub title={s('profile')}>
			{me && <PictureField of={me} onSet={(image) => model().setAvatar(image)} />}
			<Name />
		</Sub>
	);
}
