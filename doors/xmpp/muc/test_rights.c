/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/test_rights.c - who may what in a room: every affiliation and role with every verb, and for what is done to somebody every affiliation and
 * role of that one. What is expected is written down here from XEP-0045 (1.35), with its sections, and not asked of the model; each case is a room of its own,
 * played in stanzas.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "model/room.h"
#include "tests/talk.h"

#define HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>"
#define MUC "http://jabber.org/protocol/muc"
#define FORM(fields) "<query xmlns='" MUC "#owner'><x xmlns='jabber:x:data' type='submit'>" fields "</x></query>"
#define FIELD(name, value) "<field var='muc#roomconfig_" name "'><value>" value "</value></field>"
#define GET(content) "<iq type='get' id='v' to='~'>" content "</iq>"
#define SET(content) "<iq type='set' id='v' to='~'>" content "</iq>"
#define ADMIN(item) "<query xmlns='" MUC "#admin'>" item "</query>"

/* ---- the tables --------------------------------------------------------------------------------------------------------
 *
 * + it is done         f forbidden           a not-acceptable     n not-allowed       c conflict
 * x refused somehow    . cannot be           * XEP-0045 leaves it open
 */

static const struct standing {
	const char *name;
	enum affiliation affiliation;
	enum role role; /* none: is not in the room */
} standings[] = {
	{ "an outcast", AFFILIATION_OUTCAST, ROLE_NONE },
	{ "a stranger", AFFILIATION_NONE, ROLE_NONE },
	{ "a visitor", AFFILIATION_NONE, ROLE_VISITOR },
	{ "a participant", AFFILIATION_NONE, ROLE_PARTICIPANT },
	{ "a moderator", AFFILIATION_NONE, ROLE_MODERATOR },
	{ "a member who is away", AFFILIATION_MEMBER, ROLE_NONE },
	{ "a member as visitor", AFFILIATION_MEMBER, ROLE_VISITOR },
	{ "a member as participant", AFFILIATION_MEMBER, ROLE_PARTICIPANT },
	{ "a member as moderator", AFFILIATION_MEMBER, ROLE_MODERATOR },
	{ "an admin who is away", AFFILIATION_ADMIN, ROLE_NONE },
	{ "an admin", AFFILIATION_ADMIN, ROLE_MODERATOR },
	{ "an owner who is away", AFFILIATION_OWNER, ROLE_NONE },
	{ "an owner", AFFILIATION_OWNER, ROLE_MODERATOR },
};

#define OPEN FIELD("membersonly", "0")
#define ONLY_MODERATORS_CHANGE_IT FIELD("changesubject", "0")
#define OCCUPANTS_CHANGE_IT FIELD("changesubject", "1")
#define CLOSED FIELD("membersonly", "1") FIELD("allowinvites", "0")
#define NO_SECRETS FIELD("whois", "anyone")
#define SECRETS FIELD("whois", "moderators")
#define INVITE "<message id='v' to='~'><x xmlns='" MUC "#user'><invite to='guest@anser.test'/></x></message>"
#define SUBJECT "<message type='groupchat' id='v' to='~'><subject>Fire Burn and Cauldron Bubble!</subject></message>"
#define LIST(what) GET(ADMIN("<item " what "/>"))

/* In the order of `standings`: outcast, stranger; visitor, participant, moderator; member away, visitor, participant, moderator; admin away, here;
 * owner away, here. */
