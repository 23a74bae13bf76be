/* SPDX-License-Identifier: MIT */
/*
 * plan_make: what the parts of the planner share; nobody else includes it.
 */
#ifndef RESCUE_PLAN_MAKE_H
#define RESCUE_PLAN_MAKE_H

#include "rescue/plan.h"

/* What a decision looks at. */
struct maker {
	const struct inventory *inv;
	const struct plan_ca *cas;
	size_t n_cas;
	const struct policy *policy;
	struct plan *plan;
};

/* The kubelet's self-signed serving pair: renewed without the cluster's CA. */
static inline bool plan_is_own(const struct inv_cert *c)
{
	return c->role == ROLE_KUBELET_SERVER;
}

/*
 * What refuses the run as a whole, once every item is decided: another cluster's CA, a CA in two
 * clusters, an identity in doubt (ERR_REFUSED), nothing that could be renewed (ERR_FAILED).
 */
int plan_refused(const struct maker *m, struct error *err);

#endif
