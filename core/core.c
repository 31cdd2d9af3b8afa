/* SPDX-License-Identifier: Apache-2.0
 *
 * core/core.c - a core's beginning and end, its counters, and the table of what comes over the bus.
 */
#include "core/core.h"

#include <assert.h>

#include "core/inside.h"

static void door_in(struct core *c, const struct parcel *p);

static void (*const take[])(struct core *c, const struct parcel *p) = {
	[PARCEL_MESSAGE] = route_message_in,
	[PARCEL_SENT] = route_sent_in,
	[PARCEL_IQ] = route_iq_in,
	[PARCEL_PRESENCE] = presence_in,
	[PARCEL_PROBE] = presence_probe_in,
	[PARCEL_SUBSCRIPTION] = subscription_in,
	[PARCEL_SHOW] = presence_show_in,
	[PARCEL_ROSTER] = user_changed,
	[PARCEL_BLOCKS] = user_changed,
	[PARCEL_PREFS] = user_changed,
	[PARCEL_LATE_DONE] = offline_late_done_in,
	[PARCEL_PUSH] = user_changed,
	[PARCEL_GONE] = user_changed,
	[PARCEL_PASSWORD] = user_changed,
	[PARCEL_RIGHTS] = user_changed,
	[PARCEL_KICK] = session_kick_in,
	[PARCEL_UP] = directory_in,
	[PARCEL_DOWN] = directory_in,
	[PARCEL_DOOR] = door_in,
	[PARCEL_DEVICES] = devices_asked,
	[PARCEL_DEVICES_TOLD] = devices_told,
	[PARCEL_PEP] = pep_in,
	[PARCEL_PEP_SUBSCRIBED] = pep_subscribed_in,
	[PARCEL_SERVICE] = service_in,
	[PARCEL_SERVICE_SENT] = service_sent_in,
	[PARCEL_SERVICE_UP] = service_up_in,
	[PARCEL_SERVICE_DOWN] = service_down_in,
	[PARCEL_ROOM] = room_said_in,
	[PARCEL_ROOM_ENTER] = room_enter_in,
	[PARCEL_ROOM_LEAVE] = room_leave_in,
	[PARCEL_ROOM_LISTED] = room_listed_in,
};

static void receive(void *arg, const struct parcel *p)
{
	assert(p->kind < countof(take) && take[p->kind]);
	take[p->kind](arg, p);
}

struct core *core_new(struct world *w, struct store *store, struct bus *bus, unsigned index,
		      const struct core_settings *settings, struct core_counters *counters)
{
	struct core *c = mem_new(struct core);

	c->world = w;
	c->index = index;
	c->settings = *settings;
	c->counters = counters;
	c->stamps.node = index;
	c->stamps.last = store_last_stamp(store);
	c->started = world_clock(w);
	world_random(w, c->users.seed, sizeof c->users.seed);
	memcpy(c->sessions.seed, c->users.seed, sizeof c->users.seed);
	memcpy(c->directory.seed, c->users.seed, sizeof c->users.seed);
	memcpy(c->throttles.seed, c->users.seed, sizeof c->users.seed);
	list_init(&c->idle);
	list_init(&c->watchers);
	list_init(&c->throttles_old);
	list_init(&c->jobs);
	list_init(&c->settled.under_way);
	list_init(&c->seen.waiting);
	list_init(&c->devices.asking);
	list_init(&c->guests.waiting);
	c->store = store_link_open(store, w);
	c->bus = bus_open(bus, index, w, receive, c);
	bus_subscribe(c->bus, STR("all"));
	file_begin(c);
	bytestreams_begin(c);
	services_begin(c);
	return c;
}

static void doors_drop(struct core *c, bool hosts)
{
	for (size_t i = 0; i < countof(c->doors); i++)
		if (c->doors[i].drop && c->doors[i].hosts == hosts)
			c->doors[i].drop(c->doors[i].arg);
}

struct core *core_free(struct core *c)
{
	if (!c)
		return NULL;
	c->ending = true;
	seen_write_all(c);
	rooms_shut(c);
	session_end_all(c);
	services_end(c);
	doors_drop(c, true);
	doors_drop(c, false);
	bus_unsubscribe(c->bus, STR("all"));
	/* From here on no request is answered, so nobody comes back to what is freed below. */
	store_link_close(c->store);
	for (struct job *j; (j = list_first(&c->jobs, struct job, here));) {
		list_remove(&j->here);
		j->release(j);
	}
	route_free(c);
	rooms_free(c);
	user_free_all(c);
	bus_close(c->bus);
	services_free(c);
	directory_free(c);
	throttle_free(c);
	file_end(c);
	map_free(&c->sessions);
	explicit_bzero(c->secret, sizeof c->secret);
	mem_free(c);
	return NULL;
}

