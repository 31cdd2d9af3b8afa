// SPDX-License-Identifier: Apache-2.0
// A screen beside the list of conversations (the whole page on phones): head with the way back, and what scrolls below.

import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { Icon } from './icons';
import { back } from './route';

interface Props {
	title: string;
	ends?: ComponentChildren; // at the end of the head
	onBack?: () => void;
	children: ComponentChildren;
}

export function Screen({ title, ends, onBack = back, children }: Props) {
	return (
		<main class="screen">
			<header class="screen-head">
				<button type="button" class="icon-button" aria-label={t('common.back')} onClick={onBack}>
					<Icon name="back" />
				</button>
				<h1>{title}</h1>
				{ends && <div class="screen-ends">{ends}</div>}
			</header>
			<div class="screen-body">
				<div class="screen-column">{children}</div>
			</div>
		</main>
	);
}
