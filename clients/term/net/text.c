/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/net/text.h"

static const char *const texts[NET_TEXTS][2] = {
#define TEXT(name, english, chinese) [NET_##name] = { english, chinese },
#include "clients/term/net/texts.h"
#undef TEXT
};

void net_say(struct buf *to, bool chinese, enum net_text which, const char *one, const char *two)
{
	const char *values[] = { one, two };
	unsigned next = 0;

	for (const char *p = texts[which][chinese]; *p; p++)
		if (*p != '%')
			buf_byte(to, *p);
		else if (next < 2)
			buf_str(to, str_z(values[next++]));
}
