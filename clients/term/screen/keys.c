/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/keys.h"

#include "base/mem.h"
#include "clients/term/screen/width.h"

static const char paste_end[] = "\x1b[201~";

/* By the last byte of CSI … or SS3 …. */
static const struct {
	char last;
	enum key_code code;
	unsigned c;
} by_letter[] = {
	{ 'A', KEY_UP, 0 }, { 'B', KEY_DOWN, 0 }, { 'C', KEY_RIGHT, 0 }, { 'D', KEY_LEFT, 0 }, { 'H', KEY_HOME, 0 },
	{ 'F', KEY_END, 0 },
	{ 'P', KEY_FUNCTION, 1 }, { 'Q', KEY_FUNCTION, 2 }, { 'R', KEY_FUNCTION, 3 }, { 'S', KEY_FUNCTION, 4 },
	{ 'M', KEY_ENTER, 0 },
};

/* CSI number ~ */
static const struct {
	unsigned number;
	enum key_code code;
	unsigned c;
} by_number[] = {
	{ 1, KEY_HOME, 0 }, { 7, KEY_HOME, 0 }, { 4, KEY_END, 0 }, { 8, KEY_END, 0 }, { 2, KEY_INSERT, 0 },
	{ 3, KEY_DELETE, 0 },
	{ 5, KEY_PAGE_UP, 0 }, { 6, KEY_PAGE_DOWN, 0 }, { 11, KEY_FUNCTION, 1 }, { 12, KEY_FUNCTION, 2 },
	{ 13, KEY_FUNCTION, 3 },
	{ 14, KEY_FUNCTION, 4 }, { 15, KEY_FUNCTION, 5 }, { 17, KEY_FUNCTION, 6 }, { 18, KEY_FUNCTION, 7 },
	{ 19, KEY_FUNCTION, 8 },
	{ 20, KEY_FUNCTION, 9 }, { 21, KEY_FUNCTION, 10 }, { 23, KEY_FUNCTION, 11 }, { 24, KEY_FUNCTION, 12 },
};

enum { MORE = 0 }; /* what a reader says when it needs more bytes; else how many it has taken */

/* One character typed, maybe a control character. */
static struct key character_key(uint32_t c)
{
	struct key k = { .code = KEY_CHAR, .c = c };

	if (c == '\r')
		k.code = KEY_ENTER;
	else if (c == '\t')
		k.code = KEY_TAB;
	else if (c == 0x7F || c == 0x08)
		k.code = KEY_BACKSPACE;
	else if (c == 0x1B)
		k.code = KEY_ESCAPE;
	else if (c < 0x20) {
		k.ctrl = true;
		k.c = c + (c >= 1 && c <= 26 ? 'a' - 1 : '@');
	}
	if (k.code != KEY_CHAR)
		k.c = 0;
	return k;
}

static void modifiers_set(struct key *k, unsigned value)
{
	unsigned bits = value > 0 ? value - 1 : 0;

	k->shift = bits & 1;
	k->alt = k->alt || (bits & 2);
	k->ctrl = k->ctrl || (bits & 4);
}

/* Bit 6: the wheel. Bit 5: moves, which nobody asked for. The low bits: 0 the left button. */
static bool mouse_key(struct key *k, const unsigned *numbers, char last)
{
	if (last != 'M' || numbers[1] == 0 || numbers[2] == 0 || (numbers[0] & 32))
		return false;
	k->x = numbers[1] - 1;
	k->y = numbers[2] - 1;
	if (numbers[0] & 64)
		k->code = numbers[0] & 1 ? KEY_WHEEL_DOWN : KEY_WHEEL_UP;
	else
		k->code = KEY_CLICK;
	return (numbers[0] & 64) || (numbers[0] & 3) == 0;
}

/* A key by its character and modifiers: CSI c ; m u, CSI 27 ; m ; c ~. */
static bool coded_key(struct key *k, unsigned c, unsigned modifiers)
{
	struct key plain;

	if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || (c >= 0x7F && c < 0xA0 && c != 0x7F))
		return false;
	plain = character_key(c);
	plain.alt = k->alt;
	*k = plain;
	modifiers_set(k, modifiers);
	if (k->code == KEY_CHAR && k->ctrl && k->c >= 'A' && k->c <= 'Z')
		k->c += 'a' - 'A';
	return true;
}

