// SPDX-License-Identifier: Apache-2.0
// What one does to rooms now and then: making, finding, settings, standing of people. Fetched when it is wanted for the first time.

import type { Address, Affiliation, FoundRooms, Member, Message, NewRoom, RoomOut, RoomSettings, Why } from '../model';
import { cardGet, cardSet } from '../xmpp/account';
import { localPrepare } from '../xmpp/address';
import type { Ask } from '../xmpp/mam';
import { writeInvite, writeLeave, writeSubject } from '../xmpp/room';
import { affiliationSet, moderateSet, peopleOf, roleSet, roomDestroy, roomsFind, settingsGet, settingsSet, type Listed, type Whom } from '../xmpp/roomask';
import { IqError } from '../xmpp/stream';
import { el } from '../xmpp/xml';
import { NS } from '../xmpp/names';
import { avatarOf } from './people';
import { avatarFrom } from './picture';
import type { Desk } from './rooms';
import { whyOf } from './why';

export interface RoomActs {
	browse(search?: string, next?: string): Promise<FoundRooms | Why>;
	create(r: NewRoom): Promise<{ room: Address } | { why: Why }>;
	invite(room: Address, people: readonly Address[], reason?: string): Promise<Why | null>;
	affiliate(room: Address, m: Member | Address, to: Affiliation, reason?: string): Promise<Why | null>;
	role(room: Address, m: Member, to: 'none' | 'visitor' | 'participant', reason?: string): Promise<Why | null>;
	banned(room: Address): Promise<{ address: Address; reason: string }[] | Why>;
	settings(room: Address): Promise<RoomSettings | Why>;
	configure(room: Address, to: RoomSettings): Promise<Why | null>;
	setAvatar(room: Address, image: Blob | null): Promise<Why | null>;
	setSubject(room: Address, text: string): Promise<Why | null>;
	moderate(m: Message, reason?: string): Promise<Why | null>;
	destroy(room: Address, reason?: string): Promise<Why | null>;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const MADE_UP = 12;

// The room's own picture.
export async function roomPicture(ask: Ask, room: Address): Promise<string | undefined> {
	return avatarOf(await cardGet(ask, room));
}

// Of everybody who has one, as far as we may know; null: nothing at all.
export async function affiliations(ask: Ask, room: Address): Promise<Listed[] | null> {
	const lists = await Promise.all((['owner', 'admin', 'member'] as const).map((a) => peopleOf(ask, room, a)));
	return lists.every((l) => !l) ? null : lists.flatMap((l) => l ?? []);
}

// In the words of the model: what rooms refuse, they mostly refuse for lack of rights.
function why(e: unknown): Why {
	if (e instanceof IqError && /^(conflict|registration-required|not-acceptable)$/.test(e.condition))
		return 'not-allowed';
	return e instanceof IqError && e.condition === 'service-unavailable' ? 'server' : whyOf(e);
}

const OUT: Partial<Record<RoomOut, Why>> = { unreachable: 'network', 'not-found': 'not-found', 'nick-taken': 'name-taken' };

export function roomActs(desk: Desk): RoomActs {
	const { ctx } = desk;
	const { ask } = ctx;

	const tried = async (work: () => Promise<unknown>): Promise<Why | null> => {
		try {
			await work();
			return null;
		} catch (e) {
			return why(e);
		}
	};

	function whom(m: Member | Address): Whom {
		return typeof m === 'string' ? { jid: m } : m.address ? { jid: m.address } : { nick: m.nick };
	}

	function madeUp(): string {
		return [...ctx.env.bytes(MADE_UP)].map((b) => LETTERS[b % LETTERS.length]).join('');
	}

	// A message to the room, which answers with an error or with nothing: a question behind it is answered after that.
	async function told(room: Address, xml: ReturnType<typeof el>, id: string): Promise<void> {
		const said = desk.watch(id);
		try {
			if (!ctx.stream.send(xml))
				throw new IqError('');
			await ask('get', el('query', { xmlns: NS.discoInfo }), room).catch((e: unknown) => {
				if (e instanceof IqError && !e.condition)
					throw e;
			});
			const condition = said.condition();
			if (condition)
				throw new IqError(condition);
		} finally {
			said.stop();
		}
	}

	const self: RoomActs = {
		async browse(search, next) {
			const at = desk.service();
			if (!at)
				return { rooms: [], more: false };
			try {
				const found = await roomsFind(ask, at, search?.trim() ?? '', next);
				const rooms = found.rooms.map((r) => ({ ...r, joined: desk.place(r.address)?.state.state === 'in' }));
				return { rooms, more: found.next !== undefined, next: found.next };
			} catch (e) {
				return why(e);
			}
		},

		async create(r) {
			const at = desk.service();
			if (!at || !ctx.stream.online)
				return { why: at ? 'network' : 'server' };
			const local = r.address ? localPrepare(r.address) : madeUp();
			if (!local)
				return { why: 'bad-name' };
			const room = `${local}@${at}`;
			if (desk.place(room)?.state.state === 'in')
				return { why: 'name-taken' };
			const entered = await desk.enter(room, { make: true, password: r.password });
			if (entered.why || !entered.made) {
				if (!entered.why)
					desk.leave(room); // somebody has it
				desk.forget(room);
				return { why: entered.why === null || /^(members-only|password|banned)$/.test(entered.why) ? 'name-taken' : (OUT[entered.why] ?? 'not-allowed') };
			}
			try {
				await settingsSet(ask, room, {
					title: r.title.trim(), description: r.description?.trim() ?? '', membersOnly: r.private, listed: !r.private, password: r.password ?? '',
					anonymous: false, moderated: false, membersInvite: true, subjectByAll: false,
				}, true);
			} catch (e) {
				ctx.stream.send(writeLeave(room, desk.place(room)?.kept.nick ?? ''));
				desk.forget(room);
				return { why: why(e) };
			}
			await desk.settled(room, r.title.trim());
			if (r.invite?.length)
				await self.invite(room, r.invite);
			return { room };
		},

		invite: (room, people, reason) =>
			tried(async () => {
				// One each: some rooms take no more.
				for (const to of people) {
					const id = ctx.fresh();
					await told(room, writeInvite(room, id, [to], reason), id);
				}
				if (desk.place(room)?.kept.features.includes('muc_membersonly'))
					await desk.lists(room);
			}),
		affiliate: (room, m, to, reason) =>
			tried(async () => {
				await affiliationSet(ask, room, whom(m), to, reason);
				await desk.lists(room);
			}),
		role: (room, m, to, reason) => tried(() => roleSet(ask, room, m.nick, to, reason)),
		async banned(room) {
			try {
				return (await peopleOf(ask, room, 'outcast')) ?? 'not-allowed';
			} catch (e) {
				return why(e);
			}
		},
		async settings(room) {
			try {
				return await settingsGet(ask, room);
			} catch (e) {
				return why(e);
			}
		},
		configure: (room, to) =>
			tried(async () => {
				await settingsSet(ask, room, to);
				await desk.refresh(room);
			}),
		async setAvatar(room, image) {
			const photo = image && (await avatarFrom(image));
			if (image && !photo)
				return 'too-large';
			const askRoom: Ask = (type, query, _to, ms) => ask(type, query, room, ms);
			return tried(() => cardSet(askRoom, { name: '' }, { photo }));
		},
		setSubject(room, text) {
			const id = ctx.fresh();
			return tried(() => told(room, writeSubject(room, id, text.trim()), id));
		},
		moderate: (m, reason) => (m.archiveId ? tried(() => moderateSet(ask, m.with, m.archiveId!, reason)) : Promise.resolve<Why>('not-found')),
		destroy: (room, reason) =>
			tried(async () => {
				await roomDestroy(ask, room, reason);
				desk.leave(room);
			}),
	};
	return self;
}
