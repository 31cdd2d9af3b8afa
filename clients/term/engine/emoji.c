/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/emoji.c - `:smile:` and its like.
 */
#include "base/mem.h"
#include "clients/term/engine/chat.h"

enum { NAME_MAX_BYTES = 32 };

/* Sorted by name: a test looks. */
const struct emoji emojis[] = {
#define EMOJI(name, glyph) { name, glyph },
#include "clients/term/engine/emojis.h"
#undef EMOJI
};
const size_t emojis_n = countof(emojis);

static const struct emoji *find(struct str name)
{
	size_t from = 0, to = emojis_n;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = str_cmp(name, str_z(emojis[middle].name));

		if (order == 0)
			return &emojis[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

void emoji_replace(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		const struct emoji *e = NULL;
		size_t n = 1;

		if (text.p[i] == ':') {
			while (i + n < text.n && n <= NAME_MAX_BYTES && in_name(text.p[i + n]))
				n++;
			if (n > 1 && i + n < text.n && text.p[i + n] == ':')
				e = find(str_n(text.p + i + 1, n - 1));
		}
		if (e) {
			buf_str(to, str_z(e->glyph));
			i += n + 1;
		} else {
			buf_add(to, text.p + i, n);
			i += n;
		}
	}
}