static bool numbered_key(struct key *k, const unsigned *numbers)
{
	if (numbers[0] == 27)
		return coded_key(k, numbers[2], numbers[1]);
	for (size_t i = 0; i < countof(by_number); i++) {
		if (by_number[i].number == numbers[0]) {
			k->code = by_number[i].code;
			k->c = by_number[i].c;
			modifiers_set(k, numbers[1]);
			return true;
		}
	}
	return false;
}

static bool letter_key(struct key *k, char last, unsigned modifiers)
{
	for (size_t i = 0; i < countof(by_letter); i++) {
		if (by_letter[i].last == last) {
			k->code = by_letter[i].code;
			k->c = by_letter[i].c;
			modifiers_set(k, modifiers);
			return true;
		}
	}
	return false;
}

static void numbers_read(struct str s, unsigned numbers[3])
{
	size_t i = 0;

	for (size_t at = 0; at < s.n && i < 3; at++) {
		if (s.p[at] == ';')
			i++;
		else if (s.p[at] >= '0' && s.p[at] <= '9' && numbers[i] < 0x110000)
			numbers[i] = numbers[i] * 10 + (unsigned)(s.p[at] - '0');
	}
}

/* `s` stands between CSI and its last byte: digits, ';' and maybe a mark in front. Whether it is a key; a paste may
 * begin instead. */
static bool sequence_key(struct keys *ks, struct str s, char last, struct key *k)
{
	bool marked = s.n > 0 && (s.p[0] < '0' || s.p[0] > ';');
	unsigned numbers[3] = { 0 };

	numbers_read(s, numbers);
	if (marked)
		return s.p[0] == '<' && mouse_key(k, numbers, last);
	switch (last) {
	case '~':
		ks->pasting = numbers[0] == 200;
		return !ks->pasting && numbered_key(k, numbers);
	case 'u':
		return coded_key(k, numbers[0], numbers[1]);
	case 'Z':
		k->code = KEY_TAB;
		k->shift = true;
		return true;
	default:
		return letter_key(k, last, numbers[1]);
	}
}

/* s begins with the '[' behind the escape. Returns the bytes taken, MORE, and in *known whether `k` is a key. */
static size_t csi_read(struct keys *ks, struct str s, struct key *k, bool *known)
{
	size_t n = 1;

	*known = false;
	if (s.n > 1 && s.p[1] == '[') { /* F1 to F5 of the Linux console: ESC [ [ A */
		if (s.n < 3)
			return MORE;
		k->code = KEY_FUNCTION;
		k->c = (unsigned)(s.p[2] - 'A') + 1;
		*known = s.p[2] >= 'A' && s.p[2] <= 'E';
		return 3;
	}
	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x40)
		n++;
	if (n == s.n)
		return MORE;
	if (s.p[n] < 0x40 || s.p[n] == 0x7F)
		return n; /* no sequence after all; this byte is read again */
	*known = sequence_key(ks, str_n(s.p + 1, n - 1), s.p[n], k);
	return n + 1;
}

static size_t plain_read(struct str s, struct key *k)
{
	unsigned char first = (unsigned char)s.p[0];
	size_t need = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
	uint32_t c;
	size_t n = utf8_at(s, 0, &c);
	bool alt = k->alt;

	if (n < need && s.n < need) { /* the begin of a character, unless it goes on wrongly */
		bool good = true;

		for (size_t i = 1; i < s.n; i++)
			good = good && ((unsigned char)s.p[i] & 0xC0) == 0x80;
		if (good)
			return MORE;
	}
	*k = character_key(c);
	k->alt = alt;
	return n;
}

/* One key from the begin of `s` (not empty). */
static size_t key_read(struct keys *ks, struct str s, struct key *k, bool *known)
{
	size_t n, escapes = 0;

	*k = (struct key){ .code = KEY_CHAR };
	*known = true;
	while (escapes < s.n && escapes < 2 && s.p[escapes] == 0x1B)
		escapes++;
	if (escapes == s.n)
		return MORE;
	if (escapes > 0 && (s.p[escapes] == '[' || s.p[escapes] == 'O')) {
		k->alt = escapes > 1;
		if (s.p[escapes] == 'O') {
			if (s.n < escapes + 2)
				return MORE;
			*known = letter_key(k, s.p[escapes + 1], 0);
			return escapes + 2;
		}
		n = csi_read(ks, str_from(s, escapes), k, known);
		return n ? n + escapes : MORE;
	}
	if (escapes > 1) {
		k->code = KEY_ESCAPE;
		return 1;
	}
	k->alt = escapes > 0;
	n = plain_read(str_from(s, escapes), k);
	return n ? n + escapes : MORE;
}

