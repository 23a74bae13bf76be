/* SPDX-License-Identifier: MIT */
/*
 * mbedtls: the little that certrescue takes from mbedTLS, without its types: reading and checking
 * keys that were found, and the second opinion on what was made. It never looks at the clock (its
 * configuration leaves dates out): the callers here give the time.
 */
#ifndef PKI_MBEDTLS_H
#define PKI_MBEDTLS_H

#include "base/error.h"
#include "base/secret.h"
#include "pki/cert.h"

/*
 * Reads a plain private key (PKCS#1, SEC1 or PKCS#8 DER), checks it whole and writes it as PKCS#1
 * or SEC1 with all its numbers.
 */
int mbed_key_load(struct bytes der, struct secret *plain, struct error *err);

/* Is this data's signature by the key? SHA-1 is verified too: the caller judges it. */
bool mbed_verify(struct bytes spki, enum sig_alg sig, struct bytes data, struct bytes signature);
/* Can the public key be read? EC: does the point lie on P-256, P-384 or P-521? */
bool mbed_public_key(struct bytes spki);
/*
 * PKCS#1 1.5, or ECDSA with the nonce of RFC 6979 in ASN.1 form, with a plain private key. False:
 * the key is damaged or of another kind. Not verified.
 */
bool mbed_sign(struct bytes der, enum sig_alg sig, struct bytes data, struct buf *signature);

/* Can cert (DER) be read? */
int mbed_reads(struct bytes cert, struct error *err);
/* Does cert (DER) verify under ca, both valid at now? */
int mbed_chain(struct bytes cert, struct bytes ca, int64_t now, struct error *err);
/* Is the plain key that of cert? */
int mbed_pair(struct bytes cert, struct bytes key, struct error *err);

#endif
