// SPDX-License-Identifier: Apache-2.0
// The keys, in one table.

import { t, texts } from '../../i18n';
import { keys } from '../../i18n/keys';
import { Dialog } from '../common/dialog';
import { model } from '../common/model';

const k = texts(keys);

export function Help({ onClose }: { onClose: () => void }) {
	const enter = model().settings.value.enterSends;
	const rows: [string, string][] = [
		['Ctrl K', k('switch')],
		['Alt ↑ · Alt ↓', k('neighbour')],
		[enter ? 'Enter' : 'Ctrl Enter', k('send')],
		[enter ? 'Shift Enter' : 'Enter', k('line')],
		['↑', k('edit')],
		['Esc', k('escape')],
		['↑ · ↓', k('rows')],
		['Enter', k('actions')],
		['Shift F10', k('menu')],
		['Ctrl /', k('help')],
	];
	return (
		<Dialog title={t('chat.keys')} onClose={onClose}>
			<dl class="keys">
				{rows.map(([key, what]) => (
					<div key={key + what}>
						<dt>{key.split(' · ').map((name, i) => <>{i > 0 && ' '}<kbd key={name}>{name}</kbd></>)}</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}
