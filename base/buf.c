/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

char *buf_room(struct buf *b, size_t more)
{
	if (b->room - b->n < more) {
		size_t room = b->room ? b->room : 64;

		while (room - b->n < more)
			room *= 2;
		b->p = mem_grow(b->p, room);
		b->room = room;
	}
	return b->p + b->n;
}

void buf_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(b, digits + i, sizeof digits - i);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	buf_room(b, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_eat(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	if (n) {
		memmove(b->p, b->p + n, b->n - n);
		b->n -= n;
	}
}

const char *buf_z(struct buf *b)
{
	*buf_room(b, 1) = 0;
	return b->p;
}

void buf_free(struct buf *b)
{
	if (b) {
		mem_free(b->p);
		*b = (struct buf){ 0 };
	}
}

void buf_wipe(struct buf *b)
{
	if (b && b->p)
		explicit_bzero(b->p, b->room);
	buf_free(b);
}
