/* SPDX-License-Identifier: Apache-2.0
 *
 * core/inside.h - what the files of this folder share and nobody else sees.
 */
#pragma once
#include "base/map.h"
#include "base/mem.h"
#include "core/archive.h"
#include "core/ask.h"
#include "core/account.h"
#include "core/block.h"
#include "core/devices.h"
#include "core/directory.h"
#include "core/invite.h"
#include "core/parcel.h"
#include "core/people.h"
#include "core/pep.h"
#include "core/plant.h"
#include "core/push.h"
#include "core/roster.h"
#include "core/service.h"
#include "core/session.h"
#include "model/stamp.h"

/* ---- users in memory (user.c) ----------------------------------------------------------------------------------- */

enum user_state { USER_LOADING, USER_READY, USER_ABSENT, USER_FAILED };

/* One account that this core has to do with: it has sessions here, or somebody wrote to it lately. Roster, blocks and preferences are
 * a copy of the store's, kept true by parcels on "c.NAME". */
struct user {
	struct map_node node; /* core->users, by name */
	struct core *core;
	char *name;
	enum user_state state;
	bool again;             /* something changed while loading: load once more */
	bool gone;              /* the account was deleted: out of the map, freed when the last hold goes */
	unsigned loading;       /* requests under way */
	unsigned late;          /* messages on their way into the queue that were relayed before (route_keep_late) */
	unsigned holds;         /* sessions, transits, jobs: not evicted while any is there */
	unsigned available;     /* sessions with presence */
	int64_t id;
	uint64_t mark;          /* of its password: struct account */
	uint32_t flags;         /* enum account_flags, as they were when it was loaded */
	msec used;              /* clock when it was last asked for */
	struct list idle;       /* core->idle while nothing holds it, the longest first */
	struct list waiting;    /* struct user_wait */
	struct list sessions;
	struct map roster;      /* struct contact by address */
	uint64_t roster_version;
	struct str *blocks;     /* own memory each */
	size_t blocks_n;
	struct archive_prefs prefs; /* own memory */
	struct archive_prefs shown; /* the same with the operator's default filled in: archive_prefs() */
	char *prefs_text;       /* what prefs points into */
	struct list push;       /* core/push.c */
	struct account account; /* while loading */
	struct seen *seen;      /* core/seen.c: NULL when nothing is to be written */
};

struct contact {
	struct map_node node;
	struct roster_item item; /* strings in `bytes` */
	char bytes[];
};

/* Something that goes on when the user has been loaded (state is READY, ABSENT or FAILED then). */
struct user_wait {
	struct list here;
	void (*ready)(struct user_wait *w, struct user *u);
};

/* The user of this name, loading it when it is not here. Never NULL. */
struct user *user_get(struct core *c, struct str name);
/* The same, only if it is in memory and READY; else NULL. */
struct user *user_here(struct core *c, struct str name);
/* Calls w->ready in this call when nothing has to be loaded, else later. */
void user_when_ready(struct user *u, struct user_wait *w);
/* Whether its sessions here are all there are, and all that "u.NAME" reaches: then the bus need not be asked. */
bool user_is_all_here(const struct user *u);
/* How many cores have sessions of this user. */
unsigned user_interest(const struct user *u);
void user_hold(struct user *u);
void user_release(struct user *u);
void user_free_all(struct core *c);
/* A parcel on "c.NAME". */
void user_changed(struct core *c, const struct parcel *p);
struct contact *user_contact(const struct user *u, struct str bare);

/* Something of the core's own that waits for an answer: when the core ends before it comes, `release` frees it. */
struct job {
	struct list here;
	void (*release)(struct job *j);
};
void job_begin(struct core *c, struct job *j, void (*release)(struct job *j));
static inline void job_end(struct job *j) { list_remove(&j->here); }

/* ---- one core --------------------------------------------------------------------------------------------------- */

struct settling;
struct rooms;

