/* SPDX-License-Identifier: MIT */
/*
 * clock: times as seconds since 1970-01-01T00:00:00Z, always UTC, and durations in seconds.
 *
 * No function here asks what time it is but clock_now. Years 1 to 9999.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_HOUR 3600
#define CLOCK_DAY (24 * CLOCK_HOUR)

struct clock_date {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};

int64_t clock_now(void);
int64_t clock_from_date(struct clock_date d); /* the fields must be in range */
struct clock_date clock_to_date(int64_t t);
bool clock_date_valid(struct clock_date d); /* month lengths and leap years; second up to 59 */

/* RFC 3339 (2026-11-23T17:45:01Z, an offset, a fraction that is dropped). False: not such a time.
 */
bool clock_parse(const char *text, int64_t *t);
/* Writes YYYY-MM-DDThh:mm:ssZ; returns text. */
#define CLOCK_TEXT 32
const char *clock_text(int64_t t, char text[CLOCK_TEXT]);
/* Writes YYYYMMDDThhmmssZ, the form of a rescue's id; returns text. */
const char *clock_id(int64_t t, char text[CLOCK_TEXT]);

/*
 * Durations as Go writes them (8760h, 1h30m, 90s; no fractions) and in days (30d). False: not one,
 * negative, or above 200 years.
 */
bool clock_duration(const char *text, int64_t *seconds);
/* How long for people: "400 days ago", "in 364 days", "in 5 h", "now"; returns text. */
const char *clock_distance(int64_t seconds, char text[CLOCK_TEXT]);

#endif