static const struct verb {
	const char *name, *config, *stanza, *expected;
} verbs[] = {
	/* 7.4: with voice; not-acceptable for who is not there. */
	{ "speak", OPEN, "<message type='groupchat' id='v' to='~'><body>Harpier cries</body></message>", "aa" "f++" "af++" "a+" "a+" },
	/* 5.1.1, 7.5: every occupant. */
	{ "whisper", OPEN, "<message type='chat' id='v' to='~/boss'><body>I'll give thee a wind.</body></message>", "aa" "+++" "a+++" "a+" "a+" },
	{ "whisper where only who has voice may", FIELD("allowpm", "participants"), "<message type='chat' id='v' to='~/boss'><body>a wind</body></message>",
	  "aa" "f++" "af++" "a+" "a+" },
	{ "whisper where only moderators may", FIELD("allowpm", "moderators"), "<message type='chat' id='v' to='~/boss'><body>a wind</body></message>",
	  "aa" "ff+" "aff+" "a+" "a+" },
	/* 8.1. */
	{ "change the subject", ONLY_MODERATORS_CHANGE_IT, SUBJECT, "aa" "ff+" "aff+" "a+" "a+" },
	{ "change the subject that all change", OCCUPANTS_CHANGE_IT, SUBJECT, "aa" "f++" "af++" "a+" "a+" },
	/* 5.1.1, 7.8.2: occupants; where only members may enter: who may edit the list of members. */
	{ "invite", OPEN, INVITE, "xx" "+++" "x+++" "*+" "*+" },
	{ "invite where members may enter", CLOSED, INVITE, "xx" "..." "xfff" "*+" "*+" },
	/* 10.2, 10.9. */
	{ "see how the room is set", OPEN, GET("<query xmlns='" MUC "#owner'/>"), "ff" "fff" "ffff" "ff" "++" },
	{ "set the room", OPEN, SET(FORM(FIELD("roomname", "A Dark Cave"))), "ff" "fff" "ffff" "ff" "++" },
	{ "destroy the room", OPEN, SET("<query xmlns='" MUC "#owner'><destroy/></query>"), "ff" "fff" "ffff" "ff" "++" },
	/* 9.2, 9.5, 10.5, 10.8. */
	{ "list who is banned", OPEN, LIST("affiliation='outcast'"), "ff" "fff" "ffff" "++" "++" },
	{ "list members where addresses are hidden", SECRETS, LIST("affiliation='member'"), "ff" "fff" "ffff" "++" "++" },
	{ "list members where they are not", NO_SECRETS, LIST("affiliation='member'"), "ff" "***" "++++" "++" "++" },
	{ "list admins", SECRETS, LIST("affiliation='admin'"), "ff" "fff" "ffff" "ff" "++" },
	{ "list owners", SECRETS, LIST("affiliation='owner'"), "ff" "fff" "ffff" "ff" "++" },
	/* 8.5, 9.8. */
	{ "list who has voice", OPEN, LIST("role='participant'"), "ff" "ff+" "fff+" "*+" "*+" },
	{ "list moderators", OPEN, LIST("role='moderator'"), "ff" "ff*" "fff*" "++" "++" },
	/* 7.10: an outcast is not allowed to. */
	{ "ask how to register", OPEN, GET("<query xmlns='jabber:iq:register'/>"), "n+" "+++" "++++" "++" "++" },
	{ "ask how to register where members may enter", CLOSED, GET("<query xmlns='jabber:iq:register'/>"), "nn" "..." "++++" "++" "++" },
	/* 6.6: of occupants; passed on to another one, who does not answer here. */
	{ "ask an occupant what it can", OPEN, "<iq type='get' id='v' to='~/boss'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
	  "bb" "+++" "b+++" "b+" "b+" },
	/* XEP-0425, 3.3; the message is unknown to who may. */
	{ "moderate", OPEN, SET("<moderate xmlns='urn:xmpp:message-moderate:1' id='1'><retract xmlns='urn:xmpp:message-retract:1'/></moderate>"),
	  "xx" "ffi" "xffi" "xi" "xi" },
	/* XEP-0486: owners. */
	{ "change the picture", OPEN, SET("<vCard xmlns='vcard-temp'/>"), "ff" "fff" "ffff" "ff" "++" },
};

/* Who something is done to: occupants, then (of affiliations) who need not be there. */
static const struct standing targets[] = {
	{ "a visitor", AFFILIATION_NONE, ROLE_VISITOR },          { "a participant", AFFILIATION_NONE, ROLE_PARTICIPANT },
	{ "a moderator", AFFILIATION_NONE, ROLE_MODERATOR },      { "a member as visitor", AFFILIATION_MEMBER, ROLE_VISITOR },
	{ "a member", AFFILIATION_MEMBER, ROLE_PARTICIPANT },     { "a member as moderator", AFFILIATION_MEMBER, ROLE_MODERATOR },
	{ "an admin", AFFILIATION_ADMIN, ROLE_MODERATOR },        { "an owner", AFFILIATION_OWNER, ROLE_MODERATOR },
};
static const struct standing people[] = {
	{ "an outcast", AFFILIATION_OUTCAST, ROLE_NONE }, { "a participant", AFFILIATION_NONE, ROLE_PARTICIPANT },
	{ "a member", AFFILIATION_MEMBER, ROLE_PARTICIPANT }, { "an admin", AFFILIATION_ADMIN, ROLE_MODERATOR },
	{ "an owner", AFFILIATION_OWNER, ROLE_MODERATOR }, { "a stranger", AFFILIATION_NONE, ROLE_NONE },
	{ "a member who is away", AFFILIATION_MEMBER, ROLE_NONE }, { "an admin who is away", AFFILIATION_ADMIN, ROLE_NONE },
	{ "an owner who is away", AFFILIATION_OWNER, ROLE_NONE },
};

