// SPDX-License-Identifier: Apache-2.0
// Files that are pasted or dropped; many or big ones are asked about first.

import { useSignal } from '@preact/signals';
import { size, t } from '../../i18n';
import { IconButton } from '../common/button';
import { Dialog } from '../common/dialog';
import { Icon } from '../common/icons';
import { line } from '../common/text';
import { c } from './words';

const MANY = 3;
const BIG = 32 * 1024 * 1024;

// A folder comes as a file without content that cannot be read.
export function filesOf(data: DataTransfer): File[] {
	const files: File[] = [];
	for (const i of data.items) {
		if (i.kind !== 'file' || i.webkitGetAsEntry?.()?.isDirectory) continue;
		const f = i.getAsFile();
		if (f) files.push(f);
	}
	return files;
}

// Cells of a spreadsheet come as text and as a picture of the text: the text is meant.
export function pasted(data: DataTransfer | null): File[] {
	if (!data) return [];
	const hasText = data.getData('text/plain').trim() !== '';
	const files = filesOf(data);
	return hasText && files.every((f) => f.type.startsWith('image/')) ? [] : files;
}

export function needsAsking(files: readonly File[]): boolean {
	return files.length > MANY || files.reduce((n, f) => n + f.size, 0) > BIG;
}

interface Props {
	files: File[];
	name: string;
	onSend: (files: File[]) => void;
	onClose: () => void;
}

export function ConfirmFiles({ files, name, onSend, onClose }: Props) {
	const chosen = useSignal(files);
	const total = chosen.value.reduce((n, f) => n + f.size, 0);
	return (
		<Dialog title={c('sendFiles', { n: chosen.value.length })} onClose={onClose}>
			<ul class="files-list">
				{chosen.value.map((f) => (
					<li key={f.name + f.size + f.lastModified}>
						<Icon name="file" />
						<bdi class="file-name">{line(f.name)}</bdi>
						<span class="file-size">{size(f.size)}</span>
						<IconButton icon="close" label={c('leaveOut', { name: line(f.name) })} small size={16} onClick={() => {
							chosen.value = chosen.value.filter((o) => o !== f);
							if (!chosen.value.length) onClose();
						}} />
					</li>
				))}
			</ul>
			<footer class="dialog-foot">
				<button type="button" class="button" onClick={onClose}>{t('common.cancel')}</button>
				<button type="button" class="button primary" onClick={() => onSend(chosen.value)} autofocus>
					{c('sendTo', { name, size: size(total) })}
				</button>
			</footer>
		</Dialog>
	);
}
