/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/sim.h - a whole server, its disk, its network and its clients in one thread under one seed. Time is made up: the clock jumps to
 * whatever comes next. The same seed gives the same run, to the byte.
 */
#pragma once
#include "base/list.h"
#include "base/timers.h"
#include "bus/bus.h"
#include "core/core.h"
#include "doors/door.h"
#include "wire/xml.h"

enum { SIM_RESUME_MS = 60000 };
enum { SIM_CORES_MAX = 4, SIM_ACCOUNTS = 5, SIM_CLIENTS = 8, SIM_LETTERS_MAX = 4000, SIM_HYBRIDS = 5, SIM_WRITERS = SIM_CLIENTS + SIM_HYBRIDS, SIM_ROOMS = 2, SIM_SAID_MAX = 6000, SIM_STAYS_MAX = 3000 };

struct sim;
struct conn;
struct sim_hybrid;

/* base/world.h for one core. */
struct sim_world {
	struct world world;
	struct sim *sim;
	struct timers timers;
	struct post *later_first, **later_last;
	struct post *posted_first, **posted_last;
	struct work *works;
};

/* One message, from the hand of the sender to the eyes of the receiver. */
struct letter {
	unsigned from, to;  /* clients' numbers; `to`: whichever client of that account */
	unsigned number;    /* per sender and receiving account, from 1 */
	unsigned tries;     /* how often it was handed to a new session */
	bool acked, refused, received;
	msec sent;
	bool entrusted; /* sent without asking for an acknowledgement, over a link and to a server that lived on */
	bool excused; /* lost with the link of a client that cannot acknowledge */
};

/* One message to a room. */
struct said {
	unsigned room;
	uint64_t id; /* the room's; 0: nobody has seen it */
	bool gone;   /* with its room, which was temporary */
};

/* Of one client in one room: the messages it was shown. */
struct stay {
	unsigned client, room, n;
	uint64_t first, last;
};

/* A room as a client sees it. */
struct seen_room {
	bool inside, owner;
	unsigned asked;      /* to enter, and not answered yet: with each answer the history comes anew */
	msec asked_at;
	uint64_t last;       /* id of the last message */
	struct stay *stay;
	struct buf present;  /* nicknames, each ended by a zero byte */
};

enum client_kind { CLIENT_XMPP, CLIENT_XMPP_SM, CLIENT_CLASSIC, CLIENT_HYBRID };
enum client_state { OFFLINE, CONNECTING, STREAM, AUTH, BINDING, RESUMING, ENABLING, ONLINE };

struct client {
	struct sim *sim;
	unsigned index, account;
	enum client_kind kind;
	enum client_state state;
	struct conn *conn;
	struct timer timer;      /* the next thing it does by itself */
	bool wanted;             /* it means to be online */
	msec lost_at;            /* its link was gone */
	bool came_back;          /* and it has resumed since */
	bool authenticated;
	struct buf in;
	struct xml_framer framer;
	/* XEP-0198 */
	char *resume_id;
	uint32_t handled;        /* stanzas received */
	uint32_t acked;          /* of those sent */
	unsigned *unacked;       /* letters; SIM_LETTERS_MAX: another stanza */
	size_t unacked_n;
	unsigned *pending;       /* letters that go out again once online */
	size_t pending_n;
	/* what it has seen in this session (kept over resumption) */
	unsigned char *seen;     /* by letter */
	unsigned last[SIM_WRITERS]; /* highest number seen per sender */
	struct buf present[SIM_ACCOUNTS]; /* available resources, each ended by a zero byte */
	struct seen_room rooms[SIM_ROOMS];
};