struct core_door {
	const char *name;
	core_door_receive *receive;
	void *arg;
	void (*drop)(void *arg);
	bool hosts; /* links of other doors: it goes before these */
};

struct core {
	struct world *world;
	struct store_link *store;
	struct bus_link *bus;
	unsigned index;
	struct core_settings settings;
	struct core_counters *counters;
	struct stamp_maker stamps;
	msec started;
	struct map users;
	struct list idle;
	struct timer sweep;
	struct map sessions;      /* struct session by full address */
	struct map directory;     /* core/directory.c */
	struct list watchers;     /* sessions of doors without contact lists: they may want NOTICE_ONLINE */
	struct map throttles;     /* core/throttle.c */
	struct list throttles_old;
	struct list jobs;         /* struct job */
	struct {                  /* core/offline.c: what clients acknowledged in this turn */
		struct post post;
		bool posted;
		struct settling *now;
		struct list under_way; /* struct settling */
	} settled;
	struct {                  /* core/seen.c */
		struct timer timer;
		struct list waiting;
	} seen;
	struct {                  /* core/devices.c */
		struct list asking;
		uint64_t last;
	} devices;
	uint8_t secret[32];       /* for verifiers of unknown names */
	bool secret_known;
	struct core_door doors[16];
	struct file_desk *files;  /* core/files.c */
	struct {                  /* core/service.c */
		struct map known;     /* all that answer somewhere, by domain */
		struct list up;       /* struct service: those on this core */
		struct map waits;     /* struct service_wait by number */
		struct list asks;     /* struct service_ask */
		uint64_t last;
	} services;
	struct rooms *rooms;      /* core/room_inside.h: NULL where there are none */
	struct map lanes;         /* core/route.c: what services send and what has not ended yet, by the addresses of both ends */
	struct {                  /* core/guest.c */
		bool sweeping;
		struct list waiting;  /* struct account_job */
	} guests;
	unsigned waiting;         /* transits of all its sessions that are not finished */
	bool ending;
};

/* Part of the verifier's salt, which is new with every password. */
static inline uint64_t account_mark(const struct account *a)
{
	uint64_t mark;

	memcpy(&mark, a->verifier[SCRAM_SHA256].salt, sizeof mark);
	return mark;
}

/* The address that a roster names: bare, and prepared already. */
static inline struct jid address_of(struct str bare)
{
	size_t at = str_find(bare, '@');

	return at == bare.n ? (struct jid){ bare.p, 0, (uint16_t)bare.n, 0 }
			    : (struct jid){ bare.p, (uint16_t)at, (uint16_t)(bare.n - at - 1), 0 };
}

static inline bool core_is_local(const struct core *c, struct jid j) { return str_eq(jid_domain(j), c->settings.domain); }

/* Publishes on "u.NAME" or "c.NAME". */
unsigned core_tell(struct core *c, char kind, struct str name, const struct parcel *p);
unsigned core_interest(struct core *c, char kind, struct str name);
void core_want(struct core *c, char kind, struct str name, bool want);
/* The name in a subject "u.NAME". */
static inline struct str parcel_name(const struct parcel *p) { return str_from(p->subject, 2); }

/* ---- pieces that call one another ------------------------------------------------------------------------------- */

/* route.c */
unsigned route_tell(struct user *u, const struct parcel *p); /* PARCEL_MESSAGE or PARCEL_SENT to "u.NAME" */
void route_message_in(struct core *c, const struct parcel *p);
void route_sent_in(struct core *c, const struct parcel *p);
void route_iq_in(struct core *c, const struct parcel *p);
/* Whether it may and should be kept for who is not here: not what says itself that nobody may (XEP-0334). */
bool route_is_worth_keeping(const struct stanza *st);
void route_orphan(struct session *s); /* the session ends: its transits go on without it */
void route_keep_late(struct core *c, struct user *u, struct stanza *st); /* into the queue after all */
/* The session is about to end: its messages for services that wait behind others leave now, before it is said that it is gone. */
void route_hurry(struct session *s);
/* A message in the name of an account (held by the caller until `sent`), no session of which need be here; st->from is its bare address. Takes over the reference.
 * `sent` runs once, perhaps in this call, unless the core ends before; a message worth keeping is on disk with SENT_OK. */
