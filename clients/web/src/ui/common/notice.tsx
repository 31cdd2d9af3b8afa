// SPDX-License-Identifier: Apache-2.0
// Two voices of the page: a short notice at the lower edge that goes by itself, and words only a screen reader hears.

import { signal } from '@preact/signals';

const shown = signal<{ text: string; action?: { label: string; run: () => void } } | null>(null);
const spoken = signal('');
let timer = 0;

export function notice(text: string, action?: { label: string; run: () => void }): void {
	clearTimeout(timer);
	shown.value = { text, action };
	timer = window.setTimeout(() => (shown.value = null), action ? 8000 : 4000);
}

// The same words twice would not be spoken again: a no-break space makes them others.
export function speak(text: string): void {
	spoken.value = text === spoken.peek() ? `${text}\u00a0` : text;
}

export function Voices() {
	const s = shown.value;
	return (
		<>
			<div class="spoken" role="log" aria-live="polite" aria-atomic="true">{spoken.value}</div>
			<div class="notice-place" role="status">
				{s && (
					<div class="notice">
						<span>{s.text}</span>
						{s.action && (
							<button
								type="button"
								onClick={() => {
									shown.value = null;
									s.action?.run();
								}}
							>
								{s.action.label}
							</button>
						)}
					</div>
				)}
			</div>
		</>
	);
}
