// SPDX-License-Identifier: Apache-2.0
// A part of the page that is fetched when it is first wanted.

import { type ComponentChildren, type ComponentType, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, waiting?: () => ComponentChildren): (props: P) => ComponentChildren {
	let got: ComponentType<P> | undefined;
	return function Lazy(props: P) {
		const [state, set] = useState<'waiting' | 'there' | 'failed'>(got ? 'there' : 'waiting');
		useEffect(() => {
			if (state !== 'waiting') return;
			load().then(
				(c) => {
					got = c;
					set('there');
				},
				() => set('failed'),
			);
		}, [state]);
		if (got) return h(got as ComponentType<object>, props);
		if (state === 'waiting') return waiting?.() ?? null;
		return <p class="lazy-failed">{t('chat.partMissing')} <button type="button" class="link-button" onClick={() => set('waiting')}>{t('common.retry')}</button></p>;
	};
}
