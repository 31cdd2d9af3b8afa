/* SPDX-License-Identifier: Apache-2.0
 *
 * What is and what is not XML of XMPP, what the trees look like, and that a stream may be split anywhere. The
 * comparison with another parser is in fuzz_xml.c, and runs over its corpus with the tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/xml.h"

#define CLIENT STR("jabber:client")

static struct arena arena;

static int forget(void **unused)
{
	arena_free(&arena);
	return 0;
}

/* A tree as text that leaves no doubt: {namespace}name[{ns}attribute=value]("text" child). */
static void show(struct buf *to, const struct xml *x)
{
	if (!x->name.p) {
		buf_fmt(to, "\"%.*s\"", STR_ARG(x->text));
		return;
	}
	buf_fmt(to, "{%.*s}%.*s", STR_ARG(x->ns), STR_ARG(x->name));
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		buf_fmt(to, "[{%.*s}%.*s=%.*s]", STR_ARG(a->ns), STR_ARG(a->name), STR_ARG(a->value));
	if (!x->children)
		return;
	buf_byte(to, '(');
	for (const struct xml *c = x->children; c; c = c->next) {
		assert_ptr_equal(c->parent, x);
		show(to, c);
	}
	buf_byte(to, ')');
}

static void parses_to(const char *bytes, const char *tree)
{
	struct xml *x = xml_parse(&arena, str_z(bytes), CLIENT, true);
	own_buf b = { 0 };

	if (!x)
		fail_msg("refused: %s", bytes);
	show(&b, x);
	if (!str_is(buf_all(&b), tree))
		fail_msg("%s\nis not  %s\nbut     %s", bytes, tree, buf_z(&b));
}

