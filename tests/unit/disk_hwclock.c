// SPDX-License-Identifier: MIT
// hwclock: local time is believed where adjtime says LOCAL; a zone that makes no sense is no zone.
#include "disk/hwclock.h"
#include "tap.h"

#define WINTER 1795435200LL /* 2026-11-23 12:00:00 */
#define SUMMER 1782216000LL /* 2026-06-23 12:00:00 */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static struct buf zone;

static void be(uint64_t v, int n)
{
	while (n--)
		buf_add(&zone, &(uint8_t){(uint8_t)(v >> 8 * n)}, 1);
}

static void header(char version, uint32_t times, uint32_t types)
{
	buf_str(&zone, "TZif");
	buf_add(&zone, &version, 1);
	for (int i = 0; i < 15; i++)
		be(0, 1);
	be(0, 4);
	be(0, 4);
	be(0, 4);
	be(times, 4);
	be(types, 4);
	be(4, 4);
}

/* A block with one transition to the type `last` of two: UTC and `offset`. */
static void block(int time, uint8_t last, int32_t offset)
{
	be(0, time);
	be(last, 1);
	be(0, 6);
	be((uint32_t)offset, 4);
	be(0, 2);
	buf_add(&zone, "UTC", 4);
}

/* Version 2: a first block that nobody should use, the second, a footer. */
static struct bytes v2(const char *footer, int32_t offset)
{
	buf_free(&zone);
	header('2', 1, 2);
	block(4, 1, 7777);
	header('2', 1, 2);
	block(8, 1, offset);
	buf_str(&zone, footer);
	return buf_bytes(&zone);
}

static struct bytes v1(uint8_t last, int32_t offset)
{
	buf_free(&zone);
	header(0, 1, 2);
	block(4, last, offset);
	return buf_bytes(&zone);
}

static void at(struct bytes file, int64_t wall, int64_t offset, const char *what)
{
	int64_t utc = -1;
	ok(hwclock_to_utc(file, wall, &utc), "understood: %s", what);
	is_int(wall - utc, offset, what);
}

static void no(struct bytes file, const char *what)
{
	int64_t utc;
	ok(!hwclock_to_utc(file, WINTER, &utc), "%s", what);
}

static void adjtime(void)
{
	static const char *const local[] = {
		"0.0 0 0.0\n0\nLOCAL\n", "0.0 0 0.0\n0\nLOCAL", "\n\nLOCAL\r\n"};
	static const char *const utc[] = {"0.0 0 0.0\n0\nUTC\n", "", "LOCAL\n", "0\nLOCAL\n",
		"0.0 0 0.0\n0\nlocal\n", "0.0 0 0.0\n0\nLOCALE\n", "0.0 0 0.0\n0\n LOCAL\n",
		"0.0 0 0.0\n0\nLOCA", "0.0 0 0.0\n0\n", "0\n0\nUTC\nLOCAL\n"};
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		ok(hwclock_is_local(bytes_of(local[i])), "LOCAL in the third line (%zu)", i + 1);
	for (size_t i = 0; i < sizeof(utc) / sizeof(utc[0]); i++)
		ok(!hwclock_is_local(bytes_of(utc[i])), "UTC, or garbled (%zu)", i + 1);
}

static void rules(void)
{
	at(v2("\n" BERLIN "\n", 3600), WINTER, 3600, "Berlin in winter");
	at(v2("\n" BERLIN "\n", 3600), SUMMER, 7200, "Berlin in summer");
	/* 2026-10-25 02:30 occurs twice: 00:30 UTC in summer time, 01:30 UTC after it. */
	at(v2("\n" BERLIN "\n", 3600), 1792895400LL, 3600, "an hour that occurs twice: the later");
	at(v2("\nEST5EDT,M3.2.0,M11.1.0\n", 0), WINTER, -18000, "west of Greenwich");
	at(v2("\n<+0530>-5:30\n", 0), WINTER, 19800, "a name between < and >");
	at(v2("\nUTC0\n", 0), WINTER, 0, "UTC");
	at(v2("\nIST-1GMT0,M10.5.0,M3.5.0/1\n", 0), SUMMER, 3600,
		"Dublin: winter is the exception");
	at(v2("\n\n", 19800), WINTER, 19800, "no rule: the last transition's offset");
	at(v1(1, -10800), WINTER, -10800, "version 1: the last transition's offset");
	at(v2("\nUTC0\n", 0), 86400, 0, "a clock of 1970");
	ok(getenv("TZ") == NULL, "the process's own zone is as before");
}

static void hostile(void)
{
	static const char *const feet[] = {"", "\n", "\nCET-1", "CET-1\n", "\nEurope/Berlin\n",
		"\n/etc/passwd\n", "\n:CET\n", "\n../../x-1\n", "\nCET\n", "\nab-1\n", "\n<CET-1\n",
		"\nCET-1\x1b[2J\n", "\n<+0/0>-1\n", "\nCET-x\n", "\nCET-24:00:00/x\n"};
	for (size_t i = 0; i < sizeof(feet) / sizeof(feet[0]); i++)
		no(v2(feet[i], 3600), "a footer that is no rule is refused");
	struct buf longer = BUF_INIT;
	buf_str(&longer, "\n<");
	for (int i = 0; i < 90; i++)
		buf_str(&longer, "A");
	buf_str(&longer, ">-1\n");
	no(v2(buf_text(&longer), 0), "a rule that is too long");
	buf_free(&longer);
	v1(2, 0);
	memset(zone.p + zone.n - 4, 0, 4); /* what stands there would be an offset of 0 */
	buf_add(&zone, "\0", 2);
	no(buf_bytes(&zone), "a transition to a type that is not there");
	no(v1(1, 40000000), "an offset of a year");
	no(v1(1, INT32_MIN), "the smallest offset");
	no(v2("\n\n", 93600), "an offset past 26 hours");
	at(v2("\n\n", 93599), WINTER, 93599, "one within them");
	no(bytes_of(""), "no file");
	no(bytes_of("TZif"), "a file that ends in its magic");
	struct bytes whole = v2("\n" BERLIN "\n", 3600);
	int64_t utc;
	bool any = false;
	for (size_t n = 0; n < whole.n; n++) {
		uint8_t *cut = malloc(n + 1); /* so that a look past the end is seen */
		memcpy(cut, whole.p, n);
		any |= hwclock_to_utc((struct bytes){cut, n}, WINTER, &utc);
		free(cut);
	}
	ok(!any, "a file cut off anywhere is no zone");
	for (size_t i = 20; i < 44; i++) {
		uint8_t was = zone.p[i];
		zone.p[i] = 0xff;
		any |= hwclock_to_utc(buf_bytes(&zone), WINTER, &utc);
		zone.p[i] = was;
	}
	ok(!any, "counts that are larger than the file are refused");
	zone.p[0] = 't';
	no(buf_bytes(&zone), "another magic");
}

int main(void)
{
	unsetenv("TZ");
	adjtime();
	rules();
	hostile();
	buf_free(&zone);
	return done();
}
