/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_schema.c - the tables, as numbered migrations: migration i takes a database of version i (PRAGMA user_version) to
 * i + 1. Those that were released are never edited; a change is one more at the end.
 */
#include "store/sqlite.h"

#define APPLICATION 0x416e7365 /* "Anse", in the file's header: whose database it is */

/* On disk a message's type is its number in enum stanza_type, and a direction its bits: they must stay. */
_Static_assert(MESSAGE_NORMAL == 0 && MESSAGE_CHAT == 1 && MESSAGE_GROUPCHAT == 2 && MESSAGE_HEADLINE == 3 && MESSAGE_ERROR == 4,
	       "these numbers are on disk");
_Static_assert(ROSTER_TO == 1 && ROSTER_FROM == 2 && ROSTER_ASK == 4 && ROSTER_PENDING_IN == 8 && ROSTER_APPROVED == 16 &&
		       ROSTER_LISTED == 32 && ARCHIVE_OUT == 1 && ARCHIVE_IN == 2 && ACCOUNT_ADMIN == 1 && ACCOUNT_ROOM == 2 &&
		       ACCOUNT_GUEST == 4,
	       "these bits are on disk");

static const char *const migrations[] = {
	"CREATE TABLE account (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, flags INTEGER NOT NULL,"
	" created INTEGER NOT NULL, seen INTEGER NOT NULL, seen_status TEXT,"
	" iterations_1 INTEGER NOT NULL, salt_1 BLOB, stored_1 BLOB, server_1 BLOB,"
	" iterations_256 INTEGER NOT NULL, salt_256 BLOB, stored_256 BLOB, server_256 BLOB);"

	"CREATE TABLE roster_head (owner INTEGER PRIMARY KEY, version INTEGER NOT NULL, forgotten INTEGER NOT NULL);"
	"CREATE TABLE roster (owner INTEGER NOT NULL, contact TEXT NOT NULL, name TEXT, groups BLOB, request TEXT,"
	" state INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (owner, contact)) WITHOUT ROWID;"

	"CREATE TABLE item (owner INTEGER NOT NULL, space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
	" PRIMARY KEY (owner, space, key)) WITHOUT ROWID;"

	/* A message stands here once for all who hold it. Up to the stamp in `progress`, the rows of `archive` and `queue` say
	 * who does. Of later ones the owners here say it, but for the stamps (8 bytes each, lowest first) in `taken`, which wait no more: see
	 * store/sqlite_tail.h. more: it was queued again later, for somebody who is named in `queue` only. */
	"CREATE TABLE message (stamp INTEGER PRIMARY KEY, archive_from INTEGER NOT NULL, archive_to INTEGER NOT NULL,"
	" queue_for INTEGER NOT NULL, more INTEGER NOT NULL DEFAULT 0, time INTEGER NOT NULL, type INTEGER NOT NULL,"
	" traits INTEGER NOT NULL, sender TEXT NOT NULL, receiver TEXT, id TEXT, lang TEXT, origin_id TEXT, payload TEXT NOT NULL);"
	"CREATE TABLE archive (owner INTEGER NOT NULL, stamp INTEGER NOT NULL, direction INTEGER NOT NULL, peer INTEGER NOT NULL,"
	" PRIMARY KEY (owner, stamp)) WITHOUT ROWID;"
	"CREATE TABLE queue (owner INTEGER NOT NULL, stamp INTEGER NOT NULL, PRIMARY KEY (owner, stamp)) WITHOUT ROWID;"
	"CREATE TABLE taken (id INTEGER PRIMARY KEY, stamps BLOB NOT NULL);"
	"CREATE TABLE progress (id INTEGER PRIMARY KEY, folded INTEGER NOT NULL);"
	"INSERT INTO progress (id, folded) VALUES (1, 0);",

	/* Files, invitations, what people are called. content: SHA-256, NULL until the file has come. token of an invitation: its SHA-256. */
	"CREATE TABLE file (token TEXT PRIMARY KEY, owner INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL,"
	" created INTEGER NOT NULL, expires INTEGER NOT NULL, content BLOB) WITHOUT ROWID;"
	"CREATE INDEX file_owner ON file (owner, created);"
	"CREATE INDEX file_expires ON file (expires);"
	"CREATE INDEX file_content ON file (content);"
	"CREATE TABLE invite (token BLOB PRIMARY KEY, kind INTEGER NOT NULL, owner INTEGER NOT NULL, name TEXT, flags INTEGER NOT NULL,"
	" uses INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX invite_owner ON invite (owner);"
	"ALTER TABLE account ADD COLUMN display TEXT;",

	/* What is in an archive can be found by its words (store/sqlite_search.c), up to the stamp `indexed`. The index has no texts: terms are given
	 * to it once when a message is indexed, and once more, the same, when it goes. bit 2 of `more`: it is indexed, though nobody has it in an archive
	 * any more. automerge, crisismerge: merging is done when nobody waits. */
	"CREATE VIRTUAL TABLE words USING fts5(terms, content='', columnsize=0, detail=none, tokenize='ascii');"
	"INSERT INTO words (words, rank) VALUES ('automerge', 0);"
	"INSERT INTO words (words, rank) VALUES ('crisismerge', 1000);"
	"ALTER TABLE progress ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;",
};

static bool number_of(sqlite3 *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	bool good = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;

	if (good)
		*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return good;
}

static bool migrate(sqlite3 *db, int64_t version)
{
	own_buf pragma = { 0 };

	/* The version is part of the transaction: a migration happens whole or not at all. */
	buf_fmt(&pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", APPLICATION, (int)version + 1);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, migrations[version], NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, buf_z(&pragma), NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return false;
}

int sqlite_schema(sqlite3 *db, struct str path, struct buf *why)
{
	int64_t version, owner, tables;

	if (!number_of(db, "PRAGMA user_version", &version) || !number_of(db, "PRAGMA application_id", &owner) ||
	    !number_of(db, "SELECT count(*) FROM sqlite_master", &tables)) {
		buf_fmt(why, "cannot read the database %.*s: %s", STR_ARG(path), sqlite3_errmsg(db));
		return STORE_FAILED;
	}
	if (owner != APPLICATION && (owner || version || tables)) {
		buf_fmt(why, "%.*s is a database of another program", STR_ARG(path));
		return STORE_FAILED;
	}
	if (version > (int64_t)countof(migrations)) {
		buf_fmt(why, "the database %.*s is of version %d, from a newer Anser; this one knows versions up to %d",
			STR_ARG(path), (int)version, (int)countof(migrations));
		return STORE_FAILED;
	}
	for (; version < (int64_t)countof(migrations); version++)
		if (!migrate(db, version)) {
			buf_fmt(why, "cannot bring the database %.*s to version %d: %s", STR_ARG(path), (int)version + 1,
				sqlite3_errmsg(db));
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
			return STORE_FAILED;
		}
	return 0;
}
