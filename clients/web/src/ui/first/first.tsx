// SPDX-License-Identifier: Apache-2.0
// What one sees who is not logged in: make an account or log in, in two fields, or three where a code is needed.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../../i18n';
import { first as words } from '../../i18n/first';
import type { InviteInfo, Why } from '../../model';
import { Check, Field, PasswordField } from '../common/field';
import { Goose } from '../common/goose';
import { model } from '../common/model';
import { go } from '../common/route';
import { line } from '../common/text';
import { w } from '../common/why';
import { forgetToken, spend, tokenHere, tokenOf } from './invited';
import { SHORTEST, tooShort } from './strength';
import { Strength } from './strong';

const f = texts(words);

type Mode = 'register' | 'login';
type Place = 'name' | 'password' | 'invite' | 'form';
type Fault = { at: Place; text: string } | null;
type Invited = { token: string; info: InviteInfo | null | 'checking' } | null;

// Where on the screen a reason is said.
const placeOf: Partial<Record<Why, Place>> = {
	'name-taken': 'name',
	'bad-name': 'name',
	'bad-password': 'password',
	'wrong-password': 'password',
	'invite-used': 'invite',
};

function check(mode: Mode, name: string, password: string, invite: string | null): Fault {
	if (!name) return { at: 'name', text: f('needName') };
	if (!password) return { at: 'password', text: f('needPassword') };
	if (mode === 'login') return null;
	if (tooShort(password)) return { at: 'password', text: f('shortPassword', { n: SHORTEST }) };
	if (invite === '') return { at: 'invite', text: f('needInvite') };
	return null;
}

// People write the whole address where a name is wanted; when it is one of this server that is all right.
function nameOf(typed: string, domain: string): string {
	const name = typed.trim();
	return name.toLowerCase().endsWith(`@${domain.toLowerCase()}`) ? name.slice(0, -domain.length - 1) : name;
}

function startMode(): Mode {
	const server = model().server.value;
	if (server?.safe === false || server?.register === 'closed' || model().line.value.state === 'ended') return 'login';
	return server?.register === 'invite' && !tokenHere() ? 'login' : 'register';
}

function useInvite() {
	const invited = useSignal<Invited>(null);
	useEffect(() => {
		const token = tokenHere();
		if (!token) return;
		invited.value = { token, info: 'checking' };
		model()
			.inviteInfo(token)
			.then(
				(info) => (invited.value = { token, info }),
				() => (invited.value = { token, info: { kind: 'account' } }), // it may still be good: registering will tell
			);
	}, []);
	return invited;
}

function Head({ mode, invited }: { mode: Mode; invited: Invited }) {
	const server = model().server.value?.domain ?? location.hostname;
	const info = invited && invited.info !== 'checking' ? invited.info : null;
	const who = info?.kind === 'account' && (info.name || info.from);
	if (mode === 'register' && who)
		return (
			<>
				<h1>{f('invitedTitle', { name: line(who, 60) })}</h1>
				<p>{f('invitedLead', { server })}</p>
			</>
		);
	if (mode === 'register')
		return (
			<>
				<h1>{f('registerTitle', { server })}</h1>
				<p>{f('registerLead')}</p>
			</>
		);
	return (
		<>
			<h1>{f('loginTitle')}</h1>
			<p>{f('loginLead', { server })}</p>
		</>
	);
}

function Unsafe() {
	return (
		<div class="note warn" role="note">
			<p>{f('unsafe')}</p>
			<p>
				<a href="/trust">{f('trust')}</a>
			</p>
		</div>
	);
}

function Ended() {
	const l = model().line.value;
	return l.state === 'ended' ? (
		<div class="note warn" role="alert">
			<p>{w(l.why)}</p>
		</div>
	) : null;
}

// The invite opens an account, as far as we know.
function opensAccount(invited: Invited): boolean {
	return !!invited && invited.info !== null && (invited.info === 'checking' || invited.info.kind === 'account');
}

function contactOnly(invited: Invited): InviteInfo | null {
	return invited && invited.info && invited.info !== 'checking' && invited.info.kind === 'contact'
		? invited.info
		: null;
}

function InviteNote({ invited }: { invited: Invited }) {
	const contact = contactOnly(invited);
	if (contact)
		return (
			<div class="note" role="status">
				<p>{f('inviteContact', { name: line(contact.name || contact.from || '', 60) })}</p>
			</div>
		);
	if (invited?.info === 'checking')
		return (
			<div class="note" role="status">
				<p>{f('inviteChecking')}</p>
			</div>
		);
	return invited && invited.info === null ? (
		<div class="note warn" role="status">
			<p>{f('inviteGone')}</p>
		</div>
	) : null;
}

function LanguageSwitch() {
	const other = model().settings.value.language === 'en' ? 'zh-CN' : 'en';
	return (
		<button
			type="button"
			class="link-button first-language"
			lang={other}
			onClick={() => model().set('language', other)}
		>
			{f('languageSwitch')}
		</button>
	);
}

