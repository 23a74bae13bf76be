/* SPDX-License-Identifier: MIT */
/*
 * tap: what a unit test prints (Test Anything Protocol). A test program is a main() with calls of
 * ok() and is_str() and `return done();`.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count, tap_failed;

/* One check; the text says what is promised. Returns holds. */
static inline bool __attribute__((format(printf, 2, 3))) ok(bool holds, const char *fmt, ...)
{
	va_list ap;
	printf("%sok %d - ", holds ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	tap_failed += !holds;
	return holds;
}

static inline bool __attribute__((format(printf, 1, 2))) diag(const char *fmt, ...)
{
	va_list ap;
	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	return false;
}

static inline bool is_str(const char *got, const char *want, const char *what)
{
	bool same = strcmp(got, want) == 0;
	ok(same, "%s", what);
	if (!same) {
		diag("got:  %s", got);
		diag("want: %s", want);
	}
	return same;
}

static inline bool is_int(long long got, long long want, const char *what)
{
	bool same = got == want;
	ok(same, "%s", what);
	if (!same)
		diag("got %lld, want %lld", got, want);
	return same;
}

/* Does text hold part? */
static inline bool has_str(const char *text, const char *part, const char *what)
{
	bool found = strstr(text, part) != NULL;
	ok(found, "%s", what);
	if (!found) {
		diag("got:  %s", text);
		diag("want: ...%s...", part);
	}
	return found;
}

/* Ends the test: what it stands on is broken. */
static inline _Noreturn void __attribute__((format(printf, 1, 2))) bail(const char *fmt, ...)
{
	va_list ap;
	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

static inline int done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