static void test_trees(void **unused)
{
	parses_to("<a/>", "{jabber:client}a");
	parses_to("<a></a>", "{jabber:client}a");
	parses_to("<a ></a >", "{jabber:client}a");
	parses_to("<a b='c' d = \"e\"/>", "{jabber:client}a[{}b=c][{}d=e]");
	parses_to("<a b='\"' d=\"'>\"/>", "{jabber:client}a[{}b=\"][{}d='>]");
	parses_to("<a>b<c/>d</a>", "{jabber:client}a(\"b\"{jabber:client}c\"d\")");
	parses_to("<a> > ]] ]> </a>", "{jabber:client}a(\" > ]] ]> \")");
	parses_to("<a xmlns='u'><b/><c xmlns=''/><d xmlns='v'><e/></d><f/></a>", "{u}a({u}b{}c{v}d({v}e){u}f)");
	parses_to("<a xmlns:p='u'><p:b p:c='d' c='e'/></a>", "{jabber:client}a({u}b[{u}c=d][{}c=e])");
	parses_to("<p:a p:b='1' xmlns:p='u'/>", "{u}a[{u}b=1]");
	parses_to("<a xmlns:p='u'><b xmlns:p='v'><p:c/></b><p:d/></a>", "{jabber:client}a({jabber:client}b({v}c){u}d)");
	parses_to("<a xml:lang='de'/>", "{jabber:client}a[{http://www.w3.org/XML/1998/namespace}lang=de]");
	parses_to("<xml:a/>", "{http://www.w3.org/XML/1998/namespace}a");
	parses_to("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "{jabber:client}a");
	parses_to("<stream:error/>", "{http://etherx.jabber.org/streams}error");
	parses_to("<stream:a xmlns:stream='u'/>", "{u}a");
	parses_to("<a xmlns='u&amp;v'/>", "{u&v}a");
	parses_to("<xmlns/>", "{jabber:client}xmlns");
	parses_to("<a.-_1\xC3\xA4/>", "{jabber:client}a.-_1\xC3\xA4");
	parses_to("<\xE4\xBE\x8B/>", "{jabber:client}\xE4\xBE\x8B");
}

static void test_text(void **unused)
{
	parses_to("<a>&lt;&gt;&amp;&quot;&apos;</a>", "{jabber:client}a(\"<>&\"'\")");
	parses_to("<a b='&lt;&gt;&amp;&quot;&apos;'/>", "{jabber:client}a[{}b=<>&\"']");
	parses_to("<a>&#65;&#x42;&#x00043;&#0068;</a>", "{jabber:client}a(\"ABCD\")");
	parses_to("<a>&#xE4;&#x20ac;&#x1F600;&#x10FFFF;&#xD7FF;&#xE000;&#xFFFD;</a>",
		  "{jabber:client}a(\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80"
		"\xEF\xBF\xBD\")");
	parses_to("<a>&amp;lt;</a>", "{jabber:client}a(\"&lt;\")");
	parses_to("<a>b<![CDATA[<c>&lt;]] >]]]>d</a>", "{jabber:client}a(\"b<c>&lt;]] >]d\")");
	parses_to("<a><![CDATA[]]></a>", "{jabber:client}a");
	parses_to("<a><![CDATA[b]]><![CDATA[c]]></a>", "{jabber:client}a(\"bc\")");
	parses_to("<a><![CDATA[<![CDATA[]]></a>", "{jabber:client}a(\"<![CDATA[\")");
	parses_to("<a>1\r\n2\r3\n4\r\r\n5&#13;6</a>", "{jabber:client}a(\"1\n2\n3\n4\n\n5\r6\")");
	parses_to("<a><![CDATA[1\r\n2\r3]]>\r</a>", "{jabber:client}a(\"1\n2\n3\n\")");
	parses_to("<a b='1\r\n2\r3\n4\t5&#9;6&#10;7&#13;8'/>", "{jabber:client}a[{}b=1 2 3 4 5\t6\n7\r8]");
	parses_to("<a\n\tb\r\n=\n'c'\r/>", "{jabber:client}a[{}b=c]");
	parses_to("<a>\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xC2\x80</a>",
		"{jabber:client}a(\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xC2\x80\")");
	parses_to("<a>1]]&gt;2]]<![CDATA[>]]></a>", "{jabber:client}a(\"1]]>2]]>\")");
}

static void test_refused(void **unused)
{
	static const char *const samples[] = {
		"", "a", "<", "<a", "<a>", "<a/", "<a/>x", "<a/> ", " <a/>", "<a/><b/>", "</a>", "<>", "</>", "<a></b>",
		"<a></a", "<a></ a>",
		"<a><b></a></b>", "<a><b></a>", "< a/>", "<a / >", "<a></a b='c'>", "<1/>", "<-a/>", "<.a/>",
		"<a b/>", "<a b=c/>", "<a b='c/>", "<a b='c\"/>", "<a b='<'/>", "<a b='c'd='e'/>", "<a b='c' b='d'/>",
		"<a =''/>",
		"<a>&</a>", "<a>&;</a>", "<a>&b;</a>", "<a>&nbsp;</a>", "<a>&lt</a>", "<a>&LT;</a>", "<a b='&'/>",
		"<a b='&b;'/>",
		"<a>&#;</a>", "<a>&#x;</a>", "<a>&#0;</a>", "<a>&#x0;</a>", "<a>&#1;</a>", "<a>&#x1F;</a>",
		"<a>&#xD800;</a>", "<a>&#xDFFF;</a>",
		"<a>&#xFFFE;</a>", "<a>&#xFFFF;</a>", "<a>&#x110000;</a>", "<a>&#99999999999999999999;</a>",
		"<a>&#x100000041;</a>",
		"<a>&#X41;</a>", "<a>&#4 1;</a>", "<a>&#-1;</a>", "<a>&#65</a>", "<a>&#6a;</a>", "<a b='&#0;'/>",
		"<a>]]></a>", "<a>&#65;]]></a>", "<a><![CDATA[]]>]]></a>", "<a><![CDATA[</a>", "<a><![CDATA[]]</a>",
		"<a><![cdata[]]></a>",
		"<![CDATA[]]>", "<a><![CDATA [b]]></a>", "<a/><![CDATA[]]>",
		"<!-- --><a/>", "<a><!-- --></a>", "<a><!----></a>", "<?b?><a/>", "<a><?b?></a>",
		"<?xml version='1.0'?><a/>",
		"<!DOCTYPE a><a/>", "<a><!DOCTYPE a></a>", "<a><!ENTITY b 'c'></a>",
		"<p:a/>", "<a p:b='c'/>", "<a><b xmlns:p='u'/><p:c/></a>", "<a xmlns:p=''/>", "<a:b:c xmlns:a='u'/>",
		"<:a/>", "<a:/>", "<a: b='c'/>",
		"<a xmlns:p='u' p:b:c='d'/>", "<a xmlns:p='u'><p:1/></a>", "<a xmlns:='u'/>", "<a :b='c'/>",
		"<xmlns:a/>",
		"<a xmlns:xmlns='u'/>", "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>",
		"<a xmlns='http://www.w3.org/2000/xmlns/'/>",
		"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
		"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns:xml='u'/>", "<a xmlns:xml=''/>",
		"<a xmlns='u' xmlns='v'/>", "<a xmlns:p='u' xmlns:p='u'/>",
		"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
		"<a xmlns:p='u' xmlns:q='&#117;' p:b='1' q:b='2'/>",
		"<a>\x01</a>", "<a>\x1F</a>", "<a b='\x0C'/>", "<a>\xC0\x80</a>", "<a>\xC1\xBF</a>",
		"<a>\xE0\x80\x80</a>", "<a>\xE0\x9F\xBF</a>", "<a>\xF0\x80\x80\x80</a>", "<a>\xF0\x8F\xBF\xBD</a>",
		"<a>\xED\xA0\x80</a>", "<a>\xEF\xBF\xBE</a>", "<a>\xEF\xBF\xBF</a>", "<a>\xF4\x90\x80\x80</a>",
		"<a>\xF8\x88\x80\x80\x80</a>",
		"<a>\x80</a>", "<a>\xC3</a>", "<a>\xE2\x82</a>", "<a>\xFF</a>", "<a \xC3='b'/>", "<\xC3\x97/>",
		"<a\xC3\x97/>", "<\xF0\x9F\x98\x80/>",
		"\xEF\xBB\xBF<a/>",
	};

	for (size_t i = 0; i < countof(samples); i++)
		if (xml_parse(&arena, str_z(samples[i]), CLIENT, true))
			fail_msg("taken: %s", samples[i]);
	assert_null(xml_parse(&arena, str_n("<a>\0</a>", 8), CLIENT, true));
	assert_null(xml_parse(&arena, str_n("<a\0/>", 5), CLIENT, true));
	assert_null(xml_parse(&arena, STR("<stream:a/>"), CLIENT, false));
	assert_null(xml_parse(&arena, STR_NONE, CLIENT, false));
}

/* Every beginning of something right is wrong. */
static void test_cut_off(void **unused)
{
	static const char whole[] = "<a xmlns:p='u' b='&#x41;&lt;'><p:c/>t\xC3\xA4&amp;<![CDATA[d]]></a>";

	for (size_t n = 0; n < sizeof whole - 1; n++) {
		char *exact = mem_copy(whole, n + !n); /* of exactly that size, for the sanitizer */

		assert_null(xml_parse(&arena, str_n(exact, n), CLIENT, true));
		mem_free(exact);
	}
	assert_non_null(xml_parse(&arena, str_z(whole), CLIENT, true));
}

static struct str repeated(struct buf *b, const char *head, const char *part, size_t n, const char *tail)
{
	buf_clear(b);
	buf_str(b, str_z(head));
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, part, (int)i);
	buf_str(b, str_z(tail));
	return buf_all(b);
}

