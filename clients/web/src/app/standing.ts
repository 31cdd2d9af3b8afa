// SPDX-License-Identifier: Apache-2.0
// Who may do what with whom in a room (XEP-0045, 5 and 8 to 10), so that nothing is offered that the room would refuse.

import type { Affiliation, Member, MemberRights, Role } from '../model';

const RANK: Record<Affiliation, number> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };

export interface Standing {
	affiliation: Affiliation;
	role: Role;
	moderated: boolean; // the room
}

const NOTHING: MemberRights = { kick: false, ban: false, voice: false, affiliations: [] };

export function rightsOf(mine: Standing | null, m: Member): MemberRights {
	if (!mine || m.me)
		return NOTHING;
	const rank = RANK[mine.affiliation], theirs = RANK[m.affiliation];
	const moderator = mine.role === 'moderator', owner = mine.affiliation === 'owner';
	const below = theirs < RANK.admin || (owner && theirs < RANK.owner);
	const here = m.role !== 'none';
	const may: Affiliation[] = owner ? ['owner', 'admin', 'member', 'none'] : mine.affiliation === 'admin' && theirs < RANK.admin ? ['member', 'none'] : [];
	return {
		kick: moderator && here && below,
		ban: rank >= RANK.admin && below && !!m.address,
		voice: moderator && here && mine.moderated && m.role !== 'moderator' && theirs < RANK.admin,
		affiliations: m.address ? may.filter((a) => a !== m.affiliation) : [],
	};
}

// Owners first, then by name; who is there before who is not.
export function sortMembers(list: readonly Member[], name: (m: Member) => string): Member[] {
	const names = new Map(list.map((m) => [m, name(m)]));
	const group = (m: Member): number => -RANK[m.affiliation] * 2 + (m.role === 'none' ? 1 : 0);
	return [...list].sort((a, b) => group(a) - group(b) || names.get(a)!.localeCompare(names.get(b)!));
}
