// SPDX-License-Identifier: Apache-2.0
// Light or dark as set, or as the system says; also how closely rows stand. CSS reads both from attributes of <html>.

import { computed, effect, signal } from '@preact/signals';
import { setLanguage } from '../../i18n';
import { model } from './model';

const query = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');
const system = signal(query?.matches ?? false);
query?.addEventListener('change', (e) => (system.value = e.matches));

export const dark = computed(() => {
	const wish = model().settings.value.theme;
	return wish === 'system' ? system.value : wish === 'dark';
});

// The browser's own bar above the page, as on phones.
function barColor(): void {
	const color = getComputedStyle(document.documentElement).getPropertyValue('--panel').trim();
	document.querySelector('meta[name=theme-color]')?.setAttribute('content', color);
}

export function followSettings(): void {
	effect(() => {
		document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
		barColor();
	});
	effect(() => {
		document.documentElement.dataset.density = model().settings.value.density;
	});
	effect(() => setLanguage(model().settings.value.language));
}
