// SPDX-License-Identifier: Apache-2.0
// A component that is drawn again only when its properties (or signals it reads) change.

import { type Component, type ComponentChild, h } from 'preact';

// Whether two plain values say the same: the model may make new objects for what has not changed.
export function alike(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	const x = Object.entries(a);
	return x.length === Object.keys(b).length && x.every(([k, v]) => alike(v, (b as Record<string, unknown>)[k]));
}

type Draw<P> = (props: P) => ComponentChild;

export function memo<P extends object>(draw: Draw<P>, same: (a: unknown, b: unknown) => boolean = Object.is): Draw<P> {
	const differ = (a: P, b: P) => (Object.keys({ ...a, ...b }) as (keyof P)[]).some((k) => !same(a[k], b[k]));
	function Memo(this: Component<P>, props: P): ComponentChild {
		this.shouldComponentUpdate = (next) => differ(this.props as P, next as P);
		return h(draw as (props: object) => ComponentChild, props as object);
	}
	return Memo as unknown as Draw<P>;
}
