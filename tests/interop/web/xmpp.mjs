// SPDX-License-Identifier: Apache-2.0
// xmpp.js under Node.js; called, and speaking, as strophe.mjs.
import { createInterface } from 'node:readline';
import { client, jid as parse, xml } from '@xmpp/client';

const [service, address, password] = process.argv.slice(2);
const who = parse(address);
const xmpp = client({ service, domain: who.domain, resource: who.resource, username: who.local, password });

xmpp.on('error', (error) => {
	console.log(`failed ${error}`);
	process.exit(1);
});
xmpp.on('stanza', (stanza) => {
	if (stanza.is('message') && stanza.getChildText('body') !== null)
		console.log(`message ${stanza.attrs.from} ${stanza.getChildText('body')}`);
});
xmpp.on('online', async (me) => {
	await xmpp.send(xml('presence'));
	console.log(`online ${me}`);
	const lines = createInterface({ input: process.stdin });
	lines.on('line', (line) => {
		const [to, ...words] = line.split(' ');
		xmpp.send(xml('message', { to, type: 'chat' }, xml('body', {}, words.join(' '))));
	});
	lines.on('close', () => xmpp.stop());
});
xmpp.on('offline', () => process.exit(0));
await xmpp.start();
