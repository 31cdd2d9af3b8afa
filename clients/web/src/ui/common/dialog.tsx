// SPDX-License-Identifier: Apache-2.0
// A window over the page. The browser's own <dialog> keeps the focus inside, makes the rest inert and closes on Esc; we
// give the focus back to where it was.

import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { IconButton } from './button';

interface Props {
	title: string;
	onClose: () => void;
	kind?: 'card' | 'small' | 'sheet' | 'full'; // in the middle; as small as what is in it; from the right; all of the page
	bare?: boolean; // without the head: the title is only spoken
	wide?: boolean;
	children: ComponentChildren;
}

export function Dialog({ title, onClose, kind = 'card', bare, wide, children }: Props) {
	const box = useRef<HTMLDialogElement>(null);
	const id = useId();
	useLayoutEffect(() => {
		const before = document.activeElement;
		const dialog = box.current;
		dialog?.showModal();
		return () => {
			dialog?.close(); // as long as it is open nothing behind it takes the focus
			if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
		};
	}, []);
	return (
		<dialog
			ref={box}
			class={`dialog ${kind}${wide ? ' wide' : ''}`}
			aria-labelledby={id}
			onCancel={(e) => {
				e.preventDefault();
				onClose();
			}}
			onPointerDown={(e) => {
				if (e.target === box.current) onClose(); // beside the window: only the dialog itself, its content covers it
			}}
		>
			<div class="dialog-box">
				{bare ? (
					<h2 id={id} class="spoken">{title}</h2>
				) : (
					<header class="dialog-head">
						<h2 id={id}>{title}</h2>
						<IconButton icon="close" label={t('common.close')} onClick={onClose} />
					</header>
				)}
				{children}
			</div>
		</dialog>
	);
}
