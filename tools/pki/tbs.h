/* SPDX-License-Identifier: MIT */
/*
 * tbs: what the to-be-signed parts of certificates and requests have in common, whether they are
 * cloned (issue.h), new (template.h) or requests (csr_make.h).
 */
#ifndef PKI_TBS_H
#define PKI_TBS_H

#include "pki/cert.h"

/* Refuses (ERR_REFUSED) a validity that ends before it begins or lies outside 1950 to 9999. */
int tbs_check_validity(int64_t not_before, int64_t not_after, struct error *err);
/* Refuses SHA-1, PSS and unknown signature algorithms, a serial number that is zero or negative. */
int tbs_check_signature(enum sig_alg sig, struct error *err);
int tbs_check_serial(struct bytes serial, struct error *err);

/* Append: Validity (UTCTime up to 2049, RFC 5280 4.1.2.5), AlgorithmIdentifier. */
void tbs_put_validity(struct buf *out, int64_t not_before, int64_t not_after);
void tbs_put_algorithm(struct buf *out, enum sig_alg sig);

#endif
