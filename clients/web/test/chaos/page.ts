// SPDX-License-Identifier: Apache-2.0
// The page's engine without its user interface, for tests that drive it from outside.

import type { Model } from '../../src/model';
import { browserDeps, createModel, type ModelDeps } from '../../src/app/create';

declare global {
	interface Window {
		model: Model;
		make(over: Partial<ModelDeps>): Model;
		shown(peer: string): { text: string; sending?: string; key: string }[];
	}
}

window.make = (over) => (window.model = createModel({ ...browserDeps(), ...over }));

const open = new Map<string, ReturnType<Model['open']>>();
window.shown = (peer) => {
	let t = open.get(peer);
	if (!t)
		open.set(peer, (t = window.model.open(peer)));
	return t.messages.value.map((m) => ({ text: m.text, sending: m.sending, key: m.key }));
};
