/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/inside.h - between the files of the web door; routes need web.h only.
 */
#pragma once
#include "base/mem.h"
#include "doors/web/web.h"

enum {
	WEB_AHEAD_MAX = HTTP_HEAD_MAX, /* bytes that are kept of what a client sends ahead; then it is not read */
	WEB_UNREAD_MAX = 64 * 1024,    /* bytes of unread answers, above which no request is looked at */
	WEB_PIECE = 32 * 1024,         /* how much of a long answer is given to a link at once */
	WEB_IDLE_MS = 60 * 1000,       /* between two requests */
	WEB_BODY_MS = 20 * 1000,       /* in which WEB_BODY_MIN bytes of a body have to come, or its end */
	WEB_BODY_MIN = 4096,
	WEB_READER_MS = 60 * 1000,     /* in which a client has to read what it was given */
};

/* What a connection is given time for. */
enum web_wait { WAIT_NOTHING, WAIT_HEAD, WAIT_IDLE, WAIT_BODY, WAIT_READER };

struct web {
	struct link *link; /* NULL once it is gone */
	struct core *core;
	struct buf in;     /* what was not taken yet; no memory when there is nothing */
	struct web_request *q; /* under way */
	struct buf head, path; /* its own copies; an arena would cost more than most requests need */
	struct http_body body;
	struct buf whole;  /* its body, for routes that want it so */
	struct buf fields; /* of the answer to come: lines */
	uint64_t left;     /* bytes of the answer that were announced and not written; HTTP_UNKNOWN */
	const struct web_guest *guest;
	void *guest_state;
	struct timer timer;
	struct post turn;
	uint64_t came;     /* bytes of a body since the timer was set */
	int verdict;       /* how feed ends when the link is to be left */
	uint8_t wait;      /* enum web_wait: what the timer is for */
	bool served;       /* at least one request */
	bool asked;        /* the body has ended, or is not wanted: the route has all it gets */
	bool with_route;   /* the route knows of the request: to be told when it goes */
	bool told;         /* 100-continue was */
	bool held;         /* by web_hold() */
	bool headed;       /* the head of the answer is written */
	bool ended;        /* and the rest of it: the request goes when its callers have returned */
	bool last;         /* no request after this one */
	bool chunked;      /* the answer */
	bool dry;          /* what was written did not go to the link (HEAD): the route has to be told nevertheless */
	bool leaving;      /* hang up after what is in `out` */
	bool paused, posted;
};

/* ---- web.c ---- */

/* Goes on at the end of this turn. */
void web_continue(struct web *w);

/* ---- find.c ---- */

/* The route for this path and method, with q->rest; NULL: `methods` and `flags` are those of other routes with this
 * path, 0 when there is none. */
const struct web_route *web_route_find(struct web_request *q, unsigned *methods, unsigned *flags);
/* "GET, HEAD, OPTIONS" */
void web_methods(struct buf *to, unsigned methods);

/* ---- reply.c ---- */

/* As web_error(), with the way to `href` (an own path), which may be NULL. */
void web_error_href(struct web_request *q, unsigned status, const char *english, const char *chinese, const char *href);
/* Text inside of an HTML or XML element or attribute. */
void web_markup(struct buf *to, struct str text);

/* ---- safe.c ---- */

/* Passwords and what stands for them may come this way: nobody between can read or change it. */
bool web_is_safe(const struct web_request *q);
/* "https://chat.lan:5281", with another scheme in front: where the client has found us. Nothing when nobody knows. */
void web_own_address(const struct web_request *q, bool websocket, struct buf *to);

/* ---- assets.c ---- */

const struct web_asset *web_asset_find(struct str path);
/* The policy of the page and its workers. */
void web_page_policy(const struct web_request *q, struct buf *to);
void web_asset_answer(struct web_request *q);
void web_asset_writable(struct web_request *q);

/* ---- hostmeta.c, trust.c ---- */

void web_host_meta(struct web_request *q);
void web_host_meta_json(struct web_request *q);
void web_server_json(struct web_request *q);
void web_trust(struct web_request *q);
void web_trust_css(struct web_request *q);
void web_ca_crt(struct web_request *q);
