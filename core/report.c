/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report.h"

#include "base/buf.h"
#include "model/stamp.h"

/* Twenty digits: so that the order of keys is that of time. */
void report_key(struct buf *to, uint64_t stamp) { buf_fmt(to, "%020llu", (unsigned long long)stamp); }

static void part_write(struct buf *to, struct str part)
{
	buf_str(to, part);
	buf_byte(to, 0);
}

void report_write(struct buf *to, const struct report *r)
{
	part_write(to, r->about);
	part_write(to, r->reason);
	part_write(to, r->text);
	part_write(to, r->messages);
}

static struct str part_read(struct str *rest)
{
	size_t end = str_find(*rest, 0);
	struct str part = str_n(rest->p, end);

	*rest = str_from(*rest, end + 1);
	return part;
}

bool report_read(struct report *ret, const struct store_pair *pair)
{
	struct str rest = pair->value;
	uint64_t stamp;

	if (!str_u64(pair->key, &stamp))
		return false;
	ret->time = stamp_time(stamp);
	ret->about = part_read(&rest);
	ret->reason = part_read(&rest);
	ret->text = part_read(&rest);
	ret->messages = part_read(&rest);
	return true;
}
