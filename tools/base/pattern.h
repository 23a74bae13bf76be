/* SPDX-License-Identifier: MIT */
/*
 * pattern: regular expressions in the syntax of RE2 (which Go's regexp and so cfssl's
 * name_whitelist use), for the one question whether one matches anywhere in a text. Time is linear
 * in the text's length.
 *
 * Known: literals, . [] [^] \d \w \s, \ before punctuation, \n \t, ^ $ \A \z, () (?:), |, * + ? {n}
 * {n,} {n,m} (also lazy), (?i) at the beginning for ASCII letters. Anything else is refused with
 * its place, never taken for something else. Text is UTF-8.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct pattern;

/* NULL: text is no pattern, or one that is not known here; err->what says where and why. */
struct pattern *pattern_read(const char *text, struct error *err);
void pattern_free(struct pattern *p); /* NULL is allowed */
bool pattern_matches(const struct pattern *p, struct bytes text);

#endif
