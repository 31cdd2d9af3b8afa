/* SPDX-License-Identifier: Apache-2.0
 *
 * A client on libstrophe, driven by a test over stdin and stdout. Arguments: address, password, host, port. It writes
 * "online ADDRESS" when it is, "message FROM BODY" for each chat message and "end" at the end; a line "TO BODY" on
 * stdin is sent as a chat message, the end of stdin ends it.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strophe.h>
#include <unistd.h>

static xmpp_ctx_t *context;
static bool over;

static int on_message(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *arg)
{
	const char *type = xmpp_stanza_get_type(stanza), *from = xmpp_stanza_get_from(stanza);
	char *body = xmpp_message_get_body(stanza);

	if (body && type && strcmp(type, "error") != 0)
		printf("message %s %s\n", from, body);
	if (body)
		xmpp_free(context, body);
	return 1;
}

static void on_connection(xmpp_conn_t *conn, xmpp_conn_event_t event, int error, xmpp_stream_error_t *why, void *arg)
{
	xmpp_stanza_t *presence;

	if (event != XMPP_CONN_CONNECT) {
		over = true;
		return;
	}
	xmpp_handler_add(conn, on_message, NULL, "message", NULL, NULL);
	presence = xmpp_presence_new(context);
	xmpp_send(conn, presence);
	xmpp_stanza_release(presence);
	printf("online %s %s\n", xmpp_conn_get_bound_jid(conn), xmpp_conn_is_secured(conn) ? "secured" : "plain");
}

static void send_line(xmpp_conn_t *conn, char *line)
{
	char *body = strchr(line, ' ');
	xmpp_stanza_t *message;

	if (!body)
		return;
	*body++ = 0;
	message = xmpp_message_new(context, "chat", line, NULL);
	xmpp_message_set_body(message, body);
	xmpp_send(conn, message);
	xmpp_stanza_release(message);
}

/* False at the end of stdin. */
static bool stdin_take(xmpp_conn_t *conn)
{
	static char line[4096];
	static size_t n;
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char *end;
	ssize_t got;

	if (poll(&p, 1, 0) <= 0)
		return true;
	got = read(STDIN_FILENO, line + n, sizeof line - 1 - n);
	if (got <= 0)
		return got < 0 && errno == EINTR;
	n += (size_t)got;
	while ((end = memchr(line, '\n', n))) {
		size_t took = (size_t)(end - line) + 1;

		*end = 0;
		send_line(conn, line);
		memmove(line, line + took, n - took);
		n -= took;
	}
	return true;
}

static int any_certificate(const xmpp_tlscert_t *certificate, const char *why) { return 1; }

int main(int argc, char **argv)
{
	bool reading = true;
	xmpp_conn_t *conn;

	if (argc != 5)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	xmpp_initialize();
	context = xmpp_ctx_new(NULL, xmpp_get_default_logger(XMPP_LEVEL_WARN));
	conn = xmpp_conn_new(context);
	xmpp_conn_set_jid(conn, argv[1]);
	xmpp_conn_set_pass(conn, argv[2]);
	xmpp_conn_set_flags(conn, XMPP_CONN_FLAG_MANDATORY_TLS);
	xmpp_conn_set_certfail_handler(conn, any_certificate);
	if (xmpp_connect_client(conn, argv[3], (unsigned short)atoi(argv[4]), on_connection, NULL) != XMPP_EOK)
		return 1;
	while (!over) {
		xmpp_run_once(context, 20);
		if (reading && xmpp_conn_is_connected(conn) && !stdin_take(conn)) {
			reading = false;
			xmpp_disconnect(conn);
		}
	}
	puts("end");
	xmpp_conn_release(conn);
	xmpp_ctx_free(context);
	xmpp_shutdown();
	return 0;
}
