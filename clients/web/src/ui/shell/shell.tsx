// SPDX-License-Identifier: Apache-2.0
// The panes of somebody who is logged in.

import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { Avatar } from '../common/avatar';
import { IconButton } from '../common/button';
import { Goose } from '../common/goose';
import { Icon } from '../common/icons';
import { openMenu } from '../common/menu';
import { model } from '../common/model';
import { go, route } from '../common/route';
import { line } from '../common/text';
import { Find, List } from '../list/list';
import { narrow } from './panels';
import { Strip } from './strip';
import { Beside, Chat, fetchAhead, Over, screens } from './parts';

// What one can begin: where there are no rooms, only a conversation with somebody.
function begin(at: Element): void {
	if (!model().rooms.peek()?.service.peek()) return go('people');
	openMenu(at, t('chat.newChat'), [
		{ label: t('chat.findPeople'), icon: 'person', run: () => go('people') },
		{ label: t('chat.newRoom'), icon: 'plus', run: () => go('rooms/new') },
		{ label: t('chat.findRooms'), icon: 'people', run: () => go('rooms') },
	]);
}

function Me() {
	const me = model().me.value;
	const online = model().line.value.state === 'online';
	const name = line(me?.name ?? '');
	return (
		<div class="me">
			<button type="button" class="me-who" onClick={() => go('settings')}>
				<Avatar address={me?.address ?? ''} name={name} picture={me?.avatar} />
				<span class="me-words">
					<b><bdi>{name}</bdi></b>
					<small>
						{online ? t(model().synced.value ? 'chat.online' : 'chat.syncing') : t('common.offline')}
					</small>
				</span>
				<span class="spoken">{t('chat.openSettings')}</span>
			</button>
			<IconButton icon="plus" label={t('chat.newChat')} onClick={(e) => begin(e.currentTarget)} />
			<IconButton icon="settings" label={t('chat.openSettings')} onClick={() => go('settings')} />
		</div>
	);
}

function Nobody() {
	return (
		<main class="nobody">
			<Goose size={72} />
			{model().conversations.value.length > 0 && (
				<>
					<p>{t('chat.pickOne')}</p>
					<div class="nobody-ways">
						<button type="button" class="button" onClick={() => go('people')}>
							<Icon name="people" size={18} />{t('chat.findPeople')}
						</button>
						<button type="button" class="button" onClick={() => go('people/invite')}>
							<Icon name="invite" size={18} />{t('chat.invite')}
						</button>
					</div>
				</>
			)}
			<p class="nobody-keys"><kbd>Ctrl</kbd> <kbd>/</kbd> {t('chat.keys')}</p>
		</main>
	);
}

export function Shell() {
	const { screen, address } = route.value;
	const open = screen === 'c' && address;
	const Screen = screens[screen];
	useEffect(fetchAhead, []);
	return (
		<div class={`app${open ? '' : ' no-details'}`} data-pane={open || Screen ? 'middle' : 'list'}>
			<Strip />
			<div
				class="side"
				role={narrow.value && !open && !Screen ? 'main' : 'navigation'}
				aria-label={t('chat.conversations')}
			>
				{!open && !Screen && <h1 class="spoken">{t('chat.conversations')}</h1>}
				<Me />
				<Find />
				<List />
			</div>
			<div class="middle">
				{open ? <Chat key={address} address={address} /> : Screen ? <Screen /> : !narrow.value && <Nobody />}
			</div>
			{open && <Beside address={address} />}
			<Over />
		</div>
	);
}