function Form({ mode, invited }: { mode: Mode; invited: Invited }) {
	const name = useSignal('');
	const password = useSignal('');
	const code = useSignal('');
	const remember = useSignal(true);
	const fault = useSignal<Fault>(null);
	const busy = useSignal(false);
	const form = useRef<HTMLFormElement>(null);
	const server = model().server.value;
	const good = opensAccount(invited) ? invited : null;
	const wantsCode = mode === 'register' && server?.register === 'invite' && !good;

	useEffect(() => {
		fault.value = null;
		if (innerWidth > 720) form.current?.querySelector('input')?.focus();
	}, [mode]);

	const say = (f: Fault) => {
		fault.value = f;
		form.current?.querySelector<HTMLInputElement>(`input[name=${f?.at === 'name' ? 'username' : f?.at}]`)?.focus();
	};
	const submit = async (e: Event) => {
		e.preventDefault();
		if (busy.value) return;
		const who = nameOf(name.value, server?.domain ?? '');
		const invite = wantsCode ? tokenOf(code.value) : null;
		const wrong = check(mode, who, password.value, invite);
		if (wrong || who.includes('@')) return say(wrong ?? { at: 'name', text: f('onlyName') });
		fault.value = null;
		busy.value = true;
		const token = mode === 'login' ? undefined : invite || good?.token;
		spend(!!token);
		const why = await (
			mode === 'login'
				? model().login(who, password.value, remember.value)
				: model().register(who, password.value, token)
		).catch((): Why => 'network');
		busy.value = false;
		if (why) spend(false);
		if (why)
			return say({
				at: why === 'invite-used' && !wantsCode ? 'form' : (placeOf[why] ?? 'form'),
				text: w(why),
			});
		if (mode === 'login' || contactOnly(invited)) return; // an invite that is left over leads to its sender
		forgetToken();
		go('welcome', true);
	};
	const at = (p: Place) => (fault.value?.at === p ? fault.value.text : null);

	return (
		<form ref={form} onSubmit={submit} noValidate>
			<Field
				label={f('name')}
				value={name.value}
				onValue={(v) => (name.value = v)}
				hint={mode === 'register' ? f('nameHint') : undefined}
				fault={at('name')}
				input={{
					name: 'username',
					autocomplete: 'username',
					autocapitalize: 'none',
					spellcheck: false,
					maxLength: 320,
				}}
			/>
			<PasswordField
				label={f('password')}
				value={password.value}
				onValue={(v) => (password.value = v)}
				hint={mode === 'register' ? <Strength password={password.value} name={name.value} /> : undefined}
				fault={at('password')}
				input={{
					name: 'password',
					autocomplete: mode === 'login' ? 'current-password' : 'new-password',
					maxLength: 512,
				}}
			/>
			{wantsCode && (
				<Field
					label={f('invite')}
					value={code.value}
					onValue={(v) => (code.value = v)}
					hint={f('inviteHint')}
					fault={at('invite')}
					input={{
						name: 'invite',
						autocomplete: 'off',
						autocapitalize: 'none',
						spellcheck: false,
						maxLength: 2048,
					}}
				/>
			)}
			{mode === 'login' && (
				<Check
					label={f('remember')}
					hint={f('rememberHint')}
					on={remember.value}
					onChange={(on) => (remember.value = on)}
				/>
			)}
			<div aria-live="assertive">{at('form') && <p class="form-fault">{at('form')}</p>}</div>
			<button type="submit" class="button primary wide" aria-disabled={busy.value}>
				{mode === 'login' ? f(busy.value ? 'loggingIn' : 'login') : f(busy.value ? 'registering' : 'register')}
			</button>
		</form>
	);
}

function Switch({ mode, onMode }: { mode: Mode; onMode: (m: Mode) => void }) {
	const server = model().server.value;
	if (server?.safe === false) return null;
	if (mode === 'login' && server?.register === 'closed') return <p class="first-switch">{f('closed')}</p>;
	return (
		<p class="first-switch">
			{f(mode === 'login' ? 'noAccount' : 'haveAccount')}{' '}
			<button type="button" class="link-button" onClick={() => onMode(mode === 'login' ? 'register' : 'login')}>
				{f(mode === 'login' ? 'toRegister' : 'toLogin')}
			</button>
		</p>
	);
}

export function First() {
	const chosen = useSignal<Mode | null>(null);
	const invited = useInvite();
	const server = model().server.value;
	const shut =
		server?.safe === false || (!!contactOnly(invited.value) && server?.register !== 'open' && !chosen.value);
	const mode: Mode = shut ? 'login' : (chosen.value ?? startMode());
	return (
		<main class="first">
			<div class="first-card">
				<header class="first-head">
					<Goose />
					<Head mode={mode} invited={invited.value} />
				</header>
				<Ended />
				{server?.safe === false && <Unsafe />}
				<InviteNote invited={invited.value} />
				{!server && (
					<div class="note" role="status">
						<p>{f('offline')}</p>
					</div>
				)}
				<Form mode={mode} invited={invited.value} />
				<Switch mode={mode} onMode={(m) => (chosen.value = m)} />
			</div>
			<LanguageSwitch />
		</main>
	);
}
