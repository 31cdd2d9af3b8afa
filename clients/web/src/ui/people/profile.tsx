// SPDX-License-Identifier: Apache-2.0
// All about a person: the pane beside the conversation, and the same in a window from the list of contacts.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { date, size, t, texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Address, Message, Person } from '../../model';
import { Avatar } from '../common/avatar';
import { Confirm } from '../common/confirm';
import { copyText } from '../common/copy';
import { Dialog } from '../common/dialog';
import { Field, Switch } from '../common/field';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { go, openChat } from '../common/route';
import { line } from '../common/text';
import { blockPerson, removePerson } from './acts';
import { AddDialog } from './add';
import { Request } from './requests';
import { presenceText } from './row';

const p = texts(words);

function Rename({ person, onDone }: { person: Person; onDone: () => void }) {
	const name = useSignal(person.name);
	const field = useRef<HTMLInputElement>(null);
	useEffect(() => field.current?.select(), []);
	return (
		<form
			class="rename"
			onSubmit={(e) => {
				e.preventDefault();
				model().rename(person.address, name.value.trim());
				onDone();
			}}
			onKeyDown={(e) => {
				if (e.key !== 'Escape') return;
				e.preventDefault();
				e.stopPropagation();
				onDone();
			}}
		>
			<Field
				label={p('renameLabel')}
				value={name.value}
				onValue={(v) => (name.value = v)}
				hint={p('renameHint')}
				input={{ maxLength: 100, autocomplete: 'off' }}
				inputRef={field}
			/>
			<div class="dialog-foot">
				<button type="button" class="button" onClick={onDone}>
					{t('common.cancel')}
				</button>
				<button type="submit" class="button primary">
					{t('common.save')}
				</button>
			</div>
		</form>
	);
}

