/* SPDX-License-Identifier: MIT */
/*
 * ed25519: enough of RFC 8032 to keep a leaf's Ed25519 key: read it and say which public key it
 * has. Neither library here knows Edwards curves, and nothing is signed: such a key cannot be a
 * CA's.
 */
#ifndef PKI_ED25519_H
#define PKI_ED25519_H

#include "base/error.h"
#include "base/secret.h"

#define ED25519_SIZE 32

/* The public key of a secret one (RFC 8032 5.1.5). Constant time. */
void ed25519_public(const uint8_t seed[ED25519_SIZE], uint8_t public[ED25519_SIZE]);

/*
 * Reads plain PKCS#8 (RFC 8410, with or without the public key, which must be the right one). seed
 * points into der. 0; -1 with err->os = ENOTSUP: another kind of key, EBADMSG: damaged.
 */
int ed25519_read(struct bytes der, struct bytes *seed, struct error *err);

#endif
