/* SPDX-License-Identifier: MIT */
/* profile_fields: reads one profile's fields; which profile counts is profile.c's business. */
#ifndef PKI_PROFILE_FIELDS_H
#define PKI_PROFILE_FIELDS_H

#include "pki/profile.h"

/* Fills p from d; URLs that d does not name come from fallback (the default profile, or NULL). */
int profile_fields(struct profile *p, const struct jsondoc *d, const struct jsondoc *fallback,
	struct error *err);
/* Fails with the first field that asks for something that is not done offline. */
int profile_check_refused(const struct jsondoc *d, struct error *err);

#endif