/* Bytes of a paste up to its end; how many were taken. */
static size_t paste_read(struct keys *ks, struct str s, bool *ended)
{
	size_t n = str_find(s, 0x1B);

	*ended = false;
	if (n == 0) {
		size_t mark = sizeof paste_end - 1;

		if (s.n >= mark && memcmp(s.p, paste_end, mark) == 0) {
			*ended = true;
			return mark;
		}
		if (s.n < mark && memcmp(s.p, paste_end, s.n) == 0)
			return MORE;
		return 1; /* an escape that was pasted: left out */
	}
	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];

		if (c == '\n' && i == 0 && ks->paste.n > 0 && ks->paste.p[ks->paste.n - 1] == '\r')
			ks->paste.p[ks->paste.n - 1] = '\n';
		else if ((unsigned char)c >= 0x20 ? c != 0x7F : c == '\t' || c == '\n' || c == '\r') {
			if (ks->paste.n < PASTE_MAX)
				buf_byte(&ks->paste, c);
			else
				ks->cut = true;
		}
	}
	return n;
}

/* Line ends become LF; what is not UTF-8 is replaced, C1 controls go. */
static void paste_give(struct keys *ks, keys_each *each, void *arg)
{
	own_buf clean = { 0 };
	struct str s = buf_all(&ks->paste);

	for (size_t at = 0; at < s.n;) {
		uint32_t c;
		char bytes[4];
		size_t n = utf8_at(s, at, &c);

		at += n;
		if (c == '\r') {
			at += at < s.n && s.p[at] == '\n';
			c = '\n';
		}
		if (c < 0x80 || c >= 0xA0)
			buf_add(&clean, bytes, utf8_put(bytes, c));
	}
	each(arg, &(struct key){ .code = KEY_PASTE, .text = buf_all(&clean), .cut = ks->cut });
	buf_free(&ks->paste);
	ks->pasting = ks->cut = false;
}

/* How much of `s` was understood. */
static size_t keys_take(struct keys *ks, struct str s, keys_each *each, void *arg)
{
	size_t at = 0, n;

	while (at < s.n) {
		bool yes;
		struct key k;

		if (ks->pasting) {
			n = paste_read(ks, str_from(s, at), &yes);
			if (yes)
				paste_give(ks, each, arg);
		} else {
			n = key_read(ks, str_from(s, at), &k, &yes);
			if (n && yes)
				each(arg, &k);
		}
		if (n == MORE)
			break;
		at += n;
	}
	return at;
}

void keys_feed(struct keys *ks, struct str bytes, keys_each *each, void *arg)
{
	own_buf all = { 0 };
	size_t n;

	buf_add(&all, ks->pending, ks->n);
	buf_str(&all, bytes);
	ks->n = 0;
	n = keys_take(ks, buf_all(&all), each, arg);
	/* a sequence that is none: without its begin it is read as what follows */
	while (all.n - n > sizeof ks->pending) {
		n++;
		n += keys_take(ks, str_from(buf_all(&all), n), each, arg);
	}
	ks->n = all.n - n;
	if (ks->n)
		memcpy(ks->pending, all.p + n, ks->n);
}

bool keys_waiting(const struct keys *ks) { return ks->n > 0 && !ks->pasting; }

void keys_timeout(struct keys *ks, keys_each *each, void *arg)
{
	char bytes[sizeof ks->pending];
	size_t n = ks->n;

	if (!keys_waiting(ks))
		return;
	memcpy(bytes, ks->pending, n);
	ks->n = 0;
	if (n == 1 && bytes[0] == 0x1B)
		each(arg, &(struct key){ .code = KEY_ESCAPE });
	else if (n == 2 && bytes[0] == 0x1B && bytes[1] == 0x1B)
		each(arg, &(struct key){ .code = KEY_ESCAPE });
	else if (n == 2 && bytes[0] == 0x1B)
		each(arg, &(struct key){ .code = KEY_CHAR, .c = (unsigned char)bytes[1], .alt = true });
	/* anything else was cut off on its way: nothing */
}

void keys_free(struct keys *ks)
{
	buf_free(&ks->paste);
	*ks = (struct keys){ 0 };
}
