// SPDX-License-Identifier: Apache-2.0
// Naming people in a room: "@nick" in the text, and references (XEP-0372) for programs.

import type { Address, Member } from '../model';
import type { Incoming, Mention } from '../xmpp/message';

const COMPLETIONS = 8;
const MENTIONS_MAX = 50;

const literal = (s: string): string => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// Whether a message names me: a reference to me, "@nick" anywhere, or "nick:" at its beginning, as people write who have no completion.
export function named(i: Incoming, me: Address, seat: Address, names: readonly string[]): boolean {
	if (i.mentions?.some((a) => a.toLowerCase() === me || a === seat))
		return true;
	const text = i.body ?? '';
	return namesMe(text, names) || names.filter(Boolean).some((n) => new RegExp(`^${literal(n)}\\s?[:,：，]`, 'iu').test(text));
}

// Where there are no spaces between words, a name may follow one directly; not in addresses.
export function namesMe(text: string, names: readonly string[]): boolean {
	return names.filter(Boolean).some((n) => new RegExp(`(^|[^\\p{Script=Latin}\\p{N}])@${literal(n)}($|[^\\p{L}\\p{N}])`, 'iu').test(text));
}

// Where a text names members. Positions count code points.
export function references(text: string, members: readonly Member[], room: Address, anonymous: boolean): Mention[] {
	const byLength = members.filter((m) => m.nick && !m.me).sort((a, b) => b.nick.length - a.nick.length);
	const out: Mention[] = [];
	const lower = text.toLowerCase();
	for (let at = text.indexOf('@'); at >= 0 && out.length < MENTIONS_MAX; at = text.indexOf('@', at + 1)) {
		if (at > 0 && /[\p{Script=Latin}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at)))
			continue;
		const m = byLength.find((x) => lower.startsWith(x.nick.toLowerCase(), at + 1) && !/^[\p{L}\p{N}]/u.test(text.slice(at + 1 + x.nick.length)));
		if (!m)
			continue;
		const begin = Array.from(text.slice(0, at)).length;
		const uri = m.address && !anonymous ? `xmpp:${encodeURI(m.address)}` : `xmpp:${encodeURI(room)}/${encodeURIComponent(m.nick)}`;
		out.push({ begin, end: begin + Array.from(`@${m.nick}`).length, uri });
	}
	return out;
}

// Who fits what was typed behind an '@': whose name begins so before whose name has it inside, who is there first, who spoke last first.
export function completions(members: readonly Member[], spoke: ReadonlyMap<string, number>, typed: string, name: (m: Member) => string): Member[] {
	const t = typed.toLocaleLowerCase();
	const rank = (m: Member): number => {
		const names = [m.nick, name(m)].map((n) => n.toLocaleLowerCase());
		return names.some((n) => n.startsWith(t)) ? 0 : names.some((n) => n.includes(t)) ? 1 : 2;
	};
	return members
		.map((m) => ({ m: m.nick ? m : { ...m, nick: name(m) }, rank: rank(m) }))
		.filter((x) => !x.m.me && x.rank < 2)
		.sort((a, b) => a.rank - b.rank || Number(a.m.role === 'none') - Number(b.m.role === 'none') ||
			(spoke.get(b.m.nick) ?? 0) - (spoke.get(a.m.nick) ?? 0) || a.m.nick.localeCompare(b.m.nick))
		.slice(0, COMPLETIONS)
		.map((x) => x.m);
}
