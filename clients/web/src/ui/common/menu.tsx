// SPDX-License-Identifier: Apache-2.0
// One menu at a time, at a place or under a button; a sheet at the bottom on phones. Arrow keys, Home, End, first
// letters, Esc.

import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { Icon, type IconName } from './icons';

export interface MenuItem {
	label: string;
	icon?: IconName;
	danger?: boolean;
	run: () => void;
}
interface Open {
	items: readonly MenuItem[];
	label: string;
	x: number;
	y: number;
	above: number; // where its lower edge goes when there is no room below
	before: Element | null; // gets the focus back
}

const open = signal<Open | null>(null);

export function openMenu(at: Element | { x: number; y: number }, label: string, items: readonly MenuItem[]): void {
	const before = document.activeElement;
	if (at instanceof Element) {
		const r = at.getBoundingClientRect();
		open.value = { items, label, x: r.left, y: r.bottom + 4, above: r.top - 4, before };
	} else open.value = { items, label, x: at.x, y: at.y, above: at.y, before };
}

export function closeMenu(): void {
	const o = open.peek();
	open.value = null;
	if (o?.before instanceof HTMLElement && o.before.isConnected) o.before.focus({ preventScroll: true });
}

function step(box: HTMLElement, key: string): boolean {
	const buttons = [...box.querySelectorAll<HTMLElement>('[role=menuitem]')];
	const at = buttons.indexOf(document.activeElement as HTMLElement);
	const n = buttons.length;
	const to = { ArrowDown: (at + 1) % n, ArrowUp: (at - 1 + n) % n, Home: 0, End: n - 1 }[key];
	const letter = (b: HTMLElement) => key.length === 1 && b.textContent?.trim().toLowerCase().startsWith(key.toLowerCase());
	const hit = to ?? (buttons.findIndex((b, i) => i > at && letter(b)) + 1 || buttons.findIndex(letter) + 1) - 1;
	buttons[hit]?.focus();
	return hit >= 0;
}

// Within the window, and above the place when below is too little room.
function place(box: HTMLElement, o: Open): void {
	const { width, height } = box.getBoundingClientRect();
	const x = Math.max(8, Math.min(o.x, innerWidth - width - 8));
	const y = o.y + height > innerHeight - 8 ? Math.max(8, o.above - height) : o.y;
	box.style.left = `${x}px`;
	box.style.top = `${y}px`;
}

function MenuBox({ o }: { o: Open }) {
	const box = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		if (!box.current) return;
		if (innerWidth > 720) place(box.current, o);
		box.current.querySelector<HTMLElement>('[role=menuitem]')?.focus();
	}, [o]);
	const onKeyDown = (e: KeyboardEvent) => {
		if (e.key === 'Escape' || e.key === 'Tab') closeMenu();
		else if (!box.current || !step(box.current, e.key)) return;
		e.preventDefault();
		e.stopPropagation();
	};
	return (
		<div
			class="menu-ground"
			role="dialog"
			aria-modal="true"
			aria-label={o.label}
			onPointerDown={(e) => e.target === e.currentTarget && closeMenu()}
			onContextMenu={(e) => e.preventDefault()}
		>
			<div class="menu" role="menu" aria-label={o.label} ref={box} onKeyDown={onKeyDown}>
				{o.items.map((i) => (
					<button
						type="button"
						role="menuitem"
						tabIndex={-1}
						class={i.danger ? 'danger' : undefined}
						key={i.label}
						onClick={() => {
							closeMenu();
							i.run();
						}}
					>
						{i.icon && <Icon name={i.icon} />}
						<span>{i.label}</span>
					</button>
				))}
				<button type="button" class="menu-cancel" tabIndex={-1} onClick={closeMenu}>
					{t('common.cancel')}
				</button>
			</div>
		</div>
	);
}

export function Menu() {
	return open.value && <MenuBox o={open.value} />;
}
