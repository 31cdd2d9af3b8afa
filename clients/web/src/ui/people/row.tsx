// SPDX-License-Identifier: Apache-2.0
// A person as a row: picture, name, a word about them, and what can be done.

import type { ComponentChildren } from 'preact';
import { relative, t, texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Person } from '../../model';
import { Avatar } from '../common/avatar';
import { line } from '../common/text';

const p = texts(words);

// Online · Last seen 5 minutes ago · Offline
export function presenceText(person: Person): string {
	if (person.presence === 'online' || person.presence === 'busy') return t(`common.${person.presence}`);
	if (person.lastSeen) return t('common.seen', { when: relative(person.lastSeen) });
	return person.presence === 'unknown' ? '' : t(`common.${person.presence}`);
}

function note(person: Person): string {
	if (person.blocked) return p('blockedNote');
	if (person.tie === 'asked') return p('asked');
	if (person.status) return line(person.status, 80);
	return presenceText(person);
}

interface Props {
	person: Person;
	note?: string; // instead of presence and status
	onOpen: () => void;
	children?: ComponentChildren; // buttons at the end
}

export function PersonRow({ person, note: given, onOpen, children }: Props) {
	const about = given ?? note(person);
	return (
		<li class="person">
			<button type="button" class="person-main" onClick={onOpen}>
				<Avatar address={person.address} presence={person.blocked ? undefined : person.presence} />
				<span class="person-name">{line(person.name, 80)}</span>
				<span class="person-note">{about || person.address}</span>
			</button>
			{children && <span class="person-ends">{children}</span>}
		</li>
	);
}
