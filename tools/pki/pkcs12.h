/* SPDX-License-Identifier: MIT */
/*
 * pkcs12: reads a PKCS#12 file (RFC 7292): the certificates and private keys in it, protected by a
 * passphrase or plain. It never writes one. What belongs together is the caller's to find, by
 * public keys: the file's own hints (localKeyId) are not looked at.
 *
 * Taken: PBES2 and PKCS#12's schemes with DES (pbe.h), a MAC with SHA-1 to SHA-512 or none, nested
 * contents. Refused by name: RC2 and RC4, files for a public key instead of a passphrase, PBMAC1
 * (RFC 9579), and BER's indefinite lengths, which openssl writes again as DER.
 */
#ifndef PKI_PKCS12_H
#define PKI_PKCS12_H

#include "base/error.h"
#include "base/secret.h"

#define PKCS12_FILE_MAX (1 << 20)
#define PKCS12_ITEMS_MAX 128       /* certificates, and keys */
#define PKCS12_DEPTH 4             /* contents within contents */
#define PKCS12_ROUNDS_MAX 80000000 /* in all; one alone: KEY_ROUNDS_MAX */

struct pkcs12_cert {
	struct buf der; /* as it stands in the file: perhaps no certificate at all */
	char *name;     /* friendlyName in UTF-8, or "" */
};

struct pkcs12_key {
	struct secret der; /* PrivateKeyInfo, which key_import reads and judges */
	char *name;
};

struct pkcs12 {
	struct pkcs12_cert *certs;
	size_t n_certs;
	struct pkcs12_key *keys;
	size_t n_keys;
	size_t passed_over; /* revocation lists, secrets and what is unknown */
	bool has_mac;       /* and it was right */
	bool plain_keys;    /* at least one key stood in it unencrypted */
};

#define PKCS12_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Does the file begin as PKCS#12, DER or BER? */
bool pkcs12_like(struct bytes file);

/*
 * Reads it whole or not at all. passphrase may be NULL, which is as an empty one (and that may be
 * the right one: some programs write so). err->os: EACCES where the passphrase is missing or wrong;
 * EBADMSG where the file is damaged (said also where the passphrase fits and the MAC does not);
 * ENOTSUP where it is of a kind that is refused.
 */
int pkcs12_read(
	struct pkcs12 *p, struct bytes file, const struct secret *passphrase, struct error *err);
void pkcs12_free(struct pkcs12 *p); /* wipes the keys; leaves PKCS12_INIT */

#endif
