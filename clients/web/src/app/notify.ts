// SPDX-License-Identifier: Apache-2.0
// Telling people who look elsewhere. One tab does it; the text is text.

import type { Address, Notify, Settings } from '../model';
import type { Row } from '../store/rows';
import { isQuiet } from './settings';

const BODY_MAX = 160;

export interface Notifier {
	came(r: Row): void;
	read(peer: Address): void;
	permission(): Promise<boolean>;
}

export interface NotifyDeps {
	leads(): boolean;
	settings(): Settings;
	level(peer: Address): Notify;
	name(peer: Address): string;
	author(r: Row): string; // '' where the name says it
	fileText(name: string): string;
	open(peer: Address): void;
}

export function shouldNotify(s: Settings, muted: boolean, mention: boolean, minutes: number): boolean {
	return s.notify && (!muted || mention) && !isQuiet(s.quiet, minutes);
}

export function notifier(d: NotifyDeps): Notifier {
	const shown = new Map<Address, Notification>();
	const there = (): boolean => typeof Notification !== 'undefined';

	return {
		came(r) {
			const now = new Date();
			const s = d.settings();
			if (r.mine || !d.leads() || !there() || Notification.permission !== 'granted')
				return;
			if (typeof document !== 'undefined' && document.visibilityState === 'visible' && document.hasFocus())
				return;
			const level = d.level(r.with);
			if (!shouldNotify(s, level !== 'all', !!r.mention && level !== 'nothing', now.getHours() * 60 + now.getMinutes()))
				return;
			const who = d.author(r);
			const body = `${who && `${who}: `}${r.text || (r.file ? d.fileText(r.file.name) : '')}`.replace(/\s+/g, ' ').slice(0, BODY_MAX);
			try {
				const n = new Notification(d.name(r.with), { body, tag: r.with, silent: !s.sound });
				n.onclick = () => {
					globalThis.focus?.();
					d.open(r.with);
					n.close();
				};
				shown.set(r.with, n);
			} catch {
				// Phones allow it from service workers only.
				void navigator.serviceWorker?.getRegistration()
					.then((w) => w?.showNotification(d.name(r.with), { body, tag: r.with, silent: !s.sound, data: r.with }))
					.catch(() => undefined);
			}
		},
		read(peer) {
			shown.get(peer)?.close();
			shown.delete(peer);
		},
		async permission() {
			if (!there())
				return false;
			return (await Notification.requestPermission()) === 'granted';
		},
	};
}
