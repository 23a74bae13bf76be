// SPDX-License-Identifier: MIT
// clockgate: weighs the time against what the node and the build know.
#include <stdio.h>

#include "base/clock.h"
#include "rescue/clockgate.h"

#define FUTURE_MAX (10LL * 366 * 86400)

void clock_evidence_add(struct clock_evidences *e, const char *source, int64_t t)
{
	if (e->n == CLOCK_EVIDENCE_MAX)
		return;
	snprintf(e->v[e->n].source, sizeof(e->v[0].source), "%s", source);
	e->v[e->n++].t = t;
}

void clock_evidence_from(struct clock_evidences *e, const struct inventory *inv)
{
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		char source[160];
		if (!c->readable || c->issuer < 0)
			continue;
		snprintf(source, sizeof(source), "%.120s (issued)", inv->files[c->file].path);
		clock_evidence_add(e, source, c->cert.not_before);
	}
}

int clockgate(int64_t now, int64_t built, const struct clock_evidences *e, char ignored[160],
	struct error *err)
{
	struct clock_evidence newest = {"the build of certrescue", built};
	char a[CLOCK_TEXT], b[CLOCK_TEXT];
	int64_t seen =
		INT64_MIN; /* the newest trace on the node: the build says nothing of its past */
	if (ignored)
		ignored[0] = 0;
	for (size_t i = 0; i < e->n; i++) {
		if (e->v[i].t > built + FUTURE_MAX) {
			if (ignored)
				snprintf(ignored, 160, "%s", e->v[i].source);
			continue;
		}
		if (e->v[i].t > seen)
			seen = e->v[i].t;
		if (e->v[i].t > newest.t)
			newest = e->v[i];
	}
	clock_text(now, a);
	clock_text(newest.t, b);
	if (now < newest.t)
		return error_set(err, ERR_REFUSED, NULL,
			"set the clock, or give the time: --now 2026-11-23T17:45:00Z on a live "
			"host, "
			"certrescue.now= on the kernel command line; nothing was changed",
			"the clock says %s, but %s is of %s: the clock is wrong", a, newest.source,
			b);
	if (seen != INT64_MIN && now > seen + CLOCK_AHEAD_MAX)
		return error_set(err, ERR_REFUSED, NULL,
			"if the time is right, say so: --now TIME on a live host, certrescue.now= "
			"on the kernel command line; nothing was changed",
			"the clock says %s, more than three years after the newest trace on this "
			"node, of %s",
			a, clock_text(seen, b));
	return 0;
}
