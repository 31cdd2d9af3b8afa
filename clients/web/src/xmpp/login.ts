// SPDX-License-Identifier: Apache-2.0
// Before and around logging in: what the server says of itself, SCRAM over SASL, accounts made in-band (XEP-0077, XEP-0445).

import type { InviteInfo, Why } from '../model';
import { inviteInfo } from './account';
import { bytesOf, crypt, fromBase64, sameBytes, toBase64, type Bytes, type MacKey } from './crypt';
import { freshId, type Env } from './env';
import { linkOpen, linkStart, LinkError, within, type Link } from './link';
import { NS } from './names';
import { MECHANISMS, scram, ScramError, type Secret } from './scram';
import { child, childText, children, el, leaf, textOf, type El, type Xml } from './xml';

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

// A token that the server gave (XEP-0484). What it does is all that is kept of it: where the browser can, its key cannot be read back.
export interface Token {
	id: string; // tells it from the one before
	key: MacKey;
}

// What may be remembered.
export type Kept = { secret: Secret } | { token: Token };
export type Proof = { password: string } | Kept;

// What one request does beside logging in (XEP-0388).
export interface Wish {
	device: string; // what this browser calls itself, at each login the same; nobody else is told
	token?: boolean; // for the next time
	giveBack?: boolean; // the token, which is void then
	resume?: { id: string; h: number } | null;
	tag?: string; // begins a session of this name
}

const utf8 = new TextDecoder();
const said = (e: El | undefined): string => utf8.decode(fromBase64(textOf(e)) ?? new Uint8Array());
const authentication = (features: El): El | undefined => child(features, 'authentication', NS.sasl2);
const FAST = 'HT-SHA-256-NONE';

function fastOf(features: El): boolean {
	return children(child(child(authentication(features), 'inline'), 'fast', NS.fast), 'mechanism').some((m) => textOf(m).trim() === FAST);
}

function refusedSasl(e: El): Refused {
	const condition = e.kids.find((k): k is El => typeof k === 'object' && k.ns === NS.sasl)?.name ?? '';
	return new Refused(SASL_WHY[condition] ?? 'server', condition);
}

const orRefused = (err: unknown): unknown => (err instanceof ScramError ? new Refused(err.why, err.message) : err);

// SASL from the features to <success/>; the stream must be opened anew afterwards. Returns what may be remembered.
export async function authenticate(env: Env, link: Link, features: El, user: string, proof: { password: string } | { secret: Secret }): Promise<Secret> {
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
		if (e.name === 'failure')
			throw refusedSasl(e);
		try {
			if (e.name === 'challenge' && step === 0) {
				say('response', await s.answer(said(e)));
			} else if (e.name === 'challenge') { // the server's signature before <success/>
				s.verify(said(e));
				verified = true;
				link.send(el('response', { xmlns: NS.sasl }));
			} else if (e.name === 'success') {
				if (!verified)
					s.verify(said(e));
				return s.secret();
			} else {
				throw new LinkError('not SASL');
			}
		} catch (err) {
			throw orRefused(err);
		}
	}
	throw new LinkError('SASL does not end');
}

// ---- all in one request --------------------------------------------------------------------------------------------

export const hasSasl2 = (features: El): boolean => !!authentication(features);

function wishes(env: Env, features: El, proof: Proof, w: Wish): Xml[] {
	const token = 'token' in proof;
	return [
		el('user-agent', { id: w.device }, leaf('software', null, 'Anser'), leaf('device', null, env.device ?? 'web')),
		token && el('fast', { xmlns: NS.fast, invalidate: w.giveBack ? 'true' : undefined }),
		!token && w.token && fastOf(features) && el('request-token', { xmlns: NS.fast, mechanism: FAST }),
		w.resume && el('resume', { xmlns: NS.sm, previd: w.resume.id, h: w.resume.h }),
		w.tag !== undefined && el('bind', { xmlns: NS.bind2 }, leaf('tag', null, w.tag), el('enable', { xmlns: NS.sm, resume: 'true' })),
	].filter((x): x is Xml => !!x);
}

