/* SPDX-License-Identifier: Apache-2.0
 *
 * core/files.h - files people send one another (XEP-0363 and the classic door's 104 to 107 stand on it): slots, quota,
 * retention. Whoever knows the token of a slot may read the file, so it is 144 random bits; only its owner may fill it.
 */
#pragma once
#include "core/ask.h"
#include "store/files.h"

enum file_verdict {
	FILE_TOO_LARGE = 1,
	FILE_QUOTA,
	FILE_DISK,     /* nearly full */
	FILE_UNKNOWN,  /* no such token, expired or removed */
	FILE_STORE,
	FILE_BUSY,     /* another connection is filling it right now */
	FILE_OFFSET,
	FILE_LENGTH,   /* more bytes than the slot says */
	FILE_BAD_NAME,
	FILE_OFF,      /* switched off */
	FILE_TOO_MANY, /* slots in a minute */
};
const char *file_verdict_text(int verdict);

enum { FILE_TOKEN_CHARS = 24 }; /* base64url of 18 bytes */

struct file {
	struct str token, name, type; /* name and type as the owner gave them, made harmless */
	int64_t owner;
	uint64_t size;
	msec created, expires;
	bool whole;
	uint8_t content[FILE_NAME_BYTES]; /* when whole */
};

struct file_job;
struct file_ask {
	void (*done)(struct file_ask *a); /* set by the asker; once, in a later turn */
	bool adds;             /* set by the asker of file_put(): its bytes go behind what is there, or nowhere */
	int verdict;
	struct file file;      /* borrowed inside `done`; for the verdicts 0, FILE_OFFSET and FILE_LENGTH */
	uint64_t offset;       /* of an upload, also with FILE_OFFSET: how much there is */
	struct buf bytes;      /* of file_read with verdict 0: the asker's from then on, who frees it */
	struct file_job *job;  /* not NULL while busy */
};
void file_cancel(struct file_ask *a); /* `done` will not run */

/* Makes a slot for `owner`. The URL to put to and to get from is core's web address, "/files/TOKEN/NAME". It is to be
 * filled within a day. */
void file_slot(struct core *c, struct file_ask *a, int64_t owner, struct str name, struct str type, uint64_t size);
void file_find(struct core *c, struct file_ask *a, struct str token);
/* The same for who fills it: a->offset is how much there is, and what is all there becomes whole. */
void file_progress(struct core *c, struct file_ask *a, struct str token);
/* Bytes at `offset` of the slot, which must be where it ends; offset 0 with bytes begins anew, unless a->adds. With the
 * last one the file becomes whole (on disk, a->file.content). Several may fill by turns: what they send joins as their
 * offsets say, and who is overtaken gets FILE_OFFSET. Takes `bytes` over. */
void file_put(struct core *c, struct file_ask *a, struct str token, uint64_t offset, struct buf *bytes);
/* At most `n` bytes from `offset`. */
void file_read(struct core *c, struct file_ask *a, struct str token, uint64_t offset, size_t n);
/* What an account has: through `each` before `done`, newest first, the newest 1000. */
void file_list(struct core *c, struct file_ask *a, int64_t owner, void (*each)(const struct file *f, void *arg),
	       void *arg);
void file_remove(struct core *c, struct file_ask *a, int64_t owner, struct str token);

/* "https://chat.lan:5281/files/TOKEN/NAME", appended; NAME percent-encoded. */
void file_url(const struct core *c, const struct file *f, struct buf *to);

/* What is stored of a name: its last part, without what is invisible or means something to a file system; 1 to 255
 * bytes. Appended. */
void file_name_clean(struct buf *to, struct str name);
/* "image/png" in small letters without parameters, or application/octet-stream for what is no media type. Appended. */
void file_type_clean(struct buf *to, struct str type);
