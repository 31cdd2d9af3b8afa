// SPDX-License-Identifier: Apache-2.0
// The picture of a person or of a room: shown large, chosen and cut to a square, taken away.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import type { Address, Why } from '../../model';
import { Avatar } from '../common/avatar';
import { notice } from '../common/notice';
import { w } from '../common/why';
import { Crop } from './crop';
import { FormFault, s } from './parts';

interface Props {
	of: { address: Address; name: string; avatar?: string };
	onSet: (image: Blob | null) => Promise<Why | null>;
}

export function PictureField({ of, onSet }: Props) {
	const picked = useSignal<File | null>(null);
	const fault = useSignal<string | null>(null);
	const input = useRef<HTMLInputElement>(null);
	const set = async (image: Blob | null) => {
		const why = await onSet(image).catch((): Why => 'network');
		fault.value = why ? w(why) : null;
		if (!why) notice(t('common.saved'));
	};
	return (
		<div class="own-picture">
			<Avatar address={of.address} name={of.name} picture={of.avatar} size="l" />
			<div>
				<div class="own-picture-acts">
					<button type="button" class="button" onClick={() => input.current?.click()}>
						{s(of.avatar ? 'changePicture' : 'choosePicture')}
					</button>
					{of.avatar && (
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
