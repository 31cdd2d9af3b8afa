// SPDX-License-Identifier: Apache-2.0
// The way to a message that was found: 'c/ADDRESS/ID/ARCHIVE-ID/TIME', so that the conversation can ask the archive for what lies around it.

import type { Message } from '../../model';
import { chatPath } from '../common/route';

export function placePath(m: Message): string {
	return `${chatPath(m.with, m.id)}/${encodeURIComponent(m.archiveId ?? '')}/${m.time}`;
}
