// SPDX-License-Identifier: Apache-2.0
// The parts of the page a test looks at, over the model of fake.ts, drawn by the route as the shell does.


import { render } from 'preact';
import { Menu } from '../../src/ui/common/menu';
import { provide } from '../../src/ui/common/model';
import { Voices } from '../../src/ui/common/notice';
import { followSettings } from '../../src/ui/common/theme';
import { First } from '../../src/ui/first/first';
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
provide(fake.model);
followSettings();

function Page() {
	return (
		<>
			{fake.me.value ? <p>in</p> : <First />}
			<Menu />
			<Voices />
		</>
	);
}

render(<Page />, document.getElementById('app')!);
