// SPDX-License-Identifier: Apache-2.0
// Something a screen has to ask the server for.

import { useEffect, useState } from 'preact/hooks';
import type { Why } from '../../model';

export interface Loaded<T> {
	value: T | null;
	why: Why | null;
	again: () => void;
	set: (value: T) => void;
}

export function useLoaded<T extends object>(load: () => Promise<T | Why>): Loaded<T> {
	const [turn, setTurn] = useState(0);
	const [got, set] = useState<T | Why | null>(null);
	useEffect(() => {
		let here = true;
		set(null);
		load()
			.catch((): Why => 'network')
			.then((v) => here && set(() => v));
		return () => {
			here = false;
		};
	}, [turn]);
	return {
		value: typeof got === 'object' ? got : null,
		why: typeof got === 'string' ? got : null,
		again: () => setTurn(turn + 1),
		set: (v) => set(() => v),
	};
}
