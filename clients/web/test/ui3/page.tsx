// SPDX-License-Identifier: Apache-2.0
// The parts of the page a test looks at, over the model of fake.ts, drawn by the route as the shell does; with ?app in the real shell.

import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { App, follow } from '../../src/ui/app';
import { Menu } from '../../src/ui/common/menu';
import { provide } from '../../src/ui/common/model';
import { Voices } from '../../src/ui/common/notice';
import { go, route } from '../../src/ui/common/route';
import { followSettings } from '../../src/ui/common/theme';
import { EmojiPicker } from '../../src/ui/emoji/picker';
import { QuickReactions } from '../../src/ui/emoji/quick';
import { First } from '../../src/ui/first/first';
import { takeInvite } from '../../src/ui/first/invited';
import { Welcome } from '../../src/ui/first/welcome';
import { People } from '../../src/ui/people/people';
import { Profile } from '../../src/ui/people/profile';
import { Search } from '../../src/ui/search/search';
import { Switcher } from '../../src/ui/search/switcher';
import { Settings } from '../../src/ui/settings/settings';
import { makeFake } from './fake';

const fake = makeFake();
Object.assign(window, { fake });
const wanted = new URLSearchParams(location.search);
fake.settings.value = { ...fake.settings.value, language: wanted.get('lang') === 'zh' ? 'zh-CN' : 'en' };
if (wanted.has('out')) {
	fake.me.value = null;
	fake.line.value = { state: 'out' };
}
if (wanted.has('server')) fake.server.value = { ...fake.server.value, ...JSON.parse(wanted.get('server') ?? '{}') };
Object.assign(fake.answers, JSON.parse(wanted.get('answers') ?? '{}'));
provide(fake.model);
if (wanted.has('app')) follow(fake.model.start());
else followSettings();

const screens: Record<string, () => unknown> = { people: People, search: Search, welcome: Welcome, settings: Settings, emoji: Emoji };

function Emoji() {
	const picked = (x: string) => fake.called.push(['picked', x]);
	return (
		<main>
			<h1>emoji</h1>
			<QuickReactions onPick={picked} onMore={() => picked('more')} />
			<EmojiPicker onPick={picked} onClose={() => (picked('close'), go(''))} />
		</main>
	);
}

function Middle() {
	const { screen, address } = route.value;
	const Screen = screens[screen] as (() => preact.JSX.Element) | undefined;
	if (screen === 'c' && address) return <main><h1>{`conversation ${address}`}</h1></main>;
	return Screen ? <Screen /> : <main><h1>nothing</h1></main>;
}

function Page() {
	const beside = route.value.screen === 'c' && wanted.has('beside') ? route.value.address : undefined;
	const out = !fake.me.value;
	useEffect(() => {
		if (!out) takeInvite();
	}, [out]);
	if (out) return <><First /><Menu /><Voices /></>;
	return (
		<div class={`app${beside ? '' : ' no-details'}`} data-pane="middle">
			<nav class="side" aria-label="side" />
			<div class="middle"><Middle /></div>
			{beside && <aside class="info" aria-label="details"><Profile address={beside} /></aside>}
			{route.value.screen === 'switch' && <Switcher onClose={() => go('', true)} />}
			<Menu />
			<Voices />
		</div>
	);
}

render(wanted.has('app') ? <App /> : <Page />, document.getElementById('app')!);
