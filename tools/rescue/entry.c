// SPDX-License-Identifier: MIT
// entry: the list of files that a rescue writes.
#include <stdlib.h>

#include "rescue/entry.h"

struct entry *entries_add(struct entries *e, const char *path)
{
	e->v = xrealloc(e->v, (e->n + 1) * sizeof(*e->v));
	struct entry *x = &e->v[e->n++];
	*x = (struct entry){.path = xstrdup(path)};
	return x;
}

void entries_free(struct entries *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->v[i].path);
		free(e->v[i].like);
		buf_wipe(&e->v[i].content);
	}
	free(e->v);
	*e = (struct entries){0};
}
