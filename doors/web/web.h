/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/web.h - inside the web door: HTTP/1.1 (RFC 9110, RFC 9112) as requests and answers. A route is a line in
 * routes.c: method, path, rights, limits, and functions. Requests of one connection are answered one after another;
 * what was sent ahead waits.
 *
 * A route either takes its body whole (`body_max`, then `answer`), or as it comes (`bytes`, then `answer`). It answers
 * once, at once or in a later turn: web_reply() in one piece, or web_head(), web_write()…, web_end() as the peer reads.
 * Where the connection goes before the answer has ended, or the peer is refused for what it sent or for its silence,
 * `gone` is called and the request is no more for the route, if any of its functions had been called; it is never
 * called after web_reply(), web_end() or web_upgrade().
 */
#pragma once
#include "base/arena.h"
#include "core/core.h"
#include "doors/door.h"
#include "wire/http1.h"

struct web_request;

enum web_route_flags {
	WEB_UNDER = 1 << 0, /* `path` and everything below it; web_request.rest holds what follows */
	WEB_SAFE = 1 << 1,  /* only with TLS or from this machine; else 403 and where to find the way to trust us */
	/* Pages of other sites may read the answer (CORS): public documents and uploads by slot. */
	WEB_ANY_ORIGIN = 1 << 2,
	WEB_SAME_ORIGIN = 1 << 3, /* an Origin that is not ours is refused: what acts with rights */
};

struct web_route {
	unsigned methods;  /* 1 << HTTP_GET | …; HEAD comes with GET */
	const char *path;  /* "/ws" */
	unsigned flags;    /* enum web_route_flags */
	size_t body_max;   /* of a body that is taken whole; 0: none is allowed unless `bytes` is there */
	/* All NULL but `answer` where not needed. */
	/* The head is there; 100-continue is said behind it, unless it holds the body (web_hold). False: it has
	 * answered, the body is not wanted. */
	bool (*begin)(struct web_request *q);
	void (*bytes)(struct web_request *q, const char *bytes, size_t n); /* borrowed; web_hold() stops them */
	void (*answer)(struct web_request *q); /* the body has ended */
	/* Between web_head() and web_end(): all that was written is with the kernel. */
	void (*writable)(struct web_request *q);
	void (*gone)(struct web_request *q);   /* release `job` */
};

extern const struct web_route web_routes[];
extern const size_t web_routes_n;

struct web; /* a connection */

/* Lives from its head until its answer has ended. */
struct web_request {
	struct web *web;
	struct link *link;
	struct core *core;
	const struct web_route *route;
	struct arena arena;
	enum http_method method; /* HEAD shows as HTTP_GET with head_only set */
	bool head_only; /* web_end() may follow web_head() at once; what is written goes nowhere */
	struct str path;   /* decoded; begins with '/'; no NUL, no empty, "." or ".." parts */
	struct str rest;   /* WEB_UNDER: behind the route's path, without the slash */
	struct str query;  /* behind '?', as sent; absent when there is none */
	struct str host;   /* of the Host field, as sent: "chat.lan:5281" */
	struct http_head head; /* fields: http_field(&q->head, "range") */
	struct str body;   /* whole, where the route asks for that */
	uint64_t body_size;/* HTTP_UNKNOWN: chunked */
	void *job;         /* the route's own */
};

/* ---- answers ---- */

/* A whole answer; `type` may be NULL without a body. Security fields, Date and length are added. */
void web_reply(struct web_request *q, unsigned status, const char *type, struct str body);

/* Fields for the answer to come, before web_reply() or web_head(); both must be clean of line ends. */
void web_field(struct web_request *q, const char *name, struct str value);

/* An error for people: a small page in both languages, or one line of text where the client does not ask for HTML. */
void web_error(struct web_request *q, unsigned status, const char *english, const char *chinese);

/* In pieces: head; `size` HTTP_UNKNOWN: chunked. */
void web_head(struct web_request *q, unsigned status, const char *type, uint64_t size);
void web_write(struct web_request *q, struct str bytes);
/* Fewer bytes than announced: the connection is cut, so that nobody takes half for whole. */
void web_end(struct web_request *q);

/* No more `bytes` until released: for back-pressure. */
void web_hold(struct web_request *q, bool held);

/* ---- what a connection becomes (RFC 6455) ---- */

/* After 101 the bytes of the connection go to a guest. */
struct web_guest {
	int (*feed)(struct link *l, void *state, const char *bytes, size_t n); /* as struct door's */
	void (*written)(struct link *l, void *state);
	void (*stop)(struct link *l, void *state);
	void (*close)(struct link *l, void *state, enum close_why why);
};
/* Answers 101 with the fields that were set; the request ends. What came behind it is fed in the same turn. */
void web_upgrade(struct web_request *q, const struct web_guest *guest, void *state);

/* Whether the Origin field is the address of this very server as the client sees it (scheme, host, port); true when
 * there is none. */
bool web_same_origin(const struct web_request *q);

/* Who is at the other end, as far as that is of interest (core, secure, loopback, address, port): that of the link, or,
 * where something on this machine stands in front of the server, who is behind that. Rights of this machine are for who
 * is here. */
void web_peer(const struct web_request *q, struct link *ret);

/* ---- assets: made from clients/web/dist, linked in (clients/web/pack.py) ---- */

struct web_asset {
	const char *path;    /* "/", "/app-3f9c1a2b.js" */
	const char *type;    /* "text/html; charset=utf-8" */
	const char *etag;    /* quoted, from the content */
	bool immutable;      /* its name holds its hash */
	struct str plain, gzip, brotli; /* the last two absent where they gain nothing */
};
extern const struct web_asset web_assets[];
extern const size_t web_assets_n;
