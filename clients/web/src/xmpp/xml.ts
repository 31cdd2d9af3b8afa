// SPDX-License-Identifier: Apache-2.0
// XML as XMPP uses it (RFC 6120, 11): writing with escaping by construction, and a strict reader of single elements. The reader is our own
// instead of DOMParser: pages under Trusted Types may not hand strings to that one, and this runs wherever JavaScript does.

// Text that is XML already. Only `text`, `el` and `join` make it, so nothing unescaped slips in.
export type Xml = string & { readonly xml: unique symbol };

export interface El {
	readonly name: string;
	readonly ns: string;
	readonly attrs: Readonly<Record<string, string>>;
	readonly kids: readonly (El | string)[];
}

// What XML 1.0 cannot carry, lone surrogates among it.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

export function clean(s: string): string {
	return s.replace(FORBIDDEN, '');
}

function escape(s: string): string {
	return clean(s).replace(/[&<>"']/g, (c) => ESCAPES[c]!);
}

export function text(s: string): Xml {
	return escape(s).replace(/\r/g, '&#13;') as Xml;
}

export function join(parts: readonly Xml[]): Xml {
	return parts.join('') as Xml;
}

export type Attrs = Record<string, string | number | undefined>;

// Attributes that are undefined are left out. `xmlns` is an attribute like others.
export function el(name: string, attrs: Attrs | null, ...kids: (Xml | false | null | undefined)[]): Xml {
	let out = `<${name}`;
	for (const key in attrs) {
		const value = attrs[key];
		if (value !== undefined)
			out += ` ${key}="${escape(String(value)).replace(/[\r\n\t]/g, (c) => `&#${c.charCodeAt(0)};`)}"`;
	}
	const inside = kids.filter(Boolean).join('');
	return (inside ? `${out}>${inside}</${name}>` : `${out}/>`) as Xml;
}

// An element that holds text only.
export function leaf(name: string, attrs: Attrs | null, value: string): Xml {
	return el(name, attrs, text(value));
}

// ---- reading -------------------------------------------------------------------------------------------------------

export const DEPTH_MAX = 64;
const XML_NS = 'http://www.w3.org/XML/1998/namespace';
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NAME = /[A-Za-z_\u00c0-\ufffd][\w.\-\u00b7\u00c0-\ufffd]*(?::[A-Za-z_\u00c0-\ufffd][\w.\-\u00b7\u00c0-\ufffd]*)?/y;

export class XmlError extends Error {}

function unescape(s: string): string {
	if (!s.includes('&'))
		return s;
	return s.replace(/&([^;&]{0,10});?/g, (all, ref: string) => {
		const known = ENTITIES[ref];
		if (known && all.endsWith(';'))
			return known;
		const m = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(ref);
		const code = m ? parseInt(m[1] ?? m[2]!, m[1] ? 16 : 10) : NaN;
		if (!all.endsWith(';') || !(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000))
			throw new XmlError('reference');
		return String.fromCodePoint(code);
	});
}

interface Open {
	qname: string;
	el: El;
	kids: (El | string)[];
	scope: Record<string, string>;
}

function named(scope: Record<string, string>, qname: string, isAttr: boolean): [string, string] {
	const colon = qname.indexOf(':');
	if (colon < 0)
		return [isAttr ? '' : scope['']!, qname];
	const prefix = qname.slice(0, colon);
	const ns = scope[prefix];
	if (ns === undefined)
		throw new XmlError('prefix');
	return [ns, qname.slice(colon + 1)];
}

class Reader {
	private at = 0;
	private readonly s: string;
	constructor(s: string) {
		this.s = s;
	}

	private fail(): never {
		throw new XmlError(`at ${this.at}`);
	}

	private name(): string {
		NAME.lastIndex = this.at;
		const m = NAME.exec(this.s);
		if (!m)
			this.fail();
		this.at = NAME.lastIndex;
		return m[0];
	}

	private space(): boolean {
		const from = this.at;
		while (' \t\r\n'.includes(this.s[this.at] ?? 'x'))
			this.at++;
		return this.at > from;
	}

	private attributes(): Map<string, string> {
		const raw = new Map<string, string>();
		for (;;) {
			const spaced = this.space();
			const c = this.s[this.at];
			if (c === '>' || c === '/')
				return raw;
			if (!spaced)
				this.fail();
			const name = this.name();
			this.space();
			if (this.s[this.at++] !== '=')
				this.fail();
			this.space();
			const quote = this.s[this.at++];
			if (quote !== '"' && quote !== "'")
				this.fail();
			const end = this.s.indexOf(quote, this.at);
			const value = end < 0 ? this.fail() : this.s.slice(this.at, end);
			if (value.includes('<') || raw.has(name))
				this.fail();
			this.at = end + 1;
			raw.set(name, unescape(value.replace(/[\t\r\n]/g, ' ')));
		}
	}

	private start(scope: Record<string, string>): Open & { empty: boolean } {
		const qname = this.name();
		const raw = this.attributes();
		let inner = scope;
		for (const [name, value] of raw)
			if (name === 'xmlns' || name.startsWith('xmlns:')) {
				inner = inner === scope ? Object.assign(Object.create(null), scope) : inner;
				inner[name.slice(6)] = value;
			}
		const attrs: Record<string, string> = Object.create(null);
		for (const [name, value] of raw)
			if (name !== 'xmlns' && !name.startsWith('xmlns:')) {
				named(inner, name, true); // its prefix must be known
				attrs[name] = value;
			}
		const empty = this.s[this.at] === '/';
		this.at += empty ? 2 : 1;
		if (this.s[this.at - 1] !== '>')
			this.fail();
		const [ns, name] = named(inner, qname, false);
		const kids: (El | string)[] = [];
		return { qname, el: { name, ns, attrs, kids }, kids, scope: inner, empty };
	}

	private characters(open: Open): void {
		const end = this.s.indexOf('<', this.at);
		if (end < 0)
			this.fail();
		if (end > this.at)
			open.kids.push(unescape(this.s.slice(this.at, end).replace(/\r\n?/g, '\n')));
		this.at = end + 1;
	}

	private cdata(open: Open): void {
		const end = this.s.startsWith('![CDATA[', this.at) ? this.s.indexOf(']]>', this.at) : -1;
		if (end < 0)
			this.fail(); // comments, declarations: not in XMPP
		open.kids.push(this.s.slice(this.at + 8, end));
		this.at = end + 3;
	}

	read(ns: string): El {
		const scope: Record<string, string> = Object.assign(Object.create(null), { '': ns, xml: XML_NS });
		const stack: Open[] = [];
		const declared = /^\s*<\?xml [^<>]*\?>/.exec(this.s);
		this.at = declared ? declared[0].length : 0;
		this.space();
		if (this.s[this.at++] !== '<')
			this.fail();
		for (;;) {
			const top = stack[stack.length - 1];
			if (top && this.s[this.at] === '/') {
				this.at++;
				if (this.name() !== top.qname)
					this.fail();
				this.space();
				if (this.s[this.at++] !== '>')
					this.fail();
				stack.pop();
				if (!stack.length)
					return this.done(top.el);
			} else if (top && this.s[this.at] === '!') {
				this.cdata(top);
			} else {
				const next = this.start(top?.scope ?? scope);
				top?.kids.push(next.el);
				if (!next.empty)
					stack.push(next);
				if (stack.length > DEPTH_MAX)
					this.fail();
				if (!stack.length)
					return this.done(next.el);
			}
			this.characters(stack[stack.length - 1]!);
		}
	}

	private done(root: El): El {
		this.space();
		if (this.at !== this.s.length)
			this.fail();
		return root;
	}
}

// One whole element; throws XmlError. `ns` is the namespace where none is declared.
export function parse(s: string, ns = ''): El {
	return new Reader(s).read(ns);
}

// ---- looking into what was read ------------------------------------------------------------------------------------

export function isEl(kid: El | string | undefined): kid is El {
	return typeof kid === 'object';
}

export function child(of: El | undefined, name: string, ns?: string): El | undefined {
	return of?.kids.find((k): k is El => isEl(k) && k.name === name && k.ns === (ns ?? of.ns));
}

export function children(of: El | undefined, name: string, ns?: string): El[] {
	return (of?.kids ?? []).filter((k): k is El => isEl(k) && k.name === name && k.ns === (ns ?? of!.ns));
}

// The first child in a namespace, whatever it is called.
export function childIn(of: El | undefined, ns: string): El | undefined {
	return of?.kids.find((k): k is El => isEl(k) && k.ns === ns);
}

export function first(of: El | undefined): El | undefined {
	return of?.kids.find(isEl);
}

export function textOf(of: El | undefined): string {
	return of ? of.kids.filter((k): k is string => typeof k === 'string').join('') : '';
}

export function childText(of: El | undefined, name: string, ns?: string): string {
	return textOf(child(of, name, ns));
}

// Back to XML, for what is handed on as it came.
export function write(e: El, outer = ''): Xml {
	return el(e.name, { ...(e.ns !== outer && { xmlns: e.ns }), ...e.attrs }, ...e.kids.map((k) => (isEl(k) ? write(k, e.ns) : text(k))));
}
