/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/text/text.h"

#include <errno.h>

#include "base/mem.h"

static const struct {
	struct str english, chinese;
} texts[TEXTS] = {
#define TEXT(id, english, chinese) [TEXT_##id] = { STR_INIT(english), STR_INIT(chinese) },
#include "clients/term/text/texts.h"
#undef TEXT
};

/* What a file, a database or a network may answer to somebody who has done nothing unusual. */
static const struct {
	int error;
	enum text text;
} errors[] = {
	{ ENOENT, TEXT_error_none },           { EACCES, TEXT_error_access },     { EPERM, TEXT_error_allowed },
	{ EISDIR, TEXT_error_folder },         { ENOTDIR, TEXT_error_no_folder }, { ENOSPC, TEXT_error_full },
	{ EDQUOT, TEXT_error_quota },          { EFBIG, TEXT_error_large },       { EROFS, TEXT_error_read_only },
	{ EIO, TEXT_error_device },            { ENAMETOOLONG, TEXT_error_name }, { ELOOP, TEXT_error_link },
	{ EINVAL, TEXT_error_invalid },        { EBUSY, TEXT_error_busy },        { EMFILE, TEXT_error_open },
	{ ENFILE, TEXT_error_open },           { ENODEV, TEXT_error_interface },  { ENETDOWN, TEXT_error_network },
	{ EADDRNOTAVAIL, TEXT_error_address }, { EAFNOSUPPORT, TEXT_error_kind }, { ENODATA, TEXT_error_shorter },
};

const char *text_error(bool chinese, int error)
{
	for (size_t i = 0; i < countof(errors); i++)
		if (errors[i].error == error)
			return text_get(chinese, errors[i].text).p;
	return strerror(error);
}

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
