/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/files.c - files as entries: how far they are, and beginning to send one.
 */
#include <assert.h>
#include <string.h>

#include "clients/term/engine/chat.h"
#include "clients/term/engine/harmless.h"

enum { PROGRESS_MS = 100 };

void entry_progress(struct client *c, struct entry *e, enum file_state state, uint64_t done, struct str why)
{
	struct file_info *f = e->file;
	bool same = f->state == state;

	assert(f);
	f->done = done;
	/* Bytes alone are neither kept nor told for each packet. */
	if (same && (state == FILE_MOVING || state == FILE_HASHING) && done < f->size) {
		if (world_clock(c->world) < c->progress_due)
			return;
		c->progress_due = world_clock(c->world) + PROGRESS_MS;
		c->face->ops->entry(c->face, e, ENTRY_CHANGED);
		return;
	}
	f->state = state;
	str_set(&e->why, why.p ? why : STR(""));
	if (keep_update(c->keep, e))
		client_tell(c, NULL, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
	c->face->ops->entry(c->face, e, ENTRY_CHANGED);
}

void entry_file(struct client *c, struct entry *e, struct str path, struct str token)
{
	if (path.p)
		str_set(&e->file->path, path);
	if (token.p)
		str_set(&e->file->token, token);
	if (keep_update(c->keep, e))
		client_tell(c, NULL, "disk", true, TEXT_disk, keep_why(c->keep), STR_NONE);
}

void file_part_drop(struct client *c, struct str key)
{
	struct disk_file *part = NULL;
	uint64_t have;

	if (!c->outside->ops->file_part(c->outside, key, &part, &have))
		c->outside->ops->file_close(part, true);
}

/* Opened only to see that it can be: what is offered is read when its turn comes. */
struct entry *client_send_file(struct client *c, struct conversation *v, struct str path)
{
	struct disk_file *f;
	uint64_t size = 0;
	own_buf name = { 0 };
	int r = c->outside->ops->file_open(c->outside, path, &f, &size);

	if (r || !size) {
		if (!r)
			c->outside->ops->file_close(f, false);
		client_tell(c, v, "file-unreadable", true, r ? TEXT_file_unreadable : TEXT_file_empty, path,
			    str_z(text_error(c->setup.chinese, -r)));
		return NULL;
	}
	c->outside->ops->file_close(f, false);
	harmless_file_name(&name, path);
	return entry_begin(
		c, v,
		&(struct entry){ .kind = ENTRY_FILE,
				 .status = ENTRY_WAITING,
				 .mine = true,
				 .sender = c->state.self,
				 .text = buf_all(&name),
				 .time = world_now(c->world),
				 .file = &(struct file_info){
					 .state = FILE_PAUSED, .name = buf_all(&name), .path = path, .size = size } });
}
