/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/contract/model.h - the nouns that the engine knows and the faces show: conversations, entries, people. Faces read them and change
 * nothing; everything is done through engine/client.h. Strings belong to what they stand in. All text is UTF-8 as it came: what may harm a terminal
 * (control characters, bidirectional overrides) is still in it and is made harmless where it is shown (screen/cells.h, plain/plain.c).
 */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include "base/str.h"

enum conversation_kind {
	CONVERSATION_STATUS, /* the first one: what the program itself has to say; named "" */
	CONVERSATION_PERSON, /* named as the user is: "jack" */
	CONVERSATION_ROOM,   /* "#room" */
};

struct conversation {
	struct list here;      /* in the client's, in the order in which they are shown: status first, then by when they began */
	struct map_node node;
	enum conversation_kind kind;
	struct str name;
	unsigned number;       /* from 0, for /1 /2 …; stays while the program runs */
	bool online;           /* PERSON: reachable now. ROOM: we are in it */
	bool direct;           /* PERSON: there is a direct link, or one can be made */
	bool verified;         /* PERSON, direct: the key was compared (/verify) */
	unsigned unread;       /* entries of others since it was looked at */
	bool mentioned;        /* one of them names us, or it is a person */
	struct str draft;      /* what was being written; the face keeps it here with conversation_draft() */
	struct list entries;   /* struct entry, oldest first: what is in memory */
	bool more;             /* there are older ones: client_older() */
	struct str *people;    /* ROOM: who is in it, sorted */
	size_t people_n;
};

enum entry_kind { ENTRY_TEXT, ENTRY_FILE, ENTRY_NOTE /* of the program or the server: joined, renamed, an error; not from anybody */ };

/* Where an entry of ours stands. It only ever says what is so. */
enum entry_status {
	ENTRY_RECEIVED, /* of others, and notes */
	ENTRY_WAITING,  /* on this machine; goes out when its receiver or the server can be reached */
	ENTRY_SENDING,  /* under way, nothing acknowledged */
	ENTRY_RELAYED,  /* the server has it on disk and will see to it */
	ENTRY_DIRECT,   /* the other's client has it: it said so itself */
	ENTRY_DATAGRAM, /* was sent as a datagram to a client that acknowledges nothing: nobody knows whether it came */
	ENTRY_FAILED,   /* will not go out: `why` */
};

/* How a file stands, beside the status of its entry. */
enum file_state {
	FILE_OFFERED,  /* of others: may be fetched with /get */
	FILE_HASHING,  /* of ours: being read through before it is offered */
	FILE_MOVING,   /* bytes are under way: `done` of `size` */
	FILE_PAUSED,   /* broken off; goes on by itself when it can */
	FILE_DONE,     /* whole, its SHA-256 is right; `path` is where it lies */
	FILE_DECLINED,
	FILE_BROKEN,   /* `why` */
};

struct file_info {
	enum file_state state;
	struct str name;       /* as its sender calls it, made harmless for a file system */
	struct str path;       /* on this machine: of ours its source, of others the place of what is there; may be empty */
	uint64_t size, done;
	struct str token;      /* classic: what 105 and 106 want; direct: hexadecimal SHA-256 */
};

struct entry {
	struct list here;
	struct conversation *conversation;
	int64_t id;            /* in the keep; grows; 0: not kept */
	enum entry_kind kind;
	enum entry_status status;
	bool mine;
	bool relayed;          /* of others: it came by the server, not direct */
	struct str sender;     /* name; in a room the nickname; empty for notes */
	struct str text;       /* of a file: its name */
	struct str why;        /* FAILED, BROKEN: in words, in the user's language */
	msec time;             /* wall time at which it was written */
	struct str mark;       /* what tells it from every other, on both sides: 32 hexadecimal digits; empty where the protocol has none */
	struct file_info *file;/* ENTRY_FILE only */
};

enum client_phase {
	PHASE_OFF,        /* not begun, or ended for good: `why` */
	PHASE_CONNECTING,
	PHASE_LOGIN,
	PHASE_ONLINE,
	PHASE_WAITING,    /* the line went: tries again in `again_ms` */
};

struct client_state {
	enum client_phase phase;
	struct str self;      /* our name */
	struct str where;     /* "chat.lan", "LAN" */
	struct str why;       /* of OFF and WAITING, in the user's language; may be empty */
	msec again_ms;
	bool secure;          /* the line to the server is TLS */
	unsigned waiting;     /* entries of ours with ENTRY_WAITING */
};
