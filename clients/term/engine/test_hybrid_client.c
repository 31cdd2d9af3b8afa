/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients of the hybrid protocol with the real door behind them (tests/talk.h): coming in, which way each message goes,
 * and the same bad network as without a server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/term/engine/direct.h"
#include "clients/term/engine/test_net_world.h"
#include "tests/talk.h"
#include "wire/hybrid.h"

/* Its functions have the names of the door's of the same protocol; nobody here speaks it. */
const struct way way_classic = { .name = "classic" };

/* ---- the server -------------------------------------------------------------------------------------------------- */

struct site {
	struct net_world *w;
	struct talk *t;
	struct net_server server;
};

static void *site_open(void *arg, struct net_host *from)
{
	own_buf address = { 0 };

	endpoint_address_write(&address, from->address);
	return talk_open_at(((struct site *)arg)->t, 0, &hybrid_door, buf_z(&address));
}

static void site_take(void *arg, void *line, struct str bytes)
{
	(void)arg;
	if (!talk_closed(line))
		talk_say_n(line, bytes.p, bytes.n);
}

static struct str site_give(void *arg, void *line)
{
	(void)arg;
	return talk_hear_bytes(line);
}

static bool site_closed(void *arg, void *line)
{
	(void)arg;
	return talk_closed(line);
}

static void site_cut(void *arg, void *line)
{
	(void)arg;
	if (!talk_closed(line))
		talk_cut(line);
}

static void site_pass(void *arg, msec ms) { talk_wait(((struct site *)arg)->t, ms); }

static struct site *site_new(uint64_t seed)
{
	struct site *s = mem_new(struct site);

	s->w = net_world_new(seed);
	s->w->trace = getenv("TRACE");
	s->t = talk_new(1, NULL);
	talk_datagrams(s->t, &hybrid_datagrams);
	s->server = (struct net_server){ site_open, site_take, site_give, site_closed, site_cut,
					 site_pass, NULL,      s,	  { 0 } };
	s->server.address[10] = s->server.address[11] = 0xFF;
	s->server.address[12] = 10;
	s->server.address[15] = 1;
	s->w->server = &s->server;
	return s;
}

static void site_free(struct site *s)
{
	net_world_free(s->w);
	talk_free(s->t);
	mem_free(s);
}

static struct net_host *add(struct site *s, const char *name)
{
	struct net_host *h = net_host_add(s->w, name, MODE_DIRECT);

	net_start(h);
	return h;
}

/* ---- ways -------------------------------------------------------------------------------------------------------- */

