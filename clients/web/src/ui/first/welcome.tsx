// SPDX-License-Identifier: Apache-2.0
// Right after an account was made: two ways to the first conversation.

import { texts } from '../../i18n';
import { first as words } from '../../i18n/first';
import { Goose } from '../common/goose';
import { Icon, type IconName } from '../common/icons';
import { model } from '../common/model';
import { go } from '../common/route';
import { line } from '../common/text';

const f = texts(words);

function Way({ icon, title, hint, to }: { icon: IconName; title: string; hint: string; to: string }) {
	return (
		<button type="button" class="welcome-way" onClick={() => go(to, true)}>
			<Icon name={icon} size={24} />
			<b>{title}</b>
			<small>{hint}</small>
			<Icon name="forward" />
		</button>
	);
}

export function Welcome() {
	const me = model().me.value;
	if (!me) return null;
	return (
		<main class="first">
			<div class="first-card welcome">
				<Goose />
				<h1>{f('welcomeTitle', { name: line(me.name, 60) })}</h1>
				<p>{f('welcomeLead', { address: me.address })}</p>
				<div class="welcome-ways">
					<Way icon="search" title={f('welcomeFind')} hint={f('welcomeFindHint')} to="people" />
					<Way icon="invite" title={f('welcomeInvite')} hint={f('welcomeInviteHint')} to="people/invite" />
				</div>
				<button type="button" class="button wide" onClick={() => go('', true)}>
					{f('welcomeLater')}
				</button>
			</div>
		</main>
	);
}
