/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/direct.h - inside of direct links (PROTOCOLS 2.6, docs/protocol-direct.md): direct.c knows peers,
 * dials, accepts and decides who is believed to be who; direct_talk.c is what is said on a link; direct_file.c sends
 * and fetches files, each on a link of its own. hybrid.c and lan.c use inside.h and the functions at the end.
 */
#pragma once
#include "clients/term/engine/inside.h"
#include "clients/term/text/text.h"
#include "wire/direct.h"

enum {
	DIRECT_PLACES = 8,             /* of one peer */
	DIRECT_LINKS_EACH = 12,        /* of one peer, both kinds */
	DIRECT_STRANGERS = 16,         /* that have not said who they are */
	DIRECT_UNACKED = 128,          /* lines of ours under way on a link */
	DIRECT_BACKLOG = 256 * 1024,   /* bytes that we have to write and are not taken: no more is made */
	DIRECT_FETCHES = 2,            /* files being fetched from one peer at once */
	DIRECT_SERVES = 4,             /* files being sent to one peer at once */
	DIRECT_SAYS = 4096,            /* bytes of lines kept for the next link */

	DIRECT_DIAL_MS = 5000,         /* until hello came back: then another way is taken */
	DIRECT_HELLO_MS = 10000,       /* for who has dialled us */
	DIRECT_QUIET_MS = 20000,       /* nothing heard: ping */
	DIRECT_DEAD_MS = 15000,        /* and nothing after it: the link is ended */
	DIRECT_HURRY_MS = 4000,        /* the same two where something of ours waits for its acknowledgement */
	DIRECT_HURRY_DEAD_MS = 8000,
	DIRECT_STALL_MS = 60000,       /* a file of which no byte moves */
	DIRECT_AGAIN_MS = 1000, DIRECT_AGAIN_MAX_MS = 60000,

	DIRECT_RATE = 100, DIRECT_BURST = 500, /* lines of others a second; more are left unread for a while */
};

struct direct_peer {
	struct map_node node;
	struct directs *directs;
	struct str name;                         /* its own */
	struct endpoint places[DIRECT_PLACES];   /* where he is said to be */
	size_t places_n, place_next;             /* place_next: of the dial under way, which is tried next */
	struct list links;                       /* struct direct_link */
	unsigned links_n;
	struct buf pending;                      /* int64_t: entries that wait for the dial under way */
	struct buf says;                         /* lines for the next link */
	msec next_dial, next_fetch;              /* not before, by the clock */
	unsigned failures, fetch_failures;
	bool wanted;                             /* something of ours waits for a link: dial again when it is time */
	bool more;                               /* something waits for room on the link */
	bool files;                              /* there are files to go on with */
	bool linked;                             /* as was told */
	bool secure_once, silent;                /* of the last dial: TLS came up; it ended by its deadline */
	bool refused;                            /* by the key below: said loudly */
	uint8_t refused_key[KEY_BYTES];
	msec refused_told;
	bool refuses_us;                         /* he has another key of ours: said once */
	int64_t tokens;                          /* thousandths of a line that he may still say */
	msec tokens_at;
	struct buf asked;                        /* struct direct_ask: files that he shall dial for */
};

struct direct_ask {
	char mark[33];
	msec since;
};

struct direct_file;

struct direct_link {
	struct list here;           /* in peer->links or directs->strangers */
	struct directs *directs;
	struct direct_peer *peer;   /* NULL: not known yet */
	struct pipe *pipe;
	enum direct_use use;
	bool dialled;               /* by us */
	bool connected, up;         /* TLS is there; hello went both ways */
	bool ending;                /* hung up: what comes is not looked at */
	bool paused;
	struct endpoint to;         /* dialled: where */
	struct buf in;              /* an incomplete line; more while paused */
	size_t scanned;
	msec since, heard, pinged;  /* by the clock; pinged 0: no */
	uint64_t said, acked, got, told; /* numbered lines of ours; of his, and of them acknowledged */
	struct buf unacked;         /* int64_t: entries, oldest first */
	char id[DIRECT_ID_MAX + 1]; /* of the line that comes next */
	struct direct_file *file;   /* for a file, once it is known which */
	char get[33];               /* dialled to fetch this, or to send it */
	bool push;
};

