// SPDX-License-Identifier: Apache-2.0
// Before and around logging in: what the server says of itself, SCRAM over SASL, accounts made in-band (XEP-0077, XEP-0445).

import type { InviteInfo, Why } from '../model';
import { inviteInfo } from './account';
import { bytesOf, fromBase64, toBase64 } from './crypt';
import { freshId, type Env } from './env';
import { linkOpen, linkStart, LinkError, within, type Link } from './link';
import { NS } from './names';
import { MECHANISMS, scram, ScramError, type Secret } from './scram';
import { child, children, el, first, leaf, textOf, type El } from './xml';

export const LOGIN_MS = 20_000;

export interface Target {
	url: string;
	domain: string;
}

// Something that will not get better by trying again.
export class Refused extends Error {
	readonly why: Why;
	constructor(why: Why, what: string = why) {
		super(what);
		this.why = why;
	}
}

const SASL_WHY: Record<string, Why> = {
	'not-authorized': 'wrong-password',
	'credentials-expired': 'wrong-password',
	'account-disabled': 'account-gone',
	'temporary-auth-failure': 'throttled',
	'encryption-required': 'unsafe-line',
	'mechanism-too-weak': 'unsafe-line',
	'invalid-authzid': 'wrong-password',
};

export function mechanismsOf(features: El): string[] {
	return children(child(features, 'mechanisms', NS.sasl), 'mechanism').map((m) => textOf(m).trim());
}

// Never anything but SCRAM. What was remembered fits one mechanism only.
function choose(offered: readonly string[], secret: Secret | undefined): (typeof MECHANISMS)[number] {
	const m = MECHANISMS.find((x) => offered.includes(x.name) && (!secret || x.hash === secret.hash));
	if (m)
		return m;
	if (offered.some((o) => MECHANISMS.some((x) => x.name === o)))
		throw new Refused('wrong-password', 'the remembered login fits no mechanism here');
	throw new Refused('unsafe-line', 'the server offers no login that keeps the password secret');
}

export type Proof = { password: string } | { secret: Secret };

// SASL from the features to <success/>; the stream must be opened anew afterwards. Returns what may be remembered.
export async function authenticate(env: Env, link: Link, features: El, user: string, proof: Proof): Promise<Secret> {
	const m = choose(mechanismsOf(features), 'secret' in proof ? proof.secret : undefined);
	const s = scram(m.hash, user, proof, freshId(env));
	const say = (name: string, message: string, mechanism?: string): void =>
		link.send(leaf(name, { xmlns: NS.sasl, mechanism }, toBase64(bytesOf(message))));

	say('auth', s.first(), m.name);
	let verified = false;
	for (let step = 0; step < 4; step++) {
		const e = await link.next();
		if (e.ns !== NS.sasl)
			throw new LinkError('not SASL');
		if (e.name === 'failure') {
			const condition = first(e)?.name ?? '';
			throw new Refused(SASL_WHY[condition] ?? 'server', condition);
		}
		const message = new TextDecoder().decode(fromBase64(textOf(e)) ?? new Uint8Array());
		try {
			if (e.name === 'challenge' && step === 0) {
				say('response', await s.answer(message));
			} else if (e.name === 'challenge') { // the server's signature before <success/>
				s.verify(message);
				verified = true;
				link.send(el('response', { xmlns: NS.sasl }));
			} else if (e.name === 'success') {
				if (!verified)
					s.verify(message);
				return s.secret();
			} else {
				throw new LinkError('not SASL');
			}
		} catch (err) {
			throw err instanceof ScramError ? new Refused(err.why, err.message) : err;
		}
	}
	throw new LinkError('SASL does not end');
}

// ---- what the server says of itself --------------------------------------------------------------------------------

export interface Offer {
	domain: string;
	safe: boolean;
	register: boolean; // in-band, for anybody
	invite: boolean; // with a token
}

export function offerOf(domain: string, features: El): Offer {
	return {
		domain,
		safe: mechanismsOf(features).some((o) => MECHANISMS.some((m) => m.name === o)),
		register: !!child(features, 'register', NS.registerFeature),
		invite: !!child(features, 'register', NS.invite) || !!child(features, 'register', NS.ibrToken),
	};
}

