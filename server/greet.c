/* SPDX-License-Identifier: Apache-2.0 */
#include "server/greet.h"

#include <stdlib.h>
#include <string.h>

#include "server/addresses.h"

enum { COLUMN = 28 };

enum phrase { SERVES, PAGE_HERE, PAGE_THERE, PAGE_ADDRESS, CERTIFICATE, AUTHORITY, TRUST, NO_ACCOUNT, OPEN_PAGE, ON_THIS, FROM_ELSEWHERE, WITH_APP, WITHOUT, BY_HAND, OR, PHRASES };

static const char *const words[PHRASES][2] = {
	[SERVES] = { "serves", "提供服务，域名" },
	[PAGE_HERE] = { "the page, on this machine", "网页（本机）" },
	[PAGE_THERE] = { "the page, from elsewhere", "网页（其他设备）" },
	[PAGE_ADDRESS] = { "or by address", "或用 IP 地址" },
	[CERTIFICATE] = { "certificate (SHA-256)", "证书（SHA-256）" },
	[AUTHORITY] = { "its authority (SHA-256)", "根证书（SHA-256）" },
	[TRUST] = { "devices may trust", "可让设备信任" },
	[NO_ACCOUNT] = { "There is no account yet.", "还没有任何账号。" },
	[OPEN_PAGE] = { "Open this page: it makes the first one, an administrator's. It works once, for 24 hours.",
			"打开下面的网页即可创建第一个账号（管理员）。链接只能用一次，24 小时内有效。" },
	[ON_THIS] = { "on this machine", "在本机" },
	[FROM_ELSEWHERE] = { "from elsewhere", "在其他设备" },
	[WITH_APP] = { "with an XMPP app", "用 XMPP 应用" },
	[WITHOUT] = { "Without any of these, in another terminal:", "或者在另一个终端里：" },
	[BY_HAND] = { "To make the first one, in another terminal:", "在另一个终端里添加第一个账号：" },
	[OR] = { "or", "或" },
};

bool greet_in_chinese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return !strncmp(value, "zh", 2);
	}
	return false;
}

/* Columns on a terminal: what takes three bytes in these texts takes two columns. */
static size_t columns(const char *z)
{
	size_t n = 0;

	for (; *z; z++)
		n += (*z & 0xc0) == 0x80 ? 0 : (*z & 0xf0) == 0xe0 ? 2 : 1;
	return n;
}

static void row(struct buf *to, const char *label, struct str value)
{
	size_t wide = columns(label);

	buf_fmt(to, "  %s%*s %.*s\n", label, wide < COLUMN ? (int)(COLUMN - wide) : 0, "", STR_ARG(value));
}

static void row_if(struct buf *to, const char *label, struct str value)
{
	if (value.n)
		row(to, label, value);
}

static void by_address(const struct greeting *g, const char *label, struct buf *to)
{
	char addresses[ADDRESSES_MAX][ADDRESS_CHARS];
	size_t n = g->page_port ? addresses_here(addresses) : 0;

	for (size_t i = 0; i < n; i++) {
		own_buf url = { 0 };

		buf_fmt(&url, "https://%s:%u", addresses[i], g->page_port);
		row(to, label, buf_all(&url));
	}
}

static void first_account(const struct greeting *g, int zh, struct buf *to)
{
	own_buf here = { 0 };

	buf_fmt(to, "\n%s%s%s\n\n", words[NO_ACCOUNT][zh], zh ? "" : " ", words[g->token.n ? OPEN_PAGE : BY_HAND][zh]);
	if (g->token.n) {
		if (g->here.n)
			buf_fmt(&here, "%.*s/invite#%.*s", STR_ARG(g->here), STR_ARG(g->token));
		row_if(to, words[ON_THIS][zh], buf_all(&here));
		row_if(to, words[FROM_ELSEWHERE][zh], g->invite_elsewhere);
		row_if(to, words[WITH_APP][zh], g->invite_uri);
		buf_fmt(to, "\n%s\n\n", words[WITHOUT][zh]);
	}
	buf_fmt(to, "  ./run ctl user add NAME      %s      anserctl --data %.*s user add NAME\n", words[OR][zh], STR_ARG(g->data));
}

void greet(const struct greeting *g, bool chinese, struct buf *to)
{
	int zh = chinese;

	if (zh)
		buf_fmt(to, "Anser " ANSER_VERSION " %s：%.*s；数据目录：%.*s\n\n", words[SERVES][zh], STR_ARG(g->domain), STR_ARG(g->data));
	else
		buf_fmt(to, "Anser " ANSER_VERSION " %s %.*s; its data is in %.*s\n\n", words[SERVES][zh], STR_ARG(g->domain), STR_ARG(g->data));
	row_if(to, words[PAGE_HERE][zh], g->here);
	row_if(to, words[PAGE_THERE][zh], g->elsewhere);
	by_address(g, words[PAGE_ADDRESS][zh], to);
	buf_lit(to, "\n");
	for (size_t i = 0; i < g->ports_n; i++)
		row(to, g->ports[i].address, str_z(zh ? g->ports[i].label_zh : g->ports[i].label));
	buf_lit(to, "\n");
	row(to, words[CERTIFICATE][zh], g->fingerprint);
	if (g->authority.n) {
		own_buf root = { 0 };

		row(to, words[AUTHORITY][zh], g->authority);
		buf_fmt(&root, "%.*s/tls/ca.crt", STR_ARG(g->data));
		row(to, words[TRUST][zh], buf_all(&root));
	}
	if (g->empty)
		first_account(g, zh, to);
	buf_lit(to, "\n");
}
