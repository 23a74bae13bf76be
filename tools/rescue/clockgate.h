/* SPDX-License-Identifier: MIT */
/*
 * clockgate: is the clock plausible? Certificates made by a wrong clock are dead, or live for
 * decades. Pure: the evidence is handed in.
 */
#ifndef RESCUE_CLOCKGATE_H
#define RESCUE_CLOCKGATE_H

#include "base/error.h"
#include "node/inventory.h"

#define CLOCK_EVIDENCE_MAX 256
#define CLOCK_AHEAD_MAX                                                                            \
	(3LL * 366 * 86400) /* now may be this much later than the newest evidence */

struct clock_evidence {
	char source[160]; /* for people: "/etc/kubernetes/pki/apiserver.crt (issued)" */
	int64_t t;        /* now cannot be earlier */
};

struct clock_evidences {
	struct clock_evidence v[CLOCK_EVIDENCE_MAX];
	size_t n;
};

void clock_evidence_add(struct clock_evidences *e, const char *source, int64_t t);
/* notBefore of every certificate of the inventory whose signature verified. */
void clock_evidence_from(struct clock_evidences *e, const struct inventory *inv);

/*
 * 0: now lies neither before the build or the newest evidence, nor three years after the newest
 * evidence. -1: ERR_REFUSED; err says which evidence speaks against now, and how the operator gives
 * the time. Evidence later than built + 10 years is ignored and named in ignored (may be NULL; ""
 * if none).
 */
int clockgate(int64_t now, int64_t built, const struct clock_evidences *e, char ignored[160],
	struct error *err);

#endif
