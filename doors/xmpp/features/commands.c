/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/commands.c - XEP-0050, as far as commands of one or two stages need it: listed, asked about, executed, completed or cancelled.
 * Who may not use a command does not see it either: so a client learns whether its account is an administrator's.
 */
#include "doors/xmpp/features/commands.h"

#include "doors/xmpp/features/admin_commands.h"

#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DISCO_ITEMS "http://jabber.org/protocol/disco#items"

static const struct xmpp_command *const commands[] = { &command_invite, &command_create_account };

static const struct xmpp_command *command_at(size_t i) { return i < countof(commands) ? commands[i] : admin_command(i - countof(commands)); }

static const struct xmpp_command *command_find(const struct xmpp *x, struct str node)
{
	const struct xmpp_command *c;

	for (size_t i = 0; (c = command_at(i)); i++)
		if (str_is(node, c->node) && c->allowed(x))
			return c;
	return NULL;
}

/* ---- forms ------------------------------------------------------------------------------------------------------ */

struct str form_value(const struct xml *form, const char *var, struct arena *arena)
{
	for (const struct xml *f = xml_child(form, "field", DATA); f; f = xml_sibling(f, "field", DATA))
		if (str_is(xml_attr(f, "var"), var))
			return str_trim(xml_child_text(f, "value", DATA, arena));
	return STR_NONE;
}

void form_field(struct buf *to, const char *var, const char *type, struct str value)
{
	if (!value.p)
		return;
	buf_fmt(to, "<field var='%s' type='%s'><value>", var, type);
	xml_escape(to, value);
	buf_lit(to, "</value></field>");
}

/* ---- what there is ---------------------------------------------------------------------------------------------- */

bool commands_items(struct xmpp *x, struct str node, struct buf *to)
{
	const struct xmpp_command *c;

	if (!str_is(node, COMMANDS))
		return command_find(x, node) != NULL; /* a command has no items */
	for (size_t i = 0; (c = command_at(i)); i++) {
		if (!c->allowed(x))
			continue;
		buf_lit(to, "<item");
		xml_write_attr(to, "jid", core_domain(x->core));
		xml_write_attr(to, "node", str_z(c->node));
		xml_write_attr(to, "name", str_z(c->name));
		buf_lit(to, "/>");
	}
	return true;
}

bool commands_info(struct xmpp *x, struct str node, struct buf *to)
{
	const struct xmpp_command *c = command_find(x, node);

	if (!c && !str_is(node, COMMANDS))
		return false;
	buf_fmt(to, "<identity category='automation' type='%s' name='%s'/>", c ? "command-node" : "command-list", c ? c->name : "Commands");
	buf_lit(to, "<feature var='" COMMANDS "'/><feature var='" DATA "'/>");
	return true;
}

/* ---- executing -------------------------------------------------------------------------------------------------- */

void command_answer(struct iq *q, const struct xmpp_command *c, struct str session, const char *status, struct str form)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<command xmlns='" COMMANDS "' node='%s'", c->node);
	xml_write_attr(&b, "sessionid", session);
	buf_fmt(&b, " status='%s'>", status);
	if (!strcmp(status, "executing"))
		buf_lit(&b, "<actions execute='complete'><complete/></actions>");
	buf_str(&b, form);
	buf_lit(&b, "</command>");
	iq_result(q, buf_all(&b));
}

/* The client's, or one that tells this execution from others. */
static struct str session_of(struct xmpp *x, const struct xml *child)
{
	struct str said = xml_attr(child, "sessionid");
	own_buf made = { 0 };

	if (said.n)
		return said;
	buf_u64(&made, (uint64_t)core_clock(x->core));
	return arena_str(xmpp_scratch(x), buf_all(&made));
}

static void command_run(struct xmpp *x, struct iq *q)
{
	static const char *const going_on[] = { "execute", "complete", "next" };
	const struct xmpp_command *c = command_find(x, xml_attr(q->child, "node"));
	struct str action = xml_attr(q->child, "action"), session = session_of(x, q->child);
	const struct xml *form = xml_child(q->child, "x", DATA);
	bool goes_on = !action.n;

	for (size_t i = 0; i < countof(going_on); i++)
		goes_on |= str_is(action, going_on[i]);
	if (!c)
		iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such command, or not for you.");
	else if (str_is(action, "cancel") || (form && str_is(xml_attr(form, "type"), "cancel")))
		command_answer(q, c, session, "canceled", STR(""));
	else if (!goes_on)
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "This is no action of this command.");
	else
		c->run(x, q, session, form);
}

const struct xmpp_feature feature_commands = {
	.name = "commands",
	.xep = 50,
	.version = "1.3.0",
	.disco = { COMMANDS },
	.iq = { { 1 << IQ_SET, "command", COMMANDS, TO_SERVER, .answer = command_run } },
};
