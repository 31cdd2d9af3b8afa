// SPDX-License-Identifier: Apache-2.0
// Keys that work everywhere. shell/help.tsx lists them.

import { neighbour } from '../list/list';
import { detailsOpen, helping, switching, typedAhead } from './panels';

function anyDialog(): boolean {
	return document.querySelector('dialog[open]') !== null;
}

// Between Ctrl-K and the switcher's field lies a fetch: what is typed meanwhile is meant for that field, and Enter must
// not send what stands in another.
const switcherComes = () => switching.peek() && !anyDialog();

export function listenToKeys(): () => void {
	const onInput = (e: InputEvent) => {
		if (!switcherComes()) return;
		typedAhead.value += e.data ?? '';
		e.preventDefault();
	};
	const onEnter = (e: KeyboardEvent) => {
		if (e.key !== 'Enter' || !switcherComes()) return;
		e.preventDefault();
		e.stopPropagation();
	};
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
	addEventListener('keydown', onEnter, { capture: true });
	addEventListener('beforeinput', onInput, { capture: true });
	return () => {
		removeEventListener('keydown', onKeyDown);
		removeEventListener('keydown', onEnter, { capture: true });
		removeEventListener('beforeinput', onInput, { capture: true });
	};
}
