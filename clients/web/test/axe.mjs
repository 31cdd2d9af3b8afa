// SPDX-License-Identifier: Apache-2.0
// What axe finds on a page, as a list that is empty when all is well.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function violations(page) {
	// By the debugger, since the policy of the page lets no script in.
	if (!(await page.evaluate(() => !!window.axe)))
		await page.evaluate(AXE);
	return page.evaluate(async () => {
		// What is still fading in has not the contrast that it will have.
		const ending = document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity);
		await Promise.all(ending.map((a) => a.finished.catch(() => undefined)));
		const r = await window.axe.run(document, { resultTypes: ['violations'] });
		return r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary.replace(/\s+/g, ' ')}`).join(' | ')}`);
	});
}