export function Files({ address }: { address: Address }) {
	const got = useSignal<readonly Message[] | 'failed' | null>(null);
	useEffect(() => {
		let here = true;
		got.value = null;
		model()
			.files(address)
			.then(
				(f) => here && (got.value = f),
				() => here && (got.value = 'failed'),
			);
		return () => {
			here = false;
		};
	}, [address]);
	const files = got.value;
	return (
		<section class="about-files">
			<h3>{p('files')}</h3>
			{files === null && <p role="status">{t('common.loading')}</p>}
			{files === 'failed' && <p role="status">{p('filesFailed')}</p>}
			{Array.isArray(files) && !files.length && <p>{p('noFiles')}</p>}
			{Array.isArray(files) && files.length > 0 && (
				<ul>
					{files.map((m: Message) => (
						<li key={m.key}>
							<button
								type="button"
								class="file-row"
								onClick={() => openChat(m.with, m.archiveId ?? m.id)}
							>
								<Icon name="file" />
								<span class="file-name">{line(m.attachment?.name ?? '', 120)}</span>
								<span class="file-note">
									{size(m.attachment?.size ?? 0)} · {date(m.time)}
								</span>
							</button>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function TieNote({ person, onAdd }: { person: Person; onAdd: () => void }) {
	if (person.blocked) {
		return (
			<div class="note warn">
				<p>{p('blocked', { name: line(person.name, 60) })}</p>
				<p>
					<button type="button" class="link-button" onClick={() => void blockPerson(person, false)}>
						{p('unblock')}
					</button>
				</p>
			</div>
		);
	}
	if (person.tie === 'asks')
		return (
			<ul class="about-request">
				<Request person={person} />
			</ul>
		);
	if (person.tie === 'asked')
		return (
			<div class="note">
				<p>
					{p('asked')}. {p('askedLong')}
				</p>
			</div>
		);
	if (person.tie === 'both') return null;
	return (
		<div class="note">
			<p>{p(person.tie === 'none' ? 'stranger' : 'oneWay')}</p>
			<p>
				<button type="button" class="link-button" onClick={onAdd}>
					{p('addTitle', { name: line(person.name, 60) })}
				</button>
			</p>
		</div>
	);
}

type Over = 'add' | 'block' | 'remove' | null;

function Questions({ person, over, onClose }: { person: Person; over: Over; onClose: () => void }) {
	const name = line(person.name, 60);
	if (over === 'add') return <AddDialog address={person.address} name={person.name} onClose={onClose} />;
	if (over === 'block') {
		const yes = () => blockPerson(person, true);
		return (
			<Confirm
				title={p('blockTitle', { name })}
				text={p('blockText')}
				action={p('block')}
				danger
				onYes={yes}
				onClose={onClose}
			/>
		);
	}
	if (over !== 'remove') return null;
	const yes = () => removePerson(person);
	return (
		<Confirm
			title={p('removeTitle', { name })}
			text={p('removeText')}
			action={p('remove')}
			danger
			onYes={yes}
			onClose={onClose}
		/>
	);
}

function Acts({
	person,
	onRename,
	onOver,
	onMessage,
}: {
	person: Person;
	onRename: () => void;
	onOver: (o: Over) => void;
	onMessage?: () => void;
}) {
	return (
		<div class="about-acts">
			{onMessage && (
				<button type="button" onClick={onMessage}>
					<Icon name="send" />
					{p('message')}
				</button>
			)}
			<button type="button" onClick={() => go(`search/${encodeURIComponent(person.address)}`)}>
				<Icon name="search" />
				{p('searchHere')}
			</button>
			<button type="button" onClick={() => void copyText(person.address)}>
				<Icon name="copy" />
				{p('copyAddress')}
			</button>
			{person.tie !== 'none' && person.tie !== 'asks' && (
				<button type="button" onClick={onRename}>
					<Icon name="edit" />
					{p('rename')}
				</button>
			)}
			{person.tie !== 'none' && person.tie !== 'asks' && (
				<button type="button" class="danger" onClick={() => onOver('remove')}>
					<Icon name="trash" />
					{p('remove')}
				</button>
			)}
			{!person.blocked && person.tie !== 'asks' && (
				<button type="button" class="danger" onClick={() => onOver('block')}>
					<Icon name="block" />
					{p('block')}
				</button>
			)}
		</div>
	);
}

// `onMessage`: when it is shown where one can't write already.
export function Profile({ address, onMessage }: { address: Address; onMessage?: () => void }) {
	const renaming = useSignal(false);
	const over = useSignal<Over>(null);
	const person = model().people.value.get(address) ?? model().person(address);
	const conversation = model().conversations.value.find((c) => c.with === address);
	const about = presenceText(person);
	useEffect(() => {
		renaming.value = false;
		over.value = null;
	}, [address]);
	return (
		<div class="about">
			<div class="about-head">
				<Avatar address={address} size="l" />
				<h2>{line(person.name, 80)}</h2>
				<p class="about-address">{person.address}</p>
				{about && <p class={`about-presence ${person.presence}`}>{about}</p>}
				{person.status && <p class="about-status">{line(person.status, 300)}</p>}
			</div>
			<TieNote person={person} onAdd={() => (over.value = 'add')} />
			{renaming.value ? (
				<Rename person={person} onDone={() => (renaming.value = false)} />
			) : (
				<Acts
					person={person}
					onRename={() => (renaming.value = true)}
					onOver={(o) => (over.value = o)}
					onMessage={onMessage}
				/>
			)}
			{conversation && (
				<Switch
					label={p('mute')}
					hint={p('muteHint')}
					on={!conversation.muted}
					onChange={(on) => model().mute(address, !on)}
				/>
			)}
			<Files address={address} />
			<Questions person={person} over={over.value} onClose={() => (over.value = null)} />
		</div>
	);
}

export function PersonDialog({ address, onClose }: { address: Address; onClose: () => void }) {
	const name = line(model().person(address).name, 60);
	return (
		<Dialog title={p('profile', { name })} onClose={onClose}>
			<Profile
				address={address}
				onMessage={() => {
					onClose();
					openChat(address);
				}}
			/>
		</Dialog>
	);
}
