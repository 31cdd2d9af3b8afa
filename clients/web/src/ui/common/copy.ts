// SPDX-License-Identifier: Apache-2.0
// Text to the clipboard, also on plain-HTTP pages, where navigator.clipboard is missing.

import { t } from '../../i18n';
import { notice } from './notice';

function oldWay(text: string): boolean {
	const area = document.createElement('textarea');
	const before = document.activeElement;
	const host = document.querySelector('dialog[open]:last-of-type') ?? document.body; // outside an open dialog nothing can be selected
	area.value = text;
	area.readOnly = true;
	area.className = 'spoken';
	host.append(area);
	area.select();
	const done = document.execCommand('copy');
	area.remove();
	if (before instanceof HTMLElement) before.focus({ preventScroll: true });
	return done;
}

export async function copyText(text: string): Promise<void> {
	let done = false;
	try {
		await navigator.clipboard.writeText(text);
		done = true;
	} catch {
		done = oldWay(text);
	}
	notice(done ? t('common.copied') : t('chat.notCopied'));
}
