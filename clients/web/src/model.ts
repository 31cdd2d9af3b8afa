// SPDX-License-Identifier: Apache-2.0
// What the page knows (signals) and what it can do (functions). `ui/` reads and calls only this; `app/` implements it on `xmpp/` and `store/`.
// Addresses are bare and prepared: "tom@chat.lan". Times are milliseconds since 1970. Texts for people come from i18n, never from here.

import type { ReadonlySignal } from '@preact/signals';

export type Address = string;

// ---- the line to the server --------------------------------------------------------------------------------------------

export type Line =
	| { state: 'out' } // nobody is logged in: first run, login
	| { state: 'connecting'; since: number; attempt: number; next?: number } // `next`: when the next attempt comes
	| { state: 'online' }
	| { state: 'ended'; why: Why }; // will not come back by itself

// Why something did not work; i18n has a sentence for each under "why.*".
export type Why =
	| 'wrong-password' | 'throttled' | 'name-taken' | 'bad-name' | 'bad-password' | 'not-allowed' | 'invite-used' | 'unsafe-line' | 'no-server'
	| 'logged-out' | 'account-gone' | 'conflict' | 'not-stored' | 'no-such-user' | 'blocked' | 'blocking' | 'queue-full' | 'too-large' | 'quota'
	| 'disk-full' | 'cancelled' | 'network' | 'not-found' | 'server';

// ---- people ------------------------------------------------------------------------------------------------------------

export type Presence = 'online' | 'away' | 'busy' | 'offline' | 'unknown';

// How a contact stands: 'both' are friends; 'asked': I asked and wait; 'asks': they ask me; 'none': not a contact.
export type Tie = 'none' | 'asked' | 'asks' | 'both' | 'one-way';

export interface Person {
	address: Address;
	name: string; // what to show: own name for them, else theirs, else the part before the @
	avatar?: string; // blob: or data: URL
	presence: Presence;
	status?: string;
	lastSeen?: number;
	tie: Tie;
	request?: string; // text of a contact request
	blocked: boolean;
	real?: Address; // of somebody in a room: who it is, when that may be seen
}

// ---- messages ----------------------------------------------------------------------------------------------------------

// sending: not confirmed by the server; sent: on the server's disk; delivered: on a device of theirs; read; failed: kept here, may be retried.
export type Sending = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

export interface Attachment {
	url?: string; // when it is on the server
	name: string;
	type: string;
	size: number;
	width?: number;
	height?: number;
	thumb?: string; // small data: URL
	local?: string; // blob: URL while it is here
	progress?: number; // 0 to 1 while it goes up
}

export interface Message {
	key: string; // never changes, also over reloads: for lists
	id: string; // what replies, edits and reactions name
	archiveId?: string; // its place in the server's archive
	with: Address; // the conversation
	from: Address; // in a room: somebody there, "tea@rooms.chat.lan/…", whom person() knows; the same over changes of the nickname. Mine: my own address
	nick?: string; // in a room: what they were called when they wrote it
	mine: boolean;
	time: number;
	text: string;
	edited: boolean;
	retracted: boolean;
	moderated?: { by?: string; reason?: string }; // retracted, but not by who wrote it; `by`: a nickname
	reply?: { id: string; from: Address; text: string };
	reactions: { emoji: string; from: Address[] }[];
	attachment?: Attachment;
	mention: boolean; // names me
	sending?: Sending; // mine only
	why?: Why; // when failed
}

export interface Conversation {
	with: Address;
	kind: 'chat' | 'group'; // group: a room; Rooms knows more of it
	last?: { text: string; mine: boolean; from: Address; file?: string; retracted: boolean };
	time: number;
	unread: number;
	mentions: number;
	pinned: boolean;
	muted: boolean; // group: whatever is less than everything
	notify?: Notify; // group
	draft: string;
	typing: boolean; // group: somebody; Room says who
}

