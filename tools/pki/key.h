/* SPDX-License-Identifier: MIT */
/*
 * key: private keys. BearSSL makes them and signs, mbedTLS reads and checks what is found.
 *
 * A key is held as plain DER (PKCS#1 RSAPrivateKey, RFC 8017 A.1.2, or SEC1 ECPrivateKey, RFC 5915)
 * in secret memory. BearSSL's own key decoder is never called on bytes that were found: it
 * overflows on crafted input (fixed upstream after 0.6).
 */
#ifndef PKI_KEY_H
#define PKI_KEY_H

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "pki/cert.h"

enum key_form { KEY_FORM_TRADITIONAL, KEY_FORM_PKCS8 }; /* how the file had it; encrypted or not */

struct key {
	enum key_alg alg;
	int bits;
	enum key_form form;
	bool was_encrypted;
	struct secret der; /* RSAPrivateKey or ECPrivateKey (with parameters and public key);
			      Ed25519: the 32 octets */
	struct buf spki;   /* SubjectPublicKeyInfo, as Go and OpenSSL encode it */
};

#define KEY_INIT                                                                                   \
	{                                                                                          \
		.alg = KEY_NONE                                                                    \
	}
#define KEY_FILE_MAX (64 << 10)

/* RSA 2048, 3072, 4096; P-256, P-384 (P-521 where a library can). Safe to call from several
 * threads. */
int key_generate(struct key *k, enum key_alg alg, int bits, struct error *err);

/*
 * Reads the first private key of a file (PEM or DER; text and certificates around it are passed
 * over). passphrase may be NULL. The key is checked whole: mbedtls_rsa_check_privkey, EC pair.
 * A key that is encrypted when passphrase is NULL, or for which it is wrong, fails with err->os =
 * EACCES; a file with no key at all with err->os = ENOENT; damage with err->os = EBADMSG; a kind
 * that cannot be used (Ed25519, PSS, P-224, more than KEY_ROUNDS_MAX rounds ...) with ENOTSUP.
 */
#ifndef KEY_ROUNDS_MAX /* the fuzz targets are built with fewer */
#define KEY_ROUNDS_MAX 20000000
#endif
int key_import(
	struct key *k, struct bytes file, const struct secret *passphrase, struct error *err);
/* The same for a leaf's key, which need not sign here: Ed25519 too. */
int key_import_leaf(
	struct key *k, struct bytes file, const struct secret *passphrase, struct error *err);
/* Whether the first private key of a file is encrypted; false also if there is none. */
bool key_is_encrypted(struct bytes file);
/* Whether there is a private key in the file, of any form (by label or DER shape). */
bool key_present(struct bytes file);
void key_free(struct key *k); /* wipes */

/* Appends the key as PEM in the given form, unencrypted (seal.h encrypts); out must be buf_wipe'd
 * by the caller. */
void key_write(struct buf *out, const struct key *k, enum key_form form);
/* Appends PrivateKeyInfo (RFC 5208), as DER; out must be buf_wipe'd. */
void key_put_pkcs8(struct buf *out, const struct key *k);

/* Does the certificate's public key belong to k (compared as keys, not as encodings)? */
bool key_matches(const struct key *k, const struct cert *c);
/* Are two SubjectPublicKeyInfos the same key? */
bool spki_same(struct bytes a, struct bytes b);

/* The algorithm that Go would choose for k (RSA: SHA-256; P-256/384/521: SHA-256/384/512). */
enum sig_alg key_sig_alg(const struct key *k);
/* Can k make this signature? SHA-1 never. */
bool key_can_sign(const struct key *k, enum sig_alg sig);
/*
 * Signs data; the signature is verified before it is returned (a damaged key never leaks). ECDSA is
 * signed by both libraries, which must come to the same bytes (RFC 6979).
 */
int key_sign(const struct key *k, enum sig_alg sig, struct bytes data, struct buf *signature,
	struct error *err);

#endif
