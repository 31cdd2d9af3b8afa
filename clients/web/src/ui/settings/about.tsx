// SPDX-License-Identifier: Apache-2.0
// The server, and how other apps come in. The only place where the protocol has a name.

import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { copyText } from '../common/copy';
import { model } from '../common/model';
import { line } from '../common/text';
import { s, Sub } from './parts';

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

export function About() {
	const server = model().server.value;
	const me = model().me.value;
	return (
		<Sub title={s('about')}>
			<dl class="facts">
				{server && <Fact name={s('aboutServer')}>{server.domain}</Fact>}
				{server?.version && <Fact name={s('aboutVersion')}>{line(server.version, 100)}</Fact>}
				{server && (
					<Fact name={s('aboutSafe')}>
						{s(server.safe ? 'safeYes' : 'safeNo')} ·{' '}
						<a href="/trust">{s(server.safe ? 'trustPage' : 'trust')}</a>
					</Fact>
				)}
			</dl>
			<h2 class="settings-head">{s('otherApps')}</h2>
			<p class="settings-lead">{s('otherAppsLead')}</p>
			{me && (
				<dl class="facts">
					<Fact name={s('otherAppsAddress')}>
						{me.address}{' '}
						<button type="button" class="button small" onClick={() => void copyText(me.address)}>
							{t('common.copy')}
						</button>
					</Fact>
				</dl>
			)}
			<p class="settings-small">
				{s('licence')}{' '}
				<a href="/licences.txt" target="_blank" rel="noopener">
					{s('licences')}
				</a>
			</p>
		</Sub>
	);
}