// A piece of a conversation as it is shown: contiguous, oldest first. Made by model.open(); close() when it is left.
export interface Timeline {
	with: Address;
	messages: ReadonlySignal<readonly Message[]>;
	more: ReadonlySignal<{ older: boolean; newer: boolean }>; // whether there may be more beyond what is shown
	loading: ReadonlySignal<'older' | 'newer' | 'jump' | null>;
	failed: ReadonlySignal<boolean>; // the last load did not work; call again to retry
	// Key of the first message that was unread when the conversation was opened; stays while it is open.
	divider: ReadonlySignal<string | null>;
	older(): Promise<void>;
	newer(): Promise<void>;
	toEnd(): Promise<void>; // the newest; at once when it is loaded
	toFirstUnread(): Promise<string | null>; // key, or null
	jump(where: { id?: string; archiveId?: string; time?: number }): Promise<string | null>; // loads around it; its key, or null: not found
	read(key: string): void; // everything up to here has been seen
	close(): void;
}

// ---- rooms (XEP-0045) ----------------------------------------------------------------------------------------------------

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast'; // how somebody stands there, lastingly
export type Role = 'moderator' | 'participant' | 'visitor' | 'none'; // while they are there; none: they are not. Visitors may not write
export type Notify = 'all' | 'mentions' | 'nothing'; // of what I want to be told

// Why I am not in a room; i18n has a sentence for each under "room.out.*".
export type RoomOut =
	| 'left' // I went
	| 'kicked' // may come back
	| 'banned'
	| 'removed' // not a member any more, and only members may be there
	| 'destroyed' // `instead`: where they went
	| 'members-only' // not a member
	| 'password' // needs one, or another
	| 'full' | 'nick-taken' | 'not-found' | 'not-allowed'
	| 'unreachable'; // its server does not answer; it is tried again

// 'joining' is also the time without a line: one may write, it goes out when one is there again.
export type RoomState =
	| { state: 'in' }
	| { state: 'joining' }
	| { state: 'out'; why: RoomOut; by?: string; reason?: string; instead?: Address };

export interface Room {
	address: Address;
	name: string; // its title, else the part before the @
	description: string;
	avatar?: string;
	subject?: { text: string; by: string }; // what it is about just now; `by`: a nickname, may be ''
	state: RoomState;
	nick: string; // mine there
	affiliation: Affiliation; // mine
	role: Role; // mine
	count: number; // who is there now
	membersOnly: boolean;
	listed: boolean;
	moderated: boolean; // visitors may not write
	password: boolean;
	anonymous: boolean; // only moderators see who somebody is
	slow?: number; // seconds between two messages of one person
	notify: Notify;
	typing: readonly string[]; // nicknames, mine not among them
	// What I may do there just now.
	can: { speak: boolean; invite: boolean; subject: boolean; moderate: boolean; kick: boolean; ban: boolean; configure: boolean; destroy: boolean };
}

// Somebody who is there, or who has an affiliation and is not. Affiliations of who is not there are known as far as one may see them.
export interface Member {
	key: string; // for lists
	from: Address; // as in Message.from; person() knows name, picture and presence
	nick: string; // '' for who is not there and never said one
	address?: Address; // who it is, when that may be seen
	affiliation: Affiliation;
	role: Role;
	presence: Presence; // in the room
	me: boolean;
}

// What may be done with somebody: what is false is not to be offered.
export interface MemberRights {
	kick: boolean;
	ban: boolean;
	voice: boolean; // give or take: visitor, participant
	affiliations: readonly Affiliation[]; // that I may give them, without the one they have
}

export interface FoundRoom {
	address: Address;
	name: string;
	description: string;
	count?: number;
	membersOnly: boolean;
	password: boolean;
	joined: boolean;
}
export interface FoundRooms {
	rooms: readonly FoundRoom[];
	more: boolean;
	next?: string; // hand back for the next page
}

// What a room is set to. Undefined: this room's server does not have it; leave it out of the form.
export interface RoomSettings {
	title?: string;
	description?: string;
	membersOnly?: boolean;
	listed?: boolean;
	moderated?: boolean;
	anonymous?: boolean;
	password?: string; // '': none
	subjectByAll?: boolean; // participants may change the subject
	membersInvite?: boolean; // members may invite
	slow?: number; // seconds; 0: no slow mode
	keepDays?: number; // messages go after so many days; 0: as the server has it
}

export interface NewRoom {
	title: string;
	description?: string;
	address?: string; // the part before the @; else one is made up
	private: boolean; // members only and not listed, who is invited becomes a member; else listed and open
	password?: string;
	invite?: readonly Address[];
}

