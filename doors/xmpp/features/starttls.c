/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/starttls.c - RFC 6120, 5. The switch itself is in stream.c, since it depends on what came behind.
 */
#include "doors/xmpp/engine.h"

#define NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"

static void starttls_take(struct xmpp *x, const struct xml *element)
{
	if (!x->link->secure && !x->link->no_starttls) {
		x->starttls = true;
		return;
	}
	buf_lit(xmpp_out(x), "<failure xmlns='" NS_TLS "'/>");
	stream_end(x);
}

static void starttls_offer(struct xmpp *x, struct buf *to)
{
	if (!(x->state & (XMPP_PLAIN | XMPP_SECURE)) || x->link->secure || x->link->no_starttls)
		return;
	if (x->link->loopback)
		buf_lit(to, "<starttls xmlns='" NS_TLS "'/>");
	else
		buf_lit(to, "<starttls xmlns='" NS_TLS "'><required/></starttls>");
}

const struct xmpp_feature feature_starttls = {
	.name = "starttls",
	.version = "6120",
	.nonza = { { "starttls", NS_TLS, XMPP_PLAIN | XMPP_SECURE, starttls_take } },
	.offer = starttls_offer,
};
