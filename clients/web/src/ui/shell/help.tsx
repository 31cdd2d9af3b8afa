// SPDX-License-Identifier: Apache-2.0
// The keys, in one table.

import { t } from '../../i18n';
import { Dialog } from '../common/dialog';
import { model } from '../common/model';

export function Help({ onClose }: { onClose: () => void }) {
	const enter = model().settings.value.enterSends;
	const rows: [string, string][] = [
		['Ctrl K', t('chat.keySwitch')],
		['Alt ↑ · Alt ↓', t('chat.keyNeighbour')],
		[enter ? 'Enter' : 'Ctrl Enter', t('chat.keySend')],
		[enter ? 'Shift Enter' : 'Enter', t('chat.keyLine')],
		['↑', t('chat.keyEdit')],
		['Esc', t('chat.keyEscape')],
		['↑ · ↓', t('chat.keyRows')],
		['Enter', t('chat.keyActions')],
		['Shift F10', t('chat.keyMenu')],
		['Ctrl /', t('chat.keyHelp')],
	];
	return (
		<Dialog title={t('chat.keys')} onClose={onClose}>
			<dl class="keys">
				{rows.map(([key, what]) => (
					<div key={key + what}>
						<dt>{key.split(' · ').map((k, i) => <>{i > 0 && ' '}<kbd key={k}>{k}</kbd></>)}</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}
