/* SPDX-License-Identifier: Apache-2.0
 *
 * wire/xml.h - XML as XMPP allows it (RFC 6120, 11): no DTD, comments, processing instructions, or entities but the
 * five. In three steps: xml_framer finds where a stanza ends in a stream that may be split anywhere and bounds size and
 * depth; xml_parse makes a tree of a whole stanza; xml_write makes bytes again. All text is UTF-8 and checked.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

/* ---- framing ------------------------------------------------------------------------------------------------ */

enum { XML_DEPTH_MAX = 64, XML_ATTRIBUTES_MAX = 64 };

enum xml_frame {
	XML_MORE = 0,      /* not complete yet */
	XML_STREAM_OPEN,   /* a start tag at depth 0 (<stream:stream ...>), with any XML declaration before it */
	XML_STANZA,        /* a whole element at depth 1 */
	XML_STREAM_CLOSE,  /* an end tag at depth 0, whatever its name */
	XML_BLANK,         /* white space between stanzas (a keepalive) */
	XML_NOT_WELL_FORMED,
	XML_RESTRICTED,    /* comment, PI, DTD: RFC 6120, 4.9.3.18 */
	XML_TOO_BIG,       /* over `max` bytes, or too deep */
};

/* State between reads; all-zero at the start of a stream. Small: it is kept per connection. */
struct xml_framer {
	uint32_t scanned;  /* bytes of the current frame already looked at */
	uint16_t depth;    /* open elements inside the frame */
	uint8_t state;
	uint8_t hold;
	bool open;         /* the stream is open: frames are at depth 1 */
	bool ours;         /* we wrote it ourselves: what was put around a stanza may make it deeper than a client's */
};

/* Looks at the `n` bytes of the current frame (the same bytes again as last time, then more); `max` bounds a frame's
 * size. On a frame kind other than XML_MORE sets *len to its length; the caller takes that many bytes away and calls
 * again. */
enum xml_frame xml_frame(struct xml_framer *f, const char *bytes, size_t n, size_t max, size_t *len);

/* ---- trees -------------------------------------------------------------------------------------------------- */

struct xml_attr {
	struct str name; /* local name */
	struct str ns;   /* empty: none (unprefixed) */
	struct str value; /* unescaped */
	struct xml_attr *next;
};

struct xml {
	struct str name, ns;  /* local name, namespace; for a text node name.p == NULL */
	struct str text;      /* of a text node, unescaped; of a stream's start tag: its default namespace */
	struct xml_attr *attrs; /* in document order, without the xmlns declarations */
	struct xml *children, *next, *parent;
	struct str raw;       /* the bytes of this element (or text) as they came; absent when it was not parsed */
	struct str inner;     /* the bytes between its start and its end tag; empty for <x/> */
	/* raw is not complete in itself under the default namespace jabber:client: it uses a prefix or default that is
	 * declared outside of it */
	bool foreign;
};

/* Parses one whole element. `scope` is the namespace that unprefixed names have outside ("jabber:client"); `stream`
 * says whether the prefix `stream` is bound outside. Returns NULL when it is not well-formed, not
 * namespace-well-formed, restricted, not UTF-8, has a character XML forbids, a duplicate attribute, more than
 * XML_ATTRIBUTES_MAX attributes on one element, or more prefixes or nodes than anybody needs (xml_parse.c).
 * Everything lives in `arena` and in `bytes`, which must outlive the tree. */
struct xml *xml_parse(struct arena *arena, struct str bytes, struct str scope, bool stream);

/* Parses the start tag of a stream (the frame XML_STREAM_OPEN). */
struct xml *xml_parse_stream(struct arena *arena, struct str bytes);

/* First child element of that name and namespace; an absent `ns` (NULL): any namespace; an absent name: any name. */
struct xml *xml_child(const struct xml *x, const char *name, const char *ns);

/* The next sibling element after `x` that fits in the same way. */
struct xml *xml_sibling(const struct xml *x, const char *name, const char *ns);

/* Value of the attribute without a namespace; absent (p == NULL) when it is not there. */
struct str xml_attr(const struct xml *x, const char *name);
/* The same with a namespace, such as xml:lang ("http://www.w3.org/XML/1998/namespace"). */
struct str xml_attr_ns(const struct xml *x, const char *name, const char *ns);

/* All character data directly inside `x`, joined; lives in `arena` or in the tree. */
struct str xml_text(const struct xml *x, struct arena *arena);
struct str xml_child_text(const struct xml *x, const char *name, const char *ns, struct arena *arena);

bool xml_is(const struct xml *x, const char *name, const char *ns);

/* ---- writing ------------------------------------------------------------------------------------------------ */

/* Appends with & < > " ' and CR escaped; good in text, and between either kind of quotes where there is no tab or
 * line end, which come back as blanks from there (xml_write_attr escapes them too). Characters that XML forbids must
 * not come here. */
void xml_escape(struct buf *to, struct str text);

/* ` name="value"`, escaped. Nothing when the value is absent. */
void xml_write_attr(struct buf *to, const char *name, struct str value);

/* Serialises the tree, complete in itself where the default namespace is `scope`. Uses `raw` where it can.
 * parse(write(x)) equals x. */
void xml_write(struct buf *to, const struct xml *x, struct str scope);

/* The children of `x`, each as by xml_write; where nothing has to change this is x->inner as it came. */
void xml_write_children(struct buf *to, const struct xml *x, struct str scope);