void route_from_account(struct core *c, struct user *from, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg);
/* service_send() to a user. */
void route_from_service(struct core *c, struct stanza *st, void (*sent)(void *arg, enum sent_verdict verdict), void *arg);
void route_free(struct core *c);

/* service.c */
/* Who waits for the end of a message at a service: part of something larger. `done` runs exactly once, unless the core ends before. */
struct service_wait {
	struct map_node node;
	uint64_t number;
	unsigned core;     /* where the service is */
	struct str domain; /* borrowed from the stanza */
	void (*done)(struct service_wait *w, enum sent_verdict verdict);
};
/* Brings `st` (borrowed) to the service at its domain; `w` may be NULL. w->done may run in this call. An IQ that finds nobody is answered. */
void service_carry(struct core *c, struct stanza *st, struct service_wait *w);
/* An IQ of a service, or for one, has found nobody: the error goes back to who sent it, in a later turn. Borrowed. */
void service_bounce(struct core *c, const struct stanza *st);
void service_in(struct core *c, const struct parcel *p);
/* An IQ set of the server's own to a service: part of something larger. */
struct service_ask {
	struct list here;      /* core->services.asks */
	struct core *core;
	struct str to;         /* own memory */
	char id[80];
	struct timer late;
	/* Once, unless the core ends before or it is dropped: the result or error, or NULL when none came in time. It may free what it is part of. */
	void (*answered)(struct service_ask *a, const struct stanza *answer);
};
void service_ask(struct core *c, struct service_ask *a, struct jid to, struct str payload, msec wait_ms);
void service_ask_drop(struct core *c, struct service_ask *a);
/* A result or error to the server's own address. */
void service_asked(struct core *c, struct stanza *answer);
void service_sent_in(struct core *c, const struct parcel *p);
void service_up_in(struct core *c, const struct parcel *p);
void service_down_in(struct core *c, const struct parcel *p);
void services_begin(struct core *c);
void services_end(struct core *c);
void services_free(struct core *c);

/* offline.c */
void offline_deliver(struct session *s, const struct parcel *p);
void offline_close(struct session *s);
/* u->late is no longer 0, and is 0 again. */
void offline_late_begin(struct user *u);
void offline_late_done(struct user *u);
void offline_late_done_in(struct core *c, const struct parcel *p);
void offline_settle(struct core *c, struct user *u, uint64_t stamp); /* a client has it: out of the queue */

/* presence.c */
void presence_in(struct core *c, const struct parcel *p);
void presence_probe_in(struct core *c, const struct parcel *p);
void presence_show_in(struct core *c, const struct parcel *p);
/* Asks the sessions of `who` to show themselves to `viewer`, or to hide. */
void presence_show(struct core *c, struct jid who, struct jid viewer, bool hide);
void presence_directed(struct session *s, struct stanza *st);
/* `st` to an address: of a user, of one of his sessions, or at a service. */
void presence_to(struct core *c, struct jid to, struct stanza *st);
void presence_end(struct session *s, struct str status);
/* Makes a presence without payload. */
struct stanza *presence_make(struct core *c, enum stanza_type type, struct jid from, struct jid to, struct str payload);

/* subscription.c */
void subscription_in(struct core *c, const struct parcel *p);
void subscription_waiting(struct session *s); /* first presence: shows the requests that wait */
void subscription_end(struct core *c, struct user *u, struct str contact, bool both); /* both ways: unsubscribe and unsubscribed */

/* The same from a service (which keeps its own end); borrowed. */
void subscription_arrive(struct core *c, struct stanza *st);
/* `st` (a subscription, bare to bare, from u) takes its road. */
void subscription_depart(struct core *c, struct user *u, struct stanza *st);

