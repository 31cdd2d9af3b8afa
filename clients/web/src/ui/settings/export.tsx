// SPDX-License-Identifier: Apache-2.0
// All of one's own data as a file.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import type { Progress, Why } from '../../model';
import { model } from '../common/model';
import { w } from '../common/why';
import { s, Sub } from './parts';

type State =
	{ at: 'start' } | { at: 'running'; progress: Progress } | { at: 'ready'; url: string } | { at: 'failed'; why: Why };

function fileName(): string {
	return `anser-${(model().me.value?.address ?? '').replace(/[^\w.@-]/g, '_')}-${new Date().toISOString().slice(0, 10)}.json`;
}

function Running({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
	return (
		<div class="export-run">
			<p role="status">{s('exporting')}</p>
			<progress
				aria-label={s('exporting')}
				max={progress.total || undefined}
				value={progress.total ? progress.done : undefined}
			/>
			<p class="export-count">{s('exportDone', { n: progress.done })}</p>
			<button type="button" class="button" onClick={onCancel}>
				{t('common.cancel')}
			</button>
		</div>
	);
}

export function ExportData() {
	const state = useSignal<State>({ at: 'start' });
	const stop = useRef<AbortController | null>(null);
	const url = useRef<string | null>(null);
	const drop = () => {
		if (url.current) URL.revokeObjectURL(url.current);
		url.current = null;
	};
	useEffect(
		() => () => {
			stop.current?.abort();
			drop();
		},
		[],
	);
	const start = async () => {
		drop();
		const control = (stop.current = new AbortController());
		state.value = { at: 'running', progress: { done: 0 } };
		const told = (progress: Progress) => {
			if (!control.signal.aborted) state.value = { at: 'running', progress };
		};
		const got = await model()
			.exportData(told, control.signal)
			.catch((): Why => 'network');
		if (control !== stop.current) return;
		if (control.signal.aborted) state.value = { at: 'failed', why: 'cancelled' };
		else if (typeof got === 'string') state.value = { at: 'failed', why: got };
		else state.value = { at: 'ready', url: (url.current = URL.createObjectURL(got)) };
	};
	const now = state.value;
	return (
		<Sub title={s('export')}>
			<p class="settings-lead">{s('exportLead')}</p>
			<div aria-live="polite">
				{now.at === 'failed' && (
					<p class={`note${now.why === 'cancelled' ? '' : ' warn'}`}>
						{now.why === 'cancelled' ? s('exportCancelled') : w(now.why)}
					</p>
				)}
				{now.at === 'ready' && <p class="note">{s('exportReady')}</p>}
			</div>
			{now.at === 'running' && <Running progress={now.progress} onCancel={() => stop.current?.abort()} />}
			{now.at === 'ready' && (
				<a class="button primary" href={now.url} download={fileName()}>
					{s('exportSave')}
				</a>
			)}
			{(now.at === 'start' || now.at === 'failed') && (
				<button type="button" class="button primary" onClick={start}>
					{now.at === 'failed' ? t('common.retry') : s('exportStart')}
				</button>
			)}
		</Sub>
	);
}
