// SPDX-License-Identifier: Apache-2.0
// Keys that work everywhere. shell/help.tsx lists them.

import { neighbour } from '../list/list';
import { detailsOpen, helping, switching } from './panels';

function anyDialog(): boolean {
	return document.querySelector('dialog[open]') !== null;
}

export function listenToKeys(): () => void {
	const onKeyDown = (e: KeyboardEvent) => {
		if (e.isComposing || e.defaultPrevented) return;
		const ctrl = e.ctrlKey || e.metaKey;
		if (ctrl && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k') switching.value = !switching.peek();
		else if (ctrl && e.key === '/') helping.value = !helping.peek();
		else if (anyDialog()) return;
		else if (e.altKey && !ctrl && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) neighbour(e.key === 'ArrowUp' ? -1 : 1);
		else if (e.key === 'Escape' && detailsOpen.peek()) detailsOpen.value = false;
		else return;
		e.preventDefault();
	};
	addEventListener('keydown', onKeyDown);
	return () => removeEventListener('keydown', onKeyDown);
}
