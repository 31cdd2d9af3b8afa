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
	  " iterations_256, salt_256, stored_256, server_256 FROM account WHERE name > ? ORDER BY name LIMIT ?")
STATEMENT(ACCOUNT_VERIFY, "UPDATE account SET iterations_1 = ?, salt_1 = ?, stored_1 = ?, server_1 = ?, iterations_256 = ?,"
	  " salt_256 = ?, stored_256 = ?, server_256 = ? WHERE id = ?")
STATEMENT(ACCOUNT_SEEN, "UPDATE account SET seen = ?, seen_status = ? WHERE id = ?")
STATEMENT(ACCOUNT_DELETE, "DELETE FROM account WHERE id = ?")

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
STATEMENT(MESSAGE_DELETE, "DELETE FROM message WHERE stamp = ?")

STATEMENT(ARCHIVE_ADD, "INSERT INTO archive (owner, stamp, direction, peer) VALUES (?1,?2,?3,?4)"
	  " ON CONFLICT DO UPDATE SET direction = direction | ?3")
STATEMENT(ARCHIVE_FOLD, "INSERT OR REPLACE INTO archive (owner, stamp, direction, peer) VALUES (?,?,?,?)")
STATEMENT(ARCHIVE_UP, "SELECT stamp, direction, peer FROM archive WHERE owner = ? AND stamp BETWEEN ? AND ? ORDER BY stamp")
STATEMENT(ARCHIVE_DOWN, "SELECT stamp, direction, peer FROM archive WHERE owner = ? AND stamp BETWEEN ? AND ? ORDER BY stamp DESC")
STATEMENT(ARCHIVE_DELETE, "DELETE FROM archive WHERE owner = ?")

STATEMENT(QUEUE_ADD, "INSERT OR IGNORE INTO queue (owner, stamp) VALUES (?,?)")
STATEMENT(QUEUE_GET, "SELECT stamp FROM queue WHERE owner = ? AND stamp = ?")
STATEMENT(QUEUE_DROP, "DELETE FROM queue WHERE owner = ? AND stamp = ?")
STATEMENT(QUEUE_COUNT, "SELECT count(*) FROM queue WHERE owner = ?")
STATEMENT(QUEUE_LIST, "SELECT stamp FROM queue WHERE owner = ? AND stamp > ? ORDER BY stamp")
STATEMENT(QUEUE_HELD, "SELECT 1 FROM queue WHERE stamp = ? LIMIT 1")

STATEMENT(FOLDED, "SELECT folded FROM progress WHERE id = 1")
STATEMENT(FOLDED_SET, "UPDATE progress SET folded = ? WHERE id = 1")
STATEMENT(UNFOLDED, "SELECT stamp, archive_from, archive_to, queue_for, sender, receiver FROM message WHERE stamp > ? ORDER BY stamp")
STATEMENT(TAKEN_ADD, "INSERT INTO taken (stamps) VALUES (?)")
STATEMENT(TAKEN_LIST, "SELECT stamps FROM taken")
STATEMENT(TAKEN_CLEAR, "DELETE FROM taken")
