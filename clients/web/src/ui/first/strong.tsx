// SPDX-License-Identifier: Apache-2.0
// How good a password is, in words.

import { t } from '../../i18n';
import { strength } from './strength';

export function Strength({ password, name }: { password: string; name: string }) {
	if (!password) return null;
	const s = strength(password, name);
	return (
		<span class={`strength s${s}`}>
			<i aria-hidden="true"><b /><b /><b /><b /></i>
			{t(`first.strength${s}`)}
		</span>
	);
}
