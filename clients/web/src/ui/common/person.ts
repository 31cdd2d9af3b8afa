// SPDX-License-Identifier: Apache-2.0
// A person for a component: it is drawn again when this one changes, not whenever anybody comes or goes.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { Address, Person } from '../../model';
import { alike } from './memo';
import { model } from './model';

const cells = new Map<Address, ReadonlySignal<Person>>();

function cell(address: Address): ReadonlySignal<Person> {
	let last: Person | undefined;
	return computed(() => {
		const now = model().people.value.get(address) ?? model().person(address);
		if (!last || !alike(last, now)) last = now;
		return last;
	});
}

export function personOf(address: Address): Person {
	let c = cells.get(address);
	if (!c) cells.set(address, (c = cell(address)));
	return c.value;
}