#define ROLE(role) SET(ADMIN("<item nick='target' role='" role "'/>"))
#define AFFILIATION(affiliation) SET(ADMIN("<item jid='target@anser.test' affiliation='" affiliation "'/>"))
#define NO_RIGHT "ffffffff"
#define NO_RIGHTS "fffffffff"

/* In the order of `targets`: visitor, participant, moderator; member as visitor, participant, moderator; admin; owner. For each in the order of
 * `standings`. */
static const struct deed {
	const char *name, *stanza;
	const char *shows;                 /* what the others see of it */
	const char *expected[13];
} on_occupants[] = {
	/* 8.2: participants and visitors, not from below; of moderators only admins and owners (5.1.3). */
	{ "kick", ROLE("none"), "role='none'",
	  { NO_RIGHT, NO_RIGHT, NO_RIGHT, NO_RIGHT, "++n" "nnn" "n" "n", NO_RIGHT, NO_RIGHT, NO_RIGHT, "++n" "++n" "n" "n", NO_RIGHT, "+++" "+++" "+" "n",
	    NO_RIGHT, "+++" "+++" "+" "+" } },
	/* 8.3. */
	{ "give voice to", ROLE("participant"), "role='participant'",
	  { "f..f....", "f..f....", "f..f....", "f..f....", "+..+....", "f..f....", "f..f....", "f..f....", "+..+....", "*..*....", "+..+....", "*..*....",
	    "+..+...." } },
	/* 8.4: not from who stands at the same level or above, and never from admins and owners. That a moderator without any affiliation could not
	 * silence anybody is read out of "at" by some. */
	{ "silence", ROLE("visitor"), "role='visitor'",
	  { ".ff.ffff", ".ff.ffff", ".ff.ffff", ".ff.ffff", ".*n.nnnn", ".ff.ffff", ".ff.ffff", ".ff.ffff", ".+n.nnnn", ".ff.ffff", ".++.++nn", ".ff.ffff",
	    ".++.++nn" } },
	/* 9.6: admins and owners. */
	{ "make a moderator of", ROLE("moderator"), "role='moderator'",
	  { "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "ff.ff...", "**.**...", "++.++...", "**.**...",
	    "++.++..." } },
	/* 9.7: the same, and not of admins and owners. */
	{ "make no moderator of", ROLE("participant"), "role='participant'",
	  { "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..f..fxx", "..*..*xx", "..+..+nn", "..*..*xx",
	    "..+..+xn" } },
};

/* In the order of `people`: outcast, participant, member, admin, owner; stranger, member, admin, owner who are away. */
static const struct deed on_people[] = {
	/* 9.1, 5.2.2: admins below themselves, owners everybody. */
	{ "ban", AFFILIATION("outcast"), "affiliation='outcast'",
	  { NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, "*++nn" "++nn", "*++nn" "++nn", "*++++" "++++",
	    "*++++" "++++" } },
	/* 9.2, 9.4, 10.5, 10.7: the lists of admins and owners are the owners'. */
	{ "make nothing of", AFFILIATION("none"), "affiliation='none'",
	  { NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, "+*+ff" "*+ff", "+*+ff" "*+ff", "+*+++" "*+++",
	    "+*+++" "*+++" } },
	{ "make a member of", AFFILIATION("member"), "affiliation='member'",
	  { NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, "++*ff" "+*ff", "++*ff" "+*ff", "++*++" "+*++",
	    "++*++" "+*++" } },
	/* 10.6, 10.3: owners. */
	{ "make an admin of", AFFILIATION("admin"), "affiliation='admin'",
	  { NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, "+++*+" "++*+", "+++*+" "++*+" } },
	{ "make an owner of", AFFILIATION("owner"), "affiliation='owner'",
	  { NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, NO_RIGHTS, "++++*" "+++*", "++++*" "+++*" } },
};