// The page knows its host, which need not be the domain: the server says that in its <open/>, also when it refuses the one it was asked for.
export async function probe(env: Env, target: Target): Promise<Offer> {
	let named = '';
	try {
		return await within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
			const { domain, features } = await linkStart(link, target.domain, (d) => (named = d));
			link.close();
			return offerOf(domain, features);
		});
	} catch (e) {
		if (e instanceof LinkError && e.condition === 'host-unknown' && named && named !== target.domain)
			return probe(env, { ...target, domain: named });
		throw e;
	}
}

// What an invitation says, before login.
export function inviteBefore(env: Env, target: Target, token: string): Promise<InviteInfo | null> {
	return within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
		await linkStart(link, target.domain);
		const info = await inviteInfo(async (type, query, to) => {
			const answer = await ask(link, 'about', type, query, to);
			if (answer.attrs['type'] !== 'result')
				throw refusedBy(answer, REGISTER_WHY);
			return answer;
		}, target.domain, token);
		link.close();
		return info;
	});
}

// ---- making an account ---------------------------------------------------------------------------------------------

const REGISTER_WHY: Record<string, Why> = {
	conflict: 'name-taken',
	'not-acceptable': 'bad-password',
	'not-allowed': 'not-allowed',
	'not-authorized': 'not-allowed',
	forbidden: 'not-allowed',
	'policy-violation': 'throttled',
	'resource-constraint': 'throttled',
	'service-unavailable': 'not-allowed',
	'item-not-found': 'invite-used',
	gone: 'invite-used',
};

function refusedBy(e: El, table: Record<string, Why>): Refused {
	const error = child(e, 'error');
	const condition = error?.kids.find((k): k is El => typeof k === 'object' && k.ns === NS.stanzaErrors && k.name !== 'text');
	const said = textOf(child(error, 'text', NS.stanzaErrors));
	// Servers have one condition for a bad name and a bad password; the text tells.
	const why = table[condition?.name ?? ''] ?? 'server';
	return new Refused(why === 'bad-password' && /name/i.test(said) && !/password/i.test(said) ? 'bad-name' : why, said);
}

async function ask(link: Link, id: string, type: string, query: ReturnType<typeof el>, to?: string): Promise<El> {
	link.send(el('iq', { xmlns: NS.client, type, id, to }, query));
	for (;;) {
		const e = await link.next();
		if (e.name === 'iq' && e.attrs['id'] === id)
			return e;
	}
}

export function register(env: Env, target: Target, name: string, password: string, invite?: string): Promise<void> {
	return within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
		const { domain } = await linkStart(link, target.domain);
		if (invite) {
			const answer = await ask(link, 'invite', 'set', el('preauth', { xmlns: NS.preauth, token: invite }), domain);
			if (answer.attrs['type'] !== 'result')
				throw refusedBy(answer, { ...REGISTER_WHY, 'not-acceptable': 'invite-used', 'not-authorized': 'invite-used', forbidden: 'invite-used' });
		}
		const query = el('query', { xmlns: NS.register }, leaf('username', null, name), leaf('password', null, password));
		const answer = await ask(link, 'register', 'set', query, domain);
		if (answer.attrs['type'] !== 'result')
			throw refusedBy(answer, REGISTER_WHY);
		link.close();
	});
}

// ---- the end of a session that another page left behind ------------------------------------------------------------

// Resumes it (XEP-0198), whereby the server ends its old connection and has done all that came over it, then closes it in order. Whatever
// the server answers, nothing of the old connection will happen any more; only a network failure, thrown, leaves that open.
// Returns how many of its stanzas were handled, where that is known.
export function settle(env: Env, target: Target, user: string, proof: Proof, sm: { id: string; h: number }): Promise<number | null> {
	return within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
		const { features } = await linkStart(link, target.domain);
		await authenticate(env, link, features, user, proof);
		await linkStart(link, target.domain);
		link.send(el('resume', { xmlns: NS.sm, previd: sm.id, h: sm.h }));
		try {
			const e = await link.next();
			const h = e.ns === NS.sm ? Number(e.attrs['h'] ?? NaN) : NaN;
			link.close();
			return Number.isInteger(h) ? h : null;
		} catch (err) {
			if (err instanceof LinkError && err.condition)
				return null;
			throw err;
		}
	});
}
