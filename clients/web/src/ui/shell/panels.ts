// SPDX-License-Identifier: Apache-2.0
// What is open beside or over the conversation.

import { signal } from '@preact/signals';

export const detailsOpen = signal(false); // as a sheet; where there is room for a third pane it is there anyway
export const switching = signal(false);
export const helping = signal(false);
