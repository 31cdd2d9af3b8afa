// SPDX-License-Identifier: Apache-2.0
// Single things a user can do that are questions to the server.

import type { Address, Device, FoundPerson, Invite, InviteInfo, Message, MyFiles, Progress, SearchPage, SearchQuery, Why } from '../model';
import {
	accountRemove, blockSet, cardGet, cardSet, clientRevoke, clientsList, fileRemove, filesList, invite, inviteInfo, nickSet, passwordSet, peopleSearch, type Card,
} from '../xmpp/account';
import { resourceOf } from '../xmpp/address';
import { linkOpen, linkStart, within } from '../xmpp/link';
import type { ArchiveQuery } from '../xmpp/mam';
import { authenticate, LOGIN_MS } from '../xmpp/login';
import { rosterRemove } from '../xmpp/roster';
import type { Secret } from '../xmpp/scram';
import { IqError } from '../xmpp/stream';
import type { Account } from './account';
import { isRow, rowOf } from './incoming';
import { avatarFrom } from './picture';
import { whyOf } from './why';

export interface Acts {
	search(q: SearchQuery, next?: string): Promise<SearchPage>;
	findPeople(text: string): Promise<FoundPerson[]>;
	exists(address: Address): Promise<boolean>;
	remove(address: Address): void;
	block(address: Address, on: boolean): Promise<Why | null>;
	files(address: Address): Promise<Message[]>;
	invite(): Promise<Invite | Why>;
	inviteInfo(token: string): Promise<InviteInfo | null>;
	setName(name: string): Promise<Why | null>;
	setAvatar(image: Blob | null): Promise<Why | null>;
	changePassword(old: string, fresh: string): Promise<Why | null>;
	devices(): Promise<Device[]>;
	endDevice(id: string): Promise<Why | null>;
	myFiles(): Promise<MyFiles | Why>;
	removeFile(id: string): Promise<Why | null>;
	exportData(progress: (p: Progress) => void, signal: AbortSignal): Promise<Blob | Why>;
	deleteAccount(password: string): Promise<Why | null>;
}

const HITS = 30;
const FILES = 60;
const EXPORT_PAGE = 100;
const ROOMS_SEARCHED = 20; // with everything else, those that somebody spoke in last
const ALL = ''; // one's own archive

