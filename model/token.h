/* SPDX-License-Identifier: Apache-2.0
 *
 * model/token.h - what a device logs in with instead of a password (XEP-0484), and what the server keeps of it: one
 * record a device, with the token that it uses and the one that it was given last and has not used yet. Who holds a
 * token shows it by a hash (draft-schmaus-kitten-sasl-ht-09), an HMAC whose key is the token.
 *
 * Kept is as little as can be. A token that binds to nothing is shown by a hash that is always the same: the SHA-256
 * of that is kept, and our own answer to it, so that who reads the database cannot log in with what is there (as
 * with SCRAM's verifiers). A token that binds to the channel has another hash on each connection: there is no way to
 * check these but with the token itself, so that is kept.
 */
#pragma once
#include "base/buf.h"
#include "base/crypt.h"

/* By what its hash binds to. */
enum token_kind { TOKEN_EXPORTER, TOKEN_END_POINT, TOKEN_UNBOUND, TOKEN_KINDS };

enum {
	TOKEN_RANDOM_BYTES = 32,
	TOKEN_HASH_BYTES = 32,
	TOKEN_KEPT_BYTES = 64, /* both hashes; or the token, which is 44 characters, and zeros */
	TOKEN_TEXT_MAX = 200,  /* bytes of what a client calls itself or its device */
};

struct token_slot {
	bool there;
	enum token_kind kind;
	msec made, expires; /* wall times */
	uint64_t count;     /* the highest that came with it (XEP-0484, 3.4); 0: none */
	uint8_t kept[TOKEN_KEPT_BYTES];
};

struct token_record {
	msec since, seen;   /* wall times: when the device got its first token, when it used one, to the hour */
	uint64_t mark;      /* of the password that the tokens were given under: with another one they are void */
	struct str software, device; /* what the client says; may be empty */
	struct token_slot current, next;
};

enum token_side { TOKEN_INITIATOR, TOKEN_RESPONDER };

/* `binding`: data of the channel; absent for TOKEN_UNBOUND. */
void token_hash(struct str token, enum token_side side, struct str binding, uint8_t to[static TOKEN_HASH_BYTES]);

/* The token of these random bytes, 44 characters. */
void token_text(struct buf *to, const uint8_t random[static TOKEN_RANDOM_BYTES]);

/* What is kept of it. */
void token_keep(struct token_slot *s, enum token_kind kind, struct str token);

/* Whether `hash` was made with that token. The same time for every slot and hash, also for one that is not there. */
bool token_matches(const struct token_slot *s, enum token_kind kind, struct str hash, struct str binding);

/* What shows the client that it speaks to who gave it the token. */
void token_answer(const struct token_slot *s, struct str binding, uint8_t to[static TOKEN_HASH_BYTES]);

/* A record as text, and back; what is read points into it. False: it is none of ours. */
void token_write(struct buf *to, const struct token_record *r);
bool token_read(struct token_record *ret, struct str text);