/* 7.2, 5.1.2: by what the room is and what who enters is in it. The letters as above; u not-authorized, r registration-required, w service-unavailable. */
static const struct door_row {
	const char *name, *config;
	const char *expected[AFFILIATIONS]; /* what the own presence says, or a letter */
} doors_rows[] = {
	{ "an open room", FIELD("moderatedroom", "0"), { "f", "role='participant'", "role='participant'", "role='moderator'", "role='moderator'" } },
	{ "a moderated room", FIELD("moderatedroom", "1"), { "f", "role='visitor'", "role='participant'", "role='moderator'", "role='moderator'" } },
	{ "a members-only room", FIELD("membersonly", "1"), { "f", "r", "role='participant'", "role='moderator'", "role='moderator'" } },
	{ "a room with a password", FIELD("passwordprotectedroom", "1") FIELD("roomsecret", "cauldronburn"), { "f", "u", "u", "u", "u" } },
	{ "a full room", FIELD("maxusers", "1"), { "f", "w", "w", "role='moderator'", "role='moderator'" } },
};

/* ---- playing --------------------------------------------------------------------------------------------------- */

struct play {
	struct talk *t;
	struct line *boss, *actor, *target;
	unsigned rooms;
	char room[64];
	const char *what; /* for the report */
	size_t failures, cases;
};

static const char *quoted(const char *heard)
{
	for (char *p = (char *)heard; (p = strchr(p, '"'));)
		*p = '\'';
	return heard;
}

static struct line *enters(struct talk *t, unsigned core, const char *name)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	own_buf plain = { 0 }, said = { 0 };

	talk_account(t, name, "secret");
	buf_byte(&plain, 0);
	buf_str(&plain, str_z(name));
	buf_byte(&plain, 0);
	buf_lit(&plain, "secret");
	buf_lit(&said, HEADER "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	base64_write(&said, buf_all(&plain));
	buf_lit(&said, "</auth>");
	talk_ask(l, buf_z(&said));
	talk_say(l, HEADER "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>here</resource></bind></iq>");
	assert_non_null(strstr(talk_hear(l), "<jid>"));
	return l;
}

/* `text` with the room where a ~ stands. */
static const char *ask(struct play *p, struct line *l, const char *text)
{
	own_buf b = { 0 };

	for (; *text; text++)
		if (*text == '~')
			buf_str(&b, str_z(p->room));
		else
			buf_byte(&b, *text);
	talk_say(l, buf_z(&b));
	return quoted(talk_hear(l));
}

static void must(struct play *p, const char *heard, const char *part)
{
	if (!strstr(heard, part))
		fail_msg("%s: \"%s\" is not in \"%s\"", p->what, part, heard);
}

static const char nick_presence[] = "<presence to='~/%s'><x xmlns='" MUC "'><history maxstanzas='0'/></x></presence>";

static const char *enter(struct play *p, struct line *l, const char *nick)
{
	char text[256];

	snprintf(text, sizeof text, nick_presence, nick);
	return ask(p, l, text);
}

static void leave(struct play *p, struct line *l, const char *nick)
{
	char text[256];

	snprintf(text, sizeof text, "<presence type='unavailable' to='~/%s'/>", nick);
	ask(p, l, text);
}

static void room_begin(struct play *p, const char *config)
{
	own_buf b = { 0 };

	snprintf(p->room, sizeof p->room, "r%u@rooms.anser.test", ++p->rooms);
	must(p, enter(p, p->boss, "boss"), "code='201'");
	buf_fmt(&b, SET(FORM("%s")), config);
	must(p, ask(p, p->boss, buf_z(&b)), "type='result'");
}

/* Everybody leaves, and with them the room. */
static void room_end(struct play *p)
{
	leave(p, p->actor, "actor");
	leave(p, p->target, "target");
	leave(p, p->boss, "boss");
	talk_hear(p->actor);
	talk_hear(p->target);
	talk_hear(p->boss);
}

