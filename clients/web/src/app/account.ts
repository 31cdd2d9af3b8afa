// SPDX-License-Identifier: Apache-2.0
// One logged-in account: its parts, and what runs between them. Made at login, or from what was remembered; thrown away at logout.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Address, Me, Message, Settings, Timeline } from '../model';
import { blockList, blockPush, features as disco, items as discoItems, marksGet, marksOf, markSet, serverTime } from '../xmpp/account';
import { ownCaps, ownInfo } from '../xmpp/caps';
import { bare, domainOf, localOf } from '../xmpp/address';
import { freshId, type Env } from '../xmpp/env';
import { archive } from '../xmpp/mam';
import type { Kept, Proof, Target } from '../xmpp/login';
import { readLive, writeDisplayed, writeReceipt, writeState, type Incoming } from '../xmpp/message';
import { NS } from '../xmpp/names';
import { writeAvailable, writeCaps, writePresence } from '../xmpp/roster';
import { IqError, stream, type StreamState } from '../xmpp/stream';
import { child, children, el, type El } from '../xmpp/xml';
import type { Db } from '../store/db';
import { PENDING, type Choice, type Row } from '../store/rows';
import { add, change, risen, same, type Log } from '../store/timeline';
import { tabsJoin } from '../store/tabs';
import { book } from './book';
import { namesMe } from './mentions';
import type { Ctx, News, Tag } from './context';
import type { Fresh, Reader } from './incoming';
import { notifier, type Notifier } from './notify';
import { people, type People } from './people';
import { rooms, type RoomsEngine } from './rooms';
import { rowOfEntry, sender, type Sender } from './sender';
import type { Shelf } from './settings';
import { sync } from './sync';
import { localUrl } from './upload';
import { view } from './view';
import { whyOfMessage, whyOfRoom } from './why';

export interface AccountDeps {
	env: Env;
	db: Db;
	shelf: Shelf;
	target: Target;
	user: string;
	proof: Proof;
	origin: string;
	settings: ReadonlySignal<Settings>;
	device: string;
	token: boolean; // what is remembered is a token
	kept(k: Kept): void;
	latest(): Promise<Proof | null>;
	state(s: StreamState): void;
	loggedOut(): void; // in another tab
	openChat(peer: Address): void;
	idleMs?: number;
	answerMs?: number;
}

export interface Account {
	ctx: Ctx;
	people: People;
	sender: Sender;
	notify: Notifier;
	rooms: RoomsEngine;
	reader: Reader;
	me: ReadonlySignal<Me>;
	version: ReadonlySignal<string | undefined>; // what the server says it runs
	synced: ReadonlySignal<boolean>;
	leader: ReadonlySignal<boolean>;
	uploads: UploadStates;
	show(r: Row): Message;
	reach(url: string): string;
	open(peer: Address): Timeline;
	read(peer: Address, r: Row): void;
	typing(peer: Address, is: boolean): void;
	mute(peer: Address, on: boolean): void;
	addRow(r: Row): void;
	start(): Promise<void>;
	stop(): Promise<void>;
}

// Files on their way, by the key of their row.
export interface UploadStates {
	state: Map<string, { local?: string; progress?: number }>;
	changed(key: string, by: { local?: string; progress?: number } | null): void;
}

const TYPING_AGAIN_MS = 5000;
const TYPING_OVER_MS = 30_000;
const MARK_MS = 400;
const BEGIN_AGAIN_MS = 5000;
const ROWS_MAX = 30_000;
const OWED_MAX = 200;

