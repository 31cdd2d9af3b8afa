/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/search.c - looking for rooms by words (XEP-0433), among those that their owners let be found. Every
 * word must be somewhere in the name, the description or the address.
 */
#include <stdlib.h>

#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/features/mam_page.h"
#include "doors/xmpp/muc/muc.h"
#include "model/fold.h"

#define SEARCH_BASE "urn:xmpp:channel-search:0"
#define PARAMS SEARCH_BASE ":search-params"
#define ERRORS SEARCH_BASE ":error"
#define BY_ADDRESS "{" SEARCH_BASE ":order}address"
#define BY_CROWD "{" SEARCH_BASE ":order}nusers"

enum { PAGE = 50, PAGE_MAX = 100, TEXT_MAX = 255 };

/* ---- what is asked --------------------------------------------------------------------------------------------- */

struct looking {
	struct str words;  /* folded */
	bool all, in_name, in_description, in_address, by_crowd, ours;
	uint64_t least;    /* occupants */
	uint64_t max;
	struct str after;
};

static void form_answer(struct muc *m)
{
	muc_result(m, STR("<search xmlns='" CHANNEL_SEARCH "'><x xmlns='" DATA "' type='form'><field var='FORM_TYPE' type='hidden'><value>" PARAMS "</value></field>"
			  "<field var='q' type='text-single' label='Words'/><field var='all' type='boolean' label='All rooms'/>"
			  "<field var='sinname' type='boolean' label='Look in names'><value>true</value></field>"
			  "<field var='sindescription' type='boolean' label='Look in descriptions'><value>true</value></field>"
			  "<field var='sinaddress' type='boolean' label='Look in addresses'><value>true</value></field>"
			  "<field var='min_users' type='text-single' label='People at least'><value>0</value></field>"
			  "<field var='types' type='list-multi' label='Kinds'><value>xep-0045</value><option label='Rooms'><value>xep-0045</value></option></field>"
			  "<field var='key' type='list-single' label='Order'><value>" BY_ADDRESS "</value><option label='Address'><value>" BY_ADDRESS
			  "</value></option><option label='People'><value>" BY_CROWD "</value></option></field></x></search>"));
}

static bool flag_read(const struct muc *m, const struct xml *form, const char *var, bool usual, bool *ret)
{
	struct str text = form_value(form, var, m->arena);

	*ret = usual;
	return !text.p || muc_flag(text, ret);
}

/* XEP-0433: an old form of this field's name is in the example of the form. */
static bool places_read(const struct muc *m, const struct xml *form, struct looking *l)
{
	bool address;

	return flag_read(m, form, "sinname", true, &l->in_name) &&
	       flag_read(m, form, "sindescription", true, &l->in_description) &&
	       flag_read(m, form, "sinaddr", true, &address) &&
	       flag_read(m, form, "sinaddress", address, &l->in_address) && flag_read(m, form, "all", false, &l->all);
}

static bool is_of_ours(const struct muc *m, const struct xml *form)
{
	for (const struct xml *f = xml_child(form, "field", DATA); f; f = xml_sibling(f, "field", DATA)) {
		if (!str_is(xml_attr(f, "var"), "types"))
			continue;
		for (const struct xml *v = xml_child(f, "value", DATA); v; v = xml_sibling(v, "value", DATA))
			if (str_is(str_trim(xml_text(v, m->arena)), "xep-0045"))
				return true;
		return !xml_child(f, "value", DATA);
	}
	return true;
}

static void refuse(struct muc *m, enum stanza_error_condition condition, const char *text, struct str own)
{
	muc_error_with(m, condition, STANZA_ERROR_MODIFY, text, own);
}

/* False: it was answered. */
static bool looking_read(struct muc *m, const struct xml *form, struct looking *l)
{
	struct str q = form_value(form, "q", m->arena), key = form_value(form, "key", m->arena),
		   least = form_value(form, "min_users", m->arena);
	own_buf folded = { 0 };

	l->ours = is_of_ours(m, form);
	l->by_crowd = str_is(key, BY_CROWD);
	if (!places_read(m, form, l) || (least.n && !str_u64(least, &l->least)))
		refuse(m, STANZA_ERROR_BAD_REQUEST, "This is no search.", STR(""));
	else if (key.n && !l->by_crowd && !str_is(key, BY_ADDRESS))
		refuse(m, STANZA_ERROR_FEATURE_NOT_IMPLEMENTED, "Rooms come by address or by how many are in them.",
		       STR("<invalid-sort-key xmlns='" ERRORS "'/>"));
	else if (l->all && q.n)
		refuse(m, STANZA_ERROR_BAD_REQUEST, "Either all rooms or those with these words.",
		       STR("<conflicting-fields xmlns='" ERRORS "'><var>all</var><var>q</var></conflicting-fields>"));
	else if (!l->all && !q.p)
		refuse(m, STANZA_ERROR_BAD_REQUEST, "Say what to look for.",
		       STR("<no-search-conditions xmlns='" ERRORS "'/>"));
	else if (!l->all && (!str_trim(q).n || q.n > TEXT_MAX))
		refuse(m, STANZA_ERROR_BAD_REQUEST, "Look for 1 to 255 bytes of text.",
		       STR("<invalid-search-terms xmlns='" ERRORS "'/>"));
	else {
		text_fold(&folded, q.p ? q : STR(""));
		l->words = arena_str(m->arena, buf_all(&folded));
		return true;
	}
	return false;
}

