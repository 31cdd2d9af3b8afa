// SPDX-License-Identifier: Apache-2.0
// Leaving this device; says what would be lost.

import { Confirm } from '../common/confirm';
import { model } from '../common/model';
import { go } from '../common/route';
import { s } from './parts';

export function Logout({ onClose }: { onClose: () => void }) {
	const n = model().unsent.value;
	const leave = async () => {
		await model().logout();
		go('', true);
	};
	return (
		<Confirm
			title={s('logoutTitle')}
			text={n ? s('logoutUnsent', { n }) : s('logoutText')}
			action={s('logout')}
			danger={n > 0}
			onYes={leave}
			onClose={onClose}
		/>
	);
}
