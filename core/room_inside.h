/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_inside.h - what the files of rooms share. Three queues keep the order of a room:
 *
 *	in       what has come while the room was loaded or a change was on its way to the disk: taken afterwards
 *	changes  one at a time; each is applied when it is on disk
 *	out      what was decided, in this order: a message waits here for the disk, and what is behind it, for the message
 *
 * What is decided is so at once in the struct room; it reaches occupants' sessions, and changes which sessions are
 * reached, at the end of `out`.
 */
#pragma once
#include "core/inside.h"
#include "core/room.h"
#include "model/fold.h"

/* ---- one core --------------------------------------------------------------------------------------------------- */

struct rooms {
	struct service service;
	struct core *core;
	const struct room_syntax *syntax;
	struct map all;	  /* struct room by bare address */
	struct list idle; /* with nobody in them, the longest first */
	struct timer sweep;
	struct map admins;	/* struct admin by bare address: who sent something lately and is an administrator */
	uint64_t last;		/* number given to a seat or occupant */
	struct map here;	/* room_here.c: struct here by bare address of a room of any core */
	struct {		/* room_list.c */
		struct map map; /* struct listed by bare address */
		struct listed **sorted;
		size_t n;
		bool stale;	   /* `sorted` is not what is in the map */
		struct list dirty; /* struct room: what is shown of them has changed */
		struct timer tell;
	} list;
	struct { /* room_walk.c */
		struct timer timer;
		struct arena arena; /* of a page: */
		struct account *rooms;
		size_t n, at;
		struct str after; /* own memory; absent: from the beginning */
	} walk;
};

/* ---- one room --------------------------------------------------------------------------------------------------- */

struct person {
	struct map_node node;	   /* room->people */
	struct map_node nick_node; /* room->nicks, if it has a nick */
	struct room_person person; /* strings in `bytes` */
	struct str name, nick;	   /* the same, folded: how he is called; in `bytes` */
	char bytes[];
};

struct change;

struct room {
	struct map_node node;
	struct rooms *rooms;
	struct core *core;
	char *name; /* bare address */
	struct jid jid;
	bool exists, locked;
	bool failed;	  /* it could not be loaded */
	bool stuck;	  /* its rows could not be removed: later again */
	int64_t id;	  /* its account */
	unsigned loading; /* requests under way */
	/* what is kept (room_keep.c) */
	struct room_config config; /* strings in config_text */
	char *config_text;
	struct str maker;	     /* bare address, in config_text */
	struct {		     /* room_make.c: of its destruction, as it is kept; strings in `text` */
		char *text; /* NULL: was not destroyed */
		msec at;
		struct str by, alternative, reason;
	} grave;
	struct str subject;	     /* own memory */
	struct stanza *subject_said; /* as it is shown to who enters; NULL: none */
	uint8_t secret[32];
	struct map people, nicks;
	size_t owners;
	struct person **sorted;	 /* people by address; NULL: not known */
	struct stanza **history; /* a ring of ROOM_HISTORY_MAX; NULL: empty */
	unsigned history_n;	 /* ever put in */
	/* who is here */
	struct map seats, nicknames;
	struct list occupants;
	unsigned occupants_n;
	unsigned *at; /* seats by core, at the end of `out` */
	/* queues */
	struct list in; /* struct coming */
	unsigned in_n;
	size_t in_bytes;
	bool taking; /* inside room_syntax.take */
	bool pumping;
	struct service_sender sender; /* of what is being taken */
	struct list changes;	      /* the first one is under way */
	struct list out;	      /* struct out */
	struct list errands;	      /* struct errand: messages to one person that are under way */
	struct list spoke;	      /* struct spoke: of who has left, for slow mode; the longest ago first */
	struct list voices;	      /* struct voice: of who has left; the longest ago first */
	unsigned voices_n;
	struct list idle;	      /* rooms->idle */
	msec used;
	struct list dirty; /* rooms->list.dirty */
};

/* room.c */
struct room *room_find(const struct rooms *rs, struct str bare);
/* Loading it, where it is not in memory. Never NULL. */
struct room *room_get(struct rooms *rs, struct jid bare);
bool room_is_busy(const struct room *r);
/* What waits is taken, if it may; forgets the room later if nobody needs it. To be called when `loading` or `changes`
 * has ended. */