void job_begin(struct core *c, struct job *j, void (*release)(struct job *j))
{
	j->release = release;
	list_append(&c->jobs, &j->here);
}

void core_settle(struct core *c, const struct core_settings *settings) { c->settings = *settings; }
const struct core_settings *core_settings(const struct core *c) { return &c->settings; }
struct world *core_world(const struct core *c) { return c->world; }
struct str core_domain(const struct core *c) { return c->settings.domain; }
unsigned core_index(const struct core *c) { return c->index; }
unsigned core_waiting(const struct core *c) { return c->waiting; }
unsigned core_count(const struct core *c) { return bus_cores(c->bus); }
msec core_started(const struct core *c) { return c->started; }
bool core_ending(const struct core *c) { return c->ending; }

/* Never below what another core has given out, so that who comes back through another core after the clock went back keeps his order. */
uint64_t core_stamp(struct core *c)
{
	for (unsigned i = 0; i < core_count(c); i++) {
		uint64_t other = __atomic_load_n(&c->counters[i].last_stamp, __ATOMIC_RELAXED);

		if (other > c->stamps.last)
			c->stamps.last = other;
	}
	stamp_next(&c->stamps, core_now(c));
	__atomic_store_n(&c->counters[c->index].last_stamp, c->stamps.last, __ATOMIC_RELAXED);
	return c->stamps.last;
}

uint64_t core_counter(const struct core *c, enum counter which)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < core_count(c); i++)
		sum += __atomic_load_n(&c->counters[i].value[which], __ATOMIC_RELAXED);
	return sum;
}

void core_count_up(struct core *c, enum counter which, int64_t by)
{
	uint64_t *value = &c->counters[c->index].value[which];

	/* Only this thread writes it: a plain add, made visible whole to those who read. */
	__atomic_store_n(value, *value + (uint64_t)by, __ATOMIC_RELAXED);
}

/* On the stack, since a receiver on this core may publish in turn while the bus still reads the subject. */
static struct str subject_of(char space[static 1026], char kind, struct str name)
{
	assert(name.n <= 1023);
	space[0] = kind;
	space[1] = '.';
	memcpy(space + 2, name.p, name.n);
	return str_n(space, name.n + 2);
}

unsigned core_tell(struct core *c, char kind, struct str name, const struct parcel *p)
{
	char space[1026];

	return bus_publish(c->bus, subject_of(space, kind, name), p);
}

unsigned core_interest(struct core *c, char kind, struct str name)
{
	char space[1026];

	return bus_interest(c->bus, subject_of(space, kind, name));
}

void core_want(struct core *c, char kind, struct str name, bool want)
{
	char space[1026];

	(want ? bus_subscribe : bus_unsubscribe)(c->bus, subject_of(space, kind, name));
}

/* ---- doors ------------------------------------------------------------------------------------------------------ */

static struct core_door *door_named(const struct core *c, struct str name)
{
	for (size_t i = 0; i < countof(c->doors); i++)
		if (c->doors[i].name && str_is(name, c->doors[i].name))
			return (struct core_door *)&c->doors[i];
	return NULL;
}

static void door_register(struct core *c, const struct core_door *d)
{
	for (size_t i = 0; i < countof(c->doors); i++)
		if (!c->doors[i].name) {
			c->doors[i] = *d;
			return;
		}
	assert(!"more doors than places");
}

void core_door_register(struct core *c, const char *door, core_door_receive *receive_door, void *arg,
			void (*drop)(void *arg))
{
	door_register(c, &(struct core_door){ door, receive_door, arg, drop, false });
}

void core_door_register_host(struct core *c, const char *door, core_door_receive *receive_door, void *arg,
			     void (*drop)(void *arg))
{
	door_register(c, &(struct core_door){ door, receive_door, arg, drop, true });
}

void *core_door_state(const struct core *c, const char *door)
{
	struct core_door *d = door_named(c, str_z(door));

	return d ? d->arg : NULL;
}

void core_door_send(struct core *c, unsigned to_core, const char *door, uint64_t number, struct str bytes)
{
	own_buf all = { 0 };

	buf_add(&all, door, strlen(door) + 1);
	buf_str(&all, bytes);
	bus_send(c->bus, to_core, &(struct parcel){ .kind = PARCEL_DOOR, .number = number, .bytes = buf_all(&all) });
}

static void door_in(struct core *c, const struct parcel *p)
{
	size_t end = str_find(p->bytes, 0);
	struct core_door *d = door_named(c, str_n(p->bytes.p, end));

	/* A door that nobody has come through yet on this core is not registered: it has nothing to answer with. */
	if (d && d->receive)
		d->receive(c, d->arg, p->core, p->number, str_from(p->bytes, end + 1));
}
