// SPDX-License-Identifier: Apache-2.0
// Whom one does not want to hear.

import { byName, texts } from '../../i18n';
import { people as peopleWords } from '../../i18n/people';
import { Avatar } from '../common/avatar';
import { model } from '../common/model';
import { line } from '../common/text';
import { blockPerson } from '../people/acts';
import { s, Sub } from './parts';

const p = texts(peopleWords);

export function Blocked() {
	const all = [...model().people.value.values()].filter((x) => x.blocked).sort((a, b) => byName(a.name, b.name));
	return (
		<Sub title={s('blocked')}>
			<p class="settings-lead">{s(all.length ? 'blockedLead' : 'blockedNone')}</p>
			<ul class="settings-list">
				{all.map((x) => (
					<li class="settings-row" key={x.address}>
						<Avatar address={x.address} />
						<span class="row-words">
							<b>{line(x.name, 80)}</b>
							<small>{x.address}</small>
						</span>
						<button
							type="button"
							class="button small"
							aria-label={s('unblockName', { name: line(x.name, 60) })}
							onClick={() => void blockPerson(x, false)}
						>
							{p('unblock')}
						</button>
					</li>
				))}
			</ul>
		</Sub>
	);
}