static void test_bounds(void **unused)
{
	own_buf b = { 0 };
	own_buf deep = { 0 };

	assert_non_null(xml_parse(&arena, repeated(&b, "<a", " b%d=''", XML_ATTRIBUTES_MAX, "/>"), CLIENT, true));
	assert_null(xml_parse(&arena, repeated(&b, "<a", " b%d=''", XML_ATTRIBUTES_MAX + 1, "/>"), CLIENT, true));
	assert_non_null(xml_parse(&arena, repeated(&b, "<a", " xmlns:b%d='u'", 31, "/>"), CLIENT, true));
	assert_null(xml_parse(&arena, repeated(&b, "<a", " xmlns:b%d='u'", 33, "/>"), CLIENT, true));
	assert_null(xml_parse(&arena, repeated(&b, "<a>", "<a/>", 100000, "</a>"), CLIENT, true));
	for (int n = XML_DEPTH_MAX - 1; n <= XML_DEPTH_MAX + 1; n++) {
		repeated(&deep, "", "<a>", (size_t)n, "");
		buf_str(&deep, repeated(&b, "", "</a>", (size_t)n, ""));
		if (n <= XML_DEPTH_MAX)
			assert_non_null(xml_parse(&arena, buf_all(&deep), CLIENT, true));
		else
			assert_null(xml_parse(&arena, buf_all(&deep), CLIENT, true));
	}
}

