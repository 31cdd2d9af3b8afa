// SPDX-License-Identifier: Apache-2.0
// The page over the fake model. The address says how it starts: ?lang=en&state=everyday|empty|flood|out&theme=dark

import { render } from 'preact';
import { App, follow } from '../../src/ui/app';
import { provide } from '../../src/ui/common/model';
import { everyday, fakeModel, flood, message, person } from './fake';
import { withRooms } from './rooms';

const wish = new URLSearchParams(location.search);
const fake = fakeModel(wish.get('lang') === 'en' ? 'en' : 'zh-CN');
provide(fake);
if (wish.get('state') === 'everyday') everyday(fake);
if (wish.get('state') === 'rooms') {
	everyday(fake);
	withRooms(fake, fake.fakeRooms);
}
if (wish.get('state') === 'flood') flood(fake);
if (wish.get('state') === 'out') void fake.logout();
const theme = wish.get('theme');
if (theme === 'dark' || theme === 'light') fake.set('theme', theme);
if (wish.get('density') === 'compact') fake.set('density', 'compact');
Object.assign(window, { fake, make: { message, person } });
follow(fake.start());
render(<App />, document.getElementById('app')!);
