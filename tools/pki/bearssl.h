/* SPDX-License-Identifier: MIT */
/*
 * bearssl: the little that certrescue takes from BearSSL, without its types: digests, key
 * generation, signatures. Its decoders are never given bytes that were found, and its seeder
 * (RDRAND alone, where there is one) is never used: seeds come from base/random.h.
 */
#ifndef PKI_BEARSSL_H
#define PKI_BEARSSL_H

#include "base/secret.h"
#include "pki/cert.h"

#define DIGEST_MAX 64
#define SHA1_SIZE 20

/* The digest that sig uses; its size, or 0 if sig has none. */
size_t bearssl_digest(enum sig_alg sig, struct bytes data, uint8_t digest[DIGEST_MAX]);
void bearssl_sha1(struct bytes data, uint8_t digest[SHA1_SIZE]);

/*
 * Seeds a generator (HMAC-DRBG with SHA-256) from the kernel once, and has random_bytes draw from it
 * from then on: for the signer, which gives the system call away. For a process of one thread.
 */
void bearssl_random_start(void);

/* Overwrites what BearSSL left on the stack. Called right after it, from the same depth. */
void bearssl_wipe_stack(void);

/* An RSA private key's numbers, big-endian. */
struct rsa_numbers {
	struct bytes n, e, d, p, q, dp, dq, iq;
};

#define BEARSSL_RSA_MAX 8192 /* image/patches/bearssl-rsa-8192.patch */

/*
 * x = x^e mod n, in place, x of n.n octets and below n, n odd without leading zeros, at most
 * BEARSSL_RSA_MAX bits. False: n is even or x too large. Constant time.
 */
bool bearssl_modpow(uint8_t *x, struct bytes e, struct bytes n);
/* Makes a key as ECPrivateKey with curve and public point. */
bool bearssl_ec_generate(enum key_alg alg, struct secret *der);

/* PKCS#1 1.5, constant time. False: the key is unusable. Not verified. */
bool bearssl_rsa_sign(
	const struct rsa_numbers *k, enum sig_alg sig, struct bytes data, struct buf *signature);
/* ECDSA with the nonce of RFC 6979, ASN.1 form; d: the secret number. Not verified. */
bool bearssl_ec_sign(enum key_alg alg, struct bytes d, enum sig_alg sig, struct bytes data,
	struct buf *signature);

/* ECDSA, ASN.1 form; point: uncompressed. False: wrong signature, or a curve or digest unknown
 * here. */
bool bearssl_ec_verify(enum key_alg alg, struct bytes point, enum sig_alg sig, struct bytes data,
	struct bytes signature);

#endif
