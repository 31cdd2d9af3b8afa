// SPDX-License-Identifier: Apache-2.0
// The settings: what takes effect at once on one screen, the rest one step away.

import { useSignal } from '@preact/signals';
import { t } from '../../i18n';
import type { Settings as All } from '../../model';
import { Avatar } from '../common/avatar';
import { Choice, Switch } from '../common/field';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { go, route } from '../common/route';
import { Screen } from '../common/screen';
import { line } from '../common/text';
import { About } from './about';
import { Blocked } from './blocked';
import { DeleteAccount } from './delete';
import { Devices } from './devices';
import { ExportData } from './export';
import { MyFiles } from './files';
import { Logout } from './logout';
import { Notifications } from './notify';
import { Password } from './password';
import { s, Section, Way } from './parts';
import { Profile } from './profile';

function set<K extends keyof All>(key: K): (value: All[K]) => void {
	return (value) => model().set(key, value);
}

function Card() {
	const me = model().me.value;
	if (!me) return null;
	return (
		<button type="button" class="settings-card" onClick={() => go('settings/profile')}>
			<Avatar address={me.address} name={me.name} picture={me.avatar} size="l" />
			<span>
				<b>{line(me.name, 80)}</b>
				<small>{me.address}</small>
			</span>
			<Icon name="forward" size={16} />
		</button>
	);
}

function Look() {
	const now = model().settings.value;
	return (
		<Section title={s('look')}>
			<Choice
				label={s('language')}
				value={now.language}
				of={[
					{ value: 'zh-CN', label: '中文' },
					{ value: 'en', label: 'English' },
				]}
				onChange={set('language')}
			/>
			<Choice
				label={s('theme')}
				value={now.theme}
				of={[
					{ value: 'system', label: s('system') },
					{ value: 'light', label: s('light') },
					{ value: 'dark', label: s('dark') },
				]}
				onChange={set('theme')}
			/>
			<Choice
				label={s('density')}
				value={now.density}
				of={[
					{ value: 'cosy', label: s('cosy') },
					{ value: 'compact', label: s('compact') },
				]}
				onChange={set('density')}
			/>
		</Section>
	);
}

function Writing() {
	const now = model().settings.value;
	return (
		<Section title={s('writing')}>
			<Switch
				label={s('enterSends')}
				hint={s('enterSendsHint')}
				on={now.enterSends}
				onChange={set('enterSends')}
			/>
		</Section>
	);
}

function Privacy() {
	const now = model().settings.value;
	const blocked = [...model().people.value.values()].filter((p) => p.blocked).length;
	return (
		<Section title={s('privacy')}>
			<Switch label={s('typing')} on={now.typing} onChange={set('typing')} />
			<Switch label={s('receipts')} hint={s('receiptsHint')} on={now.receipts} onChange={set('receipts')} />
			<Way to="blocked" icon="block" title={s('blocked')} note={blocked ? String(blocked) : undefined} />
		</Section>
	);
}

function Main() {
	const leaving = useSignal(false);
	return (
		<Screen title={t('common.settings')} onBack={() => go('')}>
			<div class="settings">
				<Card />
				<Look />
				<Notifications />
				<Writing />
				<Privacy />
				<Section title={s('account')}>
					<Way to="password" icon="key" title={s('password')} />
					<Way to="devices" icon="people" title={s('devices')} />
					<Way to="files" icon="file" title={s('files')} />
					<Way to="export" icon="download" title={s('export')} />
					<Way to="about" icon="info" title={s('about')} />
					<Way to="delete" icon="trash" title={s('delete')} danger />
				</Section>
				<button type="button" class="button wide" onClick={() => (leaving.value = true)}>
					{s('logout')}
				</button>
				{leaving.value && <Logout onClose={() => (leaving.value = false)} />}
			</div>
		</Screen>
	);
}

const subs: Record<string, () => preact.ComponentChild> = {
	profile: Profile,
	blocked: Blocked,
	password: Password,
	devices: Devices,
	files: MyFiles,
	export: ExportData,
	about: About,
	delete: DeleteAccount,
};

export function Settings() {
	const Part = subs[route.value.rest[0] ?? ''] ?? Main;
	return <Part />;
}
