// SPDX-License-Identifier: Apache-2.0
// The one model of this page, for everything below ui/. main.tsx provides it before anything is drawn.

import type { Model } from '../../model';

let current: Model | undefined;

export function provide(m: Model): void {
	current = m;
}

export function model(): Model {
	if (!current) throw new Error('no model provided');
	return current;
}
