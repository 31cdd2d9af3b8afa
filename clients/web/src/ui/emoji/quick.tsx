// SPDX-License-Identifier: Apache-2.0
// A row of reactions one takes most, and the way to all others.

import { texts } from '../../i18n';
import { emoji as words } from '../../i18n/emoji';
import { Icon } from '../common/icons';

const e = texts(words);
const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '🙏'];

export function QuickReactions({ onPick, onMore }: { onPick: (emoji: string) => void; onMore?: () => void }) {
	return (
		<div class="quick-reactions" role="group" aria-label={e('quick')}>
			{QUICK.map((x) => (
				<button type="button" key={x} aria-label={e('react', { emoji: x })} onClick={() => onPick(x)}>
					{x}
				</button>
			))}
			{onMore && (
				<button type="button" aria-label={e('more')} title={e('more')} onClick={onMore}>
					<Icon name="plus" size={18} />
				</button>
			)}
		</div>
	);
}