static void test_bytes(void **unused)
{
	struct xml *x = xml_parse(&arena, STR("<a b='c'>d &amp; e<f/> <g h='i'>j</g ></a>"), CLIENT, true);
	struct xml *f = xml_child(x, "f", NULL), *g = xml_child(x, "g", NULL);

	assert_true(str_is(x->raw, "<a b='c'>d &amp; e<f/> <g h='i'>j</g ></a>"));
	assert_true(str_is(x->inner, "d &amp; e<f/> <g h='i'>j</g >"));
	assert_true(str_is(x->children->raw, "d &amp; e"));
	assert_true(str_is(f->raw, "<f/>") && f->inner.n == 0);
	assert_true(str_is(g->raw, "<g h='i'>j</g >"));
	assert_true(str_is(g->inner, "j"));
}

static void test_looking_up(void **unused)
{
	static const char bytes[] = "<a b='c' xml:lang='de'>1<d>x</d>2<d xmlns='u'>y</d>3<e/></a>";
	struct xml *x = xml_parse(&arena, str_z(bytes), CLIENT, true), *d;

	assert_true(xml_is(x, "a", "jabber:client") && xml_is(x, NULL, NULL));
	assert_true(!xml_is(x, "a", "u") && !xml_is(NULL, NULL, NULL));
	assert_false(xml_is(x->children, NULL, NULL));
	d = xml_child(x, "d", NULL);
	assert_true(str_is(d->ns, "jabber:client"));
	d = xml_sibling(d, "d", NULL);
	assert_true(str_is(d->ns, "u"));
	assert_null(xml_sibling(d, "d", NULL));
	assert_ptr_equal(xml_child(x, NULL, "u"), d);
	assert_null(xml_child(x, "f", NULL));
	assert_true(str_is(xml_attr(x, "b"), "c"));
	assert_null(xml_attr(x, "lang").p);
	assert_true(str_is(xml_attr_ns(x, "lang", "http://www.w3.org/XML/1998/namespace"), "de"));
	assert_true(str_is(xml_text(x, &arena), "123"));
	assert_true(str_is(xml_child_text(x, "d", "u", &arena), "y"));
	assert_true(xml_child_text(x, "e", NULL, &arena).n == 0 && xml_child_text(x, "e", NULL, &arena).p);
	assert_null(xml_child_text(x, "f", NULL, &arena).p);
}

/* The children of what is written, given as they go into a stanza. */
static void children_become(const char *bytes, const char *scope, const char *expected)
{
	struct xml *x = xml_parse(&arena, str_z(bytes), str_z(scope), true);
	own_buf b = { 0 };

	assert_non_null(x);
	xml_write_children(&b, x, CLIENT);
	if (!str_is(buf_all(&b), expected))
		fail_msg("%s\ngave    %s\nand not %s", bytes, buf_z(&b), expected);
}

