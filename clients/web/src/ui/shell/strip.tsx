// SPDX-License-Identifier: Apache-2.0
// The thin strip that says that the line is down; only when it has been down for a while, since most breaks heal
// unseen.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { model } from '../common/model';

const PATIENCE_MS = 1500;

export function Strip() {
	const line = model().line.value;
	const now = useSignal(Date.now());
	const down = line.state === 'connecting';
	useEffect(() => {
		if (!down) return;
		now.value = Date.now();
		const timer = setInterval(() => (now.value = Date.now()), 500);
		return () => clearInterval(timer);
	}, [down]);
	if (!down || Math.max(now.value, Date.now()) - line.since < PATIENCE_MS) return null;
	const seconds = line.next ? Math.ceil((line.next - Math.max(now.value, Date.now())) / 1000) : 0;
	const offline = line.attempt > 1 || !navigator.onLine;
	return (
		<div class="strip" role="status">
			<span>{t(offline ? 'chat.offline' : 'common.connecting')}</span>
			{seconds > 0 && <span aria-hidden="true" class="strip-next">{t('chat.nextTry', { n: seconds })}</span>}
			{offline && (
				<button type="button" class="link-button" onClick={() => model().reconnect()}>
					{t('chat.connectNow')}
				</button>
			)}
		</div>
	);
}
