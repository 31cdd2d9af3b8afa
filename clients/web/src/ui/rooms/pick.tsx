// SPDX-License-Identifier: Apache-2.0
// Chooses people to be invited: contacts and whoever is found on this server, by name or address.

import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { byName } from '../../i18n';
import type { Address, Person } from '../../model';
import { Avatar } from '../common/avatar';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { line } from '../common/text';
import { matches, wanted } from '../people/find';
import { useFound } from '../people/found';
import { r } from './words';

const MOST = 40; // rows; who is not among them is found by typing more

export type Picked = Signal<readonly Address[]>;

function candidates(typed: string, found: readonly { address: Address; name: string }[]): { address: Address; name: string }[] {
	const mine = [...model().people.value.values()]
		.filter((x: Person) => !x.blocked && !x.real && (x.tie === 'both' || x.tie === 'one-way' || x.tie === 'asked'))
		.filter((x) => !typed || matches(x, typed))
		.sort((a, b) => byName(a.name, b.name));
	const have = new Set([...mine.map((x) => x.address), model().me.value?.address]);
	return [...mine, ...found.filter((f) => !have.has(f.address))].slice(0, MOST);
}

export function PickPeople({ picked, but = [] }: { picked: Picked; but?: readonly Address[] }) {
	const typed = useSignal('');
	const id = useId();
	const want = wanted(typed.value);
	const found = useFound(want);
	const rows = candidates(want.text, found.people).filter((p) => !but.includes(p.address));
	const toggle = (a: Address, on: boolean) => {
		picked.value = on ? [...picked.value, a] : picked.value.filter((x) => x !== a);
	};
	return (
		<fieldset class="pick">
			<legend>{r('invitePeople')}</legend>
			{picked.value.length > 0 && (
				<ul class="pick-chosen" aria-label={r('chosen', { n: picked.value.length })}>
					{picked.value.map((a) => (
						<li key={a}>
							<button
								type="button"
								aria-label={r('leaveOut', { name: line(model().person(a).name, 60) })}
								onClick={() => toggle(a, false)}
							>
								<bdi>{line(model().person(a).name, 30)}</bdi> <Icon name="close" size={14} />
							</button>
						</li>
					))}
				</ul>
			)}
			<div class="find-field">
				<Icon name="search" />
				<input
					type="search"
					value={typed.value}
					onInput={(e) => (typed.value = e.currentTarget.value)}
					onKeyDown={(e) => e.key === 'Enter' && e.preventDefault()}
					placeholder={r('invitePlaceholder')}
					aria-label={r('invitePlaceholder')}
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					maxLength={1024}
				/>
			</div>
			<ul class="pick-list">
				{rows.map((p, i) => (
					<li key={p.address}>
						<label for={`${id}-${i}`}>
							<input
								id={`${id}-${i}`}
								type="checkbox"
								checked={picked.value.includes(p.address)}
								onChange={(e) => toggle(p.address, e.currentTarget.checked)}
							/>
							<Avatar address={p.address} name={p.name} size="s" />
							<span class="pick-name"><bdi>{line(p.name, 60)}</bdi></span>
							<small>{p.address}</small>
						</label>
					</li>
				))}
			</ul>
			<p class="pick-state" role="status">{!rows.length && want.text && found.state === 'done' ? r('nobodyFits') : ''}</p>
		</fieldset>
	);
}