static void test_foreign(void **unused)
{
	/* As it came. */
	children_become("<a>x<b  c=\"d\"  />&#65;<e xmlns='u'><f/></e></a>", "jabber:client",
		"x<b  c=\"d\"  />&#65;<e xmlns='u'><f/></e>");
	children_become("<a><p:b xmlns:p='u'><p:c/></p:b></a>", "jabber:client", "<p:b xmlns:p='u'><p:c/></p:b>");
	children_become("<a xmlns:p='u'><b/></a>", "jabber:client", "<b/>");
	children_become("<a><b xml:lang='de'/></a>", "jabber:client", "<b xml:lang='de'/>");
	children_become("<a xmlns='u'>x<b xmlns='v'/></a>", "jabber:client", "x<b xmlns='v'/>");
	children_become("<a xmlns='jabber:client'><b/></a>", "u", "<b/>");
	/* What is declared outside is brought along. */
	children_become("<a xmlns:p='u'><p:b c='d'>e<p:f/></p:b></a>", "jabber:client",
		"<b xmlns=\"u\" c=\"d\">e<f/></b>");
	children_become("<a xmlns='u'><b/></a>", "jabber:client", "<b xmlns=\"u\"/>");
	children_become("<a xmlns=''><b/></a>", "jabber:client", "<b xmlns=\"\"/>");
	children_become("<a><b/></a>", "u", "<b xmlns=\"u\"/>");
	children_become("<a><stream:b/></a>", "jabber:client", "<b xmlns=\"http://etherx.jabber.org/streams\"/>");
	children_become("<a xmlns:p='u'><b p:c='d'/></a>", "jabber:client", "<b xmlns:a0=\"u\" a0:c=\"d\"/>");
	children_become("<a xmlns:p='u'><b><c><p:d/></c></b><e  /></a>", "jabber:client",
		"<b><c><d xmlns=\"u\"/></c></b><e  />");
	children_become("<a xmlns:p='jabber:client'><p:b/></a>", "jabber:client", "<b/>");
	children_become("<p:a xmlns:p='u' xmlns='v'><b><c xmlns='jabber:client'><d/></c></b></p:a>", "jabber:client",
			"<b xmlns=\"v\"><c xmlns=\"jabber:client\"><d/></c></b>");
}

/* Bytes are looked at many at a time: whatever the length, and wherever in it the one that matters is. */
enum { LENGTHS = 50 };

static void test_escape_anywhere(void **unused)
{
	static const struct {
		char c;
		const char *escaped;
	} rows[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&apos;" }, { '\r', "&#13;" },
		     { 'b', "b" } };
	char text[LENGTHS];
	own_buf b = { 0 }, expected = { 0 };

	memset(text, 'a', sizeof text);
	for (size_t n = 1; n <= LENGTHS; n++)
		for (size_t at = 0; at < n; at++)
			for (size_t i = 0; i < countof(rows); i++) {
				char *exact = mem_copy(text, n);

				exact[at] = rows[i].c;
				buf_clear(&b);
				buf_clear(&expected);
				xml_escape(&b, str_n(exact, n));
				buf_fmt(&expected, "%.*s%s%.*s", (int)at, text, rows[i].escaped, (int)(n - at - 1), text);
				assert_string_equal(buf_z(&b), buf_z(&expected));
				mem_free(exact);
			}
}

static void test_forbidden_anywhere(void **unused)
{
	static const struct str rows[] = { STR_INIT("\x01"), STR_INIT("\x1f"), STR_INIT("\x80"), STR_INIT("\xff"), STR_INIT("\xc3") };
	own_buf b = { 0 };

	for (size_t n = 0; n <= LENGTHS; n++)
		for (size_t at = 0; at <= n; at++)
			for (size_t i = 0; i <= countof(rows); i++) {
				bool fine = i == countof(rows);
				char *exact;

				buf_clear(&b);
				buf_lit(&b, "<a>");
				for (size_t k = 0; k < n; k++) {
					if (k == at && fine)
						buf_lit(&b, "\xe4\xbd\xa0");
					else if (k == at)
						buf_str(&b, rows[i]);
					buf_byte(&b, 'x');
				}
				if (at == n)
					buf_str(&b, fine ? STR("\t") : rows[i]);
				buf_lit(&b, "</a>");
				exact = mem_copy(b.p, b.n);
				assert_int_equal(xml_parse(&arena, str_n(exact, b.n), CLIENT, true) != NULL, fine);
				mem_free(exact);
				arena_reset(&arena);
			}
}

static void test_write(void **unused)
{
	struct xml *x = xml_parse(&arena, STR("<a xmlns='u' b='&lt;&#10;&#9;&#13;&quot;'>&lt;&amp;&gt;\n&#13;</a>"),
		CLIENT, true);
	own_buf b = { 0 };

	x->raw = STR_NONE;
	xml_write(&b, x, CLIENT);
	assert_string_equal(buf_z(&b), "<a xmlns=\"u\" b=\"&lt;&#10;&#9;&#13;&quot;\">&lt;&amp;&gt;\n&#13;</a>");
	buf_clear(&b);
	xml_write(&b, x, STR("u"));
	assert_string_equal(buf_z(&b), "<a b=\"&lt;&#10;&#9;&#13;&quot;\">&lt;&amp;&gt;\n&#13;</a>");
	buf_clear(&b);
	xml_write(&b, xml_parse(&arena, STR("<a xmlns:p='u' xmlns:q='v' p:b='1' q:b='2' xml:c='3'/>"), STR("w"), false),
		STR("w"));
	assert_string_equal(buf_z(&b), "<a xmlns:a0=\"u\" xmlns:a1=\"v\" a0:b=\"1\" a1:b=\"2\" xml:c=\"3\"/>");
	buf_clear(&b);
	xml_write_attr(&b, "a", STR_NONE);
	xml_write_attr(&b, "b", STR(""));
	xml_escape(&b, STR_NONE);
	assert_string_equal(buf_z(&b), " b=\"\"");
}

