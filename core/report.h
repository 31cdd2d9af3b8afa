/* SPDX-License-Identifier: Apache-2.0
 *
 * core/report.h - what people say of those they block (XEP-0377), for the operator. Kept with the account of who says
 * it, an item of the space "reports" for each under the stamp of its time; of one account the newest REPORTS_MAX.
 */
#pragma once
#include "store/store.h"

#define REPORT_SPACE "reports"

enum { REPORTS_MAX = 50, REPORT_TEXT_BYTES_MAX = 2000, REPORT_MESSAGES_MAX = 20 };

struct report {
	msec time;          /* when it came */
	struct str about;   /* the address that was blocked */
	struct str reason;  /* spam, abuse, or another as it was sent */
	struct str text;    /* may be empty */
	struct str messages; /* ids in archives, parted by blanks; may be empty */
};

/* The key, and the value. */
void report_key(struct buf *to, uint64_t stamp);
void report_write(struct buf *to, const struct report *r);
/* Borrows from the pair; false: it is none. */
bool report_read(struct report *ret, const struct store_pair *pair);
