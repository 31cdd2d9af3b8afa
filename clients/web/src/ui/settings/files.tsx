// SPDX-License-Identifier: Apache-2.0
// What one has sent and the server keeps.

import { useSignal } from '@preact/signals';
import { date, size, t } from '../../i18n';
import type { MyFile, MyFiles as All, Why } from '../../model';
import { Confirm } from '../common/confirm';
import { Icon } from '../common/icons';
import { model } from '../common/model';
import { notice } from '../common/notice';
import { line } from '../common/text';
import { w } from '../common/why';
import { useLoaded } from './loaded';
import { s, Sub, Waiting } from './parts';

function Used({ all }: { all: All }) {
	const used = size(all.used);
	if (!all.quota) return <p class="quota">{s('filesUsed', { used })}</p>;
	const text = s('filesOf', { used, quota: size(all.quota) });
	return (
		<div class="quota">
			<p>{text}</p>
			<meter min={0} max={all.quota} high={all.quota * 0.9} value={all.used} aria-label={text} />
		</div>
	);
}

// Only what a browser would fetch; a name is nothing to trust.
function opens(url: string): boolean {
	return /^https?:\/\//i.test(url) || url.startsWith('/');
}

function Row({ file, onRemove }: { file: MyFile; onRemove: () => void }) {
	const name = line(file.name, 200);
	return (
		<li class="settings-row">
			<Icon name="file" />
			<span class="row-words">
				{opens(file.url) ? (
					<a href={file.url} target="_blank" rel="noopener noreferrer" aria-label={s('openFile', { name })}>
						{name}
					</a>
				) : (
					<b>{name}</b>
				)}
				<small>
					{size(file.size)} · {date(file.time)}
				</small>
			</span>
			<button
				type="button"
				class="icon-button"
				aria-label={s('removeFile', { name })}
				title={t('common.remove')}
				onClick={onRemove}
			>
				<Icon name="trash" />
			</button>
		</li>
	);
}

export function MyFiles() {
	const got = useLoaded(() => model().myFiles());
	const asking = useSignal<MyFile | null>(null);
	const all = got.value;
	const remove = async (file: MyFile) => {
		const why = await model()
			.removeFile(file.id)
			.catch((): Why => 'network');
		if (why && why !== 'not-found') return notice(w(why));
		if (all) got.set({ ...all, used: all.used - file.size, files: all.files.filter((f) => f.id !== file.id) });
	};
	return (
		<Sub title={s('files')}>
			<p class="settings-lead">{s('filesLead')}</p>
			{!all && <Waiting why={got.why} again={got.again} />}
			{all && <Used all={all} />}
			{all && !all.files.length && <p class="settings-wait">{s('filesNone')}</p>}
			<ul class="settings-list">
				{all?.files.map((f) => (
					<Row key={f.id} file={f} onRemove={() => (asking.value = f)} />
				))}
			</ul>
			{asking.value && (
				<Confirm
					title={s('removeFileTitle')}
					text={s('removeFileText', { name: line(asking.value.name, 120) })}
					action={t('common.remove')}
					danger
					onYes={async () => asking.value && (await remove(asking.value))}
					onClose={() => (asking.value = null)}
				/>
			)}
		</Sub>
	);
}
