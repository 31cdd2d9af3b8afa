// SPDX-License-Identifier: Apache-2.0
// A picture or a letter on the colour of the address, with a dot for presence. Says nothing to a screen reader: the
// name stands beside it.

import type { Address, Presence } from '../../model';
import { colorsOf } from './color';
import { model } from './model';
import { personOf } from './person';
import { initial } from './text';
import { dark } from './theme';

interface Props {
	address: Address;
	name?: string; // otherwise what the model calls them
	picture?: string; // otherwise what the model has
	presence?: Presence; // a dot when given
	size?: 's' | 'm' | 'l'; // 26, 36, 64 px
}

export function Avatar({ address, name, picture, presence, size = 'm' }: Props) {
	const me = model().me.value;
	const self = me?.address === address;
	const src = picture ?? (self ? me.avatar : personOf(address).avatar);
	const shown = name ?? (self ? me.name : personOf(address).name);
	const colors = colorsOf(address, dark.value);
	return (
		<span
			class={`avatar ${size}`}
			style={src ? undefined : { background: colors.ground, color: colors.letter }}
			aria-hidden="true"
		>
			{src ? <img src={src} alt="" draggable={false} /> : initial(shown || address)}
			{presence && presence !== 'unknown' && presence !== 'offline' && <i class={`dot ${presence}`} />}
		</span>
	);
}
