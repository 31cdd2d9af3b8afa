// SPDX-License-Identifier: Apache-2.0
// One's own name and picture.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import type { Why } from '../../model';
import { Avatar } from '../common/avatar';
import { Field } from '../common/field';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { w } from '../common/why';
import { Crop } from './crop';
import { FormFault, s, Sub } from './parts';

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

function Picture() {
	const me = model().me.value;
	const picked = useSignal<File | null>(null);
	const fault = useSignal<string | null>(null);
	const input = useRef<HTMLInputElement>(null);
	if (!me) return null;
	const set = async (image: Blob | null) => {
		const why = await model()
			.setAvatar(image)
			.catch((): Why => 'network');
		fault.value = why ? w(why) : null;
		if (!why) notice(t('common.saved'));
	};
	return (
		<div class="own-picture">
			<Avatar address={me.address} name={me.name} picture={me.avatar} size="l" />
			<div>
				<div class="own-picture-acts">
					<button type="button" class="button" onClick={() => input.current?.click()}>
						{s(me.avatar ? 'changePicture' : 'choosePicture')}
					</button>
					{me.avatar && (
						<button type="button" class="button quiet" onClick={() => void set(null)}>
							{s('removePicture')}
						</button>
					)}
				</div>
				<FormFault why={fault.value} />
			</div>
			<input
				ref={input}
				type="file"
				accept="image/*"
				hidden
				aria-label={s('picture')}
				onChange={(e) => {
					picked.value = e.currentTarget.files?.[0] ?? null;
					e.currentTarget.value = '';
				}}
			/>
			{picked.value && (
				<Crop
					file={picked.value}
					onUse={set}
					onBad={() => (fault.value = s('badPicture'))}
					onClose={() => (picked.value = null)}
				/>
			)}
		</div>
	);
}

export function Profile() {
	return (
		<Sub title={s('profile')}>
			<Picture />
			<Name />
		</Sub>
	);
}
