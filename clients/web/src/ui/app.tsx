// SPDX-License-Identifier: Apache-2.0
// The page: the first run for who is not logged in, the shell for who is.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Menu } from './common/menu';
import { model } from './common/model';
import { Voices } from './common/notice';
import { followSettings } from './common/theme';
import { takeInvite } from './first/invited';
import { listenToKeys } from './shell/keys';
import { First } from './shell/parts';
import { Shell } from './shell/shell';
import { followTitle } from './shell/title';

// Until the model knows whether somebody is remembered here, neither the first screen nor the shell is shown.
const waiting = signal(true);

export function App() {
	useEffect(listenToKeys, []);
	const l = model().line.value.state;
	const out = !model().me.value || l === 'out' || l === 'ended';
	useEffect(() => {
		if (!out) takeInvite();
	}, [out]);
	return (
		<>
			{!out ? <Shell /> : !waiting.value && <First />}
			<Menu />
			<Voices />
		</>
	);
}

// Called once, when the model is provided and starts.
export function follow(start: Promise<void>): void {
	followSettings();
	followTitle();
	void start.finally(() => (waiting.value = false));
}
