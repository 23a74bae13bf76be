/* SPDX-License-Identifier: MIT */
/*
 * match: names and addresses of certificates as Go's crypto/x509 compares them: no fallback to the
 * common name, a wildcard only as the whole left-most label, addresses exact; name constraints
 * (RFC 5280 4.2.1.10) on DNS names, addresses, mailboxes and URIs.
 */
#ifndef PKI_MATCH_H
#define PKI_MATCH_H

#include "pki/cert.h"

/* Does c carry the host name or address? */
bool match_host(const struct cert *c, const char *host);

/* Most comparisons of names with constraints for one CA, as in Go: bounds hostile input. */
#define MATCH_COMPARISONS_MAX 250000
/*
 * Do ca's name constraints allow all alternative names of c? *left: comparisons that may still be
 * made. -1: no; err says which name.
 */
int match_constraints(const struct cert *ca, const struct cert *c, long *left, struct error *err);

#endif
