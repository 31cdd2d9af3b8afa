// SPDX-License-Identifier: Apache-2.0
// A part of the page that is fetched when it is first wanted.

import { type ComponentChildren, type ComponentType, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';

declare const LATER_SHEET: string; // put in by build.mjs; absent where all styles are in one sheet

let sheet: Promise<void> | undefined;

// The styles of the parts that come later; nothing of them is shown before these are there.
export function laterSheet(): Promise<void> {
	return (sheet ??= new Promise((done) => {
		if (typeof LATER_SHEET === 'undefined') return done();
		const link = document.createElement('link');
		link.rel = 'stylesheet';
		link.href = LATER_SHEET;
		link.onload = () => done();
		link.onerror = () => done(); // better plain than not at all
		document.head.append(link);
	}));
}

type Drawn<P> = (props: P) => ComponentChildren;

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): Drawn<P> {
	let got: ComponentType<P> | undefined;
	return function Lazy(props: P) {
		const [state, set] = useState<'waiting' | 'there' | 'failed'>(got ? 'there' : 'waiting');
		useEffect(() => {
			if (state !== 'waiting') return;
			Promise.all([load(), laterSheet()]).then(
				([c]) => {
					got = c;
					set('there');
				},
				() => set('failed'),
			);
		}, [state]);
		if (got) return h(got as ComponentType<object>, props);
		if (state === 'waiting') return null;
		return (
			<p class="lazy-failed">
				{t('chat.partMissing')} <button type="button" class="link-button" onClick={() => set('waiting')}>{t('common.retry')}</button>
			</p>
		);
	};
}
