// SPDX-License-Identifier: Apache-2.0
// A picture as large as the window allows; arrow keys go to the others of the conversation.

import type { Message } from '../../model';
import { size, t } from '../../i18n';
import { IconButton } from '../common/button';
import { Dialog } from '../common/dialog';
import { Icon } from '../common/icons';
import { line } from '../common/text';
import { address, isPicture, source } from './attachment';
import { usePane } from './pane';
import { c } from './words';

export function Lightbox() {
	const pane = usePane();
	const shown = pane.viewing.value;
	const a = shown?.attachment;
	if (!shown || !a) return null;
	const all = pane.timeline.messages.value.filter((m) => m.attachment && !m.retracted && isPicture(m.attachment));
	const at = all.findIndex((m) => m.key === shown.key);
	const step = (by: number) => {
		const to: Message | undefined = all[at + by];
		if (to) pane.viewing.value = to;
	};
	const close = () => (pane.viewing.value = null);
	const name = line(a.name) || c('image');
	const href = address(a);
	return (
		<Dialog title={name} kind="full" bare onClose={close}>
			<div
				class="lightbox"
				onKeyDown={(e) => {
					if (e.key === 'ArrowLeft') step(-1);
					else if (e.key === 'ArrowRight') step(1);
				}}
				onClick={(e) => e.target === e.currentTarget && close()}
			>
				<header>
					<span><bdi>{name}</bdi> · {size(a.size)}</span>
					{href && (
						<a
							class="icon-button"
							href={href}
							download={name}
							target="_blank"
							rel="noopener noreferrer"
							aria-label={c('download')}
							title={c('download')}
						>
							<Icon name="download" />
						</a>
					)}
					<IconButton icon="close" label={t('common.close')} onClick={close} autofocus />
				</header>
				<img src={source(a) ?? a.thumb} alt={name} key={shown.key} />
				{at > 0 && <IconButton class="previous" icon="back" label={c('previous')} onClick={() => step(-1)} />}
				{at < all.length - 1 && (
					<IconButton class="next" icon="forward" label={c('next')} onClick={() => step(1)} />
				)}
			</div>
		</Dialog>
	);
}
