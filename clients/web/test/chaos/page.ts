// SPDX-License-Identifier: Apache-2.0
// The page's engine without its user interface, for tests that drive it from outside.

import type { Message, Model } from '../../src/model';
import { browserDeps, createModel, type ModelDeps } from '../../src/app/create';

declare global {
	interface Window {
		model: Model;
		make(over: Partial<ModelDeps>): Model;
		all(peer: string): Promise<readonly Message[]>;
		full(peer: string): readonly Message[];
		readAll(peer: string): void;
		shown(peer: string): { text: string; sending?: string; key: string }[];
	}
}

window.make = (over) => (window.model = createModel({ ...browserDeps(), ...over }));

const open = new Map<string, ReturnType<Model['open']>>();
function at(peer: string): ReturnType<Model['open']> {
	let t = open.get(peer);
	if (!t)
		open.set(peer, (t = window.model.open(peer)));
	return t;
}
// From the first to the last.
window.all = async (peer) => {
	const t = window.model.open(peer);
	await t.toEnd();
	for (let n = 0; n < 60 && t.more.value.older; n++)
		await t.older();
	t.close();
	return t.messages.value;
};
window.full = (peer) => at(peer).messages.value;
window.shown = (peer) => window.full(peer).map((m) => ({ text: m.text, sending: m.sending, key: m.key }));
window.readAll = (peer) => {
	const last = window.full(peer)[window.full(peer).length - 1];
	if (last)
		at(peer).read(last.key);
};
