// SPDX-License-Identifier: Apache-2.0
// The screen of people: one field finds contacts, people of this server, addresses and invites; below it who asks, and one's contacts.

import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { byName, t, texts } from '../../i18n';
import { people as words } from '../../i18n/people';
import type { Address, Person } from '../../model';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { go, openChat, route } from '../common/route';
import { Screen } from '../common/screen';
import { line } from '../common/text';
import { AddDialog } from './add';
import { matches, wanted } from './find';
import { InviteDialog } from './invite';
import { PersonDialog } from './profile';
import { Request } from './requests';
import { PersonRow } from './row';
import { useFound } from './found';

const p = texts(words);

const MANY = 150; // contacts drawn at first

type Over =
	{ kind: 'add'; address: Address; name: string; invite?: string } | { kind: 'about'; address: Address } | null;

function contactsOf(all: Iterable<Person>): Person[] {
	return [...all]
		.filter((x) => !x.blocked && x.tie !== 'none' && x.tie !== 'asks')
		.sort((a, b) => byName(a.name, b.name));
}

function Empty() {
	return (
		<div class="empty">
			<Icon name="people" size={40} />
			<h2>{p('emptyTitle')}</h2>
			<p>{p('emptyLead')}</p>
			<button type="button" class="button primary" onClick={() => go('people/invite')}>
				{p('invite')}
			</button>
		</div>
	);
}

function Contact({ person, onAbout }: { person: Person; onAbout: () => void }) {
	const label = p('more', { name: line(person.name, 60) });
	return (
		<PersonRow person={person} onOpen={() => openChat(person.address)}>
			<button type="button" class="icon-button" aria-label={label} title={label} onClick={onAbout}>
				<Icon name="info" />
			</button>
		</PersonRow>
	);
}

function Stranger({ person, onAdd }: { person: Person; onAdd: () => void }) {
	const known = person.tie !== 'none';
	return (
		<PersonRow person={person} note={person.address} onOpen={() => openChat(person.address)}>
			{person.tie === 'asked' && <span class="person-state">{p('asked')}</span>}
			{!known && !person.blocked && (
				<button
					type="button"
					class="button small"
					aria-label={p('addTitle', { name: line(person.name, 60) })}
					onClick={onAdd}
				>
					{p('add')}
				</button>
			)}
		</PersonRow>
	);
}

function Group({ title, children }: { title: string; children: preact.ComponentChildren }) {
	return (
		<section class="people-group">
			<h2>{title}</h2>
			<ul>{children}</ul>
		</section>
	);
}

function Results({ typed, onOver }: { typed: string; onOver: (o: Over) => void }) {
	const want = wanted(typed);
	const found = useFound(want);
	// Who was asked a moment ago has no name of their own here yet; the search knows one.
	const named = (x: Person) =>
		x.address.startsWith(`${x.name}@`)
			? { ...x, name: found.people.find((f) => f.address === x.address)?.name || x.name }
			: x;
	const mine = contactsOf(model().people.value.values())
		.filter((x) => matches(x, want.text))
		.slice(0, MANY)
		.map(named);
	const others = found.people.filter(
		(f) => !mine.some((m) => m.address === f.address) && f.address !== model().me.value?.address,
	);
	const none = found.state === 'done' && !mine.length && !others.length;
	return (
		<>
			{mine.length > 0 && (
				<Group title={p('contacts')}>
					{mine.map((x) => (
						<Contact
							key={x.address}
							person={x}
							onAbout={() => onOver({ kind: 'about', address: x.address })}
						/>
					))}
				</Group>
			)}
			{others.length > 0 && (
				<Group
					title={
						want.kind === 'text'
							? p('onServer')
							: want.kind === 'invite'
								? p('inviteOf', { name: line(others[0]?.name ?? '', 60) })
								: p('address')
					}
				>
					{others.map((f) => (
						<Stranger
							key={f.address}
							person={{ ...model().person(f.address), name: f.name || model().person(f.address).name }}
							onAdd={() =>
								onOver({ kind: 'add', address: f.address, name: f.name, invite: found.invite })
							}
						/>
					))}
				</Group>
			)}
			<div class="people-state" role="status">
				{found.state === 'looking' && p('searching')}
				{found.state === 'failed' && (
					<>
						{p('failed')}{' '}
						<button type="button" class="link-button" onClick={found.again}>
							{t('common.retry')}
						</button>
					</>
				)}
				{none && want.kind === 'text' && (
					<>
						<b>{p('noMatch', { text: line(want.text, 60) })}</b> {p('noMatchHint')}
					</>
				)}
				{none && want.kind === 'address' && p('addressGone', { address: want.address })}
				{none && want.kind === 'invite' && p('inviteGone')}
			</div>
		</>
	);
}

function Everybody({ onOver }: { onOver: (o: Over) => void }) {
	const contacts = useComputed(() => contactsOf(model().people.value.values()));
	const shown = useSignal(MANY);
	const requests = model().requests.value.filter((x) => !x.blocked);
	if (!contacts.value.length && !requests.length) return <Empty />;
	return (
		<>
			{requests.length > 0 && (
				<Group title={p('requests')}>
					{requests.map((x) => (
						<Request key={x.address} person={x} />
					))}
				</Group>
			)}
			{contacts.value.length > 0 && (
				<Group title={p('contacts')}>
					{contacts.value.slice(0, shown.value).map((x) => (
						<Contact
							key={x.address}
							person={x}
							onAbout={() => onOver({ kind: 'about', address: x.address })}
						/>
					))}
				</Group>
			)}
			{contacts.value.length > shown.value && (
				<button type="button" class="button wide" onClick={() => (shown.value += MANY)}>
					{t('common.showMore')}
				</button>
			)}
		</>
	);
}

export function People() {
	const typed = useSignal('');
	const over = useSignal<Over>(null);
	const field = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const [way, text] = route.value.rest; // people/find/WORDS comes with something to look for
		if (route.value.screen !== 'people' || way !== 'find') return;
		typed.value = text ?? '';
		go('people', true);
	}, [route.value]);
	useEffect(() => {
		if (innerWidth > 720) field.current?.focus({ preventScroll: true });
	}, []);
	const o = over.value;
	const close = () => (over.value = null);
	return (
		<Screen
			title={p('title')}
			ends={
				<button type="button" class="button" onClick={() => go('people/invite')}>
					<Icon name="invite" /> {p('invite')}
				</button>
			}
		>
			<div class="find-field" role="search">
				<Icon name="search" />
				<input
					ref={field}
					type="search"
					value={typed.value}
					onInput={(e) => (typed.value = e.currentTarget.value)}
					placeholder={p('findPlaceholder')}
					aria-label={p('find')}
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					maxLength={2048}
				/>
			</div>
			{typed.value.trim() ? (
				<Results typed={typed.value} onOver={(x) => (over.value = x)} />
			) : (
				<Everybody onOver={(x) => (over.value = x)} />
			)}
			{o?.kind === 'add' && <AddDialog address={o.address} name={o.name} invite={o.invite} onClose={close} />}
			{o?.kind === 'about' && <PersonDialog address={o.address} onClose={close} />}
			{route.value.screen === 'people' && route.value.rest[0] === 'invite' && (
				<InviteDialog onClose={() => go('people', true)} />
			)}
		</Screen>
	);
}
