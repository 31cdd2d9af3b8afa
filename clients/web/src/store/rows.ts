// SPDX-License-Identifier: Apache-2.0
// What is remembered on this device, as it lies in the database.

import type { Address, Notify, RoomOut, Sending, Why } from '../model';
import type { FileInfo, Quote } from '../xmpp/message';

export interface Row {
	key: string;
	with: Address;
	order: number; // place in the conversation: the server's time, made unique; what is not sent yet lies behind everything (PENDING)
	id: string; // as its sender named it
	origin?: string;
	archiveId?: string;
	from: Address;
	mine: boolean;
	time: number;
	text: string;
	gap?: boolean; // between this one and the one before there may be others that we do not know
	edited?: number; // time of the newest edit
	retracted?: boolean;
	reply?: Quote;
	reactions?: Record<Address, { emoji: string[]; time: number }>;
	file?: Partial<FileInfo> & { name: string; type: string; size: number };
	sending?: Sending;
	why?: Why;
	seq?: number; // of mine, written in this browser: its number in the outbox (SLOTS)
	mention?: boolean;
	nick?: string; // in a room: how who wrote it was called then
	moderated?: { by?: string; reason?: string };
}

export const PENDING = 1e15;

// Numbers of the outbox that fall on one millisecond: each tab has one of them, number % SLOTS, so that two never take the same. Exact in a double until the year 2109.
export const SLOTS = 2048;

// What an edit, a retraction, a reaction or a receipt does to a message that we may not have yet.
export interface Patch {
	with: Address;
	target: string;
	from: Address;
	time: number;
	edit?: string;
	retract?: boolean;
	moderated?: { by?: string; reason?: string }; // the retraction is the room's, whoever wrote it
	emoji?: string[];
	tick?: 'delivered' | 'read'; // of mine
}

export interface Conv {
	with: Address;
	last?: { text: string; mine: boolean; from: Address; file?: string; retracted: boolean; id: string };
	time: number;
	readTo: number; // order of the newest that I have read
	unread: number;
	mentions: number;
	peerRead: number; // order up to which mine were read
	markedId?: string; // archive id of the newest that was told to my other devices
	group?: boolean; // a room
	tail?: boolean; // there may be newer ones than we know
}

// What the user chose for a conversation; any tab writes these.
export interface Choice {
	with: Address;
	pinned?: boolean;
	muted?: boolean;
	notify?: Notify; // of a room
	draft?: string;
	hidden?: number; // out of the list until something newer than this comes
}

export interface Known { // of a person
	address: Address;
	own: string; // my name for them
	theirs: string; // their own
	subscription: 'none' | 'to' | 'from' | 'both' | 'remove';
	asked: boolean;
	photo?: string; // hash of the avatar, '' for none
	avatar?: string; // data: URL
	contact: boolean;
}

export interface Entry { // in the outbox
	seq: number;
	id: string;
	key: string;
	to: Address;
	kind: 'text' | 'file' | 'edit' | 'retract' | 'react';
	status: 'ready' | 'upload';
	time: number;
	tab: string; // where it was written
	text?: string;
	quote?: Quote;
	of?: string;
	emoji?: string[];
	file?: Partial<FileInfo> & { name: string; type: string; size: number };
	blob?: Blob;
	slot?: { put: string; get: string; headers: [string, string][] };
	tried?: boolean;
}

export interface KeptRoom {
	with: Address;
	want: boolean; // to be in it, whenever there is a line
	nick: string;
	name: string;
	description: string;
	features: readonly string[];
	subjectByAll?: boolean;
	membersInvite?: boolean;
	slow?: number;
	password?: string;
	self?: string; // my occupant id there
	been?: boolean; // I have been in, from this device
	subject?: { text: string; by: string };
	photo?: string; // hash of the picture, '' for none
	avatar?: string; // data: URL
	out?: { why: RoomOut; by?: string; reason?: string; instead?: Address };
	faces: Record<string, { nick: string; real?: Address }>; // who wrote, by the part of Message.from behind the '/'
}
