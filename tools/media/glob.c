// SPDX-License-Identifier: MIT
// glob: follows all ways through a pattern at once, so that many stars cost no more than one.
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "media/glob.h"

/* at[k]: what was read so far can be followed by the pattern from k on. Stars can stand for
 * nothing. */
static void reach(const char *pattern, bool *at, size_t k)
{
	at[k] = true;
	while (pattern[k] == '*') {
		k += pattern[k + 1] == '*' ? 2 : 1;
		at[k] = true;
	}
}

/* From the places in from to those behind the character c; any place in it? */
static bool step(const char *pattern, const bool *from, bool *to, char c, bool ends_part)
{
	bool any = false;
	for (size_t k = 0; pattern[k]; k++) {
		if (!from[k])
			continue;
		bool star = pattern[k] == '*';
		bool all = star && pattern[k + 1] == '*';
		if (star ? ends_part && !all : pattern[k] != c)
			continue;
		reach(pattern, to, star ? k : k + 1);
		any = true;
	}
	return any;
}

bool glob_match(enum glob_parts parts, const char *pattern, const char *text)
{
	size_t n = strlen(pattern) + 1;
	bool *at = xmalloc(n), *next = xmalloc(n), alive = true, escaped = false;
	reach(pattern, at, 0);
	for (const char *p = text; *p && alive; p++) {
		bool ends = parts == GLOB_PATH ? *p == '/' : (*p == ',' || *p == '+') && !escaped;
		memset(next, 0, n);
		alive = step(pattern, at, next, *p, ends);
		escaped = parts == GLOB_NAME && *p == '\\' && !escaped;
		bool *swap = at;
		at = next;
		next = swap;
	}
	bool matches = alive && at[n - 1];
	free(at);
	free(next);
	return matches;
}