void room_go_on(struct room *r);
/* Its session is gone. */
void room_gone(struct rooms *rs, struct str room, struct str full, uint64_t seat);
void room_in(struct rooms *rs, struct stanza *st, struct service_sender from);
bool room_by_admin(const struct room *r, struct jid bare);
uint64_t room_number(struct rooms *rs);
void room_call_end(struct room_call *call, int verdict); /* NULL is fine */

/* room_keep.c: what is on disk, and loading it */
void room_load(struct room *r);
void room_config_write(struct buf *to, const struct room_config *c, struct str maker);
void room_config_set(struct room *r, struct str text);
/* Forgets everything that was kept; nobody is here. */
void room_clear(struct room *r);
void room_subject_write(struct buf *to, const struct stanza *said, struct str subject);
void room_subject_set(struct room *r, struct stanza *said, struct str subject);
void room_person_write(struct buf *to, const struct room_person *p);
void room_person_set(struct room *r, const struct room_person *p);
struct person *room_person_find(const struct room *r, struct str bare);
void room_history_add(struct room *r, struct stanza *st);
extern const struct str room_space, room_people_space;

/* ---- changes (room_change.c) ------------------------------------------------------------------------------------ */

struct change {
	struct list here; /* room->changes */
	struct room *room;
	struct room_call *call; /* may be NULL */
	struct arena arena;
	/* Looks whether it may be, and hands what it writes to the store; 0 or a verdict. */
	int (*begin)(struct change *c);
	void (*apply)(struct change *c); /* all of it is on disk */
	void (*fail)(struct change *c);	 /* it is not; may be NULL */
	unsigned pending;		 /* requests under way */
	int verdict;			 /* why it cannot be */
	bool running;
	struct jid by; /* full or bare; absent: the room itself */
};

/* A change with `n` bytes in all, of which `struct change` is the first member. What it points at is copied into its
 * arena by who makes it. */
void *change_new(struct room *r, size_t n, struct room_call *call, struct jid by, int (*begin)(struct change *c),
		 void (*apply)(struct change *c));
/* Begins, or waits for those before it. */
void change_run(struct change *c);
/* Writes of a change. `value` absent: removes it. */
void change_set(struct change *c, int64_t owner, struct str space, struct str key, struct str value);
/* Any request: call change_answered() at the end of its `done`, where others may have been asked. */
struct store_request *change_ask(struct change *c, enum store_op op, void (*done)(struct store_request *r));
void change_answered(struct change *c, int verdict);
int change_verdict(int answer);	   /* of the store, as one of rooms */
void changes_drop(struct room *r); /* the core ends */
/* room_make.c: makes the room for the owner of this entry, then enters. */
void room_make(struct room *r, const struct room_entry *e, struct room_call *call);
/* A temporary room that nobody is in, or one whose making failed: its rows go. */
void room_unmake(struct room *r);
extern const struct str room_graves_space; /* of nobody (owner 0), by address of the room */
void room_grave_set(struct room *r, struct str text); /* absent: there is none any more */
bool room_grave_is_old(struct str text, msec now);    /* as it is kept: nobody asks for it any more */
/* Persons who may not be here any more, or stand otherwise, after the config or their affiliation has changed. */
struct affiliation_change {
	struct str jid; /* bare or a domain */
	enum affiliation was, is;
	struct str reason, actor;
};
void room_standing_changed(struct room *r, const struct affiliation_change *a);
void room_kick_all(struct room *r, unsigned code, struct str destroy_xml);

/* ---- out (room_out.c) ------------------------------------------------------------------------------------------- */

/* To all but the seats of occupant `except` (0: to all); `seeing`: for who sees real addresses, NULL: the same. Takes
 * over references. */
