// SPDX-License-Identifier: Apache-2.0
// What this client says it can do (XEP-0030), and the hash of that in presence (XEP-0115), by which servers know which events to send.

import { bytesOf, crypt, toBase64 } from './crypt';
import { NS } from './names';
import { el, type Xml } from './xml';

export const CAPS_NODE = 'https://anser/web';
const IDENTITY = { category: 'client', type: 'web', name: 'Anser' };
const FEATURES = [
	NS.caps, NS.chatStates, NS.correct, NS.discoInfo, NS.fallback, NS.markers, NS.oob, NS.ping, NS.reactions, NS.receipts, NS.reply, NS.retract, NS.sfs,
	NS.conference, NS.muc, NS.references, `${NS.bookmarks}+notify`, `${NS.mds}+notify`, `${NS.nick}+notify`,
].sort();

export function ownInfo(node: string | undefined): Xml {
	return el('query', { xmlns: NS.discoInfo, node }, el('identity', IDENTITY), ...FEATURES.map((ns) => el('feature', { var: ns })));
}

export async function ownCaps(): Promise<string> {
	const said = [`${IDENTITY.category}/${IDENTITY.type}//${IDENTITY.name}`, ...FEATURES].map((s) => `${s}<`).join('');
	return toBase64(await (await crypt()).hash('SHA-1', bytesOf(said)));
}
