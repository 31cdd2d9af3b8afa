// SPDX-License-Identifier: Apache-2.0
// Asks before something that others notice or that can't be taken back. The first button under the finger is the
// harmless one.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import { Dialog } from './dialog';

interface Props {
	title: string;
	text: string;
	action: string;
	danger?: boolean;
	onYes: () => void | Promise<unknown>;
	onClose: () => void;
}

export function Confirm({ title, text, action, danger, onYes, onClose }: Props) {
	const busy = useSignal(false);
	const yes = async () => {
		if (busy.value) return;
		busy.value = true;
		try {
			await onYes();
		} finally {
			onClose();
		}
	};
	return (
		<Dialog title={title} onClose={onClose}>
			<p class="confirm-text">{text}</p>
			<div class="dialog-foot">
				<button type="button" class="button" autofocus onClick={onClose}>
					{t('common.cancel')}
				</button>
				<button
					type="button"
					class={`button ${danger ? 'danger' : 'primary'}`}
					aria-disabled={busy.value}
					onClick={yes}
				>
					{action}
				</button>
			</div>
		</Dialog>
	);
}