void out_all(struct room *r, struct stanza *plain, struct stanza *seeing, uint64_t except);
/* The same, to who sees real addresses alone. */
void out_seeing(struct room *r, struct stanza *st);
void out_seat(struct room *r, const struct seat *s, struct stanza *st);
void out_many(struct room *r, const struct seat *s, struct stanza **list, size_t n); /* the list, too */
/* From now on its session is reached; not `fresh`: it sees real addresses now, or no longer. */
void out_enter(struct room *r, const struct seat *s, bool fresh);
void out_leave(struct room *r, const struct seat *s);
void out_history(struct room *r, const struct seat *s, const struct room_entry *e);
void out_call(struct room *r, struct room_call *call, int verdict);
/* A message: to the store first, if `keep`; shown to who comes later if `remember`; sets the subject, if subject.p.
 * Takes over the reference. */
void out_message(struct room *r, struct stanza *st, struct str subject, bool keep, bool remember,
		 struct room_call *call);
void out_drop(struct room *r); /* the core ends */

/* room_push.c: `st` was said. Those who belong to the room, are not in it and are named are told. */
void room_push(struct room *r, struct stanza *st);

/* room_say.c */
struct errand;
/* Sends in the name of the room; `call` ends when it is safe. Takes over the reference. */
void room_errand(struct room *r, struct stanza *st, struct room_call *call);
void room_errands_drop(struct room *r); /* the core ends */
/* Slow mode: who leaves and comes again waits as before. */
void room_spoke_keep(const struct occupant *o);
void room_spoke_recall(struct occupant *o);
void room_spoke_drop(struct room *r);
/* Occupant id and stanza id, which stand last in everything that is said. */
void room_said_tail(const struct room *r, struct buf *to, struct str occupant_id, uint64_t stamp);

/* ---- who is here (room_enter.c) --------------------------------------------------------------------------------- */

bool occupant_sees(const struct occupant *o);
static inline struct seat *occupant_seat(const struct occupant *o) { return list_first(&o->seats, struct seat, here); }
/* Makes what is shown anew, and shows it to all; with `codes` to its own seats. */
void occupant_show(struct occupant *o, struct str reason, struct str actor);
/* All its seats leave, and are told why. `says` is filled in but for the address. */
struct room_says;
void room_voices_drop(struct room *r);
void room_enter_made(struct room *r, const struct room_entry *e, unsigned core, bool made);
bool room_nick_is_free(const struct room *r, struct str nick, struct jid who);
void occupant_hats_set(struct occupant *o, struct str hats);
/* It stands otherwise from now on. */
void occupant_stand(struct occupant *o, struct room_standing now, struct str reason, struct str actor);
void occupant_remove(struct occupant *o, const struct room_says *says);
/* `sees` of all has changed. */
void room_sight_changed(struct room *r);

/* ---- XML (room_xml.c) ------------------------------------------------------------------------------------------- */

#define MUC_USER "http://jabber.org/protocol/muc#user"

struct room_says {
	struct room_standing standing;
	struct jid jid;			/* real; absent: not shown */
	struct str nick, actor, reason; /* absent or empty: none */
	struct str destroy;		/* XML */
	unsigned codes[8];		/* until 0 */
};

void room_xml_text(struct buf *to, struct str text);
void room_xml_attr(struct buf *to, const char *name, struct str value);
/* <x xmlns='…muc#user'/>, occupant id and hats of a presence of `o`, behind `payload`. */
struct stanza *occupant_presence(const struct occupant *o, enum stanza_type type, struct str payload,
				 const struct room_says *says);
void room_xml_hats(struct buf *to, struct str hats);
/* A message of the room itself with status codes. */
struct stanza *room_notice(const struct room *r, const unsigned *codes);
/* A message of the room itself about somebody who is not here. */
struct stanza *room_item_notice(const struct room *r, struct str jid, enum affiliation a, struct str reason);

/* ---- sessions of this core (room_here.c) ------------------------------------------------------------------------ */

void room_here_free(struct rooms *rs);

/* ---- the listing (room_list.c), and what is done now and then (room_walk.c) ------------------------------------- */

void room_list_begin(struct rooms *rs);
void room_list_changed(struct room *r);
void room_list_tell(struct room *r); /* now */
/* A room that is not in memory, as it is kept. */
void room_list_kept(struct rooms *rs, struct str name, const struct room_config *config);
void room_list_free(struct rooms *rs);
bool room_config_read(struct room_config *ret, struct str *maker, struct str text);
void room_walk_begin(struct rooms *rs);
void room_walk_free(struct rooms *rs);
