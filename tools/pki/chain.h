/* SPDX-License-Identifier: MIT */
/*
 * chain: does a certificate verify under a CA as Go's crypto/x509 would judge it (byte-exact
 * issuer, signature, validity of both, CA bit, path length, EKU nesting, names without CN
 * fallback)?
 */
#ifndef PKI_CHAIN_H
#define PKI_CHAIN_H

#include "pki/cert.h"

/*
 * Only the signature: is c signed by ca's key, and is the issuer ca's subject byte for byte? What
 * was found good is remembered, in each thread by itself.
 */
bool chain_signed_by(const struct cert *c, const struct cert *ca);

struct chain_ask {
	int64_t now;
	unsigned purpose;         /* EKU_SERVER, EKU_CLIENT or EKU_ANY */
	const char *const *names; /* host names or addresses that the certificate must carry */
	size_t n_names;
	const struct cert *roots; /* trusted */
	size_t n_roots;
	const struct cert *untrusted; /* intermediates */
	size_t n_untrusted;
};
/* 0, or -1 with the reason in err->what. */
int chain_verify(const struct cert *leaf, const struct chain_ask *ask, struct error *err);

#endif