// Somebody asks me into a room.
export interface Invitation {
	room: Address;
	name: string; // of the room, as far as it is known
	from?: Address; // who asks
	reason: string;
	time: number;
}

// What is special to rooms. All else goes as with people, by the room's address: open, send, sendFile, edit, retract, react, typing, draft, pin, hide,
// markRead, search, files; mute is notify('nothing'). A message of mine in a room is 'sent' when the room has it; there are no other ticks.
export interface Rooms {
	service: ReadonlySignal<Address | null>; // where rooms can be made and found; null: nowhere
	all: ReadonlySignal<ReadonlyMap<Address, Room>>; // every room that is a conversation, also those I am out of
	invitations: ReadonlySignal<readonly Invitation[]>;

	browse(search?: string, next?: string): Promise<FoundRooms | Why>; // listed rooms
	create(r: NewRoom): Promise<{ room: Address } | { why: Why }>; // and enters it
	// Null: I am in. Also again, after having been out; `password` where it needs one.
	join(address: Address, password?: string): Promise<RoomOut | null>;
	leave(address: Address): void; // and out of the list of conversations, on all my devices
	accept(i: Invitation): Promise<RoomOut | null>;
	decline(i: Invitation): void;
	invite(address: Address, people: readonly Address[], reason?: string): Promise<Why | null>;

	members(address: Address): ReadonlySignal<readonly Member[]>; // owners first, then by name; asks the room for who is not there
	member(address: Address, from: Address): Member | null; // who wrote something, as far as they are known
	// To complete "@…" with, the best first: who is there and spoke last comes first. What is put into the text is "@" + nick; others see it as a mention.
	mentions(address: Address, typed: string): readonly Member[];
	rights(address: Address, m: Member): MemberRights;
	affiliate(address: Address, m: Member | Address, to: Affiliation, reason?: string): Promise<Why | null>; // outcast: a ban; none: lifts it
	kick(address: Address, m: Member, reason?: string): Promise<Why | null>;
	voice(address: Address, m: Member, on: boolean): Promise<Why | null>;
	banned(address: Address): Promise<{ address: Address; reason: string }[] | Why>;

	settings(address: Address): Promise<RoomSettings | Why>; // for owners
	configure(address: Address, to: RoomSettings): Promise<Why | null>; // what is undefined stays as it is
	setAvatar(address: Address, image: Blob | null): Promise<Why | null>;
	setSubject(address: Address, text: string): Promise<Why | null>;
	setNick(address: Address, nick: string): Promise<Why | null>; // 'name-taken'
	moderate(m: Message, reason?: string): Promise<Why | null>; // takes somebody's message away for all
	notify(address: Address, what: Notify): void; // on all my devices
	destroy(address: Address, reason?: string): Promise<Why | null>;
}

// ---- finding -----------------------------------------------------------------------------------------------------------

export interface SearchQuery {
	text: string;
	with?: Address;
	from?: number; // times
	to?: number;
	files?: boolean;
}
export interface SearchPage {
	hits: Message[]; // newest first
	more: boolean;
	next?: string; // hand back for the next page
}
export interface FoundPerson {
	address: Address;
	name: string;
}

// ---- one's own ---------------------------------------------------------------------------------------------------------

export interface Me {
	address: Address;
	name: string;
	avatar?: string;
	admin: boolean;
}
export interface Device {
	id: string;
	name: string; // what the client says it is
	own: boolean; // this page
	online: boolean;
	since: number;
	seen: number;
	where?: string; // network address
}
export interface Invite {
	link: string; // for people: https://…
	xmpp: string; // xmpp:…
	expires: number;
}
// What an invite says before it is used. 'account': opens an account here; 'contact': makes two people contacts.
export interface InviteInfo {
	from?: Address;
	name?: string;
	kind: 'account' | 'contact'; // account: one may be made with it here; contact: it is for who has one
}
export interface MyFile { // on the server, sent by me
	id: string;
	url: string;
	name: string;
	type: string;
	size: number;
	time: number;
}
export interface MyFiles {
	files: MyFile[]; // newest first
	used: number; // bytes
	quota?: number;
}
export type Language = 'zh-CN' | 'en';
export interface Settings { // kept on this device
	language: Language;
	theme: 'system' | 'light' | 'dark';
	density: 'cosy' | 'compact';
	notify: boolean;
	sound: boolean;
	quiet: { on: boolean; from: string; to: string }; // "22:00"
	enterSends: boolean;
	typing: boolean; // tell others that I type
	receipts: boolean; // tell others that I have read
}
export interface Progress {
	done: number;
	total?: number;
}

