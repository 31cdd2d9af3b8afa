// SPDX-License-Identifier: Apache-2.0
// What one can do with a message: the same list for the bar under the pointer, the menu of the keyboard and the long
// press.

import type { Message } from '../../model';
import { moment, t } from '../../i18n';
import { copyText } from '../common/copy';
import type { MenuItem } from '../common/menu';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { stateWord } from './state';
import type { Pane } from './pane';
import { c } from './words';

export function reply(pane: Pane, m: Message): void {
	pane.about.value = { mode: 'reply', message: m };
	pane.focusComposer();
}

export function edit(pane: Pane, m: Message): void {
	pane.about.value = { mode: 'edit', message: m };
	pane.focusComposer();
}

// What has reached the server may be changed; files only be taken back.
export function mayEdit(m: Message): boolean {
	return m.mine && !m.retracted && !m.attachment && m.sending !== 'failed';
}

export function mayAct(m: Message): boolean {
	return !m.retracted && m.sending !== 'failed' && m.sending !== 'sending';
}

function details(m: Message): string {
	const words = [moment(m.time)];
	if (m.sending) words.push(stateWord(m.sending));
	if (m.edited) words.push(c('edited'));
	return words.join(' · ');
}

export function actionsFor(pane: Pane, m: Message): MenuItem[] {
	const items: MenuItem[] = [];
	if (m.sending === 'failed') {
		items.push({ label: t('common.retry'), icon: 'retry', run: () => model().retry(m) });
		items.push({ label: c('discard'), icon: 'trash', danger: true, run: () => model().cancel(m) });
	}
	if (mayAct(m)) {
		items.push({ label: c('reply'), icon: 'reply', run: () => reply(pane, m) });
		items.push({ label: c('react'), icon: 'smile', run: () => (pane.reacting.value = m) });
	}
	if (m.text && !m.retracted) items.push({ label: c('copyText'), icon: 'copy', run: () => copyText(m.text) });
	if (mayEdit(m)) items.push({ label: t('common.edit'), icon: 'edit', run: () => edit(pane, m) });
	items.push({ label: t('common.details'), icon: 'info', run: () => notice(details(m)) });
	if (!m.mine && !m.retracted && model().rooms.peek()?.all.peek().get(m.with)?.can.moderate) {
		items.push({ label: c('moderate'), icon: 'trash', danger: true, run: () => (pane.moderating.value = m) });
	}
	if (m.mine && mayAct(m)) {
		items.push({ label: c('retract'), icon: 'trash', danger: true, run: () => (pane.retracting.value = m) });
	}
	return items;
}
