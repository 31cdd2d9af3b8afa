/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/when.h"

enum { DAY_S = 86400 };

/* Days from 1970-01-01 to the first of March of the year that `month` (3 … 14) belongs to, and on: the civil calendar
 * is regular when a year begins in March, since the leap day then comes last. */
static int64_t when_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool when_leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int when_month_days(int64_t year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && when_leap(year) ? 29 : days[month - 1];
}

void when_write(struct buf *to, msec time)
{
	int64_t s = time / 1000 - (time % 1000 < 0);
	int ms = (int)(time - s * 1000);
	int64_t day = s / DAY_S - (s % DAY_S < 0), rest = s - day * DAY_S;
	int64_t since = day + 719468, era = (since >= 0 ? since : since - 146096) / 146097;
	int64_t of_era = since - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (int)((5 * of_year + 2) / 153);

	buf_fmt(to, "%04d-%02d-%02dT%02d:%02d:%02d", (int)(year_of_era + era * 400 + (month >= 10)),
		month < 10 ? month + 3 : month - 9, (int)(of_year - (153 * month + 2) / 5 + 1), (int)(rest / 3600),
		(int)(rest / 60 % 60), (int)(rest % 60));
	if (ms)
		buf_fmt(to, ".%03d", ms);
	buf_byte(to, 'Z');
}

/* Takes `n` digits and the character behind them (0: none). */
static bool when_number(struct str *s, int n, char end, int *ret)
{
	int v = 0;

	if (s->n < (size_t)n + (end != 0) || (end && s->p[n] != end))
		return false;
	for (int i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + s->p[i] - '0';
	}
	*s = str_from(*s, (size_t)n + (end != 0));
	*ret = v;
	return true;
}

/* ".123": to milliseconds, the rest is cut off. */
static bool when_fraction(struct str *s, int *ms)
{
	int unit = 100;
	size_t i = 1;

	*ms = 0;
	if (!s->n || s->p[0] != '.')
		return true;
	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++, unit /= 10)
		*ms += (s->p[i] - '0') * unit;
	*s = str_from(*s, i);
	return i > 1;
}

/* "Z", "+02:00": to minutes. */
static bool when_zone(struct str s, int *minutes)
{
	int h, m, sign = s.n && s.p[0] == '-' ? -1 : 1;

	*minutes = 0;
	if (str_is(s, "Z"))
		return true;
	if (!s.n || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	s = str_from(s, 1);
	if (!when_number(&s, 2, ':', &h) || !when_number(&s, 2, 0, &m) || s.n || h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool when_read(struct str text, msec *ret)
{
	int year, month, day, h, m, s, ms, zone;

	if (!when_number(&text, 4, '-', &year) || !when_number(&text, 2, '-', &month) ||
	    !when_number(&text, 2, 'T', &day) || !when_number(&text, 2, ':', &h) || !when_number(&text, 2, ':', &m) ||
	    !when_number(&text, 2, 0, &s) || !when_fraction(&text, &ms) || !when_zone(text, &zone))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > when_month_days(year, month) || h > 23 || m > 59 || s > 60)
		return false;
	*ret = (when_days(year, month, day) * DAY_S + h * 3600 + (m - zone) * 60 + s) * 1000 + ms;
	return true;
}
