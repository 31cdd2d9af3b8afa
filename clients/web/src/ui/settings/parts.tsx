// SPDX-License-Identifier: Apache-2.0
// What the screens of the settings are made of.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t, texts } from '../../i18n';
import { settings as words } from '../../i18n/settings';
import type { Why } from '../../model';
import { Icon, type IconName } from '../common/icons';
import { go } from '../common/route';
import { Screen } from '../common/screen';
import { w } from '../common/why';

export const s = texts(words);

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
	const id = useId();
	return (
		<section class="settings-section" aria-labelledby={id}>
			<h2 id={id}>{title}</h2>
			<div class="settings-box">{children}</div>
		</section>
	);
}

export function Way({
	to,
	icon,
	title,
	note,
	danger,
}: {
	to: string;
	icon: IconName;
	title: string;
	note?: string;
	danger?: boolean;
}) {
	return (
		<button type="button" class={`settings-way${danger ? ' danger' : ''}`} onClick={() => go(`settings/${to}`)}>
			<Icon name={icon} />
			<span class="way-title">{title}</span>
			{note && <span class="way-note">{note}</span>}
			<Icon name="forward" size={16} />
		</button>
	);
}

export function Sub({ title, children }: { title: string; children: ComponentChildren }) {
	return (
		<Screen title={title}>
			<div class="settings-sub">{children}</div>
		</Screen>
	);
}

// What stands where something is not there yet, or could not be had.
export function Waiting({ why, again }: { why: Why | null; again: () => void }) {
	if (!why)
		return (
			<p role="status" class="settings-wait">
				{t('common.loading')}
			</p>
		);
	return (
		<div class="note warn" role="alert">
			<p>
				{s('failed')} {w(why)}
			</p>
			<p>
				<button type="button" class="link-button" onClick={again}>
					{t('common.retry')}
				</button>
			</p>
		</div>
	);
}

export function FormFault({ why }: { why: Why | string | null }) {
	return <div aria-live="assertive">{why && <p class="form-fault">{why}</p>}</div>;
}
