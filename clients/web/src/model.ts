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
	from: Address;
	mine: boolean;
	time: number;
	text: string;
	edited: boolean;
	retracted: boolean;
	reply?: { id: string; from: Address; text: string };
	reactions: { emoji: string; from: Address[] }[];
	attachment?: Attachment;
	mention: boolean; // names me
	sending?: Sending; // mine only
	why?: Why; // when failed
}

export interface Conversation {
	with: Address;
	kind: 'chat' | 'group'; // groups come later; the layout is ready
	last?: { text: string; mine: boolean; from: Address; file?: string; retracted: boolean };
	time: number;
	unread: number;
	mentions: number;
	pinned: boolean;
	muted: boolean;
	draft: string;
	typing: boolean;
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
	unsent: ReadonlySignal<number>; // messages that are only on this device: logging out would lose them

	start(): Promise<void>; // opens the cache, shows what is known, connects when an account is remembered
	login(name: string, password: string, remember: boolean): Promise<Why | null>;
	register(name: string, password: string, invite?: string): Promise<Why | null>; // and logs in
	logout(): Promise<void>; // forgets everything on this device
	reconnect(): void; // now

	open(address: Address): Timeline;
	person(address: Address): Person; // also of strangers
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
