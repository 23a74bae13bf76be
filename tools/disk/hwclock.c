// SPDX-License-Identifier: MIT
// hwclock: adjtime's third line and the end of a TZif file.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "disk/hwclock.h"

#define RULE_MAX 80

bool hwclock_is_local(struct bytes adjtime)
{
	size_t line = 0;
	for (size_t i = 0; i < adjtime.n; i++) {
		if (line == 2)
			return adjtime.n - i >= 5 && memcmp(adjtime.p + i, "LOCAL", 5) == 0;
		line += adjtime.p[i] == '\n';
	}
	return false;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

struct header {
	uint64_t isut, isstd, leap, times, types, chars;
	uint8_t version;
};

static bool read_header(struct bytes b, struct header *h)
{
	if (b.n < 44 || memcmp(b.p, "TZif", 4) != 0)
		return false;
	*h = (struct header){be32(b.p + 20), be32(b.p + 24), be32(b.p + 28), be32(b.p + 32),
		be32(b.p + 36), be32(b.p + 40), b.p[4]};
	return h->types > 0;
}

/* Bytes of the block after a header; time is how long a time is in it: 4 or 8. */
static uint64_t block_size(const struct header *h, uint64_t time)
{
	return h->times * (time + 1) + h->types * 6 + h->chars + h->leap * (time + 4) + h->isstd +
	       h->isut;
}

/* The rule goes to the C library by TZ, where a name with / or : would be a file: checked here. */
static bool valid_rule(struct bytes r)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789<>+-,./:";
	bool slash_first = true;
	if (r.n < 4 || r.n >= RULE_MAX || r.p[0] == ':')
		return false;
	for (size_t i = 0; i < r.n; i++) {
		if (!r.p[i] || !strchr(ok, r.p[i]))
			return false;
		if (r.p[i] == ',')
			slash_first = false;
		if (r.p[i] == '/' && slash_first)
			return false;
	}
	return true;
}

static int64_t in_zone(const char *rule, int64_t wall)
{
	struct clock_date d = clock_to_date(wall);
	struct tm tm = {.tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day,
		.tm_hour = d.hour,
		.tm_min = d.minute,
		.tm_sec = d.second,
		.tm_isdst = 0};
	struct tm summer = tm;
	setenv("TZ", rule, 1);
	tzset();
	summer.tm_isdst = 1;
	int64_t t = mktime(&tm), s = mktime(&summer);
	/* mktime keeps tm_isdst if it is right; of two right answers standard time is the later. */
	if (tm.tm_isdst != 0 && summer.tm_isdst != 0)
		t = s;
	unsetenv("TZ");
	tzset();
	return t;
}

bool hwclock_to_utc(struct bytes tzif, int64_t wall, int64_t *utc)
{
	struct header h;
	char rule[RULE_MAX];
	if (!read_header(tzif, &h))
		return false;
	uint64_t at = 44, size = block_size(&h, 4), time = 4;
	if (h.version >= '2') {
		if (size > tzif.n - at)
			return false;
		struct bytes second = {tzif.p + at + size, tzif.n - at - (size_t)size};
		if (!read_header(second, &h))
			return false;
		at += size + 44;
		size = block_size(&h, time = 8);
	}
	if (size > tzif.n - at)
		return false;
	struct bytes foot = {tzif.p + at + size, tzif.n - (size_t)(at + size)};
	if (time == 8 && foot.n > 2 && foot.p[0] == '\n') {
		const uint8_t *end = memchr(foot.p + 1, '\n', foot.n - 1);
		struct bytes r = {foot.p + 1, end ? (size_t)(end - foot.p - 1) : 0};
		if (!valid_rule(r))
			return false;
		memcpy(rule, r.p, r.n);
		rule[r.n] = 0;
		*utc = in_zone(rule, wall);
		return true;
	}
	uint8_t last = h.times ? tzif.p[at + h.times * (time + 1) - 1] : 0;
	if (last >= h.types)
		return false;
	*utc = wall - (int32_t)be32(tzif.p + at + h.times * (time + 1) + last * 6u);
	return true;
}