// Returns <success/> and what may be remembered.
export async function authenticate2(env: Env, link: Link, features: El, user: string, proof: Proof, w: Wish): Promise<{ success: El; kept: Kept }> {
	const begin = (mechanism: string, first: Bytes): void => link.send(
		el('authenticate', { xmlns: NS.sasl2, mechanism }, leaf('initial-response', null, toBase64(first)), ...wishes(env, features, proof, w)));
	const next = async (name: string): Promise<El> => {
		const e = await link.next();
		if (e.ns === NS.sasl2 && e.name === 'failure')
			throw refusedSasl(e);
		if (e.ns !== NS.sasl2 || e.name !== name)
			throw new LinkError('not SASL');
		return e;
	};
	let success: El, kept: Kept;

	if ('token' in proof) {
		if (!fastOf(features))
			throw new Refused('wrong-password', 'no tokens here');
		const c = await crypt();
		const of = (side: string): Promise<Bytes> => c.hmac('SHA-256', proof.token.key, bytesOf(side));
		const name = bytesOf(`${user}\0`), hash = await of('Initiator'), first = new Uint8Array(name.length + hash.length);
		first.set(name);
		first.set(hash, name.length);
		begin(FAST, first);
		success = await next('success');
		const shown = fromBase64(childText(success, 'additional-data'));
		if (!shown || !sameBytes(shown, await of('Responder')))
			throw new Refused('server', 'this is not the server that gave the token');
		kept = proof;
	} else {
		const m = choose(children(authentication(features), 'mechanism').map((x) => textOf(x).trim()), 'secret' in proof ? proof.secret : undefined);
		const s = scram(m.hash, user, proof, freshId(env));
		begin(m.name, bytesOf(s.first()));
		try {
			link.send(leaf('response', { xmlns: NS.sasl2 }, toBase64(bytesOf(await s.answer(said(await next('challenge')))))));
			success = await next('success');
			s.verify(said(child(success, 'additional-data')));
		} catch (err) {
			throw orRefused(err);
		}
		kept = { secret: s.secret() };
	}
	const given = child(success, 'token', NS.fast)?.attrs['token'];
	if (given)
		kept = { token: { id: freshId(env), key: await (await crypt()).key('SHA-256', bytesOf(given)) } };
	return { success, kept };
}

// The token is of no use to anybody any more.
export function giveBack(env: Env, target: Target, user: string, proof: Proof, device: string): Promise<void> {
	return within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
		const { features } = await linkStart(link, target.domain);
		await authenticate2(env, link, features, user, proof, { device, giveBack: true });
		link.close();
	});
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
export function settle(env: Env, target: Target, user: string, proof: Proof, device: string, sm: { id: string; h: number }): Promise<number | null> {
	return within(env, LOGIN_MS, linkOpen(env, target.url), async (link) => {
		const { features } = await linkStart(link, target.domain);
		try {
			const e = await resumeOnly(env, link, features, target, user, proof, device, sm);
			const h = e?.ns === NS.sm ? Number(e.attrs['h'] ?? NaN) : NaN;
			link.close();
			return Number.isInteger(h) ? h : null;
		} catch (err) {
			if (err instanceof LinkError && err.condition)
				return null;
			throw err;
		}
	});
}

async function resumeOnly(env: Env, link: Link, features: El, target: Target, user: string, proof: Proof, device: string, sm: { id: string; h: number }): Promise<El | undefined> {
	if (hasSasl2(features)) {
		const { success } = await authenticate2(env, link, features, user, proof, { device, resume: sm });
		return child(success, 'resumed', NS.sm) ?? child(success, 'failed', NS.sm);
	}
	if ('token' in proof)
		throw new Refused('wrong-password', 'no tokens here');
	await authenticate(env, link, features, user, proof);
	await linkStart(link, target.domain);
	link.send(el('resume', { xmlns: NS.sm, previd: sm.id, h: sm.h }));
	return link.next();
}
