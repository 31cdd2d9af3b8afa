// SPDX-License-Identifier: Apache-2.0
// A QR code as one path. Dark on light in every theme: many readers want it so.

import { useMemo } from 'preact/hooks';
import { encode } from 'uqr';

const QUIET = 4; // modules around it, ISO/IEC 18004

// One step right and back for each run of dark modules.
function pathOf(rows: readonly (readonly boolean[])[]): string {
	const runs: string[] = [];
	rows.forEach((row, y) => {
		for (let x = 0; x < row.length; x++) {
			if (!row[x]) continue;
			let end = x;
			while (row[end]) end++;
			runs.push(`M${x + QUIET} ${y + QUIET}h${end - x}v1h${x - end}z`);
			x = end;
		}
	});
	return runs.join('');
}

export function Qr({ text, label }: { text: string; label: string }) {
	const { path, side } = useMemo(() => {
		const code = encode(text, { ecc: 'M', border: 0 });
		return { path: pathOf(code.data), side: code.size + 2 * QUIET };
	}, [text]);
	return (
		<svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
			<rect width={side} height={side} fill="#fff" />
			<path d={path} fill="#000" />
		</svg>
	);
}
