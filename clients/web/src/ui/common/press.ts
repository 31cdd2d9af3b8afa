// SPDX-License-Identifier: Apache-2.0
// A finger that rests half a second on something: what the right button is for a mouse.

const REST_MS = 480;
const WANDER = 10; // px

export function longPress(run: (target: EventTarget | null, at: { x: number; y: number }) => void) {
	let timer = 0;
	let from = { x: 0, y: 0 };
	let fired = false;
	const stop = () => {
		clearTimeout(timer);
		timer = 0;
	};
	return {
		onPointerDown: (e: PointerEvent) => {
			stop();
			fired = false;
			if (e.pointerType === 'mouse' || !e.isPrimary) return;
			const { target } = e;
			from = { x: e.clientX, y: e.clientY };
			timer = window.setTimeout(() => {
				fired = true;
				run(target, from);
			}, REST_MS);
		},
		onPointerMove: (e: PointerEvent) => {
			if (timer && Math.hypot(e.clientX - from.x, e.clientY - from.y) > WANDER) stop();
		},
		onPointerUp: stop,
		onPointerCancel: stop,
		// The finger that opened a menu must not also press what lies under it.
		onClickCapture: (e: MouseEvent) => {
			if (!fired) return;
			fired = false;
			e.preventDefault();
			e.stopPropagation();
		},
		onContextMenu: (e: MouseEvent) => {
			if (fired || timer) e.preventDefault();
		},
	};
}
