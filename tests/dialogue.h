/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/dialogue.h - what tests of stanzas and components say again and again, on top of tests/talk.h. Of what is heard quotes are all of one kind.
 */
#pragma once
#include "tests/talk.h"

#define CLIENT_HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>"
#define COMPONENT_HEADER(domain) "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='" domain "'>"

/* With quotes of one kind, where it stands. */
const char *quoted(const char *heard);

/* Hears, and expects all of `...` in this order. */
#define hears(line, ...) hears_at(__LINE__, line, (const char *[]){ __VA_ARGS__, NULL })
void hears_at(int at, struct line *l, const char *const *what);

#define hears_nothing(line) assert_string_equal(talk_hear(line), "")

/* Somebody whose password is "secret" logs in and binds. */
struct line *enters(struct talk *t, unsigned core, const char *name, const char *resource);

/* The handshake of a component whose header has been said (XEP-0114); the answer is not heard yet. */
void shake(struct line *l, const char *secret);
/* All of it, on core 0: it is up. */
struct line *component_connects(struct talk *t, const char *domain, const char *secret);
