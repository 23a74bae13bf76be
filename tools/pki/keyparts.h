/* SPDX-License-Identifier: MIT */
/* keyparts: the numbers in a plain private key's DER; views, nothing is copied. */
#ifndef PKI_KEYPARTS_H
#define PKI_KEYPARTS_H

#include "pki/bearssl.h"
#include "pki/der.h"

/* An RSAPrivateKey of two primes (RFC 8017 A.1.2). version is set also where it is refused. */
int keyparts_rsa(struct bytes der, struct rsa_numbers *k, long *version);

/* An ECPrivateKey (RFC 5915); parts that are not there stay empty. */
struct ec_numbers {
	struct bytes d, point;
	struct der_tlv params;
};
int keyparts_ec(struct bytes der, struct ec_numbers *k);

/* 0 if the plain key is of a kind that can be used; err->os is ENOTSUP or EBADMSG otherwise. */
int keyparts_check(struct bytes der, struct error *err);

#endif
