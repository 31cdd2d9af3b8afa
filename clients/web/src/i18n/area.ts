// SPDX-License-Identifier: Apache-2.0
// The shape of a dictionary, and the types that hold English and Chinese together.

export type Dictionary = { readonly [key: string]: string };
export type Value = string | number;

export interface Area<D extends Dictionary> {
	en: D;
	zh: { readonly [K in keyof D]: string };
}

type Name<S extends string> = S extends `${infer N}|${string}` ? N : S;
type Names<S extends string> = S extends `${string}{${infer N}}${infer Rest}` ? Name<N> | Names<Rest> : never;

// What t() wants after the key: nothing, or an object with the names the English text uses.
export type Parameters<S extends string> = string extends S
	? [given?: Record<string, Value>]
	: [Names<S>] extends [never]
		? []
		: [given: { readonly [N in Names<S>]: Value }];

type Same<D extends Dictionary, Z> = { readonly [K in keyof D]: string } & {
	readonly [K in Exclude<keyof Z, keyof D>]: never;
};

export function area<const D extends Dictionary, const Z extends Same<D, Z>>(en: D, zh: Z): Area<D> {
	return { en, zh };
}