/* ---- streams ------------------------------------------------------------------------------------------------- */

enum { FRAME_MAX = 200 };

/* Feeds `bytes` in pieces of `step` and notes the frames: a letter for the kind and, but for blanks, the bytes. */
static void frames(struct buf *to, struct str bytes, size_t step)
{
	static const char letters[] = ".OSC NRB";
	struct xml_framer f = { 0 };
	size_t start = 0, seen = 0, len;

	while (seen < bytes.n) {
		enum xml_frame kind = XML_BLANK;

		seen = seen + step < bytes.n ? seen + step : bytes.n;
		while (start < seen && kind != XML_MORE) {
			char *exact = mem_copy(bytes.p + start, seen - start);

			kind = xml_frame(&f, exact, seen - start, FRAME_MAX, &len);
			mem_free(exact);
			if (kind == XML_MORE || kind == XML_BLANK) {
				start += kind == XML_BLANK ? len : 0;
				continue;
			}
			buf_byte(to, letters[kind]);
			if (kind >= XML_NOT_WELL_FORMED)
				return;
			buf_add(to, bytes.p + start, len);
			start += len;
		}
	}
	buf_fmt(to, ".%zu", bytes.n - start);
}

static void frames_are(struct str bytes, const char *expected)
{
	for (size_t step = 1; step <= bytes.n; step++) {
		own_buf b = { 0 };

		frames(&b, bytes, step);
		if (!str_is(buf_all(&b), expected))
			fail_msg("%.*s in pieces of %zu\ngave    %s\nand not %s", STR_ARG(bytes), step, buf_z(&b),
				expected);
	}
}

static void test_frames(void **unused)
{
	frames_are(STR("<s>"), "O<s>.0");
	frames_are(STR("<?xml version='1.0'?><s a='>'><a/>"), "O<?xml version='1.0'?><s a='>'>S<a/>.0");
	frames_are(STR(" \n<?xml version='1.0' ?>\n <s><a>b</a> <c d=\"'>\"><e/></c>\n</s >"),
		   "O<?xml version='1.0' ?>\n <s>S<a>b</a>S<c d=\"'>\"><e/></c>C</s >.0");
	frames_are(STR("<s><a><![CDATA[</a>]]]]]></a><b><![CDATA[]]></b>"),
		"O<s>S<a><![CDATA[</a>]]]]]></a>S<b><![CDATA[]]></b>.0");
	frames_are(STR("<s><a><![CDATA[]></a>]]></a>"), "O<s>S<a><![CDATA[]></a>]]></a>.0");
	frames_are(STR("<s><a><b><c/></b><b></b></a><d"), "O<s>S<a><b><c/></b><b></b></a>.2");
	frames_are(STR("<s><a b='/'>/</a>"), "O<s>S<a b='/'>/</a>.0");
	frames_are(STR("<s><a b='1' c=\"2\"/></s>"), "O<s>S<a b='1' c=\"2\"/>C</s>.0");
}

