// SPDX-License-Identifier: Apache-2.0
// The goose on its ground, as icons/goose.svg has it, for inside the page.

export function Goose({ size = 48 }: { size?: number }) {
	return (
		<svg class="goose" viewBox="0 0 64 64" width={size} height={size} aria-hidden="true">
			<rect width="64" height="64" rx="15" />
			<path d="M8 38.5C13 36 17 34.2 21 33.8 17.5 28.5 16.2 21 18.5 12.5 24.5 16.5 30 22.5 32.5 30.2 37.5 28.5 42.5 25 46.2 21.2 47.8 19.5 50.3 19 52.3 20.2L57.5 22.8C55.8 24 53.8 24.6 51.8 24.8 47.5 31.2 42.5 37.2 36.5 41.5 32 49.5 24.5 53.8 16 54 21 50.5 24.3 47.5 26.2 43.6 20 44 13.5 42.3 8 38.5Z" />
			<circle cx="50.6" cy="22" r=".9" />
		</svg>
	);
}