struct directs {
	struct client *client;
	const struct direct_events *events;
	struct map peers;
	struct list strangers;
	unsigned strangers_n, links_n;
	struct list hashes;         /* struct direct_hash: files of ours that are read through, one after another */
	struct timer tick;
	void (*done)(struct client *c);
	bool stopping, done_told;
};

/* ---- direct.c */

struct direct_peer *peer_of(struct directs *ds, struct str name); /* made where there is none */
struct conversation *peer_conversation(struct direct_peer *p, bool make);
/* The link that is spoken on, NULL: none is up. Of several, the one dialled by whose key is smaller; of these the
 * newest: both sides choose the same. */
struct direct_link *peer_link(struct direct_peer *p);
struct direct_link *link_dial(struct direct_peer *p, const struct endpoint *to, enum direct_use use);
/* Says no (`reason`, may be NULL) and hangs up. */
void link_end(struct direct_link *l, const char *reason);
void link_say(struct direct_link *l, const struct direct_line *line);
msec direct_clock(const struct directs *ds);
/* 1, 2, 4 … 60 s and a little chance. */
msec direct_backoff(struct directs *ds, unsigned failures);
/* Something waits for a link: dials when it may. */
void peer_want(struct direct_peer *p);
/* While stopping: ends what may be ended now. */
void directs_stop_check(struct directs *ds);

/* ---- direct_talk.c */

void talk_recall(struct directs *ds);  /* at the start: what was under way when the program ended waits */
bool talk_line(struct direct_link *l, const struct direct_line *line); /* false: against the protocol */
void talk_acknowledge(struct direct_link *l);                          /* after what was fed */
void talk_send(struct direct_link *l, struct entry *e);
void talk_reoffer(struct direct_link *l, const struct entry *e);       /* a file again: how does it stand? */
void talk_lost(struct direct_link *l); /* it is down: what was not acknowledged waits again */

/* ---- direct_file.c */

bool file_line(struct direct_link *l, const struct direct_line *line);
bool file_raw(const struct direct_link *l);                            /* bytes come, no lines */
bool file_sending(const struct direct_link *l);                        /* bytes of ours are under way */
void file_feed(struct direct_link *l, struct str bytes);
void file_pump(struct direct_link *l);                                 /* there is room in the pipe */
void file_link_up(struct direct_link *l);                                /* a link for a file is up */
void file_alive(struct direct_link *l, msec now);
void file_lost(struct direct_link *l);
bool file_hash_first(struct directs *ds, struct entry *e);             /* true: it is not ready to be offered */
void file_offered(struct direct_peer *p, struct str mark); /* he offers it again: says how it stands with us */
void file_wanted(struct direct_peer *p, struct str mark);              /* he asks us to dial and send */
void file_refused(struct direct_peer *p, struct str mark, struct str reason);
void files_resume(struct direct_peer *p); /* goes on with what is to be fetched, as far as may be */
void files_reoffer(struct direct_peer *p);
void files_free(struct directs *ds);
void files_known(struct directs *ds); /* at the start: who has something to go on with */
struct entry *entry_by_mark(struct client *c, struct conversation *v, struct str mark);

/* ---- for the ways, beside inside.h */

enum direct_tried {
	TRIED_NOT,     /* not yet, or the last went well */
	TRIED_REFUSED, /* nobody listens there */
	TRIED_SILENT,  /* no answer in time */
	TRIED_PEER,    /* somebody with TLS was there, but no link came of it */
};
enum direct_tried directs_tried(struct directs *ds, struct str name, unsigned *times);
bool directs_linked(struct directs *ds, struct str name);
/* All places where somebody of this name is said to be; 0: nowhere. */
void directs_places(struct directs *ds, struct str name, const struct endpoint *at, size_t n);
/* Tries to have a link: there is a reason to believe that it would be of use. */
void directs_want(struct directs *ds, struct str name);
/* Sets conversation->direct, online and verified of all that are linked. */
void directs_show(struct directs *ds);
/* /verify */
void directs_verify(struct directs *ds, struct conversation *v, struct str answer);