static void test_frames_refused(void **unused)
{
	frames_are(STR("x"), "N");
	frames_are(STR("<s>x"), "O<s>N");
	frames_are(STR("<s/>"), "N");
	frames_are(STR("</s>"), "N");
	frames_are(STR("<s><a b='<'/>"), "O<s>N");
	frames_are(STR("<s><a <"), "O<s>N");
	frames_are(STR("<s></a<"), "O<s>N");
	frames_are(STR("<!DOCTYPE s>"), "R");
	frames_are(STR("<?xml version='1.0'?><!DOCTYPE s>"), "R");
	frames_are(STR("<?xml version='1.0'?><?xml version='1.0'?>"), "R");
	frames_are(STR("<?xml version='1.0'?>x"), "N");
	frames_are(STR("<?xmlx?>"), "R");
	frames_are(STR("<?p?>"), "R");
	frames_are(STR("<!-- -->"), "R");
	frames_are(STR("<s><!-- -->"), "O<s>R");
	frames_are(STR("<s><?xml version='1.0'?>"), "O<s>R");
	frames_are(STR("<s><a><!-- -->"), "O<s>R");
	frames_are(STR("<s><a><?b?>"), "O<s>R");
	frames_are(STR("<s><a><!DOCTYPE b>"), "O<s>R");
	frames_are(STR("<s><a><![CDAT[]]>"), "O<s>R");
	frames_are(STR("<s><![CDATA[]]>"), "O<s>R");
}

static void test_frame_bounds(void **unused)
{
	own_buf b = { 0 };
	own_buf expected = { 0 };

	for (size_t n = FRAME_MAX - 8; n <= FRAME_MAX - 6; n++) {
		repeated(&b, "<s><a>", "b", n, "</a>");
		buf_clear(&expected);
		if (n + 7 <= FRAME_MAX)
			buf_fmt(&expected, "O<s>S%.*s.0", STR_ARG(str_from(buf_all(&b), 3)));
		else
			buf_lit(&expected, "O<s>B");
		frames_are(buf_all(&b), buf_z(&expected));
	}
	/* Blanks are no frame that grows. */
	frames_are(repeated(&b, "<s>", " ", FRAME_MAX * 2, "<a/>"), "O<s>S<a/>.0");
	frames_are(repeated(&b, "<s>", "<a>", XML_DEPTH_MAX, ""), "O<s>.192");
	frames_are(repeated(&b, "<s>", "<a>", XML_DEPTH_MAX + 1, ""), "O<s>B");
}

static void test_stream_header(void **unused)
{
	static const char *const refused[] = {
		"<?xml version='1.0' encoding='latin1'?><s>", "<?xml?><s>", "<?xml encoding='utf-8'?><s>",
		"<?xml version='1.0'><s>",
		"<?xml version='1.0' standalone='maybe'?><s>", "<?xml version=\"1.0'?><s>",
		"<?xml version='1.0'encoding='utf-8'?><s>",
		"<s", "<s/>", "<s></s>", "<s>x", "<p:s>", "<s a='1' a='2'>", "x<s>", "", "<?xml version='1.0'?>",
		"<?xml version='1.0' x='y'?><s>",
		"<stream:stream>",
	};
	struct xml *x = xml_parse_stream(&arena, STR("<?xml version=\"1.0\" encoding='utf-8' standalone='yes' ?>\n"
		"<stream:stream to='b' "
		"xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xml:lang='en'>"));
	own_buf b = { 0 };

	assert_non_null(x);
	show(&b, x);
	assert_string_equal(buf_z(&b), "{http://etherx.jabber.org/streams}stream[{}to=b][{}version=1.0]"
			    "[{http://www.w3.org/XML/1998/namespace}lang=en]");
	assert_true(str_is(x->text, "jabber:client"));
	assert_non_null(xml_parse_stream(&arena, STR("<s>")));
	for (size_t i = 0; i < countof(refused); i++)
		if (xml_parse_stream(&arena, str_z(refused[i])))
			fail_msg("taken: %s", refused[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_trees, forget),
		cmocka_unit_test_teardown(test_text, forget),
		cmocka_unit_test_teardown(test_refused, forget),
		cmocka_unit_test_teardown(test_cut_off, forget),
		cmocka_unit_test_teardown(test_bounds, forget),
		cmocka_unit_test_teardown(test_bytes, forget),
		cmocka_unit_test_teardown(test_looking_up, forget),
		cmocka_unit_test_teardown(test_foreign, forget),
		cmocka_unit_test_teardown(test_write, forget),
		cmocka_unit_test(test_escape_anywhere),
		cmocka_unit_test_teardown(test_forbidden_anywhere, forget),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_frames_refused),
		cmocka_unit_test(test_frame_bounds),
		cmocka_unit_test_teardown(test_stream_header, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
