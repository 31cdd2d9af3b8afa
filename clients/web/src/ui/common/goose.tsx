// SPDX-License-Identifier: Apache-2.0
// The goose on its ground, as icons/goose.svg has it, for inside the page.

export function Goose({ size = 48 }: { size?: number }) {
	return (
		<svg class="goose" viewBox="0 0 64 64" width={size} height={size} aria-hidden="true">
			<rect width="64" height="64" rx="15" />
			<g transform="translate(0 2)">
				<path opacity=".6" d="M25.5 35C24.5 26.5 26.5 18.5 31.5 11.5 35 17.5 36.6 25 35.8 33.500Z" />
				<path
					d="M6 41.500C11.5 38.6 16.5 37.2 21.5 37 15.8 32.5 12.3 26 11 17.8 19.5 20.4 27 26 31.8 34 37 33 41.8 29.5 45.4 24.6 47.2 22 49.6 20.6 52.2 21L58.5 24C56.4 25.2 54.2 25.5 52 25.2 49.8 25.6 48.6 27.4 47 30 43.8 35.2 40 39.6 35 43.2 28.5 47.8 21 49.2 14.5 47.2 16.3 46.4 17.7 45.4 18.8 44.2 14.3 44.2 9.8 43.2 6 41.500Z"
				/>
				<circle cx="51.6" cy="22.7" r=".9" />
			</g>
		</svg>
	);
}
