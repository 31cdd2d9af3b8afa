// SPDX-License-Identifier: Apache-2.0
// The parts that are fetched when they are wanted: screens in the middle, the pane at the right, windows over
// everything.

import type { ComponentChildren } from 'preact';
import type { Address } from '../../model';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { Dialog } from '../common/dialog';
import { laterSheet, lazy } from '../common/lazy';
import { isRoom } from '../common/model';
import { personOf } from '../common/person';
import { line } from '../common/text';
import { detailsOpen, helping, switching } from './panels';

const loadChat = () => import('../chat/chat').then((m) => m.Chat);

export const Chat = lazy(loadChat);
const Help = lazy(() => import('./help').then((m) => m.Help));
export const First = lazy(() => import('../first/first').then((m) => m.First));
const Profile = lazy(() => import('../people/profile').then((m) => m.Profile));
const RoomProfile = lazy(() => import('../rooms/room').then((m) => m.RoomProfile));
export const Invitations = lazy(() => import('../rooms/invite').then((m) => m.Invitations));
const Switcher = lazy(() => import('../search/switcher').then((m) => m.Switcher));

// What the middle shows for the screens that are not conversations.
export const screens: Readonly<Record<string, (props: object) => ComponentChildren>> = {
	people: lazy(() => import('../people/people').then((m) => m.People)),
	rooms: lazy(() => import('../rooms/browse').then((m) => m.Browse)),
	search: lazy(() => import('../search/search').then((m) => m.Search)),
	settings: lazy(() => import('../settings/settings').then((m) => m.Settings)),
	welcome: lazy(() => import('../first/welcome').then((m) => m.Welcome)),
};

// What will be wanted next is fetched while nothing else happens.
export function fetchAhead(): void {
	setTimeout(() => void Promise.all([loadChat(), laterSheet()]).catch(() => {}), 300);
}

// Who one talks to: a third pane where there is room, else a sheet.
export function Beside({ address }: { address: Address }) {
	const close = () => (detailsOpen.value = false);
	useEffect(() => () => void close(), [address]); // it goes with the conversation
	const title = line(personOf(address).name);
	const About = isRoom(address) ? RoomProfile : Profile;
	return (
		<>
			<aside class="info" aria-label={t('common.details')}><About address={address} /></aside>
			{detailsOpen.value && (
				<Dialog title={title} kind="sheet" onClose={close}>
					<About address={address} />
				</Dialog>
			)}
		</>
	);
}

export function Over() {
	return (
		<>
			{switching.value && <Switcher onClose={() => (switching.value = false)} />}
			{helping.value && <Help onClose={() => (helping.value = false)} />}
		</>
	);
}
