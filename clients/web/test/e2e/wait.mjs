// SPDX-License-Identifier: Apache-2.0
import { PATIENCE } from '../browser.mjs';

// Until `is` says true; no time is part of what is tested, only patience.
export async function until(is, what) {
	const end = Date.now() + PATIENCE;
	for (;;) {
		const r = await is();
		if (r)
			return r;
		if (Date.now() > end)
			throw new Error(`it did not come to this: ${typeof what === 'function' ? await what() : what}`);
		await new Promise((done) => setTimeout(done, 50));
	}
}

export function expectText(locator, text) {
	return until(async () => (await locator.innerText()).includes(text), async () => `"${text}" in "${await locator.innerText()}"`);
}
