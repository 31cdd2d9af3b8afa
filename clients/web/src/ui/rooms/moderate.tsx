// SPDX-License-Identifier: Apache-2.0
// Takes somebody's message away for all.

import type { Message } from '../../model';
import { ReasonDialog } from './members';
import { r, rooms, tell } from './words';

export function ModerateDialog({ of, onClose }: { of: Message; onClose: () => void }) {
	const run = (reason?: string) => tell(rooms().moderate(of, reason));
	const asked = { title: r('moderateTitle'), text: r('moderateText'), action: r('moderate'), run };
	return <ReasonDialog asked={asked} onClose={onClose} />;
}