struct sim {
	uint64_t seed, chance;
	msec clock, wall_offset;
	unsigned cores;
	struct sim_world worlds[SIM_CORES_MAX];
	struct timers net;       /* network and clients */
	struct timer chaos;
	struct store *store;
	struct bus *bus;
	struct core *core[SIM_CORES_MAX];
	struct core_counters counters[SIM_CORES_MAX];
	struct core_settings settings;
	bool up, calm;           /* calm: nothing bad happens any more */
	struct list conns;
	struct client clients[SIM_CLIENTS];
	struct letter letters[SIM_LETTERS_MAX];
	unsigned letters_n;
	unsigned numbers[SIM_WRITERS][SIM_ACCOUNTS];
	bool has_rooms;          /* in every second run */
	struct sim_hybrid *hybrid; /* NULL: without it */
	struct said said[SIM_SAID_MAX];
	unsigned said_n;
	struct stay stays[SIM_STAYS_MAX];
	unsigned stays_n, room_deliveries;
	bool trace;
	char failure[512];       /* the first one */
	unsigned deliveries, cuts, crashes, resumes, refusals, packets;
};

/* chance.c-like: 0 <= result < n, n > 0. */
uint64_t sim_chance(struct sim *s, uint64_t n);
void sim_fail(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_note(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* world.c */
void sim_worlds_begin(struct sim *s);
void sim_worlds_end(struct sim *s);
void sim_world_drop(struct sim_world *w); /* the process died: nothing of it happens any more */
bool sim_world_turn(struct sim_world *w); /* true when something happened */
void sim_run(struct sim *s, msec how_long);
void sim_net_timer(struct sim *s, struct timer *t, msec in);

/* net.c */
struct conn *net_connect(struct sim *s, struct client *c, const struct door *door);
void net_send(struct conn *n, struct str bytes); /* from the client */
void net_hang_up(struct conn *n);                /* the client closes in order */
void net_cut(struct conn *n);                    /* the link is gone; both sides find out in their own time */
void net_stall(struct conn *n, msec how_long);   /* the client does not read */
void net_flush(struct sim *s);
void net_die(struct sim *s);                     /* the server's process is gone */
void net_end(struct sim *s);                      /* the run is over: forgets all links */

/* client.c */
void client_begin(struct sim *s, unsigned index, unsigned account, enum client_kind kind);
void client_end(struct client *c);
void client_bytes(struct client *c, struct str bytes);
void client_lost(struct client *c);
void client_want(struct client *c, bool online);
struct str account_name(unsigned account);
void client_received(struct client *c, struct str body);
void client_write(struct client *c, unsigned to); /* a new letter to that account */
void client_restart(struct client *c); /* a new session: what was seen before does not count */
struct letter *client_letter(struct client *c, unsigned *index);
void client_resend_later(struct client *c, unsigned letter);

/* room.c */
void room_act(struct client *c);
void room_restart(struct client *c);
void room_end(struct client *c);
bool room_presence(struct client *c, const struct xml *p); /* false: it is not from a room */
bool room_message(struct client *c, const struct xml *message, struct arena *a);
void check_rooms(struct sim *s);

/* xmpp.c, classic.c: what the two kinds say */
void xmpp_begin(struct client *c);
void xmpp_take(struct client *c);
void xmpp_write(struct client *c, unsigned letter);
void xmpp_lost(struct client *c);
void xmpp_counted(struct client *c); /* a stanza that is no letter was sent */
void present_set(struct buf *all, struct str resource, bool available);
unsigned present_count(const struct buf *resources);
void classic_begin(struct client *c);
void classic_take(struct client *c);
void classic_write(struct client *c, unsigned letter);
void classic_goodbye(struct client *c); /* 112 */
void classic_lost(struct client *c);

/* hybrid.c */
void hybrid_begin(struct sim *s);
void hybrid_server_start(struct sim *s);
void hybrid_server_die(struct sim *s); /* when its links are closed */
void hybrid_clients_begin(struct sim *s);
void hybrid_want(struct sim *s); /* some want to be in, some do not */
void hybrid_end(struct sim *s);
void hybrid_take(struct client *c);
void hybrid_lost(struct client *c);
void hybrid_address(const struct client *c, uint8_t address[16]);
void check_hybrid(struct sim *s);
unsigned hybrid_lost_packets(const struct sim *s); /* or doubled ones */

/* check.c */
void check_presence(struct sim *s);
void check_letters(struct sim *s);
