// SPDX-License-Identifier: MIT
// evidence: the lists of what was said.
#include <stdlib.h>

#include "node/evidence.h"

struct claim *evidence_claim(struct evidence *ev, const char *path)
{
	if (ev->n_claims == EVIDENCE_MAX)
		return NULL;
	ev->claims = xgrow(ev->claims, ev->n_claims, sizeof(*ev->claims));
	struct claim *c = &ev->claims[ev->n_claims++];
	*c = (struct claim){.path = xstrdup(path)};
	return c;
}

void evidence_name(struct evidence *ev, enum name_rank rank, const char *name, const char *where)
{
	ev->names = xrealloc(ev->names, (ev->n_names + 1) * sizeof(*ev->names));
	ev->names[ev->n_names++] =
		(struct claim_name){.rank = rank, .name = xstrdup(name), .where = xstrdup(where)};
}

void evidence_sa(struct evidence *ev, const char *path)
{
	if (ev->n_sa == EVIDENCE_MAX)
		return;
	ev->sa = xgrow(ev->sa, ev->n_sa, sizeof(*ev->sa));
	ev->sa[ev->n_sa++] = xstrdup(path);
}

void evidence_free(struct evidence *ev)
{
	for (size_t i = 0; i < ev->n_claims; i++) {
		free(ev->claims[i].path);
		free(ev->claims[i].key);
		free(ev->claims[i].flag);
	}
	for (size_t i = 0; i < ev->n_names; i++) {
		free(ev->names[i].name);
		free(ev->names[i].where);
	}
	for (size_t i = 0; i < ev->n_sa; i++)
		free(ev->sa[i]);
	free(ev->claims);
	free(ev->names);
	free(ev->sa);
	*ev = (struct evidence){0};
}