static void in_and_direct(void **state)
{
	struct site *s = site_new(1);
	struct net_host *tom = add(s, "tom"), *jack = add(s, "jack");
	int64_t id;

	net_run(s->w, 2000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	assert_true(client_state(tom->client)->secure);
	assert_true(way_hybrid.online(tom->client, STR("jack")));
	assert_true(way_hybrid.online(jack->client, STR("tom")));
	id = net_say(tom, "jack", "hello");
	net_run(s->w, 1000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(jack, "tom", "hello"), 1);
	net_stop(jack);
	net_run(s->w, 1000);
	assert_false(way_hybrid.online(tom->client, STR("jack")));
	site_free(s);
}

static void who_cannot_be_reached_is_relayed_to(void **state)
{
	struct site *s = site_new(2);
	struct net_host *tom = add(s, "tom"), *jack = add(s, "jack");
	int64_t id;

	jack->closed_in = true; /* he can dial, nobody him */
	net_run(s->w, 2000);
	id = net_say(tom, "jack", "through\nthe server");
	net_run(s->w, 2000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_WAITING); /* it is being tried */
	net_run(s->w, 8000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_RELAYED);
	assert_int_equal(net_count(jack, "tom", "through\nthe server"), 1);
	/* Which made him dial us: */
	id = net_say(tom, "jack", "and direct");
	net_run(s->w, 1000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_DIRECT);
	site_free(s);
}

static void who_is_away_gets_it_later(void **state)
{
	struct site *s = site_new(3);
	struct net_host *tom, *jack;
	int64_t one, two;

	talk_account(s->t, "jack", "secret");
	tom = add(s, "tom");
	net_run(s->w, 1000);
	one = net_say(tom, "jack", "he has an account");
	two = net_say(tom, "nobody", "who is that");
	net_run(s->w, 2000);
	assert_int_equal(net_status(tom, "jack", one), ENTRY_RELAYED);
	assert_int_equal(net_status(tom, "nobody", two), ENTRY_FAILED);
	jack = net_host_add(s->w, "jack", MODE_DIRECT);
	jack->password = STR("secret");
	net_start(jack);
	net_run(s->w, 5000);
	assert_int_equal(client_state(jack->client)->phase, PHASE_ONLINE);
	assert_int_equal(net_count(jack, "tom", "he has an account"), 1);
	site_free(s);
}

/* A guest whom we have met is only away: it waits with us. */
static void a_guest_who_is_away_is_waited_for(void **state)
{
	struct site *s = site_new(4);
	struct net_host *tom = add(s, "tom"), *jack = add(s, "jack");
	int64_t id;

	net_run(s->w, 1000);
	net_say(tom, "jack", "hello");
	net_run(s->w, 1000);
	net_kill(jack);
	net_run(s->w, 5000);
	id = net_say(tom, "jack", "come back");
	net_run(s->w, 20000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_WAITING);
	net_start(jack);
	net_run(s->w, 20000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(jack, "tom", "come back"), 1);
	site_free(s);
}

static void links_stay_while_the_server_is_away(void **state)
{
	struct site *s = site_new(5);
	struct net_host *tom = add(s, "tom");
	int64_t id;

	add(s, "jack");
	net_run(s->w, 1000);
	net_say(tom, "jack", "hello");
	net_run(s->w, 1000);
	s->w->server_down = true;
	net_run(s->w, 3000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_WAITING);
	assert_true(client_conversation(tom->client, STR("jack"), false)->direct);
	id = net_say(tom, "jack", "without it");
	net_run(s->w, 1000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_DIRECT);
	s->w->server_down = false;
	net_run(s->w, 70000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	assert_true(client_conversation(tom->client, STR("jack"), false)->direct);
	site_free(s);
}

static void a_wrong_password_is_the_end(void **state)
{
	struct site *s = site_new(6);
	struct net_host *tom;

	talk_account(s->t, "tom", "secret");
	tom = net_host_add(s->w, "tom", MODE_DIRECT);
	tom->password = STR("wrong");
	net_start(tom);
	net_run(s->w, 20000);
	assert_true(tom->quit);
	assert_int_equal(tom->quit_status, QUIT_FAILED);
	assert_non_null(strstr(buf_z(&tom->said), "login-refused"));
	site_free(s);
}

static void a_name_in_use_is_refused(void **state)
{
	struct site *s = site_new(7);
	struct net_host *tom = add(s, "tom"), *other;

	net_run(s->w, 1000);
	other = net_host_add(s->w, "tom", MODE_DIRECT);
	net_start(other);
	net_run(s->w, 3000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	assert_true(other->quit);
	assert_non_null(strstr(buf_z(&other->said), "login-refused"));
	site_free(s);
}

/* ---- clients in the wild ----------------------------------------------------------------------------------------- */

static void wild_login(struct site *s, struct net_host *bill)
{
	own_buf bytes = { 0 };
	struct endpoint at = { .port = 5001 };
	struct line *list;

	bill->port = 5001;
	bill->no_listen = true;
	memcpy(at.address, bill->address, 16);
	hybrid_write(&bytes, HYBRID_UTF16,
		     &(struct hybrid_datagram){ .kind = HYBRID_LOGIN, .user = STR("bill"), .endpoint = at });
	talk_datagram(s->t, "10.0.0.3:6000", 7790, buf_all(&bytes));
	talk_run(s->t);
	list = talk_open_at(s->t, 0, &hybrid_door, "10.0.0.3");
	talk_wait(s->t, 1000);
	assert_true(talk_hear_bytes(list).n > 0);
	talk_cut(list);
}

static struct buf heard; /* what the wild client has got, as UTF-8 */

static void wild_hears(void *arg, const struct endpoint *from, struct str bytes)
{
	(void)arg, (void)from;
	assert_true(utf16_read(&heard, bytes));
	buf_byte(&heard, '|');
}

static void the_wild_get_datagrams_and_send_them(void **state)
{
	struct site *s = site_new(8);
	struct net_host *tom = add(s, "tom"), *bill = net_host_add(s->w, "bill", MODE_DIRECT);
	struct endpoint from = { .port = 6000 }, to = { .port = tom->port };
	own_buf bytes = { 0 };
	int64_t id;

	net_run(s->w, 1000);
	wild_login(s, bill);
	net_run(s->w, 1000);
	assert_true(way_hybrid.online(tom->client, STR("bill")));
	bill->client = tom->client; /* somebody is there, but it is no client of ours */
	bill->outside.events.datagram = wild_hears;
	id = net_say(tom, "bill", "hi, bill \xE4\xBD\xA0\xE5\xA5\xBD");
	net_run(s->w, 3000);
	assert_int_equal(net_status(tom, "bill", id), ENTRY_DATAGRAM);
	assert_non_null(strstr(buf_z(&heard), ",tom,hi, bill \xE4\xBD\xA0\xE5\xA5\xBD|"));
	memcpy(from.address, bill->address, 16);
	memcpy(to.address, tom->address, 16);
	hybrid_write(
		&bytes, HYBRID_UTF16,
		&(struct hybrid_datagram){
			.kind = HYBRID_TALK, .time = STR("12:00"), .user = STR("bill"), .content = STR("hi, tom") });
	net_datagram(s->w, &from, &to, buf_all(&bytes));
	net_datagram(s->w, &from, &to, buf_all(&bytes)); /* doubled */
	net_run(s->w, 1000);
	assert_int_equal(net_count(tom, "bill", "hi, tom"), 1);
	/* From an address where bill is not; in the name of nobody; too much. */
	from.address[15] = 99;
	net_datagram(s->w, &from, &to, STR("talk,1,bill,forged"));
	from.address[15] = 3;
	net_datagram(s->w, &from, &to, STR("talk,1,mallory,forged"));
	for (unsigned i = 0; i < 500; i++) {
		own_buf one = { 0 };

		buf_fmt(&one, "talk,1,bill,flood %u", i);
		net_datagram(s->w, &from, &to, buf_all(&one));
	}
	net_run(s->w, 1000);
	assert_int_equal(net_count(tom, "bill", "forged"), 0);
	assert_int_equal(net_count(tom, "mallory", "forged"), 0);
	assert_true(tom->entries_new < 100);
	bill->client = NULL;
	bill->outside.events.datagram = NULL;
	buf_free(&heard);
	site_free(s);
}

/* Somebody who has shown a key is not believed by datagram, nor sent any. */
static void who_has_a_key_uses_it(void **state)
{
	struct site *s = site_new(9);
	struct net_host *tom = add(s, "tom"), *jack = add(s, "jack");
	struct endpoint from = { .port = 6000 }, to = { .port = tom->port };
	int64_t id;

	net_run(s->w, 1000);
	net_say(jack, "tom", "hello");
	net_run(s->w, 1000);
	memcpy(from.address, jack->address, 16);
	memcpy(to.address, tom->address, 16);
	net_datagram(s->w, &from, &to, STR("talk,1,jack,forged"));
	net_run(s->w, 1000);
	assert_int_equal(net_count(tom, "jack", "forged"), 0);
	jack->no_listen = true;
	net_cut(jack, false);
	net_run(s->w, 3000);
	id = net_say(tom, "jack", "not as a datagram");
	net_run(s->w, 10000);
	assert_true(net_status(tom, "jack", id) == ENTRY_RELAYED || net_status(tom, "jack", id) == ENTRY_DIRECT);
	assert_int_equal(net_count(jack, "tom", "not as a datagram"), 1);
	site_free(s);
}

/* A user of another door has a port of the server's. */
static void users_of_other_doors_are_reached_by_the_server(void **state)
{
	struct site *s = site_new(10);
	struct net_host *tom;
	struct line *ann;
	int64_t id;

	talk_account(s->t, "ann", "secret");
	tom = add(s, "tom");
	net_run(s->w, 1000);
	ann = talk_open(s->t, 0, &classic_door, TALK_HERE);
	talk_say(ann, "101|ann,secret\n");
	net_run(s->w, 1000);
	assert_true(way_hybrid.online(tom->client, STR("ann")));
	id = net_say(tom, "ann", "hello ann");
	net_run(s->w, 3000);
	assert_int_equal(net_status(tom, "ann", id), ENTRY_RELAYED);
	assert_non_null(strstr(talk_heard(ann), "1|103@tom@hello ann@"));
	talk_say(ann, "103|ann,tom,hello tom\n");
	net_run(s->w, 1000);
	assert_int_equal(net_count(tom, "ann", "hello tom"), 1);
	site_free(s);
}

/* ---- somebody in between ----------------------------------------------------------------------------------------- */

/* Says that there is no TLS, and asks for a password; or takes the login and says nothing. */
struct stranger {
	struct net_server server;
	const char *says;
	struct buf heard, told;
	unsigned lines;
};

static void *stranger_open(void *arg, struct net_host *from)
{
	struct stranger *x = arg;

	(void)from;
	x->lines++;
	buf_clear(&x->heard);
	buf_clear(&x->told);
	return x;
}

static void stranger_take(void *arg, void *line, struct str bytes)
{
	struct stranger *x = arg;

	(void)line;
	buf_str(&x->heard, bytes);
	if (memmem(bytes.p, bytes.n, "starttls\n", 9))
		buf_str(&x->told, str_z(x->says));
	if (memmem(bytes.p, bytes.n, "login,", 6))
		buf_lit(&x->told, "no,registered name\n");
}

static struct str stranger_give(void *arg, void *line)
{
	struct stranger *x = arg;
	static char room[100];
	size_t n = x->told.n;

	(void)line;
	memcpy(room, x->told.p ? x->told.p : "", n);
	buf_clear(&x->told);
	return str_n(room, n);
}

static bool stranger_closed(void *arg, void *line)
{
	(void)arg, (void)line;
	return false;
}

static void stranger_cut(void *arg, void *line) { (void)arg, (void)line; }
static void stranger_pass(void *arg, msec ms) { (void)arg, (void)ms; }

static void a_password_never_goes_in_the_clear(void **state)
{
	struct stranger x = { .says = "no,not here\n" };
	struct net_world *w = net_world_new(1);
	struct net_host *tom;

	x.server = (struct net_server){ stranger_open, stranger_take, stranger_give, stranger_closed, stranger_cut,
					stranger_pass, NULL,	      &x,	     { 0 } };
	x.server.address[10] = x.server.address[11] = 0xFF;
	x.server.address[12] = 10;
	x.server.address[15] = 1;
	w->server = &x.server;
	tom = net_host_add(w, "tom", MODE_DIRECT);
	tom->password = STR("secret");
	net_start(tom);
	net_run(w, 5000);
	assert_true(tom->quit);
	assert_int_equal(tom->quit_status, QUIT_UNTRUSTED);
	assert_null(memmem(x.heard.p, x.heard.n, "secret", 6));
	net_world_free(w);
	buf_free(&x.heard);
	buf_free(&x.told);
}

/* ---- a bad network ----------------------------------------------------------------------------------------------- */

enum { HOSTS = 3, MESSAGES = 30, SEEDS = 40 };

struct said {
	unsigned from, to;
	int64_t id;
	char text[48];
};

static const char *const names[HOSTS] = { "ann", "bob", "cy" };

static void said_check(uint64_t seed, struct net_host **host, const struct said *s, bool end)
{
	unsigned there = net_count(host[s->to], names[s->from], s->text);
	enum entry_status status;

	if (there > 1)
		fail_msg("seed %llu: %s twice", (unsigned long long)seed, s->text);
	if (!host[s->from]->client)
		return;
	status = net_status(host[s->from], names[s->to], s->id);
	if (status == ENTRY_DATAGRAM)
		return; /* which promises nothing */
	if (status == ENTRY_FAILED || status == ENTRY_RECEIVED)
		fail_msg("seed %llu: %s has status %d", (unsigned long long)seed, s->text, status);
	if (status == ENTRY_DIRECT && !there)
		fail_msg("seed %llu: %s is shown as there", (unsigned long long)seed, s->text);
	if (end && !there)
		fail_msg("seed %llu: %s from %s to %s is lost, status %d", (unsigned long long)seed, s->text,
			 names[s->from], names[s->to], status);
	if (end && status != ENTRY_DIRECT && status != ENTRY_RELAYED)
		fail_msg("seed %llu: %s still has status %d", (unsigned long long)seed, s->text, status);
}

static void bad_luck(struct site *s, struct net_host **host)
{
	struct net_host *h = host[net_chance(s->w, HOSTS)];

	switch (net_chance(s->w, 8)) {
	case 0:
		if (h->client)
			net_kill(h);
		break;
	case 1:
		net_cut(h, false);
		break;
	case 2:
		h->closed_in = !h->closed_in;
		break;
	case 3:
		s->w->down = !s->w->down;
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < HOSTS; i++)
		if (!host[i]->client && net_chance(s->w, 2))
			net_start(host[i]);
}

static void one_run(uint64_t seed)
{
	struct site *s = site_new(seed + 1000);
	struct net_host *host[HOSTS];
	struct said said[MESSAGES + 1];
	unsigned n = 0;

	for (unsigned i = 0; i < HOSTS; i++) {
		talk_account(s->t, names[i], "secret");
		host[i] = net_host_add(s->w, names[i], MODE_DIRECT);
		host[i]->password = STR("secret");
		net_start(host[i]);
	}
	s->w->cut = net_chance(s->w, 3) ? 100 : 0;
	for (unsigned i = 0; i < 40; i++) {
		struct said *one = &said[n];

		one->from = net_chance(s->w, HOSTS);
		one->to = (one->from + 1 + net_chance(s->w, HOSTS - 1)) % HOSTS;
		if (n < MESSAGES && host[one->from]->client) {
			snprintf(one->text, sizeof one->text, "%03u hello", n);
			one->id = net_say(host[one->from], names[one->to], one->text);
			n++;
		}
		net_run(s->w, net_chance(s->w, 2) ? net_chance(s->w, 300) : net_chance(s->w, 10000));
		if (net_chance(s->w, 3) == 0)
			bad_luck(s, host);
		for (unsigned k = 0; k < n && i % 8 == 0; k++)
			said_check(seed, host, &said[k], false);
	}
	s->w->cut = 0;
	s->w->down = false;
	for (unsigned i = 0; i < HOSTS; i++) {
		host[i]->closed_in = false;
		if (!host[i]->client)
			net_start(host[i]);
	}
	net_run(s->w, 200000);
	for (unsigned k = 0; k < n; k++)
		said_check(seed, host, &said[k], true);
	site_free(s);
}

static void three_clients_and_a_server_on_a_bad_network(void **state)
{
	const char *only = getenv("SEED");

	if (only) {
		one_run(strtoull(only, NULL, 10));
		return;
	}
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		one_run(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_and_direct),
		cmocka_unit_test(who_cannot_be_reached_is_relayed_to),
		cmocka_unit_test(who_is_away_gets_it_later),
		cmocka_unit_test(a_guest_who_is_away_is_waited_for),
		cmocka_unit_test(links_stay_while_the_server_is_away),
		cmocka_unit_test(a_wrong_password_is_the_end),
		cmocka_unit_test(a_name_in_use_is_refused),
		cmocka_unit_test(the_wild_get_datagrams_and_send_them),
		cmocka_unit_test(who_has_a_key_uses_it),
		cmocka_unit_test(users_of_other_doors_are_reached_by_the_server),
		cmocka_unit_test(a_password_never_goes_in_the_clear),
		cmocka_unit_test(three_clients_and_a_server_on_a_bad_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
