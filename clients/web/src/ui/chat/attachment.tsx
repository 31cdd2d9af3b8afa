// SPDX-License-Identifier: Apache-2.0
// A file in a message. A picture has its final size before a byte of it is here, so that nothing moves when it comes.
// Nothing is fetched from other servers by itself: that would tell them who reads.

import { useState } from 'preact/hooks';
import type { Attachment, Message } from '../../model';
import { number, size, t } from '../../i18n';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { line } from '../common/text';
import { usePane } from './pane';
import { c } from './words';

const MAX_WIDTH = 360;
const MAX_HEIGHT = 300;

// http(s) or a path of our own, whatever the sender wrote.
function webAddress(text: string | undefined): URL | null {
	if (!text || !/^(?:https?:\/\/|\/(?!\/))/i.test(text)) return null;
	try {
		return new URL(text, location.origin);
	} catch {
		return null;
	}
}

// What may be loaded into the page: what is here, or on our own server.
export function source(a: Attachment): string | null {
	if (a.local?.startsWith('blob:')) return a.local;
	const u = webAddress(a.url);
	return u?.origin === location.origin ? u.href : null;
}

// Where it can be had.
export function address(a: Attachment): string | null {
	return webAddress(a.url)?.href ?? (a.local?.startsWith('blob:') ? a.local : null);
}

function thumb(a: Attachment): string | undefined {
	return a.thumb && /^data:image\/(?:png|jpeg|webp|gif|avif);/i.test(a.thumb) ? a.thumb : undefined;
}

export function isPicture(a: Attachment): boolean {
	return /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/i.test(a.type) && !!(source(a) || thumb(a));
}

function box(a: Attachment): { width: number; height: number } {
	const w = a.width && a.width > 0 ? a.width : 240;
	const h = a.height && a.height > 0 ? a.height : 160;
	const scale = Math.min(1, MAX_WIDTH / w, MAX_HEIGHT / h);
	return { width: Math.max(64, Math.round(w * scale)), height: Math.max(48, Math.round(h * scale)) };
}

function Picture({ of, a }: { of: Message; a: Attachment }) {
	const pane = usePane();
	const [failed, setFailed] = useState(false);
	const src = source(a);
	const small = thumb(a);
	const { width, height } = box(a);
	const name = line(a.name);
	return (
		<button
			type="button"
			class={`picture${a.width && a.height ? '' : ' unsized'}`}
			style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }}
			onClick={() => (pane.viewing.value = of)}
			aria-label={c('openImage', { name })}
		>
			{small && <img class="thumb" src={small} alt="" />}
			{src && !failed && (
				<img
					src={src}
					alt=""
					loading="lazy"
					decoding="async"
					draggable={false}
					onError={() => setFailed(true)}
				/>
			)}
			{(failed || (!src && !small)) && (
				<span class="picture-name"><Icon name="file" size={16} /> <bdi>{name}</bdi></span>
			)}
		</button>
	);
}

function FileRow({ a }: { a: Attachment }) {
	const href = a.progress === undefined ? address(a) : null;
	const name = line(a.name) || t('chat.file');
	const inner = (
		<>
			<span class="file-icon"><Icon name="file" /></span>
			<span class="file-words">
				<bdi class="file-name">{name}</bdi>
				<span class="file-size">{size(a.size)}</span>
			</span>
			{href && <><Icon name="download" /><span class="spoken">{c('download')}</span></>}
		</>
	);
	if (!href) return <div class="file">{inner}</div>;
	return <a class="file" href={href} download={name} target="_blank" rel="noopener noreferrer">{inner}</a>;
}

function Upload({ of, a }: { of: Message; a: Attachment }) {
	const percent = Math.floor((a.progress ?? 0) * 100);
	return (
		<div class="upload">
			<progress max={100} value={percent} aria-label={c('uploading', { name: line(a.name) })} />
			<span>{number(percent)} %</span>
			<button type="button" class="link-button" onClick={() => model().cancel(of)}>{t('common.cancel')}</button>
		</div>
	);
}

function Player({ a, src }: { a: Attachment; src: string }) {
	const label = line(a.name);
	if (a.type.startsWith('audio/')) return <audio controls preload="none" src={src} aria-label={label} />;
	const { width, height } = box({ ...a, width: a.width ?? 480, height: a.height ?? 270 });
	return (
		<video
			controls
			preload="metadata"
			playsInline
			src={src}
			poster={thumb(a)}
			aria-label={label}
			style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }}
		/>
	);
}

export function AttachmentView({ of }: { of: Message }) {
	const a = of.attachment!;
	const src = source(a);
	const picture = isPicture(a);
	const plays = !picture && src && /^(?:audio|video)\/[\w.+-]+$/.test(a.type);
	return (
		<div class="attachment">
			{picture && <Picture of={of} a={a} />}
			{plays && <Player a={a} src={src} />}
			{!picture && <FileRow a={a} />}
			{a.progress !== undefined && of.sending !== 'failed' && <Upload of={of} a={a} />}
		</div>
	);
}
