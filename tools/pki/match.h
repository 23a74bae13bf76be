/* SPDX-License-Identifier: MIT */
/*
 * match: names and addresses of certificates as Go's crypto/x509 compares them: no fallback to the
 * common name, a wildcard only as the whole left-most label, addresses exact; name constraints
 * (RFC 5280 4.2.1.10) for DNS names and addresses.
 */
#ifndef PKI_MATCH_H
#define PKI_MATCH_H

#include "pki/cert.h"

/* Does c carry the host name or address? */
bool match_host(const struct cert *c, const char *host);
/* Do ca's name constraints allow all names of c? -1: no, or not decidable here; err says. */
int match_constraints(const struct cert *ca, const struct cert *c, struct error *err);

#endif