export function acts(a: Account, keep: { keep(): boolean; remember(s: Secret): Promise<boolean>; wipe(): Promise<void> }): Acts {
	const { ctx } = a;
	const { ask } = ctx;

	const tried = async (work: () => Promise<unknown>): Promise<Why | null> => {
		try {
			await work();
			return null;
		} catch (e) {
			return whyOf(e);
		}
	};

	// Logs in beside, with a password that was typed: it is right when that works.
	function proven(password: string): Promise<Secret> {
		return within(ctx.env, LOGIN_MS, linkOpen(ctx.env, ctx.target.url), async (link) => {
			const { features } = await linkStart(link, ctx.domain);
			const secret = await authenticate(ctx.env, link, features, ctx.user, { password });
			link.close();
			return secret;
		});
	}

	// Where the server cannot search: what is here.
	function searchHere(q: SearchQuery): SearchPage {
		const words = q.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
		const logs = (q.with ? [q.with] : ctx.book.all().map((c) => c.with)).map((p) => ctx.book.loaded(p));
		const hits = logs.flatMap((l) => l?.rows ?? []).filter((r) => {
			const text = `${r.text} ${r.file?.name ?? ''}`.toLocaleLowerCase();
			return !r.retracted && words.every((w) => text.includes(w)) && (!q.files || r.file) && r.time >= (q.from ?? 0) && r.time <= (q.to ?? Infinity);
		});
		return { hits: hits.sort((x, y) => y.order - x.order).slice(0, HITS).map(a.show), more: false };
	}

	// In several archives at once, newest first. What was not shown of one is asked for again with the next page.
	async function searchIn(query: ArchiveQuery, where: readonly Address[], next: string | undefined): Promise<SearchPage> {
		const from = new Map<Address, string>(next ? (JSON.parse(next) as [Address, string][]) : where.map((w) => [w, '']));
		const found = await Promise.all([...from].map(async ([w, before]) => {
			const asked = { ...query, before };
			// A room that does not answer hides nothing of the others.
			const page = await (w === ALL ? ctx.archive.page(asked) : ctx.page(w, asked).catch((e: unknown) => {
				if (from.size === 1)
					throw e;
				return null;
			}));
			return { w, before, page, rows: (page?.items ?? []).filter(isRow) };
		}));
		const newest = found.flatMap((f) => f.rows).sort((x, y) => (y.time ?? 0) - (x.time ?? 0)).slice(0, HITS);
		const left = found.flatMap(({ w, before, page, rows }): [Address, string][] => {
			const shown = rows.filter((i) => newest.includes(i));
			if (!page || (page.complete && shown.length === rows.length))
				return [];
			return [[w, shown.length === rows.length ? (page.first ?? '') : (shown[0]?.archiveId ?? before)]];
		});
		const hits = newest.map((i) => a.show(ctx.book.loaded(i.peer)?.archive.get(i.archiveId ?? '') ?? rowOf(i, a.reader)));
		return { hits: hits.filter((m) => !m.retracted), more: left.length > 0, next: left.length ? JSON.stringify(left) : undefined };
	}

	async function card(change: Parameters<typeof cardSet>[2]): Promise<Why | null> {
		const why = await tried(async () => {
			const old: Card = await cardGet(ask).catch((e: unknown) => {
				if (e instanceof IqError && e.condition === 'item-not-found')
					return { name: '' };
				throw e;
			});
			await cardSet(ask, old, change);
		});
		if (!why)
			await a.people.card(ctx.me, true);
		return why;
	}

	return {
		async search(q, next) {
			const fulltext = q.with && ctx.rooms.is(q.with) ? ctx.rooms.fulltext(q.with) : ctx.features.fulltext;
			if (!ctx.stream.online || (q.text && !fulltext) || (q.with ? !ctx.archived(q.with) : !ctx.features.archive))
				return searchHere(q);
			const query: ArchiveQuery = { start: q.from, end: q.to, fulltext: q.text || undefined, files: q.files, max: HITS };
			return searchIn(query, q.with ? [q.with] : [ALL, ...ctx.rooms.searched().slice(0, ROOMS_SEARCHED)], next);
		},
		async findPeople(text) {
			if (!ctx.features.search || !text.trim())
				return [];
			return (await peopleSearch(ask, ctx.features.search, text.trim())).filter((p) => p.address !== ctx.me);
		},
		async exists(address) {
			if (a.people.isContact(address))
				return true;
			const name = address.slice(0, address.indexOf('@'));
			if (ctx.features.search && address.endsWith(`@${ctx.domain}`)) {
				const found = await peopleSearch(ask, ctx.features.search, name).catch(() => null);
				if (found)
					return found.some((p) => p.address === address);
			}
			try {
				await cardGet(ask, address);
				return true;
			} catch (e) {
				return !(e instanceof IqError && /^(item-not-found|service-unavailable|remote-server-not-found|jid-malformed)$/.test(e.condition));
			}
		},
		remove: (address) => void rosterRemove(ask, address).catch(() => undefined),
		block: (address, on) =>
			tried(async () => {
				await blockSet(ask, address, on);
				a.people.blocked([address], on);
			}),
		async files(address) {
			const known = ctx.rooms.is(address) ? ctx.rooms.fulltext(address) : ctx.features.fulltext;
			if (ctx.stream.online && ctx.archived(address) && known) {
				const page = await ctx.page(address, { files: true, before: '', max: FILES });
				return page.items.filter((i) => i.file && isRow(i)).reverse().map((i) => a.show(ctx.book.loaded(address)?.archive.get(i.archiveId ?? '') ?? rowOf(i, a.reader)));
			}
			return [...(ctx.book.loaded(address)?.rows ?? [])].filter((r) => r.file && !r.retracted).reverse().slice(0, FILES).map(a.show);
		},

		async invite() {
			try {
				return (await invite(ask, ctx.domain, ctx.now())) ?? 'not-allowed';
			} catch (e) {
				return whyOf(e);
			}
		},
		inviteInfo: (token) => inviteInfo(ask, ctx.domain, token),
		async setName(name) {
			const fresh = name.trim().slice(0, 100);
			const why = await card({ name: fresh });
			if (!why && ctx.features.pep)
				await nickSet(ask, fresh).catch(() => undefined); // the card says it too, to whoever looks
			return why;
		},
		async setAvatar(image) {
			const photo = image && (await avatarFrom(image));
			return image && !photo ? 'too-large' : card({ photo });
		},
		async changePassword(old, fresh) {
			const why = (await tried(() => proven(old))) ?? (await tried(() => passwordSet(ask, ctx.domain, ctx.user, fresh)));
			if (why)
				return why === 'not-allowed' || why === 'blocking' ? 'bad-password' : why;
			return tried(async () => {
				const secret = await proven(fresh);
				ctx.stream.trust({ secret });
				if (keep.keep())
					await keep.remember(secret);
			});
		},
		devices: () => clientsList(ask, resourceOf(ctx.stream.jid)),
		endDevice: (id) => tried(() => clientRevoke(ask, id)),
		async myFiles() {
			try {
				const mine = await filesList(ask);
				return { ...mine, files: mine.files.map((f) => ({ ...f, url: a.reach(f.url) })) };
			} catch (e) {
				return whyOf(e);
			}
		},
		removeFile: (id) => tried(() => fileRemove(ask, id)),

		async exportData(progress, signal) {
			const parts: string[] = [`{"account":${JSON.stringify(ctx.me)},"made":${JSON.stringify(new Date(ctx.now()).toISOString())},\n"people":`];
			const people = [...a.people.all.peek().values()].filter((p) => p.tie !== 'none');
			parts.push(JSON.stringify(people.map((p) => ({ address: p.address, name: p.name }))), ',\n"messages":[');
			try {
				let after: string | undefined, done = 0, total: number | undefined;
				for (;;) {
					if (signal.aborted)
						return 'cancelled';
					const page = await ctx.archive.page({ after, max: EXPORT_PAGE });
					total ??= page.count;
					for (const i of page.items) {
						const line = {
							id: i.archiveId, time: i.time && new Date(i.time).toISOString(), with: i.peer, from: i.from, text: i.body, file: i.file, edits: i.replaces,
							retracts: i.retracts, reactions: i.reactions, reply: i.reply?.id,
						};
						if (line.text || line.file || line.retracts || line.reactions)
							parts.push(`${parts.length > 3 ? ',' : ''}\n${JSON.stringify(line)}`);
					}
					done += page.read;
					progress({ done, total });
					if (page.complete || !page.last)
						break;
					after = page.last;
				}
			} catch (e) {
				return whyOf(e);
			}
			return new Blob([...parts, '\n]}\n'], { type: 'application/json' });
		},
		async deleteAccount(password) {
			const why = (await tried(() => proven(password))) ?? (await tried(() => accountRemove(ask, ctx.domain)));
			if (!why)
				await keep.wipe();
			return why;
		},
	};
}
