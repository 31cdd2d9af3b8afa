// SPDX-License-Identifier: Apache-2.0
// Where one writes. Drafts are kept as one types; Enter sends unless an input method is composing or the settings say
// otherwise.

import { effect, useSignal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { IconButton } from '../common/button';
import { Icon } from '../common/icons';
import { lazy } from '../common/lazy';
import { isRoom, model } from '../common/model';
import { personOf } from '../common/person';
import { line } from '../common/text';
import { edit, mayEdit } from './actions';
import { ConfirmFiles, filesOf, needsAsking, pasted } from './files';
import { lookFor, makeMention, mentionKey, MentionList, take } from './mention';
import { nameOf } from './message';
import { usePane } from './pane';
import { c } from './words';

export const EmojiPicker = lazy(() => import('../emoji/picker').then((m) => m.EmojiPicker));

const TYPING_ENDS_MS = 5000;

// Enter that ends the input of an input method is not ours. Safari says so only by the key code, and after composition
// has ended.
export function composing(e: KeyboardEvent): boolean {
	return e.isComposing || e.keyCode === 229;
}

function About() {
	const pane = usePane();
	const a = pane.about.value;
	if (!a) return null;
	const text = line(a.message.text) || line(a.message.attachment?.name ?? '');
	return (
		<div class="composer-about">
			<Icon name={a.mode} size={18} />
			<div class="about-words">
				<b>{a.mode === 'edit' ? c('editing') : c('replyingTo', { name: nameOf(a.message) })}</b>
				<span dir="auto">{text}</span>
			</div>
			<IconButton icon="close" label={t('common.cancel')} small onClick={() => (pane.about.value = null)} />
		</div>
	);
}

export function Composer() {
	const pane = usePane();
	const { address } = pane;
	const area = useRef<HTMLTextAreaElement>(null);
	const picker = useRef<HTMLInputElement>(null);
	const emoji = useSignal(false);
	const asking = useSignal<File[] | null>(null);
	const over = useSignal(false);
	const empty = useSignal(true);
	const mention = useRef(makeMention()).current;
	const list = useId();
	const last = useRef({ draft: '', editing: '', typing: 0, ended: 0 }).current;
	const settings = model().settings.value;
	const room = isRoom(address);

	const grow = () => {
		const a = area.current;
		if (!a) return;
		a.style.height = '0';
		a.style.height = `${a.scrollHeight}px`;
	};

	const setText = (text: string) => {
		const a = area.current;
		if (!a) return;
		a.value = text;
		empty.value = !text.trim();
		grow();
	};

	const insert = (text: string) => {
		const a = area.current;
		if (!a) return;
		a.setRangeText(text, a.selectionStart, a.selectionEnd, 'end');
		changed();
	};

	const typing = (is: boolean) => {
		clearTimeout(last.typing);
		if (is) last.typing = window.setTimeout(() => model().typing(address, false), TYPING_ENDS_MS);
		model().typing(address, is);
	};

	const changed = () => {
		const text = area.current?.value ?? '';
		empty.value = !text.trim();
		grow();
		if (room && area.current) lookFor(mention, address, area.current);
		if (pane.about.peek()?.mode === 'edit') return;
		last.draft = text;
		model().draft(address, text);
		typing(!!text.trim());
	};

	const send = () => {
		const text = (area.current?.value ?? '').replace(/\s+$/, '').replace(/^\n+/, '');
		const a = pane.about.peek();
		if (!text.trim()) return;
		if (a?.mode === 'edit') {
			if (text !== a.message.text) model().edit(a.message, text);
			pane.about.value = null; // gives the draft back
		} else {
			typing(false);
			model().send(address, text, a?.message);
			last.draft = '';
			model().draft(address, '');
			pane.about.value = null;
			setText('');
			pane.toEnd.value++;
		}
		emoji.value = false;
		mention.value = null;
		area.current?.focus();
	};

	const files = (list: File[]) => {
		if (needsAsking(list)) asking.value = list;
		else sendFiles(list);
	};

	const sendFiles = (list: File[]) => {
		asking.value = null;
		for (const f of list) model().sendFile(address, f);
		if (list.length) pane.toEnd.value++;
		area.current?.focus();
	};

	const editLast = (): boolean => {
		const mine = [...pane.timeline.messages.peek()].reverse().find(mayEdit);
		if (mine) edit(pane, mine);
		return !!mine;
	};

	const onKeyDown = (e: KeyboardEvent) => {
		if (composing(e)) return;
		if (mentionKey(mention, area.current, e, changed)) {
			e.preventDefault();
			e.stopPropagation();
			return;
		}
		const ctrl = e.ctrlKey || e.metaKey;
		const alone = !e.shiftKey && !e.altKey;
		const wantsSend = e.key === 'Enter' && alone && (settings.enterSends || ctrl) && Date.now() - last.ended > 50;
		if (wantsSend) send();
		else if (e.key === 'ArrowUp' && alone && !ctrl && !area.current?.value && editLast()) void 0;
		else if (e.key === 'Escape' && emoji.peek()) emoji.value = false;
		else if (e.key === 'Escape' && pane.about.peek()) pane.about.value = null;
		else return;
		e.preventDefault();
		e.stopPropagation();
	};

	// The draft comes when the conversation opens, and comes back when editing ends.
	useLayoutEffect(() => effect(() => {
		const a = pane.about.value;
		const editing = a?.mode === 'edit' ? a.message.key : '';
		if (editing === last.editing) return;
		last.editing = editing;
		setText(a && editing ? a.message.text : last.draft);
	}), []);
	useLayoutEffect(() => {
		last.draft = model().conversations.peek().find((c) => c.with === address)?.draft ?? '';
		setText(last.draft);
		pane.focusComposer = () => {
			const el = area.current;
			el?.focus();
			el?.setSelectionRange(el.value.length, el.value.length);
		};
		// A finger should not raise the keyboard by opening a conversation.
		if (matchMedia('(hover: hover)').matches) area.current?.focus({ preventScroll: true });
	}, []);
	useEffect(() => () => {
		if (last.typing) typing(false);
	}, []);

	// Files may be dropped anywhere on the conversation.
	useEffect(() => {
		const zone = area.current?.closest<HTMLElement>('.chat');
		if (!zone) return;
		const drag = (e: DragEvent) => {
			if (!e.dataTransfer?.types.includes('Files')) return;
			e.preventDefault();
			const within = e.relatedTarget instanceof Node && zone.contains(e.relatedTarget);
			over.value = e.type === 'dragover' || (e.type === 'dragleave' && within);
			if (e.type === 'drop') files(filesOf(e.dataTransfer));
		};
		for (const n of ['dragover', 'dragleave', 'drop'] as const) zone.addEventListener(n, drag);
		return () => {
			for (const n of ['dragover', 'dragleave', 'drop'] as const) zone.removeEventListener(n, drag);
		};
	}, []);

	const name = line(personOf(address).name);
	return (
		<>
			{over.value && <div class="drop-here" aria-hidden="true"><p>{c('dropHere', { name })}</p></div>}
			<form
				class="composer"
				onSubmit={(e) => {
					e.preventDefault();
					send();
				}}
			>
				<About />
				{room && (
					<MentionList
						state={mention}
						id={list}
						onTake={(m) => {
							if (area.current) take(mention, area.current, m);
							changed();
						}}
					/>
				)}
				<textarea
					ref={area}
					rows={1}
					dir="auto"
					maxLength={60000}
					enterkeyhint={settings.enterSends ? 'send' : 'enter'}
					aria-label={c('writeTo', { name })}
					placeholder={c('writeTo', { name })}
					onInput={changed}
					onBlur={() => (mention.value = null)}
					onSelect={() => mention.peek() && area.current && lookFor(mention, address, area.current)}
					aria-autocomplete={room ? 'list' : undefined}
					aria-controls={room ? list : undefined}
					aria-activedescendant={mention.value ? `${list}-${mention.value.at}` : undefined}
					onKeyDown={onKeyDown}
					onCompositionEnd={() => (last.ended = Date.now())}
					onPaste={(e) => {
						const list = pasted(e.clipboardData);
						if (!list.length) return;
						e.preventDefault();
						files(list);
					}}
				/>
				<div class="composer-bar">
					<IconButton icon="clip" label={c('attach')} onClick={() => picker.current?.click()} />
					<IconButton
						icon="smile"
						label={c('emoji')}
						aria-expanded={emoji.value}
						onClick={() => (emoji.value = !emoji.value)}
					/>
					<span class="composer-hint">{settings.enterSends ? c('hintEnter') : c('hintCtrlEnter')}</span>
					<button type="submit" class="button primary send" disabled={empty.value}>
						{pane.about.value?.mode === 'edit' ? t('common.save') : c('send')}
					</button>
				</div>
				<input ref={picker} type="file" multiple hidden tabIndex={-1} aria-hidden="true" onChange={(e) => {
					files([...(e.currentTarget.files ?? [])]);
					e.currentTarget.value = '';
				}} />
				{emoji.value && (
					<div class="emoji-place">
						<EmojiPicker onPick={insert} onClose={() => {
							emoji.value = false;
							area.current?.focus();
						}} />
					</div>
				)}
			</form>
			{asking.value && (
				<ConfirmFiles
					files={asking.value}
					name={name}
					onSend={sendFiles}
					onClose={() => (asking.value = null)}
				/>
			)}
		</>
	);
}
