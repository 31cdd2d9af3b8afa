// SPDX-License-Identifier: Apache-2.0
// One message as a row.

import type { Message } from '../../model';
import { moment, t, time } from '../../i18n';
import { Avatar } from '../common/avatar';
import { IconButton } from '../common/button';
import { colorsOf } from '../common/color';
import { Icon } from '../common/icons';
import { alike, memo } from '../common/memo';
import { openMenu } from '../common/menu';
import { model } from '../common/model';
import { personOf } from '../common/person';
import { line } from '../common/text';
import { dark } from '../common/theme';
import { w } from '../common/why';
import { actionsFor, edit, mayAct, mayEdit, reply } from './actions';
import { AttachmentView } from './attachment';
import { usePane } from './pane';
import { Rich } from './rich';
import { State } from './state';
import { c } from './words';

export function nameOf(m: { from: string; mine?: boolean; nick?: string }): string {
	const me = model().me.value;
	return line((m.mine || m.from === me?.address ? me?.name : m.nick || personOf(m.from).name) || m.from);
}

function Quote({ of }: { of: NonNullable<Message['reply']> }) {
	const pane = usePane();
	return (
		<button type="button" class="quote" onClick={() => (pane.jump.value = { id: of.id })} title={c('jumpToQuote')}>
			<bdi class="quote-name">{nameOf(of)}</bdi> <span class="quote-text" dir="auto">{line(of.text) || t('chat.file')}</span>
		</button>
	);
}

function Reactions({ of }: { of: Message }) {
	const me = model().me.value?.address;
	return (
		<div class="reactions">
			{of.reactions.map((r) => {
				const who = r.from.map((a) => nameOf({ from: a })).join(', ');
				const emoji = line(r.emoji, 16);
				return (
					<button
						type="button"
						key={r.emoji}
						aria-pressed={!!me && r.from.includes(me)}
						title={who}
						aria-label={c('reactedBy', { emoji, n: r.from.length, who })}
						onClick={() => model().react(of, r.emoji)}
					>
						<span>{emoji}</span> {r.from.length}
					</button>
				);
			})}
		</div>
	);
}

function Failed({ of }: { of: Message }) {
	return (
		<div class="failed" role="group" aria-label={c('failed')}>
			<span><Icon name="fault" size={14} /> {of.why ? w(of.why) : c('failed')}</span>
			<button type="button" class="link-button" onClick={() => model().retry(of)}>{t('common.retry')}</button>
			<button type="button" class="link-button" onClick={() => model().cancel(of)}>{c('discard')}</button>
		</div>
	);
}

// The bar at the upper edge of the row one points at or has the focus in.
function Bar({ of }: { of: Message }) {
	const pane = usePane();
	return (
		<div class="row-bar" role="toolbar" aria-label={c('actions')}>
			{mayAct(of) && (
				<>
					<IconButton icon="smile" label={c('react')} small onClick={() => (pane.reacting.value = of)} />
					<IconButton icon="reply" label={c('reply')} small onClick={() => reply(pane, of)} />
				</>
			)}
			{mayEdit(of) && <IconButton icon="edit" label={t('common.edit')} small onClick={() => edit(pane, of)} />}
			<IconButton
				icon="more"
				label={t('common.more')}
				small
				aria-haspopup="menu"
				onClick={(e) => openMenu(e.currentTarget, c('actions'), actionsFor(pane, of))}
			/>
		</div>
	);
}

export interface RowProps {
	of: Message;
	head: boolean; // with avatar and name
	day: string; // a line with the day above, when not empty
	unread: number; // a line "n new messages" above, when not 0
	words: boolean; // says its state in words
	active: boolean; // has the bar
	tab: boolean; // the row Tab comes to
	flash: boolean; // somebody jumped here
}

function goneWords(of: Message): string {
	const m = of.moderated;
	if (!m) return of.mine ? c('retractedByMe') : t('chat.retracted');
	const who = m.by ? c('removedBy', { name: line(m.by, 60) }) : c('removed');
	return m.reason ? `${who} ${c('removedWhy', { reason: line(m.reason, 300) })}` : who;
}

function Body({ of, words }: { of: Message; words: boolean }) {
	if (of.retracted) return <div class="text gone">{goneWords(of)}</div>;
	const marks = (of.edited || (of.mine && of.sending !== 'failed')) && (
		<span class="marks">
			{of.edited && <span>{c('edited')}</span>}
			{of.mine && <State of={of} words={words} />}
		</span>
	);
	return (
		<>
			{of.reply && <Quote of={of.reply} />}
			{of.attachment && <div class="with-file"><AttachmentView of={of} />{!of.text && marks}</div>}
			{of.text && marks}
			{of.text && <Rich text={of.text} />}
			{of.sending === 'failed' && <Failed of={of} />}
			{of.reactions.length > 0 && <Reactions of={of} />}
		</>
	);
}

export const Row = memo(function Row({ of, head, day, unread, words, active, tab, flash }: RowProps) {
	const name = nameOf(of);
	const kinds = ['message', head && 'head', of.mine && 'mine', of.mention && 'mention', flash && 'flash'];
	return (
		<article class="row" data-key={of.key} tabIndex={tab ? 0 : -1} aria-label={`${name}, ${time(of.time)}`}>
			{day && <h2 class="day"><span>{day}</span></h2>}
			{unread > 0 && <div class="unread-line"><span>{c('newMessages', { n: unread })}</span></div>}
			<div class={kinds.filter(Boolean).join(' ')}>
				{head && <Avatar address={of.from} name={name} />}
				{!head && <time class="gutter" title={moment(of.time)}>{time(of.time)}</time>}
				<div class="body">
					{head && (
						<div class="who">
							<bdi style={{ color: colorsOf(of.from, dark.value).name }}>{name}</bdi>
							<time title={moment(of.time)}>{time(of.time)}</time>
						</div>
					)}
					<Body of={of} words={words} />
				</div>
				{active && <Bar of={of} />}
			</div>
		</article>
	);
}, alike);
