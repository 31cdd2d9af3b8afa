// SPDX-License-Identifier: Apache-2.0
// What axe finds on a page, as a list that is empty when all is well.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function violations(p) {
	// By the debugger, since the policy of the page lets no script in.
	const session = await p.context().newCDPSession(p);
	await session.send('Runtime.evaluate', { expression: axe });
	const { result } = await session.send('Runtime.evaluate', { expression: 'axe.run(document, { resultTypes: ["violations"] }).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? n.all[0]?.message ?? ""))])))', awaitPromise: true });
	return JSON.parse(result.value);
}
