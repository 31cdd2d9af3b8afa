// SPDX-License-Identifier: Apache-2.0
// The service worker: keeps the program itself, so that the page opens without network. What people say and send never goes through it.

declare const ASSETS: string[]; // put in by build.mjs
declare const VERSION: string;
declare const self: ServiceWorkerGlobalScope;
export {};

const CACHE = `anser-${VERSION}`;
const kept = new Set(ASSETS);

self.addEventListener('install', (e) => {
	e.waitUntil((async () => {
		const cache = await caches.open(CACHE);
		await cache.addAll(ASSETS.map((a) => new Request(a, { cache: a === '/' ? 'no-cache' : 'default' })));
		await self.skipWaiting();
	})());
});

self.addEventListener('activate', (e) => {
	e.waitUntil((async () => {
		for (const name of await caches.keys())
			if (name.startsWith('anser-') && name !== CACHE)
				await caches.delete(name);
		await self.clients.claim();
	})());
});

// The page as the server has it now; the one that is kept when it cannot be reached.
async function page(request: Request): Promise<Response> {
	try {
		const fresh = await fetch(request);
		if (fresh.ok)
			return fresh;
	} catch {
		// no network
	}
	return (await caches.match('/', { cacheName: CACHE })) ?? Response.error();
}

self.addEventListener('fetch', (e) => {
	const { request } = e;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== self.location.origin || /^\/(files|ws|http-bind|\.well-known|admin|metrics)(\/|$)/.test(url.pathname))
		return;
	if (request.mode === 'navigate' && (url.pathname === '/' || url.pathname === '/index.html'))
		e.respondWith(page(request));
	else if (kept.has(url.pathname))
		e.respondWith(caches.match(request, { cacheName: CACHE, ignoreSearch: true }).then((r) => r ?? fetch(request)));
});

// A notification that the page could not show itself (phones).
self.addEventListener('notificationclick', (e) => {
	e.notification.close();
	const hash = `#/c/${encodeURIComponent(String(e.notification.data ?? ''))}`;
	e.waitUntil((async () => {
		const [page] = await self.clients.matchAll({ type: 'window' });
		if (page)
			await (await page.focus()).navigate(`/${hash}`);
		else
			await self.clients.openWindow(`/${hash}`);
	})());
});
