// SPDX-License-Identifier: Apache-2.0
// What the parts of a logged-in account share.

import type { ReadonlySignal } from '@preact/signals';
import type { Address, Settings } from '../model';
import type { Env } from '../xmpp/env';
import type { Archive, ArchivePage, ArchiveQuery, Ask } from '../xmpp/mam';
import type { Proof, Target } from '../xmpp/login';
import type { Stream } from '../xmpp/stream';
import type { Db } from '../store/db';
import type { Choice, Entry } from '../store/rows';
import type { Tabs } from '../store/tabs';
import type { Book } from './book';
import type { RoomsEngine } from './rooms';
import type { Shelf } from './settings';

// Between tabs.
export type News =
	| { news: 'entry'; entry: Entry } // somebody wrote something
	| { news: 'unentry'; seq: number } // it was withdrawn
	| { news: 'sent'; id: string; to: Address; key: string; placed?: number }
	| { news: 'failed'; id: string; to: Address; key: string; why: string }
	| { news: 'choice'; choice: Choice }
	| { news: 'read'; with: Address; order: number }
	| { news: 'uploads?' } // who sends which files up?
	| { news: 'uploads'; seqs: number[] }
	| { news: 'logout' };

// What hangs on a stanza until the server has it: an entry of the outbox, or something to be said again in the next session.
export type Tag = { entry: number } | { again: true } | undefined;

export interface Features {
	archive: boolean;
	fulltext: boolean;
	carbons: boolean;
	blocking: boolean;
	pep: boolean;
	upload: string | null; // at which address
	uploadMax: number;
	search: string | null;
	admin: boolean;
	version?: string;
}

export interface Ctx {
	env: Env;
	me: Address;
	user: string;
	domain: string;
	target: Target;
	db: Db;
	book: Book;
	shelf: Shelf;
	stream: Stream<Tag>;
	archive: Archive;
	rooms: RoomsEngine;
	page(peer: Address, q: ArchiveQuery): Promise<ArchivePage>; // of one conversation, wherever its archive is
	archived(peer: Address): boolean;
	tabs: Tabs<News>;
	ask: Ask;
	features: Features;
	settings: ReadonlySignal<Settings>;
	fresh(): string; // an id
	now(): number; // the server's time, as well as we know
	leads(): boolean;
	proof(): Proof;
	device: string; // as the server knows this browser
}
