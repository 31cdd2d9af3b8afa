// SPDX-License-Identifier: Apache-2.0
// Where the page begins: the model, the page over it, and the worker that keeps the program for a day without network.

import { render } from 'preact';
import { model } from './app/model';
import { App, follow } from './ui/app';
import { provide } from './ui/common/model';

const WORKER = '/sw.js';

interface Policies {
	createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): string };
}

// The policy of the page lets an address of a script in only through a policy of ours, and ours knows one.
function trusted(url: string): string {
	const policies = (window as { trustedTypes?: Policies }).trustedTypes;
	const rule = (u: string) => {
		if (u !== WORKER) throw new TypeError('not our worker');
		return u;
	};
	return policies ? policies.createPolicy('anser', { createScriptURL: rule }).createScriptURL(url) : url;
}

// Absent on plain HTTP; the page works without it.
function keepProgram(): void {
	if (!window.isSecureContext || !navigator.serviceWorker) return;
	navigator.serviceWorker.register(trusted(WORKER)).catch(() => {});
}

provide(model);
follow(model.start());
render(<App />, document.getElementById('app')!);
addEventListener('load', keepProgram);
