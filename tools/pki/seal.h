/* SPDX-License-Identifier: MIT */
/*
 * seal: writes a private key encrypted: PKCS#8 with PBES2, AES-256-CBC and PBKDF2 with HMAC-SHA-256
 * (RFC 8018), which OpenSSL 1.1 and later, Go's and Java's libraries open. key_import reads it.
 */
#ifndef PKI_SEAL_H
#define PKI_SEAL_H

#include "pki/key.h"

#define SEAL_ROUNDS_MIN 600000
#define SEAL_ROUNDS_MAX 10000000

#define SEAL_PASSPHRASE_MAX 1023 /* openssl's command line takes no more */

/* The rounds that take about three quarters of a second on this machine, within the two limits. */
long seal_rounds(void);
/* The nearest number within the limits. */
long seal_within(long rounds);

/*
 * Appends the key as PEM ("ENCRYPTED PRIVATE KEY"). rounds: see seal_within. Fails with an empty
 * passphrase, which would be no protection, and with one that could not be given again: longer than
 * SEAL_PASSPHRASE_MAX, or of several lines.
 */
int seal_key(struct buf *out, const struct key *k, const struct secret *passphrase, long rounds,
	struct error *err);

#endif
