/* SPDX-License-Identifier: MIT */
/*
 * pbe: encryption by passphrase, as keys and PKCS#12 files carry it: PBES2 with PBKDF2 (RFC 8018),
 * PKCS#12's own schemes with SHA-1 and DES (RFC 7292, appendix C), and the DEK-Info of old PEM
 * files. RC2, RC4, scrypt, and more than KEY_ROUNDS_MAX rounds are refused by name.
 */
#ifndef PKI_PBE_H
#define PKI_PBE_H

#include "base/error.h"
#include "base/secret.h"
#include "pki/bearssl_pbe.h"
#include "pki/der.h"

#define PBE_SALT_MAX 1024

/* Whose encryption it is; for messages. */
struct pbe_owner {
	const char *name;   /* "key" */
	const char *recode; /* the remedy where its scheme is not supported */
};

enum pbe_kdf { PBE_PBKDF2, PBE_PKCS12, PBE_MD5 };

struct pbe {
	const struct pbe_owner *owner;
	enum pbe_kdf kdf;
	enum pbe_hash hash;
	enum pbe_cipher cipher;
	struct bytes salt; /* in what was parsed */
	long rounds;
	uint8_t iv[PBE_BLOCK_MAX]; /* PBE_PKCS12 derives it */
	uint8_t old_salt[8];       /* PBE_MD5's */
};

/*
 * Reads the content of an AlgorithmIdentifier; the value of a DEK-Info header. err->os is ENOTSUP
 * for a scheme or a number of rounds that is refused, EBADMSG for damage.
 */
int pbe_parse(
	struct pbe *p, const struct pbe_owner *owner, struct bytes algorithm, struct error *err);
int pbe_parse_dek(
	struct pbe *p, const struct pbe_owner *owner, struct bytes dek, struct error *err);

/*
 * Decrypts data, which must be one DER SEQUENCE and its padding. Where its first octets and its
 * length fit each other the passphrase was the right one: then anything else is damage (err->os =
 * EBADMSG). Where they do not it is taken for wrong (EACCES).
 */
int pbe_open(const struct pbe *p, const struct secret *passphrase, struct bytes data,
	struct secret *plain, struct error *err);

/* Appends EncryptedPrivateKeyInfo: PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA-256, a random salt. */
void pbe_seal(struct buf *out, const struct secret *passphrase, long rounds, struct bytes plain);

/* The next element is a number of rounds that will be made, or is refused (errors as above). */
int pbe_take_rounds(const struct pbe_owner *owner, struct der *d, long *rounds, struct error *err);
/* An object identifier that hashes: SHA-1 to SHA-512. False: another. */
bool pbe_hash_of(struct bytes oid, enum pbe_hash *hash);

/*
 * UTF-8 as BMPString (UTF-16 big-endian) with two zero octets at the end, as OpenSSL has it; what
 * is not UTF-8 is taken for Latin-1.
 */
void pbe_bmp(struct secret *bmp, const struct secret *passphrase);

#endif
