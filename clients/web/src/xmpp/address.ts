// SPDX-License-Identifier: Apache-2.0
// Addresses (RFC 7622), as far as a page needs them: the server prepares them for good.

export function bare(address: string): string {
	const slash = address.indexOf('/');
	return (slash < 0 ? address : address.slice(0, slash)).toLowerCase();
}

export function resourceOf(address: string): string {
	const slash = address.indexOf('/');
	return slash < 0 ? '' : address.slice(slash + 1);
}

export function domainOf(address: string): string {
	const b = bare(address);
	return b.slice(b.indexOf('@') + 1);
}

export function localOf(address: string): string {
	const b = bare(address);
	const at = b.indexOf('@');
	return at < 0 ? '' : b.slice(0, at);
}

export function localPrepare(name: string): string | null {
	const s = name.normalize('NFKC').trim().toLowerCase();
	return s && new TextEncoder().encode(s).length <= 1023 && !/[\s"&'/:<>@\u0000-\u001f\u007f]/.test(s) ? s : null;
}

// "tom" or "tom@chat.lan" as people type it: a bare address, or null.
export function prepare(typed: string, domain: string): string | null {
	const s = typed.trim().replace(/^xmpp:/i, '').replace(/[?/].*$/, '');
	const at = s.lastIndexOf('@');
	const local = localPrepare(at < 0 ? s : s.slice(0, at));
	const host = at < 0 ? domain : s.slice(at + 1).toLowerCase();
	return local && host && !/[\s@/"'<>&]/.test(host) ? `${local}@${host}` : null;
}
