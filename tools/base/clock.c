// SPDX-License-Identifier: MIT
// clock: civil time and durations without the C library's time zones.
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

int64_t clock_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar; the year starts in March. */
static int64_t days_from_civil(int y, int m, int d)
{
	y -= m <= 2;
	int era = (y >= 0 ? y : y - 399) / 400;
	int yoe = y - era * 400;
	int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return (int64_t)era * 146097 + doe - 719468;
}

int64_t clock_from_date(struct clock_date d)
{
	return days_from_civil(d.year, d.month, d.day) * CLOCK_DAY + d.hour * CLOCK_HOUR +
	       d.minute * 60 + d.second;
}

struct clock_date clock_to_date(int64_t t)
{
	int64_t days = t / CLOCK_DAY, rest = t % CLOCK_DAY;
	if (rest < 0) {
		rest += CLOCK_DAY;
		days--;
	}
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int doe = (int)(days - era * 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;
	int month = mp < 10 ? mp + 3 : mp - 9;
	return (struct clock_date){
		.year = (int)(yoe + era * 400) + (month <= 2),
		.month = month,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.hour = (int)(rest / CLOCK_HOUR),
		.minute = (int)(rest / 60 % 60),
		.second = (int)(rest % 60),
	};
}

bool clock_date_valid(struct clock_date d)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12)
		return false;
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
	int last = days[d.month - 1] + (d.month == 2 && leap);
	return d.day >= 1 && d.day <= last && d.hour >= 0 && d.hour <= 23 && d.minute >= 0 &&
	       d.minute <= 59 && d.second >= 0 && d.second <= 59;
}

/* Reads exactly n digits; moves *s; -1 if they are not there. */
static int digits(const char **s, int n)
{
	int v = 0;
	for (; n > 0; n--, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static bool literal(const char **s, char c)
{
	if (toupper((unsigned char)**s) != c)
		return false;
	(*s)++;
	return true;
}

bool clock_parse(const char *s, int64_t *t)
{
	struct clock_date d;
	int64_t offset = 0;
	d.year = digits(&s, 4);
	if (d.year < 0 || !literal(&s, '-') || (d.month = digits(&s, 2)) < 0 || !literal(&s, '-') ||
		(d.day = digits(&s, 2)) < 0 || !literal(&s, 'T') || (d.hour = digits(&s, 2)) < 0 ||
		!literal(&s, ':') || (d.minute = digits(&s, 2)) < 0 || !literal(&s, ':') ||
		(d.second = digits(&s, 2)) < 0 || !clock_date_valid(d))
		return false;
	if (*s == '.') {
		if (!isdigit((unsigned char)*++s))
			return false;
		while (isdigit((unsigned char)*s))
			s++;
	}
	if (*s == '+' || *s == '-') {
		int sign = *s++ == '+' ? 1 : -1, h = digits(&s, 2), m;
		if (h < 0 || h > 23 || !literal(&s, ':') || (m = digits(&s, 2)) < 0 || m > 59)
			return false;
		offset = sign * (h * CLOCK_HOUR + m * 60);
	} else if (!literal(&s, 'Z')) {
		return false;
	}
	*t = clock_from_date(d) - offset;
	return *s == 0;
}

const char *clock_text(int64_t t, char text[CLOCK_TEXT])
{
	struct clock_date d = clock_to_date(t);
	snprintf(text, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)d.year % 10000u,
		(unsigned)d.month % 100u, (unsigned)d.day % 100u, (unsigned)d.hour % 100u,
		(unsigned)d.minute % 100u, (unsigned)d.second % 100u);
	return text;
}

const char *clock_id(int64_t t, char text[CLOCK_TEXT])
{
	char *to = text;
	clock_text(t, text);
	for (const char *from = text; *from; from++)
		if (*from != '-' && *from != ':')
			*to++ = *from;
	*to = 0;
	return text;
}

bool clock_duration(const char *s, int64_t *seconds)
{
	const int64_t most = (int64_t)200 * 366 * CLOCK_DAY;
	int64_t sum = 0;
	if (strcmp(s, "0") == 0) {
		*seconds = 0;
		return true;
	}
	if (!*s)
		return false;
	while (*s) {
		int64_t v = 0, unit;
		if (!isdigit((unsigned char)*s))
			return false;
		for (; isdigit((unsigned char)*s); s++) {
			v = v * 10 + (*s - '0');
			if (v > most)
				return false;
		}
		switch (*s++) {
		case 'd':
			unit = CLOCK_DAY;
			break;
		case 'h':
			unit = CLOCK_HOUR;
			break;
		case 'm':
			unit = 60;
			break;
		case 's':
			unit = 1;
			break;
		default:
			return false;
		}
		if (v > most / unit || (sum += v * unit) > most)
			return false;
	}
	*seconds = sum;
	return true;
}

const char *clock_distance(int64_t s, char text[CLOCK_TEXT])
{
	int64_t a = s < 0 ? -s : s, n = a / CLOCK_DAY;
	const char *unit = n == 1 ? "day" : "days";
	if (n == 0) {
		n = a / CLOCK_HOUR;
		unit = "h";
	}
	if (n == 0) {
		n = a / 60;
		unit = "min";
	}
	if (n == 0)
		snprintf(text, CLOCK_TEXT, "now");
	else
		snprintf(text, CLOCK_TEXT, s < 0 ? "%" PRId64 " %s ago" : "in %" PRId64 " %s", n,
			unit);
	return text;
}
