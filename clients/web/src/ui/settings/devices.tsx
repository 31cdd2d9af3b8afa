// SPDX-License-Identifier: Apache-2.0
// Where one is logged in.

import { useSignal } from '@preact/signals';
import { date, relative } from '../../i18n';
import type { Device, Why } from '../../model';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { w } from '../common/why';
import { useLoaded } from './loaded';
import { s, Sub, Waiting } from './parts';

// Pages call themselves web-…, which says nothing to people.
function nameOf(d: Device): string {
	return /^web-[\w-]{1,12}$/.test(d.name) || !d.name.trim() ? s('webPage') : line(d.name, 80);
}

function about(d: Device): string {
	const parts = [
		d.online ? s('deviceOnline') : d.seen ? s('deviceSeen', { when: relative(d.seen) }) : '',
		d.where ? line(d.where, 60) : '',
		d.since ? s('deviceSince', { when: date(d.since) }) : '',
	];
	return parts.filter(Boolean).join(' · ');
}

function Row({ device: d, onGone }: { device: Device; onGone: () => void }) {
	const busy = useSignal(false);
	const name = nameOf(d);
	const end = async () => {
		if (busy.value) return;
		busy.value = true;
		const why = await model()
			.endDevice(d.id)
			.catch((): Why => 'network');
		busy.value = false;
		if (why) return notice(w(why));
		notice(s('deviceGone', { name }));
		onGone();
	};
	return (
		<li class="settings-row">
			<i class={`dot ${d.online ? 'online' : 'offline'}`} aria-hidden="true" />
			<span class="row-words">
				<b>
					{name}
					{d.own && <span class="tag">{s('thisDevice')}</span>}
				</b>
				<small>{about(d)}</small>
			</span>
			{!d.own && (
				<button
					type="button"
					class="button small"
					aria-label={s('logOutDeviceName', { name })}
					aria-disabled={busy.value}
					onClick={end}
				>
					{s('logOutDevice')}
				</button>
			)}
		</li>
	);
}

export function Devices() {
	const got = useLoaded(() => model().devices());
	const all = got.value ? [...got.value].sort((a, b) => Number(b.own) - Number(a.own) || b.seen - a.seen) : null;
	return (
		<Sub title={s('devices')}>
			<p class="settings-lead">{s('devicesLead')}</p>
			{!all && <Waiting why={got.why} again={got.again} />}
			{all && !all.length && <p>{s('devicesNone')}</p>}
			<ul class="settings-list">
				{all?.map((d) => (
					<Row key={d.id} device={d} onGone={() => got.set(all.filter((x) => x.id !== d.id))} />
				))}
			</ul>
		</Sub>
	);
}
