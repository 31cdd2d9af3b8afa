/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/ctl/ctl.h"

static const struct {
	const char *english, *chinese;
} texts[TEXTS] = {
#define TEXT(id, english, chinese) [TEXT_##id] = { english, chinese },
#include "clients/ctl/texts.h"
#undef TEXT
};

static bool chinese;

void text_begin(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL;

	/* Where the language is set but its locale is not installed, texts are UTF-8 all the same. */
	if (!setlocale(LC_CTYPE, ""))
		setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < sizeof names / sizeof *names && !(value && *value); i++)
		value = getenv(names[i]);
	chinese = value && strncmp(value, "zh", 2) == 0;
}

const char *text(enum text t) { return chinese ? texts[t].chinese : texts[t].english; }

void text_fill(struct buf *to, enum text t, const char *value, const char *second)
{
	for (const char *p = text(t); *p; p++) {
		if (*p != '%') {
			buf_byte(to, *p);
			continue;
		}
		buf_str(to, str_z(value));
		value = second ? second : value;
	}
}

void text_complain(enum text t, const char *value, const char *second)
{
	own_buf line = { 0 };

	text_fill(&line, t, value, second);
	fprintf(stderr, "%s\n", buf_z(&line));
}
