// SPDX-License-Identifier: Apache-2.0
// What can be done with a person, with its word to the user.

import { texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Person, Why } from '../../model';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { w } from '../common/why';

const p = texts(words);

export async function blockPerson(person: Person, on: boolean): Promise<void> {
	const why = await model()
		.block(person.address, on)
		.catch((): Why => 'network');
	if (why) notice(w(why));
	else notice(on ? p('blocked', { name: line(person.name, 60) }) : p('unblocked'));
}

export function removePerson(person: Person): void {
	model().remove(person.address);
	notice(p('removed', { name: line(person.name, 60) }));
}