export function account(d: AccountDeps): Account {
	const { env, db } = d;
	const me = `${d.user}@${d.target.domain}`;
	const tabId = freshId(env);
	const leading = signal(false);
	const tick = signal(0); // of uploads
	let offset = 0; // of the server's clock
	let proof = d.proof;
	let over = false;

	// ---- the parts --------------------------------------------------------------------------------------------

	const tabs = tabsJoin<News>(env, me, tabId, { news: (n) => heard(n), leader: (is) => lead(is) });
	const leads = (): boolean => !db.shared || tabs.leader;
	const fresh = (): string => freshId(env);
	const theBook = book(db, leads, (choice: Choice) => tabs.tell({ news: 'choice', choice }), mend);

	const line = stream<Tag>(env, {
		target: d.target, user: d.user, proof, resource: `web-${tabId.slice(0, 8)}`, device: d.device, token: d.token, latest: d.latest, idleMs: d.idleMs, answerMs: d.answerMs,
	}, {
		state(s) {
			if (s.state !== 'online') {
				theSync.lost();
				if (s.state === 'connecting' && s.attempt <= 1)
					theBook.conversations.peek().forEach((c) => theBook.typing(c.with, false));
			}
			d.state(s);
		},
		fresh(lost) {
			again = [...again, ...lost.filter((s) => s.tag && 'again' in s.tag)];
			session++;
			thePeople.lost();
			theRooms.fresh();
			marks = null;
			theSender.fresh(lost.flatMap((s) => (s.tag && 'entry' in s.tag ? [s.tag.entry] : [])));
			void begin();
		},
		resumed() {
			theSync.resumed();
			if (begun !== session) {
				void begin();
			} else if (!beginning) {
				sayAgain();
				theSender.resumed();
				theRooms.resumed();
			}
		},
		stanza: (e) => take(e),
		acked: (tag) => tag && 'entry' in tag && theSender.acked(tag.entry),
		kept(k) {
			proof = k;
			d.kept(k);
		},
		session: (sm) => theSender.session(sm),
		counted: (h) => theSender.counted(h),
		broken: (condition) => theSender.broken(condition),
	});

	const ask: Ctx['ask'] = (type, query, to, ms) => line.iq(type, query, to, ms);
	const ctx: Ctx = {
		env, me, user: d.user, domain: d.target.domain, target: d.target, db, book: theBook, shelf: d.shelf, stream: line,
		archive: archive(ask, () => me, fresh), rooms: undefined as unknown as RoomsEngine, tabs, ask, settings: d.settings, fresh, leads,
		features: { archive: true, fulltext: false, carbons: true, blocking: true, pep: false, upload: null, uploadMax: 0, search: null, admin: false },
		page: (peer, q) => (theRooms.is(peer) ? theRooms.page(peer, q) : ctx.archive.page({ with: peer, ...q })),
		archived: (peer) => (theRooms.is(peer) ? theRooms.archived(peer) : ctx.features.archive),
		now: () => env.wall() + offset,
		proof: () => proof,
		device: d.device,
	};
	const thePeople = people(ctx, (hash) => announce(hash));
	const theSender = sender(ctx);
	const reader: Reader = {
		me,
		now: ctx.now,
		mentions: (i) => (i.nick !== undefined ? theRooms.mentions(i) : namesMe(i.body ?? '', [localOf(me), thePeople.person(me).name])),
	};
	const theSync = sync(ctx, {
		key: 'sync', forward: 100, first: 5, has: () => ctx.features.archive, page: (q) => ctx.archive.page(q),
		peers: () => theBook.all().filter((c) => !c.group).map((c) => c.with),
	}, reader, came);
	const theRooms = rooms({
		ctx, reader, came, sender: theSender, people: thePeople, marked,
		caps: () => (caps ? writeCaps(caps) : undefined),
	});
	ctx.rooms = theRooms;
	const notify = notifier({
		leads,
		settings: () => d.settings.peek(),
		level: theBook.level,
		name: (peer) => thePeople.person(peer).name,
		author: (r) => r.nick ?? '',
		fileText: (name) => name,
		open: d.openChat,
	});

	// ---- a session begins ----------------------------------------------------------------------------------------

	let again: { xml: ReturnType<typeof el>; tag?: Tag }[] = [];
	const unmarked = new Set<Address>(); // read while there was no line

	// Now, or when there is a line.
	function tell(xml: ReturnType<typeof el>): void {
		if (!line.send(xml, { again: true }))
			again.push({ xml, tag: { again: true } });
	}

	function sayAgain(): void {
		for (const s of again.splice(0))
			tell(s.xml);
		for (const peer of [...unmarked])
			void mark(peer);
	}

	let session = 0, begun = -1; // begun: the session that got through all of it
	let beginning = false;

	async function begin(): Promise<void> {
		if (beginning)
			return; // it goes on by itself, or fails and is begun again
		const mine = session;
		const still = (): void => {
			if (mine !== session)
				throw new IqError('');
		};
		beginning = true;
		try {
			await Promise.all([clock(), discover(), thePeople.begin()]);
			still();
			// From here on nothing that comes is missed, so what was missed can be read.
			if (ctx.features.carbons)
				await ask('set', el('enable', { xmlns: NS.carbons })).catch(answered);
			still();
			caps ??= await ownCaps();
			line.send(writeAvailable(photo, caps));
			await theSync.begin();
			still();
			sayAgain();
			begun = mine;
			beginning = false;
			void enterRooms();
			await theSender.synced();
			await afterwards();
		} catch (e) {
			beginning = false;
			if (!(e instanceof IqError))
				throw e;
			if (begun === mine && mine === session)
				return; // only what nothing waits for
			// Another session is there already; or this one will be resumed; or the server is slow.
			if (mine !== session)
				void begin();
			else
				env.after(BEGIN_AGAIN_MS, () => mine === session && begun !== mine && line.online && void begin());
		}
	}

	async function enterRooms(): Promise<void> {
		const mine = session;
		await theRooms.begin().catch((e: unknown) => {
			if (!(e instanceof IqError))
				throw e;
			env.after(BEGIN_AGAIN_MS, () => mine === session && line.online && void enterRooms());
		});
	}

	let marks: Promise<Map<string, string>> | null = null; // of this session
	function marked(): Promise<Map<string, string>> {
		return (marks ??= ctx.features.pep ? marksGet(ask).catch(() => new Map<string, string>()) : Promise.resolve(new Map<string, string>()));
	}

	// A question may be answered by an error, but there must be an answer.
	function answered(e: unknown): undefined {
		if (e instanceof IqError && e.condition)
			return undefined;
		throw e;
	}

	async function clock(): Promise<void> {
		const asked = env.wall();
		const t = await serverTime(ask, ctx.domain).catch(answered);
		if (t !== undefined) {
			const off = t - (asked + env.wall()) / 2;
			// Servers that tell whole seconds would only add noise.
			offset = Math.abs(off) > 1500 ? off : 0;
		}
	}

	async function discover(): Promise<void> {
		const [server, own] = await Promise.all([disco(ask, ctx.domain).catch(answered), disco(ask, me).catch(answered)]);
		const has = (ns: string): boolean => !!server?.features.has(ns) || !!own?.features.has(ns);
		const f = ctx.features;
		f.archive = has(NS.mam);
		f.fulltext = has(NS.fulltext);
		f.carbons = has(NS.carbons);
		f.blocking = has(NS.blocking);
		f.pep = !!own?.identities.includes('pubsub/pep');
		f.search = server?.features.has(NS.search) ? ctx.domain : f.search;
		if (server?.features.has(NS.upload)) {
			f.upload = ctx.domain;
			f.uploadMax = Number(server.forms.find((x) => x.get('FORM_TYPE') === NS.upload)?.get('max-file-size') ?? 0) || 0;
		}
	}

	// What nothing waits for.
	async function afterwards(): Promise<void> {
		void thePeople.card(me);
		// Taken at once: what is blocked while the other answer is awaited counts.
		const blocks = ctx.features.blocking ? blockList(ask).then((list) => thePeople.blockedAll(list)).catch(answered) : undefined;
		const [version] = await Promise.all([ask('get', el('query', { xmlns: 'jabber:iq:version' }), ctx.domain).catch(answered), blocks]);
		const v = child(version, 'query', 'jabber:iq:version');
		const said = (name: string): string => children(v, name).map((x) => x.kids.join('')).join('');
		ctx.features.version = `${said('name')} ${said('version')}`.trim().slice(0, 100) || undefined;
		const commands = await ask('get', el('query', { xmlns: NS.discoItems, node: NS.commands }), ctx.domain).catch(answered);
		ctx.features.admin = children(child(commands, 'query', NS.discoItems), 'item').some((i) => i.attrs['node'] === 'urn:xmpp:invite#create-account');
		tick.value++;
		await services();
		if (ctx.features.pep)
			await readMarks(await marked());
	}

	async function services(): Promise<void> {
		if (ctx.features.upload && ctx.features.search)
			return;
		for (const at of ((await discoItems(ask, ctx.domain).catch(answered)) ?? []).slice(0, 20)) {
			const s = await disco(ask, at).catch(answered);
			if (s?.features.has(NS.upload) && !ctx.features.upload) {
				ctx.features.upload = at;
				ctx.features.uploadMax = Number(s.forms.find((x) => x.get('FORM_TYPE') === NS.upload)?.get('max-file-size') ?? 0) || 0;
			}
			if (s?.features.has(NS.search))
				ctx.features.search ??= at;
		}
	}

	let photo: string | undefined;
	let caps: string | undefined;

	// XEP-0153: others look at our card again when this changes.
	function announce(hash: string): void {
		if (hash === photo)
			return;
		photo = hash;
		line.send(writeAvailable(photo, caps));
	}

	// ---- what comes ------------------------------------------------------------------------------------------------

	function take(e: El): void {
		if (e.name === 'presence' && theRooms.presence(e))
			return;
		if (e.name === 'presence')
			thePeople.presence(e);
		else if (e.name === 'iq')
			question(e);
		else if (!ctx.archive.take(e) && !theRooms.message(e))
			message(e);
	}

	function question(iq: El): void {
		const reply = (type: 'result' | 'error', inside?: ReturnType<typeof el>): void =>
			void line.send(el('iq', { xmlns: NS.client, type, id: iq.attrs['id'], to: iq.attrs['from'] }, inside));
		const blocks = blockPush(iq, me);
		if (blocks) {
			if (blocks.all)
				thePeople.blockedAll([]);
			thePeople.blocked(blocks.blocked, true);
			thePeople.blocked(blocks.unblocked, false);
			reply('result');
		} else if (thePeople.push(iq)) {
			reply('result');
		} else if (child(iq, 'ping', NS.ping)) {
			reply('result');
		} else if (iq.attrs['type'] === 'get' && child(iq, 'query', NS.discoInfo)) {
			reply('result', ownInfo(child(iq, 'query', NS.discoInfo)?.attrs['node']));
		} else {
			reply('error', el('error', { type: 'cancel' }, el('service-unavailable', { xmlns: NS.stanzaErrors })));
		}
	}

	function message(e: El): void {
		const event = child(e, 'event', NS.pubsubEvent);
		if (event) {
			const items = child(event, 'items');
			const from = bare(e.attrs['from'] ?? me);
			if (items?.attrs['node'] === NS.mds && from === me)
				void readMarks(marksOf(items));
			if (items?.attrs['node'] === NS.bookmarks && from === me)
				theRooms.bookmarked(items);
			// The card is what counts; this says that it has changed.
			if (items?.attrs['node'] === NS.nick && (from === me || thePeople.person(from).tie !== 'none'))
				void thePeople.card(from, true);
			return;
		}
		const i = readLive(e, me);
		if (!i)
			return;
		if (i.error !== undefined) {
			bounced(i);
			return;
		}
		if (i.state)
			typed(i);
		if (i.body === undefined && !i.file && !i.reactions && !i.retracts && !i.receiptOf && !i.displayed && !i.invite)
			return;
		i.time ??= ctx.now();
		theSync.live(i);
	}

	function bounced(i: Incoming): void {
		const why = theRooms.is(i.peer) ? whyOfRoom(i.error ?? '') : whyOfMessage(i.error ?? '', i.errorText ?? '');
		if (theSender.refused(i.id, why))
			return;
		void theBook.run(async () => {
			const log = await theBook.log(i.peer);
			const r = log.ids.get(i.id)?.find((x) => x.mine);
			const up = r && (r.sending === 'sent' || r.sending === 'sending') ? change(log, r.key, { sending: 'failed', why }) : null;
			if (up)
				theBook.touched(log, [up]);
		});
	}

	const typists = new Map<Address, () => void>();
	function typed(i: Incoming): void {
		if (i.mine)
			return;
		typists.get(i.peer)?.();
		const is = i.state === 'composing';
		theBook.typing(i.peer, is);
		if (is)
			typists.set(i.peer, env.after(TYPING_OVER_MS, () => theBook.typing(i.peer, false)));
	}

	// Receipts that the leading tab says; when it goes before it did, the next one does.
	const owed = new Map<string, Address>();

	function came(rows: Fresh, live: boolean, items: readonly Incoming[]): void {
		theSender.archived(items);
		items.filter((i) => i.invite).forEach(theRooms.invited);
		for (const r of rows) {
			if (r.mine)
				continue;
			if (r.nick !== undefined) {
				theRooms.spoke(r.with, [r]);
				if (live)
					notify.came(r);
				continue;
			}
			theBook.typing(r.with, false);
			if (live)
				notify.came(r);
			void thePeople.card(r.with);
			const i = items.find((x) => (x.archiveId && x.archiveId === r.archiveId) || (x.id && x.id === r.id));
			// Whom I do not know need not know that I am here, except in my own house.
			const known = thePeople.isContact(r.with) || domainOf(r.with) === ctx.domain || theBook.loaded(r.with)?.rows.some((x) => x.mine);
			if (!i?.wantsReceipt || !i.id || !known || thePeople.isBlocked(r.with))
				continue;
			if (leads())
				tell(writeReceipt(r.with, fresh(), i.id));
			else
				owed.set(i.id, r.with);
		}
		for (const i of items.filter((x) => x.mine && x.receiptOf))
			owed.delete(i.receiptOf ?? '');
		for (const id of [...owed.keys()].slice(0, -OWED_MAX))
			owed.delete(id);
	}

	function readMarks(marks: Map<string, string>): Promise<void> {
		return theBook.run(async () => {
			for (const [peer, archiveId] of marks) {
				const r = await theBook.find(peer, { archiveId });
				if (!r || r.order <= theBook.conv(peer).readTo)
					continue;
				theBook.convSet(peer, { readTo: r.order, markedId: archiveId });
				await theBook.recount(await theBook.log(peer));
			}
		});
	}

	// ---- what was read -----------------------------------------------------------------------------------------------

	const marking = new Map<Address, () => void>();
	function read(peer: Address, r: Row): void {
		if (r.order >= PENDING || r.order <= theBook.conv(peer).readTo)
			return;
		theBook.convSet(peer, { readTo: r.order });
		notify.read(peer);
		tabs.tell({ news: 'read', with: peer, order: r.order });
		void theBook.run(async () => theBook.recount(await theBook.log(peer)));
		marking.get(peer)?.();
		marking.set(peer, env.after(MARK_MS, () => void mark(peer)));
	}

	// Tells them, when that is wanted, and my other devices.
	async function mark(peer: Address): Promise<void> {
		const log = await theBook.run(() => theBook.log(peer));
		const to = theBook.conv(peer).readTo;
		const newest = [...log.rows].reverse().find((r) => !r.mine && r.order <= to);
		if (!newest?.id)
			return;
		unmarked.delete(peer);
		if (!line.online) {
			unmarked.add(peer);
			return;
		}
		const room = theRooms.is(peer);
		if (d.settings.peek().receipts && !room && !thePeople.isBlocked(peer))
			tell(writeDisplayed(peer, fresh(), newest.id));
		if (ctx.features.pep && newest.archiveId && !peer.includes('/'))
			await markSet(ask, room ? peer : me, peer, newest.archiveId).catch((e: unknown) => e instanceof IqError && !e.condition && unmarked.add(peer));
	}

	const told = new Map<Address, number>();
	function typing(peer: Address, is: boolean): void {
		const last = told.get(peer) ?? 0;
		const room = theRooms.is(peer);
		if (!d.settings.peek().typing || !line.online || (room && !theRooms.mayType(peer)) || (is ? env.now() - last < TYPING_AGAIN_MS && last : !last))
			return;
		told.set(peer, is ? env.now() : 0);
		line.send(writeState(room ? { room: peer } : peer, fresh(), is ? 'composing' : 'active'));
	}

	// ---- tabs ----------------------------------------------------------------------------------------------------------

	function lead(is: boolean): void {
		leading.value = is;
		if (!is || over)
			return;
		queueMicrotask(() => {
			if (over || !started)
				return;
			takeOver();
		});
	}

	function takeOver(): void {
		if (!leads())
			return;
		theBook.lead();
		theSync.lead();
		thePeople.lead();
		theRooms.lead();
		tabs.tell({ news: 'uploads?' });
		theSender.lead();
		for (const [id, peer] of owed)
			tell(writeReceipt(peer, fresh(), id));
		owed.clear();
	}

	function heard(n: News): void {
		if (over)
			return;
		switch (n.news) {
			case 'entry':
				if (n.entry.kind === 'text' || n.entry.kind === 'file')
					addRow(rowOfEntry(n.entry, me));
				theSender.news(n);
				break;
			case 'unentry':
			case 'sent':
			case 'failed':
				theSender.news(n);
				break;
			case 'choice':
				theBook.choose(n.choice.with, n.choice, false);
				break;
			case 'read':
				if (n.order > theBook.conv(n.with).readTo) {
					theBook.convSet(n.with, { readTo: n.order });
					notify.read(n.with);
					void theBook.run(async () => theBook.recount(await theBook.log(n.with)));
				}
				break;
			case 'logout':
				d.loggedOut();
				break;
			default:
				break;
		}
	}

	// ---- rows ----------------------------------------------------------------------------------------------------------

	function addRow(r: Row): void {
		void theBook.run(async () => {
			const log = await theBook.log(r.with);
			const old = same(log, r);
			if (!old)
				add(log, r);
			else if (old.sending === 'failed') // it is tried again, perhaps by another tab
				change(log, old.key, { sending: 'sending', why: undefined, order: r.order, seq: r.seq, time: r.time });
			theBook.touched(log, [log.keys.get(r.key) ?? r]);
			await theBook.recount(log);
		});
	}

	// A row that waits and is in no outbox: it was sent, and the page went before that was written down.
	function mend(log: Log): Row[] {
		const out: Row[] = [];
		for (const r of log.rows.filter((x) => x.order >= PENDING && x.sending !== 'failed' && !theSender.entry(x.key))) {
			const never = r.file && !r.file.url;
			const up = change(log, r.key, never ? { sending: 'failed', why: 'cancelled' } : { order: r.time, sending: risen(r.sending, 'sent') });
			if (up)
				out.push(up);
		}
		return out;
	}

	const uploads: UploadStates = {
		state: new Map(),
		changed(key, by) {
			if (by)
				uploads.state.set(key, { ...uploads.state.get(key), ...by });
			else
				uploads.state.delete(key);
			tick.value++;
		},
	};

	const hosts = [d.target.domain, new URL(d.origin).hostname];
	const reach = (url: string): string => localUrl(url, d.origin, hosts);
	const drawn = new WeakMap<Row, { as: string; message: Message }>();

	function show(r: Row): Message {
		void tick.value;
		const up = uploads.state.get(r.key);
		const isRead = r.mine && r.order <= theBook.conv(r.with).peerRead && (r.sending === 'sent' || r.sending === 'delivered');
		const as = `${isRead ? 1 : 0} ${up?.progress ?? ''} ${up?.local ?? ''}`;
		const old = drawn.get(r);
		if (old?.as === as)
			return old.message;
		const m: Message = {
			key: r.key, id: r.id, archiveId: r.archiveId, with: r.with, from: r.from, nick: r.nick ?? (theRooms.is(r.with) ? theRooms.nick(r.with) : undefined), mine: r.mine, time: r.time, text: r.text,
			edited: r.edited !== undefined, retracted: !!r.retracted, moderated: r.moderated,
			reply: r.reply && { id: r.reply.id, from: r.reply.from, text: r.reply.text },
			reactions: reactionsOf(r),
			attachment: r.file && {
				name: r.file.name, type: r.file.type, size: r.file.size, width: r.file.width, height: r.file.height, thumb: r.file.thumb,
				url: r.file.url && reach(r.file.url), local: up?.local, progress: up?.progress,
			},
			mention: !!r.mention,
			sending: r.mine ? (isRead ? 'read' : (r.sending ?? 'sent')) : undefined,
			why: r.why,
		};
		drawn.set(r, { as, message: m });
		return m;
	}

	let started = false;
	return {
		ctx,
		people: thePeople,
		sender: theSender,
		notify,
		rooms: theRooms,
		reader,
		me: computed(() => {
			void tick.value;
			const p = thePeople.all.value.get(me) ?? thePeople.person(me);
			return { address: me, name: p.name, avatar: p.avatar, admin: ctx.features.admin };
		}),
		version: computed(() => (tick.value, ctx.features.version)),
		synced: theSync.synced,
		leader: leading,
		uploads,
		show,
		reach,
		open: (peer) => view({ ctx, reader, synced: theSync.synced, show, read }, peer),
		read,
		typing,
		mute: (peer, on) => (theRooms.is(peer) ? theRooms.api.notify(peer, on ? 'nothing' : 'all') : theBook.choose(peer, { muted: on })),
		addRow,
		async start() {
			await theSync.load();
			await theRooms.load();
			await Promise.all([theBook.load(), thePeople.load(), theSender.load()]);
			for (const e of theSender.entries())
				if (e.kind === 'text' || e.kind === 'file')
					addRow(rowOfEntry(e, me));
			started = true;
			if (leads())
				takeOver();
			line.start();
			void db.trim(ROWS_MAX).catch(() => undefined);
		},
		async stop() {
			if (line.online)
				line.send(writePresence('unavailable'));
			over = true;
			session++;
			line.stop();
			await theRooms.stop();
			await theBook.run(() => theBook.flush());
			tabs.stop();
			db.close();
		},
	};
}

function reactionsOf(r: Row): Message['reactions'] {
	const by = new Map<string, Address[]>();
	const all = Object.entries(r.reactions ?? {}).sort(([, a], [, b]) => a.time - b.time);
	for (const [from, { emoji }] of all)
		for (const e of emoji)
			by.set(e, [...(by.get(e) ?? []), from]);
	return [...by].map(([emoji, from]) => ({ emoji, from }));
}
