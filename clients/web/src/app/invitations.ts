// SPDX-License-Identifier: Apache-2.0
// Who asks me into which room, until it is answered: also over reloads, and not again when the archive says it once more.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Invitation } from '../model';
import { localOf } from '../xmpp/address';
import type { Incoming } from '../xmpp/message';
import { roomInfo } from '../xmpp/room';
import type { Ctx } from './context';

export interface Asked extends Invitation {
	password?: string;
	mediated: boolean; // by the room, which tells them when it is declined
}

export interface Invitations {
	list: ReadonlySignal<readonly Asked[]>;
	load(): Promise<void>;
	take(i: Incoming): void;
	done(room: Address): void; // answered
	keep(): void;
}

const INVITES_MAX = 100;

export function invitations(ctx: Ctx, isIn: (room: Address) => boolean): Invitations {
	const list = signal<readonly Asked[]>([]);
	let answered: Record<Address, number> = {}; // up to this time they are done with

	const self: Invitations = {
		list,
		async load() {
			list.value = (await ctx.db.get<Asked[]>('invites')) ?? [];
			answered = (await ctx.db.get<Record<Address, number>>('invited')) ?? {};
		},
		take(i) {
			const v = i.invite!;
			const time = i.time ?? ctx.now();
			if (time <= (answered[v.room] ?? 0) || !v.room.includes('@') || isIn(v.room))
				return;
			const others = list.peek().filter((x) => x.room !== v.room);
			const fresh: Asked = {
				room: v.room, name: localOf(v.room), from: v.from, reason: v.reason, time, password: v.password, mediated: i.from === v.room,
			};
			list.value = [...others, fresh].slice(-INVITES_MAX);
			self.keep();
			void roomInfo(ctx.ask, v.room).then((info) => {
				if (info.name)
					list.value = list.peek().map((x) => (x.room === v.room ? { ...x, name: info.name } : x));
			}, () => undefined);
		},
		done(room) {
			const i = list.peek().find((x) => x.room === room);
			answered = { ...answered, [room]: Math.max(answered[room] ?? 0, i?.time ?? 0, ctx.now()) };
			list.value = list.peek().filter((x) => x.room !== room);
			self.keep();
		},
		keep: () => ctx.book.keep({ invites: list.peek(), invited: answered }),
	};
	return self;
}
