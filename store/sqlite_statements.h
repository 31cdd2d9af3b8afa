/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_statements.h - everything that is ever asked of SQLite while it serves: STATEMENT(name, sql). Included many times.
 */
STATEMENT(BEGIN_WRITE, "BEGIN IMMEDIATE")
STATEMENT(BEGIN_READ, "BEGIN")
STATEMENT(COMMIT, "COMMIT")

STATEMENT(ACCOUNT_ADD, "INSERT OR IGNORE INTO account (name, flags, created, seen, seen_status, iterations_1, salt_1, stored_1,"
	  " server_1, iterations_256, salt_256, stored_256, server_256) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
STATEMENT(ACCOUNT_GET, "SELECT id, name, flags, created, seen, seen_status, iterations_1, salt_1, stored_1, server_1,"
	  " iterations_256, salt_256, stored_256, server_256 FROM account WHERE name = ?")
STATEMENT(ACCOUNT_LIST, "SELECT id, name, flags, created, seen, seen_status, iterations_1, salt_1, stored_1, server_1,"
	  " iterations_256, salt_256, stored_256, server_256 FROM account WHERE name > ? AND (flags & 6) = ? ORDER BY name LIMIT ?")
STATEMENT(ACCOUNT_VERIFY, "UPDATE account SET iterations_1 = ?, salt_1 = ?, stored_1 = ?, server_1 = ?, iterations_256 = ?,"
	  " salt_256 = ?, stored_256 = ?, server_256 = ? WHERE id = ?")
STATEMENT(ACCOUNT_SEEN, "UPDATE account SET seen = ?, seen_status = ? WHERE id = ?")
STATEMENT(ACCOUNT_FLAGS, "UPDATE account SET flags = (flags & 6) | (? & ~6) WHERE id = ?")
STATEMENT(ACCOUNT_DELETE, "DELETE FROM account WHERE id = ?")

STATEMENT(INVITE_ADD, "INSERT OR IGNORE INTO invite (token, kind, owner, name, flags, uses, created, expires) VALUES (?,?,?,?,?,?,?,?)")
STATEMENT(INVITE_GET, "SELECT i.token, i.kind, i.owner, i.name, i.flags, i.uses, i.created, i.expires, a.name, a.display FROM invite i"
	  " LEFT JOIN account a ON a.id = i.owner WHERE i.token = ?1 AND (i.expires > ?2 OR ?2 = 0) AND (i.owner = ?3 OR ?3 = 0)")
STATEMENT(INVITE_LIST, "SELECT i.token, i.kind, i.owner, i.name, i.flags, i.uses, i.created, i.expires, a.name, a.display FROM invite i"
	  " LEFT JOIN account a ON a.id = i.owner WHERE i.owner = ? AND i.expires > ? ORDER BY i.created DESC, i.token")
STATEMENT(INVITE_COUNT, "SELECT count(*) FROM invite WHERE owner = ? AND expires > ?")
STATEMENT(INVITE_USED, "UPDATE invite SET uses = uses - 1 WHERE token = ?")
STATEMENT(INVITE_SPENT, "DELETE FROM invite WHERE token = ? AND uses <= 0")
STATEMENT(INVITE_OLD, "DELETE FROM invite WHERE expires <= ?")
STATEMENT(INVITE_DROP, "DELETE FROM invite WHERE token = ? AND owner = ?")
STATEMENT(INVITE_DELETE, "DELETE FROM invite WHERE owner = ?")
STATEMENT(NAME_RESERVED, "SELECT 1 FROM invite WHERE name = ? AND expires > ? AND token != ? LIMIT 1")
STATEMENT(NAME_TAKEN, "SELECT 1 FROM account WHERE name = ?")

STATEMENT(PEOPLE_NAME, "UPDATE account SET display = ? WHERE id = ?")
STATEMENT(PEOPLE_LIST, "SELECT id, name, display FROM account WHERE name > ? AND NOT flags & 2 ORDER BY name")

STATEMENT(ROSTER_HEAD, "SELECT version, forgotten FROM roster_head WHERE owner = ?")
STATEMENT(ROSTER_HEAD_PUT, "INSERT OR REPLACE INTO roster_head (owner, version, forgotten) VALUES (?,?,?)")
STATEMENT(ROSTER_HEAD_DELETE, "DELETE FROM roster_head WHERE owner = ?")
STATEMENT(ROSTER_GET, "SELECT contact, name, groups, request, state, version FROM roster WHERE owner = ? AND contact = ?")
STATEMENT(ROSTER_PUT, "INSERT OR REPLACE INTO roster (owner, contact, name, groups, request, state, version) VALUES (?,?,?,?,?,?,?)")
STATEMENT(ROSTER_DROP, "DELETE FROM roster WHERE owner = ? AND contact = ?")
STATEMENT(ROSTER_COUNT, "SELECT count(*), coalesce(sum(state = 0), 0) FROM roster WHERE owner = ?")
STATEMENT(ROSTER_OLDEST_GONE, "SELECT contact, name, groups, request, state, version FROM roster WHERE owner = ? AND state = 0"
	  " ORDER BY version LIMIT 1")
STATEMENT(ROSTER_LIST, "SELECT contact, name, groups, request, state, version FROM roster WHERE owner = ? AND (version > ?2 OR ?2 = 0)"
	  " ORDER BY contact")
STATEMENT(ROSTER_DELETE, "DELETE FROM roster WHERE owner = ?")

STATEMENT(ITEM_GET, "SELECT value FROM item WHERE owner = ? AND space = ? AND key = ?")
STATEMENT(ITEM_SET, "INSERT OR REPLACE INTO item (owner, space, key, value) VALUES (?,?,?,?)")
STATEMENT(ITEM_DROP, "DELETE FROM item WHERE owner = ? AND space = ? AND key = ?")
STATEMENT(ITEM_LIST, "SELECT key, value FROM item WHERE owner = ? AND space = ? ORDER BY key")
STATEMENT(ITEM_DELETE, "DELETE FROM item WHERE owner = ?")

STATEMENT(MESSAGE_ADD, "INSERT OR IGNORE INTO message (stamp, archive_from, archive_to, queue_for, time, type, traits, sender, receiver, id,"
	  " lang, origin_id, payload) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
STATEMENT(MESSAGE_GET, "SELECT stamp, time, type, traits, sender, receiver, id, lang, origin_id, payload FROM message WHERE stamp = ?")
STATEMENT(MESSAGE_OWNERS, "SELECT archive_from, archive_to, queue_for, more FROM message WHERE stamp = ?")
STATEMENT(MESSAGE_OWNERS_SET, "UPDATE message SET archive_from = ?2, archive_to = ?3, queue_for = ?4, more = ?5 WHERE stamp = ?1")
STATEMENT(MESSAGE_REPLACE, "UPDATE message SET type = ?2, traits = ?3, payload = ?4 WHERE stamp = ?1")
STATEMENT(MESSAGE_DELETE, "DELETE FROM message WHERE stamp = ?")

STATEMENT(ARCHIVE_ADD, "INSERT INTO archive (owner, stamp, direction, peer) VALUES (?1,?2,?3,?4)"
	  " ON CONFLICT DO UPDATE SET direction = direction | ?3")
STATEMENT(ARCHIVE_FOLD, "INSERT OR REPLACE INTO archive (owner, stamp, direction, peer) VALUES (?,?,?,?)")
STATEMENT(ARCHIVE_UP, "SELECT stamp, direction, peer FROM archive WHERE owner = ? AND stamp BETWEEN ? AND ? ORDER BY stamp")
STATEMENT(ARCHIVE_DOWN, "SELECT stamp, direction, peer FROM archive WHERE owner = ? AND stamp BETWEEN ? AND ? ORDER BY stamp DESC")
STATEMENT(ARCHIVE_TRIM, "DELETE FROM archive WHERE owner = ? AND stamp <= ?")
STATEMENT(ARCHIVE_DELETE, "DELETE FROM archive WHERE owner = ?")

STATEMENT(QUEUE_ADD, "INSERT OR IGNORE INTO queue (owner, stamp) VALUES (?,?)")
STATEMENT(QUEUE_GET, "SELECT stamp FROM queue WHERE owner = ? AND stamp = ?")
STATEMENT(QUEUE_DROP, "DELETE FROM queue WHERE owner = ? AND stamp = ?")
STATEMENT(QUEUE_COUNT, "SELECT count(*) FROM queue WHERE owner = ?")
STATEMENT(QUEUE_LIST, "SELECT stamp FROM queue WHERE owner = ? AND stamp > ? ORDER BY stamp")
STATEMENT(QUEUE_HELD, "SELECT 1 FROM queue WHERE stamp = ? LIMIT 1")

STATEMENT(FOLDED, "SELECT folded, indexed FROM progress WHERE id = 1")
STATEMENT(FOLDED_SET, "UPDATE progress SET folded = ? WHERE id = 1")
STATEMENT(UNFOLDED, "SELECT stamp, archive_from, archive_to, queue_for, sender, receiver FROM message WHERE stamp > ? ORDER BY stamp")
STATEMENT(TAKEN_ADD, "INSERT INTO taken (stamps) VALUES (?)")
STATEMENT(TAKEN_LIST, "SELECT stamps FROM taken")
STATEMENT(TAKEN_CLEAR, "DELETE FROM taken")

STATEMENT(UNINDEXED, "SELECT stamp, archive_from, archive_to, traits, payload FROM message WHERE stamp > ? AND stamp <= ? ORDER BY stamp")
STATEMENT(INDEXED_SET, "UPDATE progress SET indexed = ? WHERE id = 1")
STATEMENT(WORDS_SOURCE, "SELECT traits, payload FROM message WHERE stamp = ?")
STATEMENT(WORDS_ADD, "INSERT INTO words (rowid, terms) VALUES (?,?)")
STATEMENT(WORDS_DROP, "INSERT INTO words (words, rowid, terms) VALUES ('delete',?,?)")
STATEMENT(WORDS_MERGE, "INSERT INTO words (words, rank) VALUES ('merge', ?)")
#define FOUND "SELECT a.stamp, a.direction, a.peer FROM words w CROSS JOIN archive a ON a.owner = ?1 AND a.stamp = w.rowid" \
	      " WHERE w.words MATCH ?4 AND w.rowid BETWEEN ?2 AND ?3 ORDER BY w.rowid"
STATEMENT(FOUND_UP, FOUND)
STATEMENT(FOUND_DOWN, FOUND " DESC")
#undef FOUND

#define FILE_COLUMNS "token, owner, name, type, size, created, expires, content"
#define FILE_LEAVES "UPDATE file SET owner = 0, name = '', type = '', expires = 1" /* FILE_GONE */
STATEMENT(FILE_ADD, "INSERT OR IGNORE INTO file (token, owner, name, type, size, created, expires) VALUES (?,?,?,?,?,?,?)")
STATEMENT(FILE_USED, "SELECT coalesce(sum(max(size, 4096)), 0) FROM file WHERE owner = ?")
STATEMENT(FILE_GET, "SELECT " FILE_COLUMNS " FROM file WHERE token = ? AND owner <> 0")
STATEMENT(FILE_WHOLE, "UPDATE file SET content = ?2, expires = ?3 WHERE token = ?1 AND owner <> 0 AND coalesce(content, ?2) = ?2")
STATEMENT(FILE_LIST, "SELECT " FILE_COLUMNS " FROM file WHERE owner = ? ORDER BY created DESC, token LIMIT ?")
STATEMENT(FILE_LEAVE, FILE_LEAVES " WHERE token = ? AND owner = ?")
STATEMENT(FILE_LEAVE_ALL, FILE_LEAVES " WHERE owner = ?")
STATEMENT(FILE_FORGET, "DELETE FROM file WHERE token = ? AND owner = ?")
STATEMENT(FILE_EXPIRED, "SELECT " FILE_COLUMNS " FROM file WHERE expires > 0 AND expires <= ? ORDER BY expires, token LIMIT ?")
STATEMENT(FILE_HELD, "SELECT 1 FROM file WHERE content = ? AND owner <> 0 LIMIT 1")
#undef FILE_COLUMNS
#undef FILE_LEAVES
