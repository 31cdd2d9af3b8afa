// SPDX-License-Identifier: Apache-2.0
// Tabs of one account in one browser: they tell one another what happens, and one of them leads. The leader notifies, writes the cache of messages,
// and sends what is in the outbox. Web Locks choose it; where there are none (pages without TLS), heartbeats do, and the outbox is guarded by
// a lease in the database besides.

import type { Env, Stop } from '../xmpp/env';

export interface Tabs<News> {
	readonly id: string;
	readonly leader: boolean;
	tell(news: News): void; // to the other tabs
	stop(): void;
}

interface Beat {
	beat: string; // id
	since: number; // when it began to lead; the older leads on
	bye?: boolean;
}

const BEAT_MS = 1000;
const SILENCE_MS = 3500;

export function tabsJoin<News extends object>(env: Env, account: string, id: string, on: { news(n: News): void; leader(is: boolean): void }): Tabs<News> {
	const name = `anser ${account}`;
	const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
	let leading = false;
	let over = false;
	let release: () => void = () => undefined;

	function lead(is: boolean): void {
		if (leading === is || over)
			return;
		leading = is;
		on.leader(is);
	}

	const locks = (globalThis.navigator as Navigator | undefined)?.locks as LockManager | undefined;
	const beats = locks || !channel ? null : heartbeats(env, id, (b) => channel.postMessage(b), lead);
	if (channel)
		channel.onmessage = (e: MessageEvent<News | Beat>) => {
			if (over)
				return;
			if ('beat' in e.data)
				beats?.take(e.data);
			else
				on.news(e.data);
		};
	if (locks && channel) {
		const abort = new AbortController();
		release = () => abort.abort();
		locks.request(name, { signal: abort.signal }, () => {
			if (over)
				return undefined;
			lead(true);
			return new Promise<void>((resolve) => (release = resolve));
		}).catch(() => undefined); // aborted
	} else if (!channel) {
		queueMicrotask(() => lead(true));
	}

	return {
		id,
		get leader() {
			return leading;
		},
		tell: (news) => !over && channel?.postMessage(news),
		stop() {
			over = true;
			beats?.stop();
			release();
			channel?.close();
		},
	};
}

// Who hears nothing of a leader becomes one; of two the one that led first leads on.
export function heartbeats(env: Env, id: string, say: (b: Beat) => void, lead: (is: boolean) => void): { take(b: Beat): void; stop: Stop } {
	let since = 0; // 0: not leading
	let heard = env.now();
	let stopTimer: Stop;

	function turn(): void {
		if (since) {
			say({ beat: id, since });
		} else if (env.now() - heard > SILENCE_MS * (0.7 + 0.6 * env.random())) {
			since = env.wall();
			say({ beat: id, since });
			lead(true);
		}
		stopTimer = env.after(BEAT_MS, turn);
	}

	// A new tab need not wait long when nobody else is there: half a second without an answer is enough.
	heard = env.now() - SILENCE_MS * 1.3 + 500;
	say({ beat: id, since: 0 });
	stopTimer = env.after(550, turn);
	return {
		take(b) {
			if (b.bye) {
				heard = env.now() - SILENCE_MS;
			} else if (!b.since) { // somebody new asks
				if (since)
					say({ beat: id, since });
			} else if (since && (b.since < since || (b.since === since && b.beat < id))) {
				since = 0;
				heard = env.now();
				lead(false);
			} else if (since) {
				say({ beat: id, since });
			} else {
				heard = env.now();
			}
		},
		stop() {
			stopTimer();
			if (since)
				say({ beat: id, since, bye: true });
		},
	};
}