// What the server says of itself before anybody logs in.
export interface ServerInfo {
	domain: string;
	safe: boolean; // passwords may be typed here: TLS or this very machine
	register: 'open' | 'invite' | 'closed';
	version?: string; // what the server says it runs; known after login
}

// ---- all of it ---------------------------------------------------------------------------------------------------------

export interface Model {
	line: ReadonlySignal<Line>;
	me: ReadonlySignal<Me | null>;
	server: ReadonlySignal<ServerInfo | null>;
	conversations: ReadonlySignal<readonly Conversation[]>; // pinned first, then the newest
	people: ReadonlySignal<ReadonlyMap<Address, Person>>; // contacts, who asks, whoever a conversation names, whoever is blocked
	requests: ReadonlySignal<readonly Person[]>; // who asks to be a contact
	unread: ReadonlySignal<number>; // of all that are not muted
	settings: ReadonlySignal<Settings>;
	synced: ReadonlySignal<boolean>; // all that waited has come
	leader: ReadonlySignal<boolean>; // this tab notifies
	rooms: ReadonlySignal<Rooms | null>; // null: nobody is logged in
	unsent: ReadonlySignal<number>; // messages that are only on this device: logging out would lose them

	start(): Promise<void>; // opens the cache, shows what is known, connects when an account is remembered
	login(name: string, password: string, remember: boolean): Promise<Why | null>;
	register(name: string, password: string, invite?: string): Promise<Why | null>; // and logs in
	logout(): Promise<void>; // forgets everything on this device
	reconnect(): void; // now

	open(address: Address): Timeline;
	person(address: Address): Person; // also of strangers, of rooms and of who is in one (Message.from)
	send(address: Address, text: string, reply?: Message): void; // shows at once
	sendFile(address: Address, file: File, text?: string): void;
	cancel(m: Message): void; // an upload, or a failed message: goes
	retry(m: Message): void;
	edit(m: Message, text: string): void;
	retract(m: Message): void;
	react(m: Message, emoji: string): void; // again: takes it back
	typing(address: Address, is: boolean): void;
	draft(address: Address, text: string): void;
	pin(address: Address, on: boolean): void;
	mute(address: Address, on: boolean): void;
	hide(address: Address): void; // out of the list until something comes
	markRead(address: Address): void;

	search(q: SearchQuery, next?: string): Promise<SearchPage>;
	findPeople(text: string): Promise<FoundPerson[]>;
	exists(address: Address): Promise<boolean>; // typed by hand
	ask(address: Address, text?: string, invite?: string): Promise<Why | null>; // to be a contact; with their invite: at once
	answer(address: Address, yes: boolean): void;
	rename(address: Address, name: string): void; // my name for them
	remove(address: Address): void; // no contact any more
	block(address: Address, on: boolean): Promise<Why | null>;
	files(address: Address): Promise<Message[]>; // newest files of a conversation

	invite(): Promise<Invite | Why>;
	inviteInfo(token: string): Promise<InviteInfo | null>; // null: used, expired or never given; also before login
	set<K extends keyof Settings>(key: K, value: Settings[K]): void;
	setName(name: string): Promise<Why | null>;
	setAvatar(image: Blob | null): Promise<Why | null>;
	changePassword(old: string, fresh: string): Promise<Why | null>;
	devices(): Promise<Device[]>;
	endDevice(id: string): Promise<Why | null>;
	myFiles(): Promise<MyFiles | Why>;
	removeFile(id: string): Promise<Why | null>;
	exportData(progress: (p: Progress) => void, signal: AbortSignal): Promise<Blob | Why>;
	deleteAccount(password: string): Promise<Why | null>;
	permission(): Promise<boolean>; // asks the browser to allow notifications
}
