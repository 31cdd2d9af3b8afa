/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/text/text.h"

static const struct {
	struct str english, chinese;
} texts[TEXTS] = {
#define TEXT(id, english, chinese) [TEXT_##id] = { STR_INIT(english), STR_INIT(chinese) },
#include "clients/term/text/texts.h"
#undef TEXT
};

struct str text_get(bool chinese, enum text t) { return chinese ? texts[t].chinese : texts[t].english; }

void text_put(struct buf *to, bool chinese, enum text t, struct str one, struct str two, struct str three)
{
	const struct str values[] = { one, two, three };
	struct str s = text_get(chinese, t);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 1 < s.n && s.p[i + 1] >= '1' && s.p[i + 1] <= '3')
			buf_str(to, values[s.p[++i] - '1']);
		else
			buf_byte(to, s.p[i]);
	}
}
