/* SPDX-License-Identifier: Apache-2.0
 *
 * store/files.h - contents of files: on disk once under their SHA-256, whoever sent them and under whatever name. What
 * is on its way in has a name of its own until it is whole. Who owns which content, and for how long, is in the
 * database (STORE_FILE_*).
 *
 * One `struct files` serves the process. Every call that takes a job has its work done on another thread (world->work);
 * `done` runs once, on the core's thread, in a later turn. Jobs of one part must follow one another: the next when the
 * last is done; else it is FILES_BUSY.
 *
 * A content is removed in three steps, so that nobody loses what he has just sent: condemn it, ask the database whether
 * anybody has it, and if nobody does, remove it. Whoever finishes the same content in between rescues it. And nothing
 * can be condemned between files_finish() and the files_settle() that follows when the database knows of it.
 */
#pragma once
#include "base/buf.h"
#include "base/crypt.h"
#include "base/world.h"

struct files;

enum { FILE_NAME_BYTES = 32 }; /* of a content: its SHA-256 */

/* Verdicts. */
enum {
	FILES_NOT_FOUND = 1,
	FILES_FULL,   /* no room, or less than the reserve */
	FILES_FAILED, /* said in the log */
	FILES_OFFSET, /* not where it ends */
	FILES_BUSY,   /* another job has this part now */
};

/* "dir:PATH" (made where missing, 0700; parts that nobody goes on with are removed by files_clean) or "memory:"
 * (tests). `reserve`: bytes of the disk that stay free. 0, or FILES_FAILED and a sentence. */
int files_open(struct files **ret, struct str url, uint64_t reserve, struct buf *why);
struct files *files_close(struct files *f); /* no job is under way; NULL is fine; returns NULL */

struct files_job {
	struct work work;
	struct files *files;
	void (*done)(struct files_job *j);
	int answer;          /* 0 or a verdict */
	uint8_t name[FILE_NAME_BYTES];
	uint64_t part;       /* a number of the caller's choice, never used twice */
	uint64_t offset, size;
	struct buf bytes;    /* to write (the job takes it over and frees it, but for FILES_BUSY: then they are still
			      * here), or was read (the asker frees it) */
	int op;
	uint64_t since;
	uint64_t ticket;     /* of files_condemn() */
};

/* Appends j->bytes at j->offset of the part, which must be its size (else FILES_OFFSET and j->size is what it is);
 * offset 0 makes it. Then j->size is its new size. It need not be on disk yet. What could not be written whole is not
 * there at all. */
void files_append(struct files *f, struct world *w, struct files_job *j);
/* How much there is of a part: j->size; 0 when there is none. */
void files_size(struct files *f, struct world *w, struct files_job *j);
/* Whether j->size bytes would fit: 0 or FILES_FULL. */
void files_room(struct files *f, struct world *w, struct files_job *j);
/* The part is whole: hashed, flushed, put under its SHA-256 (j->name) unless an equal one is there; on disk with the
 * directory when done. After 0, files_settle() must follow, and files_abandon() when the database knows of it: until
 * then the part stays (where the file system can do that), so that it can be finished once more after a crash in
 * between. FILES_NOT_FOUND: there is no such part. */
void files_finish(struct files *f, struct world *w, struct files_job *j);
void files_abandon(struct files *f, struct world *w, struct files_job *j); /* also when there is none */
/* j->bytes gets at most j->size bytes of content j->name from j->offset. */
void files_read(struct files *f, struct world *w, struct files_job *j);
/* Removes the content j->name if it still is condemned under j->ticket; 0 also when it has been rescued or is not
 * there. */
void files_remove(struct files *f, struct world *w, struct files_job *j);
/* Removes parts not touched since j->since (wall time, ms). */
void files_clean(struct files *f, struct world *w, struct files_job *j);

/* At once, on any thread. The ticket, or 0: not now, somebody is finishing it or has condemned it himself. */
uint64_t files_condemn(struct files *f, const uint8_t *name);
void files_pardon(struct files *f, const uint8_t *name, uint64_t ticket);
void files_settle(struct files *f, const uint8_t *name);
