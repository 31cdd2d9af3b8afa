// SPDX-License-Identifier: Apache-2.0
// A button that is a sign: its label is spoken, and shown when one rests on it.

import type { JSX } from 'preact';
import { Icon, type IconName } from './icons';

interface Props extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label' | 'size' | 'class'> {
	icon: IconName;
	label: string;
	small?: boolean;
	size?: number; // of the sign
	class?: string;
}

export function IconButton({ icon, label, small, size, class: more, ...rest }: Props) {
	const kind = `icon-button${small ? ' small' : ''}${more ? ` ${more}` : ''}`;
	return (
		<button type="button" class={kind} aria-label={label} title={label} {...rest}>
			<Icon name={icon} size={size ?? (small ? 18 : 20)} />
		</button>
	);
}
