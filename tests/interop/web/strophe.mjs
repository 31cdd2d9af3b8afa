// SPDX-License-Identifier: Apache-2.0
// strophe.js under Node.js: node strophe.mjs SERVICE JID PASSWORD. Says what happens in lines; sends what comes in lines "ADDRESS TEXT"; at their end it leaves.
import { createInterface } from 'node:readline';
import { Strophe, $msg, $pres } from 'strophe.js';

const [service, jid, password] = process.argv.slice(2);
Strophe.setLogLevel(Strophe.LogLevel.FATAL);
const connection = new Strophe.Connection(service);

function onMessage(message) {
	const body = message.getElementsByTagName('body')[0];
	if (body)
		console.log(`message ${message.getAttribute('from')} ${body.textContent}`);
	return true;
}

function begin() {
	connection.addHandler(onMessage, null, 'message');
	connection.send($pres());
	console.log(`online ${connection.jid}`);
	const lines = createInterface({ input: process.stdin });
	lines.on('line', (line) => {
		const [to, ...words] = line.split(' ');
		connection.send($msg({ to, type: 'chat' }).c('body').t(words.join(' ')));
	});
	lines.on('close', () => {
		connection.flush();
		connection.disconnect('done');
	});
}

connection.connect(jid, password, (status, condition) => {
	if (status === Strophe.Status.CONNECTED) {
		begin();
	} else if (status === Strophe.Status.DISCONNECTED) {
		process.exit(0);
	} else if (status === Strophe.Status.AUTHFAIL || status === Strophe.Status.CONNFAIL || status === Strophe.Status.ERROR) {
		console.log(`failed ${status} ${condition}`);
		process.exit(1);
	}
});
