// SPDX-License-Identifier: Apache-2.0
// The nodes of markup.ts as elements.

import { useMemo, useState } from 'preact/hooks';
import { size } from '../../i18n';
import { IconButton } from '../common/button';
import { copyText } from '../common/copy';
import { openChat } from '../common/route';
import { clean } from '../common/text';
import { type Block, fold, onlyEmoji, parse, type Span } from './markup';
import { c } from './words';

// xmpp:tom@chat.lan is somebody to talk to, here.
function openHere(e: MouseEvent, href: string): void {
	const address = /^xmpp:([^/?#]+@[^/?#]+)(?:\?message)?$/i.exec(href)?.[1];
	if (!address) return;
	e.preventDefault();
	openChat(decodeURIComponent(address));
}

function Spans({ spans }: { spans: Span[] }) {
	return <>{spans.map((s, i) => <Inline key={i} s={s} />)}</>;
}

function Inline({ s }: { s: Span }) {
	if (typeof s === 'string') return <>{s}</>;
	switch (s.kind) {
		case 'strong': return <strong><Spans spans={s.spans} /></strong>;
		case 'emphasis': return <em><Spans spans={s.spans} /></em>;
		case 'strike': return <s><Spans spans={s.spans} /></s>;
		case 'code': return <code>{s.text}</code>;
		case 'link':
			return (
				<a
					href={s.href}
					target="_blank"
					rel="noopener noreferrer"
					dir="ltr"
					onClick={(e) => openHere(e, s.href)}
				>
					{s.text}
				</a>
			);
	}
}

function Pre({ text }: { text: string }) {
	return (
		<div class="code">
			<pre dir="ltr" tabIndex={0}><code>{text}</code></pre>
			<IconButton icon="copy" label={c('copyCode')} small size={16} onClick={() => copyText(text)} />
		</div>
	);
}

function Blocks({ blocks }: { blocks: Block[] }) {
	return (
		<>
			{blocks.map((b, i) => {
				if (b.kind === 'pre') return <Pre key={i} text={b.text} />;
				if (b.kind === 'quote') return <blockquote key={i}><Blocks blocks={b.blocks} /></blockquote>;
				const newline = blocks[i + 1]?.kind === 'line' ? '\n' : '';
				// Plain text needs no element of its own.
				return <><Spans spans={b.spans} />{newline}</>;
			})}
		</>
	);
}

export function Rich({ text }: { text: string }) {
	const [whole, setWhole] = useState(false);
	const [blocks, folded, big] = useMemo(() => {
		const safe = clean(text);
		const short = whole ? null : fold(safe);
		return [parse(short ?? safe), short !== null, onlyEmoji(safe)] as const;
	}, [text, whole]);
	return (
		<div class={`text${big ? ' emoji-only' : ''}${folded ? ' folded' : ''}`} dir="auto">
			<Blocks blocks={blocks} />
			{folded && (
				<button type="button" class="link-button unfold" onClick={() => setWhole(true)}>
					{c('showAll', { size: size(text.length) })}
				</button>
			)}
		</div>
	);
}
