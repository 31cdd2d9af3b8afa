// SPDX-License-Identifier: Apache-2.0
// A link and a code that let somebody in.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { dayTime, t, texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Invite, Why } from '../../model';
import { copyText } from '../common/copy';
import { Dialog } from '../common/dialog';
import { model } from '../common/model';
import { w } from '../common/why';
import { Qr } from '../qr/qr';

const p = texts(words);

function Made({ invite }: { invite: Invite }) {
	const id = useId();
	const box = useRef<HTMLInputElement>(null);
	const share =
		typeof navigator.share === 'function' ? () => void navigator.share({ url: invite.link }).catch(() => {}) : null;
	return (
		<>
			<div class="invite-code">
				<Qr text={invite.link} label={p('inviteCode')} />
			</div>
			<div class="field">
				<label for={id}>{p('inviteLink')}</label>
				<div class="field-frame">
					<input
						ref={box}
						id={id}
						readOnly
						value={invite.link}
						onFocus={(e) => e.currentTarget.select()}
						aria-describedby={`${id}h`}
					/>
				</div>
				<div class="field-notes">
					<p class="field-hint" id={`${id}h`}>
						{p('inviteExpires', { when: dayTime(invite.expires) })}
					</p>
				</div>
			</div>
			<div class="dialog-foot">
				{share && (
					<button type="button" class="button" onClick={share}>
						{p('inviteShare')}
					</button>
				)}
				<button
					type="button"
					class="button primary"
					onClick={() => {
						box.current?.select();
						void copyText(invite.link);
					}}
				>
					{p('inviteCopy')}
				</button>
			</div>
		</>
	);
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
	const got = useSignal<Invite | Why | null>(null);
	const make = () => {
		got.value = null;
		model()
			.invite()
			.catch((): Why => 'network')
			.then((i) => (got.value = i));
	};
	useEffect(make, []);
	const i = got.value;
	return (
		<Dialog title={p('inviteTitle')} onClose={onClose}>
			<p class="dialog-lead">{p('inviteLead')}</p>
			{i === null && (
				<p role="status" class="invite-code making">
					{p('making')}
				</p>
			)}
			{typeof i === 'string' && (
				<div class="note warn" role="alert">
					<p>{w(i)}</p>
					<p>
						<button type="button" class="link-button" onClick={make}>
							{t('common.retry')}
						</button>
					</p>
				</div>
			)}
			{i !== null && typeof i === 'object' && <Made invite={i} />}
		</Dialog>
	);
}
