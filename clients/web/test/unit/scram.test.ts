// SPDX-License-Identifier: Apache-2.0
import { equal, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, crypt, hex, toBase64 } from '../../src/xmpp/crypt';
import { soft } from '../../src/xmpp/soft';
import { saslprep, scram } from '../../src/xmpp/scram';

// RFC 5802, 5 and RFC 7677, 3.
const vectors = [
	{
		hash: 'SHA-1', nonce: 'fyko+d2lbbFgONRv9qkxdawL',
		server: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
		answer: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
		final: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
	},
	{
		hash: 'SHA-256', nonce: 'rOprNGfwEbeRWgbNEkqO',
		server: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
		answer: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
		final: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
	},
] as const;

for (const v of vectors)
	test(`the standard's example, ${v.hash}`, async () => {
		const s = scram(v.hash, 'user', { password: 'pencil' }, v.nonce);
		equal(s.first(), `n,,n=user,r=${v.nonce}`);
		equal(await s.answer(v.server), v.answer);
		throws(() => s.verify('v=' + toBase64(bytesOf('somebody else entirely'))));
		throws(() => s.verify('e=other-error'));
		throws(() => s.secret());
		s.verify(v.final);
		// What was remembered opens the same door, and no other.
		const again = scram(v.hash, 'user', { secret: s.secret() }, v.nonce);
		equal(await again.answer(v.server), v.answer);
		const moved = scram(v.hash, 'user', { secret: s.secret() }, v.nonce);
		await rejects(moved.answer(v.server.replace('i=4096', 'i=8192')));
	});

test('a server that lies', async () => {
	const answer = (first: string): Promise<string> => scram('SHA-256', 'user', { password: 'x' }, 'abc').answer(first);
	await rejects(answer('r=abd123,s=QSXCR+Q6sek8bf92,i=4096')); // not our nonce
	await rejects(answer('r=abc,s=QSXCR+Q6sek8bf92,i=4096')); // nothing of its own
	await rejects(answer('r=abc1,s=QSXCR+Q6sek8bf92,i=1')); // cheap to guess
	await rejects(answer('r=abc1,s=QSXCR+Q6sek8bf92,i=999999999')); // freezes the page
	await rejects(answer('r=abc1,s=,i=4096'));
	await rejects(answer('m=x,r=abc1,s=QSXCR+Q6sek8bf92,i=4096'));
});

test('names are escaped', () => {
	equal(scram('SHA-256', 'a=b,c', { password: '' }, 'n').first(), 'n,,n=a=3Db=2Cc,r=n');
});

test('SASLprep (RFC 4013, 3)', () => {
	equal(saslprep('I\u00adX'), 'IX');
	equal(saslprep('user'), 'user');
	equal(saslprep('USER'), 'USER');
	equal(saslprep('\u00aa'), 'a');
	equal(saslprep('\u2168'), 'IX');
	equal(saslprep('a\u00a0b\u3000c'), 'a b c');
	equal(saslprep('密码'), '密码');
	equal(saslprep('\u0007'), null);
	equal(saslprep('\u0627\u0031'), null);
	equal(saslprep('\u0627x\u0627'), null);
	equal(saslprep('\u0627\u0628'), '\u0627\u0628');
});

test('both implementations of the hashes agree', async () => {
	const native = await crypt();
	for (const h of ['SHA-1', 'SHA-256'] as const) {
		const data = bytesOf('天地玄黄');
		equal(hex(await soft.hash(h, data)), hex(await native.hash(h, data)));
		equal(hex(await soft.hmac(h, data, data)), hex(await native.hmac(h, await native.key(h, data), data)));
		equal(hex(await soft.pbkdf2(h, data, data, 4096)), hex(await native.pbkdf2(h, data, data, 4096)));
	}
});
