/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/test_net_world.h - several terminal clients in one test: one clock, chance from a seed,
 * connections and datagrams in memory, files in memory. What the network may do to them: pieces of any size, cuts at
 * any byte, links that go silent, loss and doubling of datagrams, hosts behind firewalls, restarts of a client with
 * what it has kept. The same seed gives the same run.
 */
#pragma once
#include "base/timers.h"
#include "clients/term/engine/client.h"
#include "clients/term/engine/chat.h"

struct net_world;

struct net_host {
	struct net_world *world;
	struct list here;
	struct outside outside;
	struct client *client;    /* NULL: not running */
	struct client_setup setup;
	struct keep *keep;
	struct face face;
	char name[64];
	uint8_t address[16];
	uint16_t port;            /* listens at; 0: not */
	bool closed_in;           /* a firewall: nothing comes in, dials to it are never answered */
	bool hears;               /* datagrams come in all the same */
	bool no_listen;           /* dials to it are refused, datagrams come through: as a client in the wild */
	bool joined;              /* hears multicast */
	uint64_t disk_room;       /* bytes that files may still grow */
	struct list files;
	unsigned notices, keys_changed, entries_new;
	bool quit;
	int quit_status;
	struct str password;      /* answers ASK_PASSWORD */
	struct buf said;          /* names of notices, each with a blank */
};

/* A server behind "server": what is not one of the clients. NULL where there is none. */
struct net_server {
	void *(*open)(void *arg, struct net_host *from);
	void (*take)(void *arg, void *line, struct str bytes);
	struct str (*give)(void *arg, void *line);  /* what it has said since; borrowed until the next call */
	bool (*closed)(void *arg, void *line);
	void (*cut)(void *arg, void *line);
	void (*pass)(void *arg, msec ms);
	void (*datagram)(void *arg, struct net_host *from, const struct endpoint *to, struct str bytes);
	void *arg;
	uint8_t address[16];
	uint8_t key[KEY_BYTES]; /* of its certificate, for who dials with TLS */
	bool trusted;
};

struct net_world {
	struct world world;
	struct timers timers;
	msec now;
	uint64_t seed;
	struct list hosts, pipes, letters;
	struct post *first, **last;
	unsigned lose, twice, cut, silence; /* in 10,000 each time that something moves */
	bool down;                          /* nothing can be dialled, datagrams vanish */
	bool server_down;                   /* its connections are cut, and none can be made */
	bool trace;
	const struct net_server *server;
	msec unpassed;
	size_t pipe_most;                   /* bytes that any pipe ever held */
};

struct net_world *net_world_new(uint64_t seed);
struct net_world *net_world_free(struct net_world *w);
uint32_t net_chance(struct net_world *w, uint32_t below);

/* 10.0.0.N, N from 2 (1 is the server) in the order of the calls. Its client is not started. */
struct net_host *net_host_add(struct net_world *w, const char *name, enum client_mode mode);
void net_start(struct net_host *h);
/* The program ends without a word, or by client_stop(); what it has kept stays. */
void net_kill(struct net_host *h);
void net_stop(struct net_host *h);
void net_run(struct net_world *w, msec ms);
/* Ends all pipes of a host now, both sides hear of it; `silently`: neither does. */
void net_cut(struct net_host *h, bool silently);
void net_datagram(struct net_world *w, const struct endpoint *from, const struct endpoint *to, struct str bytes);

/* Says something to somebody; the entry's id. */
int64_t net_say(struct net_host *h, const char *to, const char *text);
struct entry *net_entry(struct net_host *h, const char *conversation, int64_t id);
/* How often the keep of `h` has an entry of another with this text (or name of a file). */
unsigned net_count(struct net_host *h, const char *conversation, const char *text);
enum entry_status net_status(struct net_host *h, const char *to, int64_t id);

/* A file of `size` made-up bytes, and what lies under a path. */
void net_file_make(struct net_host *h, const char *path, size_t size);
struct str net_file(struct net_host *h, struct str path);
int64_t net_send_file(struct net_host *h, const char *to, const char *path);
/* The newest file of others in a conversation. */
struct entry *net_offer(struct net_host *h, const char *from);
