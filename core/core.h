/* SPDX-License-Identifier: Apache-2.0
 *
 * core/core.h - one core: accounts, sessions, routing. One thread, no globals, no locks, no clock of its own: what
 * comes in is a call, what goes out is a call of a session's functions, a request to the store or a parcel on the bus.
 */
#pragma once
#include "base/world.h"
#include "bus/bus.h"
#include "model/endpoint.h"
#include "store/store.h"

enum registration_policy { REGISTRATION_OPEN, REGISTRATION_INVITE, REGISTRATION_CLOSED };

/* Who says this secret serves this domain (XEP-0114). */
struct component_key {
	struct str domain, secret; /* prepared; not empty */
};

/* What the operator chose. Strings are borrowed and must outlive the core or the next core_settle(). */
struct core_settings {
	struct str domain; /* prepared */
	enum archive_policy archive; /* for accounts that chose nothing */
	enum registration_policy registration;
	bool registration_loopback; /* from this machine anybody may register unless CLOSED */
	unsigned registrations_per_hour; /* from one address */
	unsigned roster_max, offline_max, sessions_max; /* items, messages, sessions; per account */
	unsigned login_attempts; /* failed ones in five minutes, per account and per address; then refused for a while */
	msec token_ms;           /* how long a token is good that a device logs in with (XEP-0484); 0: none are given */
	msec resume_ms;          /* how long a detached session waits for its client (XEP-0198) */
	size_t backlog_max;      /* bytes that one client may leave unread before its link is closed */
	size_t stanza_before_login, stanza_max; /* bytes */
	msec login_deadline_ms;
	size_t rate_bytes;       /* per second and session, after a burst of ten times that; 0: no limit */
	bool classic_approve;    /* who only uses doors without contact lists approves every subscription */
	bool classic_require_tls;
	struct str web_address;  /* where people reach the page, "https://chat.lan:5281": no slash at the end; empty: no web door */
	struct str web_origins;  /* sites whose pages may speak XMPP here, beside our own: "https://a.example https://b.example", or "*"; may be empty */
	struct str authority_pem, authority_fingerprint; /* of our own authority, for devices to trust; empty when the operator gave a certificate */
	uint16_t relay_port;     /* of the file relay (XEP-0065), on the host of web_address; 0: none */
	uint64_t file_max, file_quota; /* bytes of one file, of all of an account; file_max 0: no files */
	msec file_keep_ms;       /* how long files stay; 0: for ever */
	struct files *files;     /* where contents are; NULL: no files */
	bool people_search;      /* everybody with an account may find everybody else by name (XEP-0055) */
	bool invites;            /* every account may invite; else only administrators */
	msec invite_ms;          /* how long an invitation is good, and for how many people */
	unsigned invite_uses;
	struct str rooms_domain; /* where rooms are, prepared; empty: there are none */
	bool rooms_admins_only;  /* only administrators make rooms */
	unsigned rooms_max;      /* that one account may own; 0: no limit */
	unsigned push_content;   /* enum push_content (core/push.h): what a push service is told of a message */
	const struct component_key *components; /* the programs that serve domains of their own (doors/component) */
	size_t components_n;
	struct str call_servers, call_secret; /* STUN and TURN (core/calls.h); both may be empty */
	msec call_ms;            /* how long a name and a password for them are good */
	unsigned guests_max;     /* users without an account (core/guest.h); 0: none */
	/* the hybrid door (PROTOCOLS.md, 2) */
	bool hybrid_any;         /* served to any address */
	const struct network *hybrid_networks; /* else: to these, and to private addresses where `hybrid_private` is set */
	size_t hybrid_networks_n;
	bool hybrid_private;
	uint16_t hybrid_ports_first, hybrid_ports_last; /* UDP ports for the users of other doors; 0: any that is free */
	msec hybrid_lease_ms;    /* how long who has no connection stays after the last datagram */
	unsigned hybrid_datagrams, hybrid_datagrams_all; /* a second: from one address, from all */
	struct str contacts;     /* XEP-0157: addresses parted by blanks, mailto:… or xmpp:…; may be empty */
};

/* Counters of one core; written by its thread only, read by any (relaxed atomics). */
enum counter {
	COUNT_MESSAGES,  /* taken from clients */
	COUNT_KEPT,      /* on disk */
	COUNT_DELIVERED, /* handed to sessions */
	COUNT_REFUSED,   /* answered with an error */
	COUNT_LOGINS, COUNT_LOGINS_REFUSED,
	COUNT_SESSIONS,  /* now */
	COUNT_DETACHED,  /* now, of these */
	COUNT_SPILLED,   /* links closed because nobody read */
	COUNT_GUESTS,    /* now */
	COUNTERS
};
struct core_counters {
	uint64_t value[COUNTERS];
	uint64_t last_stamp; /* given out by this core */
};

struct core;

/* `bus_link` is opened by the core itself on `bus` as number `index`. `counters` has one element per core of the process. */
struct core *core_new(struct world *w, struct store *store, struct bus *bus, unsigned index,
		      const struct core_settings *settings, struct core_counters *counters);

/* Ends every session (unavailable presence goes out), then frees. NULL is fine; returns NULL. Doors must have closed their links. */
struct core *core_free(struct core *c);

/* Takes new settings (SIGHUP). */
void core_settle(struct core *c, const struct core_settings *settings);

const struct core_settings *core_settings(const struct core *c);
struct world *core_world(const struct core *c);
struct str core_domain(const struct core *c);
unsigned core_index(const struct core *c);
unsigned core_count(const struct core *c); /* cores of the process */
/* Sum over all cores of the process. */
uint64_t core_counter(const struct core *c, enum counter which);
void core_count_up(struct core *c, enum counter which, int64_t by);

static inline msec core_now(const struct core *c) { return world_now(core_world(c)); }
/* core_clock() at the time of core_new(). */
msec core_started(const struct core *c);
/* core_free() is under way: what is put off to the end of the turn would come too late. */
bool core_ending(const struct core *c);
static inline msec core_clock(const struct core *c) { return world_clock(core_world(c)); }
/* How many messages of all clients are on their way to the disk: beyond a thousand or so more of them gain nothing but memory. */
unsigned core_waiting(const struct core *c);
/* A fresh stamp (model/stamp.h). */
uint64_t core_stamp(struct core *c);

/* What doors need across cores (resuming a session that lives on another one): parcels of kind PARCEL_DOOR, sent with
 * core_door_send() and received by the function registered for the door. */
void core_door_send(struct core *c, unsigned to_core, const char *door, uint64_t number, struct str bytes);
typedef void core_door_receive(struct core *c, void *arg, unsigned from_core, uint64_t number, struct str bytes);
void core_door_register(struct core *c, const char *door, core_door_receive *receive, void *arg, void (*drop)(void *arg));
/* The same for a door that hosts links of other doors: it is dropped before them. */
void core_door_register_host(struct core *c, const char *door, core_door_receive *receive, void *arg, void (*drop)(void *arg));
/* The `arg` that was registered for the door on this core, NULL before: where a door keeps what it needs once per core. */
void *core_door_state(const struct core *c, const char *door);
