// SPDX-License-Identifier: Apache-2.0
// A conversation in the list.

import type { Conversation } from '../../model';
import { moment, number, t, when } from '../../i18n';
import { Avatar } from '../common/avatar';
import { Icon } from '../common/icons';
import { alike, memo } from '../common/memo';
import { personOf } from '../common/person';
import { chatPath, go } from '../common/route';
import { line } from '../common/text';

function countLabel(n: number): string {
	return n > 99 ? `${number(99)}+` : number(n);
}

function Preview({ c, current }: { c: Conversation; current: boolean }) {
	if (c.typing) return <span class="preview typing-now">{t('chat.typingShort')}</span>;
	if (c.draft.trim() && !current) {
		return (
			<span class="preview">
				<b class="draft">{t('chat.draft')}</b> <span dir="auto">{line(c.draft, 120)}</span>
			</span>
		);
	}
	const l = c.last;
	if (!l) return <span class="preview">{'\u00a0'}</span>;
	if (l.retracted) return <span class="preview gone">{t('chat.retracted')}</span>;
	const name = l.mine ? t('common.you') : c.kind === 'group' ? line(personOf(l.from).name) : '';
	const who = name && `${name}${t('chat.colon')}`;
	return (
		<span class="preview">
			{who}
			{l.file !== undefined && (
				<><Icon name="file" size={13} /> <bdi>{line(l.file, 80) || t('chat.file')}</bdi> </>
			)}
			<span dir="auto">{line(l.text, 120)}</span>
		</span>
	);
}

function Badge({ c }: { c: Conversation }) {
	if (c.mentions) {
		return (
			<span class="badge at">
				<span aria-hidden="true">
					@{countLabel(c.mentions)}</span><span class="spoken">{t('chat.mentions', { n: c.mentions })}
				</span>
			</span>
		);
	}
	if (c.unread) {
		return (
			<span class={`badge${c.muted ? ' quiet' : ''}`}>
				<span aria-hidden="true">
					{countLabel(c.unread)}</span><span class="spoken">{t('chat.unreadCount', { n: c.unread })}
				</span>
			</span>
		);
	}
	if (c.muted) {
		return (
			<span class="row-sign"><Icon name="mute" size={14} /><span class="spoken">{t('chat.muted')}</span></span>
		);
	}
	return null;
}

interface Props {
	c: Conversation;
	current: boolean;
	tab: boolean; // the row Tab comes to
}

export const ConversationRow = memo(function ConversationRow({ c, current, tab }: Props) {
	const p = personOf(c.with);
	const path = chatPath(c.with);
	return (
		<li>
			<a
				class={`conversation${c.unread && !c.muted ? ' unread' : ''}`}
				href={`#/${path}`}
				data-with={c.with}
				aria-current={current ? 'page' : undefined}
				tabIndex={tab ? 0 : -1}
				draggable={false}
				onClick={(e) => {
					if (e.ctrlKey || e.metaKey || e.shiftKey) return; // another tab is what one asked for
					e.preventDefault();
					go(path);
				}}
			>
				<Avatar address={c.with} presence={p.presence} />
				<span class="name">
					{c.kind === 'group' && <><Icon name="people" size={14} /><span class="spoken">{t('chat.isRoom')} </span></>}
					<bdi>{line(p.name)}</bdi>
				</span>
				{c.time > 0 && <time title={moment(c.time)}>{when(c.time)}</time>}
				<Preview c={c} current={current} />
				<Badge c={c} />
			</a>
		</li>
	);
}, alike);
