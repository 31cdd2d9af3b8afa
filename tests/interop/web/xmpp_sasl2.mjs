// SPDX-License-Identifier: Apache-2.0
// xmpp.js 0.14, which wants Node.js 20: in with the password in one request (XEP-0388, XEP-0386), a token for it, off, and back with the token
// (XEP-0484). Called as strophe.mjs. Says "online JID", "token MECHANISM", "again JID", and with which mechanisms it logged in.
import WebSocket from 'ws';

globalThis.WebSocket ??= WebSocket;
const { client, jid: parse } = await import('xmpp-client-20');
const [service, address, password] = process.argv.slice(2);
const who = parse(address);
const xmpp = client({ service, domain: who.domain, username: who.local, password });
const used = [];
let times = 0;
let token = null;

xmpp.fast.fetchToken = async () => token;
xmpp.fast.saveToken = async (t) => {
	token = t;
	console.log(`token ${t.mechanism}`);
};
xmpp.fast.deleteToken = async () => (token = null);
xmpp.on('send', (e) => e.is('authenticate') && used.push(e.attrs.mechanism));
xmpp.on('error', (error) => {
	console.log(`failed ${error}`);
	process.exit(1);
});
xmpp.on('online', (me) => {
	console.log(`${times ? 'again' : 'online'} ${me}`);
	if (times++)
		void xmpp.stop();
	else
		setTimeout(() => xmpp.disconnect(), 100);
});
xmpp.on('offline', () => {
	console.log(`used ${used.join(' ')}`);
	process.exit(0);
});
await xmpp.start();
