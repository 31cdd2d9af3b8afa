// SPDX-License-Identifier: Apache-2.0
// An open conversation: who it is with, its messages, what one writes.

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Address, Message, Person } from '../../model';
import { dayTime, t } from '../../i18n';
import { Avatar } from '../common/avatar';
import { IconButton } from '../common/button';
import { Confirm } from '../common/confirm';
import { Dialog } from '../common/dialog';
import { isRoom, model } from '../common/model';
import { personOf } from '../common/person';
import { notice, speak } from '../common/notice';
import { back, chatPath, go, route } from '../common/route';
import { line } from '../common/text';
import { w } from '../common/why';
import { QuickReactions } from '../emoji/quick';
import { cannotWrite, ModerateDialog, roomWords, typingWords } from '../rooms/standing';
import { roomOf } from '../rooms/words';
import { detailsOpen } from '../shell/panels';
import { Composer, EmojiPicker } from './composer';
import { Lightbox } from './lightbox';
import { Log } from './log';
import { nameOf } from './message';
import { makePane, PaneContext, usePane, type Pane } from './pane';
import { c } from './words';

export function presenceWords(p: Person): string {
	if (p.presence === 'unknown' && !p.lastSeen) return p.address;
	if (p.presence === 'offline' || p.presence === 'unknown') {
		return p.lastSeen ? t('common.seen', { when: dayTime(p.lastSeen) }) : t(`common.${p.presence}`);
	}
	const word = t(`common.${p.presence}`);
	return p.status ? `${word} · ${line(p.status)}` : word;
}

function Head({ address }: { address: Address }) {
	const p = personOf(address);
	return (
		<header class="chat-head">
			<IconButton class="back" icon="back" label={t('common.back')} onClick={back} />
			<button type="button" class="chat-who" onClick={() => (detailsOpen.value = !detailsOpen.value)}>
				<Avatar address={address} />
				<span class="chat-who-words">
					<h1><bdi>{line(p.name)}</bdi></h1>
					<span class="chat-presence">
						{isRoom(address) ? <bdi>{roomWords(roomOf(address))}</bdi> : (
							<>{p.presence !== 'unknown' && <i class={`dot ${p.presence}`} />}{presenceWords(p)}</>
						)}
					</span>
				</span>
				<span class="spoken">{t('common.details')}</span>
			</button>
			<IconButton
				icon="search"
				label={c('searchHere')}
				onClick={() => go(`search/${encodeURIComponent(address)}`)}
			/>
			<IconButton
				class="only-narrow"
				icon="info"
				label={t('common.details')}
				onClick={() => (detailsOpen.value = true)}
			/>
		</header>
	);
}

function RoomStanding({ address }: { address: Address }) {
	const room = roomOf(address);
	if (room?.state.state !== 'in' || !room.slow) return null;
	return <div class="standing"><p>{c('slowNow', { n: room.slow })}</p></div>;
}

// What stands between the two: a request, a block, a stranger.
function Standing({ address }: { address: Address }) {
	const p = personOf(address);
	const name = line(p.name);
	if (isRoom(address)) return <RoomStanding address={address} />;
	if (p.blocked) return null; // said where one would write
	if (p.tie === 'asks') {
		return (
			<div class="standing ember">
				<p>
					<b><bdi>{name}</bdi></b> {t('chat.wantsContact')}
					{p.request && <span dir="auto"> “{line(p.request)}”</span>}
				</p>
				<button type="button" class="button" onClick={() => model().answer(address, false)}>
					{t('chat.decline')}
				</button>
				<button type="button" class="button primary" onClick={() => model().answer(address, true)}>
					{t('chat.accept')}
				</button>
			</div>
		);
	}
	if (p.tie === 'asked') return <div class="standing"><p>{c('asked', { name })}</p></div>;
	if (p.tie !== 'none') return null;
	const ask = async () => {
		const why = await model().ask(address);
		notice(why ? w(why) : c('asked', { name }));
	};
	return (
		<div class="standing">
			<p>{c('stranger', { name })}</p>
			<button type="button" class="button" onClick={() => void ask()}>{c('addContact')}</button>
		</div>
	);
}