/* Brings somebody to where he shall stand. */
static void stand(struct play *p, struct line *l, const char *name, const struct standing *s)
{
	own_buf b = { 0 };

	if (s->affiliation != AFFILIATION_NONE) {
		buf_fmt(&b, SET(ADMIN("<item jid='%s@anser.test' affiliation='%s'/>")), name, affiliation_name(s->affiliation));
		must(p, ask(p, p->boss, buf_z(&b)), "type='result'");
	}
	if (s->role == ROLE_NONE)
		return;
	must(p, enter(p, l, name), "code='110'");
	if (s->affiliation < AFFILIATION_ADMIN) {
		buf_clear(&b);
		buf_fmt(&b, SET(ADMIN("<item nick='%s' role='%s'/>")), name, role_name(s->role));
		must(p, ask(p, p->boss, buf_z(&b)), "type='result'");
	}
}

/* The name of the condition in what was heard; NULL: no error. */
static const char *condition(const char *heard, char space[static 64])
{
	const char *error = strstr(heard, "<error "), *end;

	if (!error || !(error = strchr(error, '>')))
		return NULL;
	error += 2; /* >< */
	end = strpbrk(error, " />");
	snprintf(space, 64, "%.*s", (int)(end - error), error);
	return space;
}

static const char *name_of(char letter)
{
	switch (letter) {
	case 'f': return "forbidden";
	case 'a': return "not-acceptable";
	case 'n': return "not-allowed";
	case 'c': return "conflict";
	case 'b': return "bad-request";
	case 'i': return "item-not-found";
	case 'r': return "registration-required";
	case 'u': return "not-authorized";
	case 'w': return "service-unavailable";
	default: return NULL;
	}
}

/* Whether what was heard is what the letter says; else it is reported. */
static bool fits(struct play *p, char letter, const char *heard, const char *who, const char *verb, const char *whom)
{
	char space[64];
	const char *got = condition(heard, space), *wanted = name_of(letter);
	bool good = letter == '*' || (letter == '+' ? !got : letter == 'x' ? got != NULL : got && !strcmp(got, wanted));

	p->cases++;
	if (!good) {
		p->failures++;
		print_error("%s: %s%s%s: %s instead of %s\n", who, verb, whom ? " " : "", whom ? whom : "", got ? got : "done",
			    letter == '+' ? "done" : letter == 'x' ? "an error" : wanted);
	}
	return good;
}

static void setup(struct play *p, unsigned cores)
{
	struct core_settings settings = talk_settings();

	*p = (struct play){ .what = "preparing" };
	settings.rooms_domain = STR("rooms.anser.test");
	p->t = talk_new_with(cores, NULL, &settings);
	p->boss = enters(p->t, 0, "boss");
	p->actor = enters(p->t, cores - 1, "actor");
	p->target = enters(p->t, 0, "target");
	talk_account(p->t, "guest", "secret");
}

static void finish(struct play *p)
{
	p->t = talk_free(p->t);
	print_message("%zu cases\n", p->cases);
	assert_int_equal(p->failures, 0);
}

static void every_verb(unsigned cores)
{
	struct play p;

	setup(&p, cores);
	for (size_t v = 0; v < countof(verbs); v++) {
		assert_int_equal(strlen(verbs[v].expected), countof(standings));
		for (size_t s = 0; s < countof(standings); s++) {
			if (verbs[v].expected[s] == '.')
				continue;
			p.what = verbs[v].name;
			room_begin(&p, verbs[v].config);
			stand(&p, p.actor, "actor", &standings[s]);
			talk_hear(p.actor);
			fits(&p, verbs[v].expected[s], ask(&p, p.actor, verbs[v].stanza), standings[s].name, verbs[v].name, NULL);
			room_end(&p);
		}
	}
	finish(&p);
}

/* Refused: nobody sees anything. Done: the others see it; who is out hears no more. */
static void effect(struct play *p, const struct deed *d, bool done, const struct standing *whom, const char *who)
{
	const char *seen = quoted(talk_hear(p->boss));
	bool out = done && whom->role != ROLE_NONE && (strstr(d->shows, "none'") == d->shows + strlen("role='") || strstr(d->shows, "outcast"));
	bool good = done ? whom->role == ROLE_NONE || strstr(seen, d->shows) : !*seen;

	if (out) {
		talk_hear(p->target);
		ask(p, p->boss, "<message type='groupchat' id='after' to='~'><body>without him</body></message>");
		good = good && !strstr(talk_hear(p->target), "without him");
	}
	if (good)
		return;
	p->failures++;
	print_error("%s: %s %s: the others saw \"%s\"\n", who, d->name, whom->name, seen);
}

