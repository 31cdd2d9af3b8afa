/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/keys.h - from the bytes of a terminal to keys: UTF-8, the sequences of xterm, tmux, rxvt, the
 * Linux console and VT100 (ECMA-48, 5.4), bracketed paste, mouse (SGR 1006). Any bytes are taken, whatever is not
 * known is swallowed whole. Pure: the caller has the clock.
 */
#pragma once
#include "base/buf.h"

enum key_code {
	KEY_CHAR, /* `c`; with ctrl a letter in lower case or one of @[\]^_ */
	KEY_ENTER,
	KEY_TAB,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_INSERT,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_FUNCTION, /* F`c` */
	KEY_ESCAPE,
	/* `text`: with LF for every line end, without other control characters but tabs; valid during the call */
	KEY_PASTE,
	KEY_WHEEL_UP,
	KEY_WHEEL_DOWN,
	KEY_CLICK,    /* x, y from 0 */
};

struct key {
	enum key_code code;
	uint32_t c;
	bool alt, ctrl, shift;
	bool cut; /* PASTE: there was more than PASTE_MAX */
	unsigned x, y;
	struct str text;
};

enum { PASTE_MAX = 256 * 1024 };

struct keys {
	char pending[64]; /* the begin of a sequence */
	size_t n;
	bool pasting, cut;
	struct buf paste;
};

typedef void keys_each(void *arg, const struct key *k);

void keys_feed(struct keys *ks, struct str bytes, keys_each *each, void *arg);
/* Something was begun: call keys_timeout() when no more came for KEYS_PATIENCE ms (Escape alone is a key). */
bool keys_waiting(const struct keys *ks);
void keys_timeout(struct keys *ks, keys_each *each, void *arg);
void keys_free(struct keys *ks);

enum { KEYS_PATIENCE = 40 };
