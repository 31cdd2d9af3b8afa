// SPDX-License-Identifier: Apache-2.0
// Asks somebody to be a contact, with a few words if one likes.

import { useSignal } from '@preact/signals';
import { t, texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Address, Why } from '../../model';
import { Dialog } from '../common/dialog';
import { Field } from '../common/field';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { w } from '../common/why';

const p = texts(words);

export function AddDialog({
	address,
	name,
	invite,
	onClose,
}: {
	address: Address;
	name: string;
	invite?: string;
	onClose: () => void;
}) {
	const text = useSignal('');
	const why = useSignal<Why | null>(null);
	const busy = useSignal(false);
	const send = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		busy.value = true;
		why.value = await model()
			.ask(address, text.value.trim() || undefined, invite)
			.catch((): Why => 'network');
		busy.value = false;
		if (why.value) return;
		notice(p('asked'));
		onClose();
	};
	return (
		<Dialog title={p('addTitle', { name: line(name, 60) })} onClose={onClose}>
			<form onSubmit={send}>
				<p class="dialog-lead">{p('addLead')}</p>
				<Field
					label={p('addText')}
					value={text.value}
					onValue={(v) => (text.value = v)}
					input={{ maxLength: 500, autocomplete: 'off', autofocus: true }}
				/>
				<div aria-live="assertive">{why.value && <p class="form-fault">{w(why.value)}</p>}</div>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						{t('common.cancel')}
					</button>
					<button type="submit" class="button primary" aria-disabled={busy.value}>
						{p('addSend')}
					</button>
				</div>
			</form>
		</Dialog>
	);
}
