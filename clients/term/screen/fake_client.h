/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/fake_client.h - a made-up engine for tests of the view: conversations and entries are put into
 * it by hand, what the view asks for is written down. It defines the functions of engine/client.h that faces call.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/screen/view.h"

struct fake_world {
	struct world world;
	msec now, clock;
};

struct client {
	struct client_state state;
	struct list conversations;
	struct face *face;
	unsigned numbers;
	struct buf said;   /* what was asked of it: "line jack: hello\n" … */
	const char *words; /* what it completes to, parted by blanks */
	bool refuses;      /* client_line() says no */
	int64_t ids;
	unsigned people_asked;
};

/* How often client_state() was called: at least once for every entry that is laid out to be scrolled over. */
extern unsigned long fake_state_asked;

void fake_world_begin(struct fake_world *w, msec now);

void fake_begin(struct client *c, struct view *v, const char *self, const char *where);
void fake_end(struct client *c);
struct conversation *fake_conversation(struct client *c, const char *name, bool online);
/* Told to the view as `what`; from: NULL: a note, "" or our name: ours. */
struct entry *fake_entry(struct client *c, struct conversation *v, const char *from, const char *text, msec time,
	enum entry_change what);
void fake_file(struct client *c, struct entry *e, enum file_state state, uint64_t size, uint64_t done);
void fake_people(struct conversation *v, const char *const *names, size_t n);