static void every_deed(unsigned cores, const struct deed *deeds, size_t n, const struct standing *whom, size_t whom_n)
{
	struct play p;

	setup(&p, cores);
	for (size_t d = 0; d < n; d++)
		for (size_t s = 0; s < countof(standings); s++)
			for (size_t w = 0; w < whom_n; w++) {
				char letter = deeds[d].expected[s][w];
				const char *heard;
				char space[64];

				if (letter == '.')
					continue;
				assert_int_equal(strlen(deeds[d].expected[s]), whom_n);
				p.what = deeds[d].name;
				room_begin(&p, OPEN);
				stand(&p, p.target, "target", &whom[w]);
				stand(&p, p.actor, "actor", &standings[s]);
				talk_hear(p.actor);
				talk_hear(p.boss);
				heard = ask(&p, p.actor, deeds[d].stanza);
				if (fits(&p, letter, heard, standings[s].name, deeds[d].name, whom[w].name) && letter != '*')
					effect(&p, &deeds[d], !condition(heard, space), &whom[w], standings[s].name);
				room_end(&p);
			}
	finish(&p);
}

static void everybody_with_every_verb(void **state) { every_verb(1); }
static void everybody_with_every_verb_on_two_cores(void **state) { every_verb(2); }
static void everybody_to_every_occupant(void **state) { every_deed(1, on_occupants, countof(on_occupants), targets, countof(targets)); }
static void everybody_to_everybody(void **state) { every_deed(2, on_people, countof(on_people), people, countof(people)); }

static void every_door(void **state)
{
	struct play p;

	setup(&p, 2);
	for (size_t d = 0; d < countof(doors_rows); d++)
		for (unsigned a = 0; a < AFFILIATIONS; a++) {
			const struct standing s = { affiliation_name((enum affiliation)a), (enum affiliation)a, ROLE_NONE };
			const char *wanted = doors_rows[d].expected[a], *heard;

			p.what = doors_rows[d].name;
			room_begin(&p, doors_rows[d].config);
			stand(&p, p.actor, "actor", &s);
			heard = enter(&p, p.actor, "actor");
			if (wanted[1])
				must(&p, heard, wanted);
			fits(&p, wanted[1] ? '+' : wanted[0], heard, s.name, "enter", doors_rows[d].name);
			room_end(&p);
		}
	finish(&p);
}

/* 9.1, 10.4, 8.2. */
static void nobody_against_himself(void **state)
{
	struct play p;
	const struct standing *admin = &standings[10], *owner = &standings[12];

	setup(&p, 1);
	p.what = "against oneself";
	room_begin(&p, OPEN);
	stand(&p, p.actor, "actor", admin);
	talk_hear(p.actor);
	fits(&p, 'c', ask(&p, p.actor, SET(ADMIN("<item jid='actor@anser.test' affiliation='outcast'/>"))), admin->name, "ban", "himself");
	fits(&p, 'c', ask(&p, p.boss, SET(ADMIN("<item jid='boss@anser.test' affiliation='outcast'/>"))), owner->name, "ban", "himself");
	fits(&p, 'c', ask(&p, p.boss, SET(ADMIN("<item jid='boss@anser.test' affiliation='admin'/>"))), owner->name, "leave", "the room without an owner");
	fits(&p, 'c', ask(&p, p.boss, SET(FORM("<field var='muc#roomconfig_roomowners' type='jid-multi'/>"))), owner->name, "leave", "the room without an owner");
	must(&p, ask(&p, p.boss, SET(ADMIN("<item jid='actor@anser.test' affiliation='owner'/>"))), "type='result'");
	fits(&p, '+', ask(&p, p.boss, SET(ADMIN("<item jid='boss@anser.test' affiliation='member'/>"))), owner->name, "leave", "the room to another");
	room_end(&p);
	finish(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_with_every_verb),
		cmocka_unit_test(everybody_with_every_verb_on_two_cores),
		cmocka_unit_test(everybody_to_every_occupant),
		cmocka_unit_test(everybody_to_everybody),
		cmocka_unit_test(every_door),
		cmocka_unit_test(nobody_against_himself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