static bool page_read(struct muc *m, const struct xml *set, struct looking *l)
{
	const struct xml *max = set ? xml_child(set, "max", RSM) : NULL;

	l->max = PAGE;
	if (!set)
		return true;
	if (max && !str_u64(str_trim(xml_text(max, m->arena)), &l->max))
		return false;
	if (l->max > PAGE_MAX)
		l->max = PAGE_MAX;
	l->after = xml_child_text(set, "after", RSM, m->arena);
	return !xml_child(set, "before", RSM) && !xml_child(set, "index", RSM);
}

/* ---- what fits ------------------------------------------------------------------------------------------------- */

static bool has_words(const struct looking *l, const struct room_listing *r)
{
	own_buf text = { 0 };
	struct str rest = l->words;

	if (l->in_name)
		text_fold(&text, r->title);
	buf_byte(&text, '\n');
	if (l->in_description)
		text_fold(&text, r->description);
	buf_byte(&text, '\n');
	if (l->in_address)
		text_fold(&text, r->name);
	while ((rest = str_trim(rest)).n) {
		struct str word = str_n(rest.p, str_find(rest, ' '));

		if (!memmem(text.p, text.n, word.p, word.n))
			return false;
		rest = str_from(rest, word.n);
	}
	return true;
}

static int by_crowd(const void *a, const void *b)
{
	const struct room_listing *x = a, *y = b;

	return x->occupants != y->occupants ? (x->occupants < y->occupants) - (x->occupants > y->occupants)
					    : str_cmp(x->name, y->name);
}

/* They stay where they are until the end of the turn. */
static struct room_listing *found(const struct muc *m, const struct looking *l, size_t *n)
{
	struct room_listing r = { 0 };
	own_buf all = { 0 };
	struct room_listing *list;

	while (l->ours && room_listing_next(m->core, r.name, &r))
		if (r.occupants >= l->least && (l->all || has_words(l, &r)))
			buf_add(&all, &r, sizeof r);
	*n = all.n / sizeof r;
	list = arena_get(m->arena, all.n + 1);
	if (all.n)
		memcpy(list, all.p, all.n);
	if (l->by_crowd && *n)
		qsort(list, *n, sizeof r, by_crowd);
	return list;
}

static void number_write(struct buf *to, const char *element, unsigned n)
{
	buf_fmt(to, "<%s>%u</%s>", element, n, element);
}

static void room_write(struct buf *to, const struct room_listing *r)
{
	buf_lit(to, "<item");
	xml_write_attr(to, "address", r->name);
	buf_byte(to, '>');
	muc_text(to, "name", r->title.n ? r->title : str_n(r->name.p, str_find(r->name, '@')));
	muc_text(to, "description", r->description);
	muc_text(to, "language", r->language);
	number_write(to, "nusers", r->occupants);
	buf_lit(to, "<service-type>xep-0045</service-type>");
	buf_fmt(to, "<is-open>%s</is-open><anonymity-mode>%s</anonymity-mode></item>",
		r->members_only || r->password ? "false" : "true",
		r->anonymous ? "muc_semianonymous" : "{" SEARCH_BASE ":anonymity}none");
}

/* Behind the one that the page before ended with; when that has gone meanwhile: from where it would be by address, or,
 * by crowd, nothing. */
static size_t page_from(const struct looking *l, const struct room_listing *list, size_t n)
{
	size_t i = 0;

	if (!l->after.n)
		return 0;
	if (!l->by_crowd) {
		while (i < n && str_cmp(list[i].name, l->after) <= 0)
			i++;
		return i;
	}
	while (i < n && !str_eq(list[i].name, l->after))
		i++;
	return i < n ? i + 1 : n;
}

static void page_write(struct muc *m, const struct looking *l)
{
	size_t n, from, shown;
	const struct room_listing *list = found(m, l, &n);
	own_buf b = { 0 };

	from = page_from(l, list, n);
	shown = n - from < l->max ? n - from : l->max;
	buf_lit(&b, "<result xmlns='" CHANNEL_SEARCH "'>");
	for (size_t i = 0; i < shown; i++)
		room_write(&b, &list[from + i]);
	buf_lit(&b, "<set xmlns='" RSM "'>");
	if (shown) {
		buf_fmt(&b, "<first index='%zu'>", from);
		xml_escape(&b, list[from].name);
		buf_lit(&b, "</first>");
		muc_text(&b, "last", list[from + shown - 1].name);
	}
	buf_fmt(&b, "<count>%zu</count></set></result>", n);
	muc_result(m, buf_all(&b));
}

void muc_search(struct muc *m)
{
	const struct xml *form = xml_child(m->child, "x", DATA);
	struct looking l = { 0 };

	if (!form)
		form_answer(m);
	else if (!str_is(form_value(form, "FORM_TYPE", m->arena), PARAMS) ||
		 !page_read(m, xml_child(m->child, "set", RSM), &l))
		refuse(m, STANZA_ERROR_BAD_REQUEST, "This is no search.", STR(""));
	else if (looking_read(m, form, &l))
		page_write(m, &l);
}
