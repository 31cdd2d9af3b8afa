// SPDX-License-Identifier: Apache-2.0
// Who would like to be a contact.

import { useSignal } from '@preact/signals';
import { texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Person } from '../../model';
import { Avatar } from '../common/avatar';
import { Confirm } from '../common/confirm';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { blockPerson } from './acts';

const p = texts(words);

export function Request({ person }: { person: Person }) {
	const asking = useSignal(false);
	const name = line(person.name, 60);
	const answer = (yes: boolean) => {
		model().answer(person.address, yes);
		notice(p(yes ? 'accepted' : 'declined', { name }));
	};
	return (
		<li class="request">
			<Avatar address={person.address} />
			<div class="request-who">
				<b>{name}</b> <span>{p('wants')}</span>
				<small>{person.address}</small>
				{person.request && <q>{line(person.request, 500)}</q>}
			</div>
			<div class="request-ends">
				<button type="button" class="button primary" onClick={() => answer(true)}>
					{p('accept')}
				</button>
				<button type="button" class="button" onClick={() => answer(false)}>
					{p('decline')}
				</button>
				<button type="button" class="button quiet" onClick={() => (asking.value = true)}>
					{p('block')}
				</button>
			</div>
			{asking.value && (
				<Confirm
					title={p('blockTitle', { name })}
					text={p('blockText')}
					action={p('block')}
					danger
					onYes={() => blockPerson(person, true)}
					onClose={() => (asking.value = false)}
				/>
			)}
		</li>
	);
}
