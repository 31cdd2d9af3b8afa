// SPDX-License-Identifier: Apache-2.0
// What is open beside or over the conversation.

import { signal } from '@preact/signals';

const query = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 719.9px)');
export const narrow = signal(query?.matches ?? false); // one pane only
query?.addEventListener('change', (e) => (narrow.value = e.matches));

export const detailsOpen = signal(false); // as a sheet; where there is room for a third pane it is there anyway
export const switching = signal(false);
export const typedAhead = signal(''); // for the switcher, while it is being fetched
export const helping = signal(false);
