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
			return adjtime.n - i >= 5 && memcmp(adjtime.p + i, "LOCAL", 5) == 0 &&
			       (adjtime.n - i == 5 || memchr("\n\r \t", adjtime.p[i + 5], 4));
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

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/*
 * The rule goes to the C library by TZ, which takes what is none for a file's name or for UTC. So
 * it must begin as one does: a name (letters, or anything harmless between < and >) and an offset;
 * and no / or : stands where a file's name could be meant.
 */
static bool valid_rule(struct bytes r)
{
	static const char ok[] = "<>+-,./:";
	bool quoted = r.n && r.p[0] == '<', dates = false;
	size_t i = quoted;
	if (r.n >= RULE_MAX)
		return false;
	while (i < r.n && (is_letter(r.p[i]) ||
				  (quoted && (is_digit(r.p[i]) || r.p[i] == '+' || r.p[i] == '-'))))
		i++;
	if (i < 3u + quoted || (quoted && (i == r.n || r.p[i++] != '>')))
		return false;
	if (i < r.n && (r.p[i] == '+' || r.p[i] == '-'))
		i++;
	if (i == r.n || !is_digit(r.p[i]))
		return false;
	for (; i < r.n; i++) {
		if (!is_letter(r.p[i]) && !is_digit(r.p[i]) && !memchr(ok, r.p[i], sizeof(ok) - 1))
			return false;
		dates |= r.p[i] == ',';
		if (r.p[i] == '/' && !dates)
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

/* RFC 9636, 3.2: what an offset can be. More is no zone, and would move the clock by years. */
static bool plausible(int64_t offset)
{
	return offset >= -89999 && offset <= 93599;
}

/* The block that counts, at `at` with times of `time` bytes, and its header. */
static bool find_block(struct bytes tzif, struct header *h, size_t *at, uint64_t *time)
{
	if (!read_header(tzif, h))
		return false;
	*at = 44;
	*time = 4;
	if (h->version >= '2') {
		uint64_t size = block_size(h, 4);
		if (size > tzif.n - 44)
			return false;
		if (!read_header((struct bytes){tzif.p + 44 + size, tzif.n - 44 - (size_t)size}, h))
			return false;
		*at = 44 + (size_t)size + 44;
		*time = 8;
	}
	return block_size(h, *time) <= tzif.n - *at;
}

/* The footer's rule, empty if it has none; false: the footer is damaged. */
static bool find_rule(struct bytes tzif, size_t foot, struct bytes *rule)
{
	const uint8_t *p = tzif.p + foot, *end;
	size_t n = tzif.n - foot;
	if (n < 2 || p[0] != '\n' || !(end = memchr(p + 1, '\n', n - 1)))
		return false;
	*rule = (struct bytes){p + 1, (size_t)(end - p - 1)};
	return true;
}

bool hwclock_to_utc(struct bytes tzif, int64_t wall, int64_t *utc)
{
	struct header h;
	struct bytes r = {tzif.p, 0};
	char rule[RULE_MAX];
	uint64_t time;
	size_t at;
	if (!find_block(tzif, &h, &at, &time))
		return false;
	if (time == 8 && !find_rule(tzif, at + (size_t)block_size(&h, 8), &r))
		return false;
	if (r.n) {
		if (!valid_rule(r))
			return false;
		memcpy(rule, r.p, r.n);
		rule[r.n] = 0;
		*utc = in_zone(rule, wall);
	} else {
		const uint8_t *types = tzif.p + at + h.times * (time + 1);
		uint8_t last = h.times ? types[-1] : 0;
		if (last >= h.types)
			return false;
		*utc = wall - (int32_t)be32(types + last * 6u);
	}
	return plausible(wall - *utc);
}
