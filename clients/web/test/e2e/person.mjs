// SPDX-License-Identifier: Apache-2.0
// Somebody at the page in a real browser, told what to do by another program: node person.mjs URL NAME PASSWORD. Lines of JSON come in, {"say": TEXT, "to": ADDRESS} and
// {"hear": TEXT, "from": ADDRESS}; each is answered with {"done": true}, or {"wrong": …}. The end of the input ends it.
import { createInterface } from 'node:readline';
import { device, launchBrowser } from '../browser.mjs';
import { hears, login, openChat, openPage, say } from './people.mjs';

const [url, name, password] = process.argv.slice(2);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

async function obey(page, order) {
	await openChat(page, order.to ?? order.from);
	if (order.say !== undefined)
		await say(page, order.say);
	// What was said is on the page as well, and stays "sending" until the server has it: who asks hears it at the other end.
	await hears(page, order.say ?? order.hear);
}

const browser = await launchBrowser();
try {
	const page = await openPage(await device(browser), url);
	await login(page, name, password);
	tell({ done: true });
	for await (const line of createInterface({ input: process.stdin })) {
		try {
			await obey(page, JSON.parse(line));
			tell({ done: true });
		} catch (e) {
			tell({ wrong: `${e.message} ${page.faults}` });
		}
	}
} finally {
	await browser.close();
}
