// SPDX-License-Identifier: Apache-2.0
// The title of the tab: how much is unread, and who one talks to.

import { effect } from '@preact/signals';
import { model } from '../common/model';
import { personOf } from '../common/person';
import { route } from '../common/route';
import { line } from '../common/text';

export function followTitle(): void {
	effect(() => {
		const n = model().unread.value;
		const { address } = route.value;
		const name = address ? `${line(personOf(address).name, 60)} · ` : '';
		document.title = `${n ? `(${n > 99 ? '99+' : n}) ` : ''}${name}Anser`;
	});
}