function Typing({ address }: { address: Address }) {
	const is = model().conversations.value.find((c) => c.with === address)?.typing;
	return (
		<div class="typing">
			{is && <span class="typing-dots" aria-hidden="true"><i /><i /><i /></span>}
			{is && (isRoom(address) ? typingWords(roomOf(address)) : c('typing', { name: line(personOf(address).name, 24) }))}
		</div>
	);
}

function Blocked({ address }: { address: Address }) {
	const unblock = async () => {
		const why = await model().block(address, false);
		if (why) notice(w(why));
	};
	return (
		<div class="blocked">
			<p>{c('blocked', { name: line(personOf(address).name) })}</p>
			<button type="button" class="button" onClick={() => void unblock()}>{c('unblock')}</button>
		</div>
	);
}

function Reacting() {
	const pane = usePane();
	const to = pane.reacting.value;
	const all = useSignal(false);
	if (!to) return null;
	const close = () => {
		pane.reacting.value = null;
		all.value = false;
	};
	const pick = (emoji: string) => {
		close();
		model().react(to, emoji);
	};
	return (
		<Dialog title={c('react')} onClose={close} bare kind={all.value ? 'card' : 'small'}>
			{all.value ? (
				<EmojiPicker onPick={pick} onClose={close} />
			) : (
				<QuickReactions onPick={pick} onMore={() => (all.value = true)} />
			)}
		</Dialog>
	);
}

function Moderating() {
	const pane = usePane();
	const m = pane.moderating.value;
	return m && <ModerateDialog of={m} onClose={() => (pane.moderating.value = null)} />;
}

// Where one writes, or why one can't.
function Writing({ address }: { address: Address }) {
	if (isRoom(address)) return cannotWrite(roomOf(address)) ?? <Composer />;
	return personOf(address).blocked ? <Blocked address={address} /> : <Composer />;
}

function Retracting() {
	const pane = usePane();
	const m = pane.retracting.value;
	if (!m) return null;
	return (
		<Confirm
			title={c('retractTitle')}
			text={c('retractText')}
			action={c('retract')}
			danger
			onYes={() => model().retract(m)}
			onClose={() => (pane.retracting.value = null)}
		/>
	);
}

// New messages of others are spoken; what one scrolls to is not.
function useSpokenNews(pane: Pane): void {
	// By the times of messages, not by our clock, which may be ahead of the server's.
	const last = useRef(model().conversations.peek().find((c) => c.with === pane.address)?.time || Date.now());
	useSignalEffect(() => {
		const fresh = pane.timeline.messages.value.filter((m) => !m.mine && m.time > last.current);
		const newest = fresh[fresh.length - 1];
		if (!newest) return;
		last.current = newest.time;
		const said = (m: Message) => `${nameOf(m)}: ${line(m.text, 300) || line(m.attachment?.name ?? '')}`;
		speak(fresh.slice(-3).map(said).join('. '));
	});
}

function Open({ pane }: { pane: Pane }) {
	const { address } = pane;
	useEffect(() => () => pane.timeline.close(), []);
	useSpokenNews(pane);
	// A link to a message: go there, then be at the conversation, so that the same link works again.
	useSignalEffect(() => {
		const r = route.value;
		if (r.address !== address || !r.id) return;
		pane.jump.value = { id: r.id, archiveId: r.rest[2] || undefined, time: Number(r.rest[3]) || undefined };
		go(chatPath(address), true);
	});
	return (
		<PaneContext.Provider value={pane}>
			<main class="chat" aria-label={c(isRoom(address) ? 'room' : 'with', { name: line(personOf(address).name) })}>
				<Head address={address} />
				<Standing address={address} />
				<Log />
				<Typing address={address} />
				<Writing address={address} />
				<Lightbox />
				<Reacting />
				<Retracting />
				<Moderating />
			</main>
		</PaneContext.Provider>
	);
}

export function Chat({ address }: { address: Address }) {
	const pane = useRef<Pane>(undefined);
	const unread = () => model().conversations.peek().find((c) => c.with === address)?.unread ?? 0;
	pane.current ??= makePane(address, model().open(address), unread());
	return <Open pane={pane.current} />;
}