/* invite.c: the two see one another from now on, each in the other's roster, as if both had asked and agreed. */
void contacts_join(struct core *c, struct str one, struct str other);

/* pep.c */
void pep_in(struct core *c, const struct parcel *p);
void pep_subscribed_in(struct core *c, const struct parcel *p);
void pep_forget(struct session *s); /* the session ends */

/* push.c */
void push_load(struct user *u, const struct store_pair *pairs, size_t n);
void push_clear(struct user *u);
void push_changed(struct user *u, const struct parcel *p);
/* A message has come for this account: those are told that want to be. */
void push_consider(struct user *u, struct stanza *st);
/* A room has said `st` to this session: its place is told where the session is not active and is named in it. `folded`: what is left of one call for the
 * next with the same stanza; empty at first. */
void push_said(struct session *s, struct stanza *st, struct buf *folded);
/* `st` is for this account: every place is told whose session is not active. */
void push_tell(struct user *u, struct stanza *st);
/* Whether `text` has `name` as a word; both folded. */
bool push_names(struct str text, struct str name);
void push_session(struct session *s); /* it may have become active, or is no longer */
void push_forget(struct session *s);

/* devices.c */
void devices_asked(struct core *c, const struct parcel *p);
void devices_told(struct core *c, const struct parcel *p);

/* roster.c */
void roster_tell(struct core *c, struct str name, const struct roster_item *item, uint64_t version, bool quiet);
void roster_item_write(struct buf *to, const struct roster_item *item);
bool roster_item_read(struct roster_item *ret, struct str bytes);
void user_roster_put(struct user *u, const struct roster_item *item);

/* archive.c */
bool archive_wants(const struct user *u, struct str peer_bare);
void archive_prefs_load(struct user *u, struct str text);

/* block.c */
bool block_matches(const struct user *u, struct jid who);
void block_load(struct user *u, struct str text);

/* seen.c */
/* The last session of this account has ended, with this status. */
void seen_note(struct user *u, struct str status);
/* Writes what waits, now. */
void seen_write_all(struct core *c);
/* Puts what waits to be written into what the store has answered; the status is borrowed. */
void seen_tell(struct core *c, struct account *account);

/* files.c */
void file_begin(struct core *c);
void file_end(struct core *c);

/* bytestreams.c */
void bytestreams_begin(struct core *c);

/* directory.c */
void directory_up(struct session *s);
void directory_down(struct session *s);
void directory_in(struct core *c, const struct parcel *p);
void directory_free(struct core *c);

/* session.c */
/* Whether a subject is a full address (and not "u.NAME"): a NAME has no slash. */
static inline bool subject_is_full(struct str subject) { return str_find(subject, '/') < subject.n; }
void session_kick_in(struct core *c, const struct parcel *p);
void session_end_all(struct core *c);

static inline struct str origin_key(const struct origin *o) { return str_n((const char *)o->address, sizeof o->address); }

/* room.c and those beside it */
void room_said_in(struct core *c, const struct parcel *p);
void room_enter_in(struct core *c, const struct parcel *p);
void room_leave_in(struct core *c, const struct parcel *p);
void room_listed_in(struct core *c, const struct parcel *p);
void room_here_close(struct session *s); /* it ends: it is in no room any more */
void rooms_shut(struct core *c);         /* the core ends: says so to who is in its rooms */
void rooms_free(struct core *c);

/* throttle.c: failed logins by key (an address or an account) */
bool throttle_refuses(struct core *c, struct str key);
void throttle_failed(struct core *c, struct str key);
void throttle_forget(struct core *c, struct str key);
bool throttle_register(struct core *c, struct str key); /* counts one registration; false: too many */
/* Counts a question that costs something; false: more than `most` in five minutes. */
bool throttle_ask(struct core *c, struct str key, unsigned most);
void throttle_free(struct core *c);
