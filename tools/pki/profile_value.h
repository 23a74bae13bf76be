/* SPDX-License-Identifier: MIT */
/* profile_value: the parts of a profile that become extensions, written as DER at once. */
#ifndef PKI_PROFILE_VALUE_H
#define PKI_PROFILE_VALUE_H

#include "pki/profile.h"

/* "usages" into p->ku and p->eku. */
int profile_usages(struct profile *p, const struct jsondoc *list, struct error *err);
/* "Policies" into p->policies. */
int profile_policies(struct profile *p, const struct jsondoc *list, struct error *err);
/* "allowed_extensions" into p->allowed. */
int profile_allowed(struct profile *p, const struct jsondoc *list, struct error *err);
/* AuthorityInfoAccess: ocsp (or NULL) and the strings of issuers (or NULL). */
void profile_aia(struct buf *out, const char *ocsp, const struct jsondoc *issuers);
/* CRLDistributionPoints with one URL. */
void profile_crl(struct buf *out, const char *url);

#endif
