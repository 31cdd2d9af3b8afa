// SPDX-License-Identifier: Apache-2.0
// How good a password is, in words.

import { texts } from '../../i18n';
import { first as words } from '../../i18n/first';
import { strength } from './strength';

const f = texts(words);

export function Strength({ password, name }: { password: string; name: string }) {
	if (!password) return null;
	const s = strength(password, name);
	return (
		<span class={`strength s${s}`}>
			<i aria-hidden="true">
				<b />
				<b />
				<b />
				<b />
			</i>
			{f(`strength${s}`)}
		</span>
	);
}
