// SPDX-License-Identifier: Apache-2.0
// A component that is drawn again only when its properties (or signals it reads) change.

import { type Component, type ComponentChild, h } from 'preact';

export function memo<P extends object>(draw: (props: P) => ComponentChild): (props: P) => ComponentChild {
	function Memo(this: Component<P>, props: P): ComponentChild {
		this.shouldComponentUpdate = (next) => differ(this.props as P, next as P);
		return h(draw as (props: object) => ComponentChild, props as object);
	}
	return Memo as unknown as (props: P) => ComponentChild;
}

function differ<P extends object>(a: P, b: P): boolean {
	const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof P & string>;
	for (const n of names) if (a[n] !== b[n]) return true;
	return false;
}
