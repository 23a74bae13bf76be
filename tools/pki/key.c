// SPDX-License-Identifier: MIT
// key: private keys in secret memory: made, read, written, and used to sign.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/ed25519.h"
#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/keyparts.h"
#include "pki/mbedtls.h"
#include "pki/oid.h"
#include "pki/rsa.h"
#include "pki/spki.h"

/* Fills alg, bits and spki from k->der, which mbedTLS or BearSSL wrote. */
static int describe(struct key *k, struct error *err)
{
	struct bytes der = secret_bytes(&k->der);
	struct rsa_numbers rsa;
	struct ec_numbers ec;
	struct spki s;
	long version;
	buf_free(&k->spki);
	if (keyfile_shape(der) == KEYFILE_PKCS1) {
		if (keyparts_rsa(der, &rsa, &version) < 0)
			goto bad;
		spki_put_rsa(&k->spki, rsa.n, rsa.e);
	} else {
		if (keyparts_ec(der, &ec) < 0 || spki_curve(ec.params.body) == KEY_OTHER)
			goto bad;
		spki_put_ec(&k->spki, spki_curve(ec.params.body), ec.point);
	}
	if (spki_parse(buf_bytes(&k->spki), &s, NULL) < 0)
		goto bad;
	k->alg = s.alg;
	k->bits = s.bits;
	return 0;
bad:
	return key_fail(err, EBADMSG, NULL, "the private key was written in an unknown form");
}

static int import_ed25519(struct key *k, struct bytes der, struct error *err)
{
	uint8_t public[ED25519_SIZE];
	struct bytes seed;
	if (ed25519_read(der, &seed, err) < 0)
		return -1;
	secret_set(&k->der, seed.p, seed.n);
	ed25519_public(seed.p, public);
	spki_put_ed25519(&k->spki, (struct bytes){public, sizeof(public)});
	k->alg = KEY_ED25519;
	k->bits = 256;
	k->form = KEY_FORM_PKCS8;
	return 0;
}

static int import_plain(struct key *k, struct bytes der, bool leaf, struct error *err)
{
	struct error other = ERROR_INIT; /* of an Ed25519 key's reader: it is another kind */
	if (leaf && import_ed25519(k, der, &other) == 0)
		return 0;
	if (leaf && other.os != ENOTSUP) {
		*err = other;
		return -1;
	}
	if (keyparts_check(der, err) < 0)
		return -1;
	k->form = keyfile_shape(der) == KEYFILE_PKCS8 ? KEY_FORM_PKCS8 : KEY_FORM_TRADITIONAL;
	if (mbed_key_load(der, &k->der, err) < 0) {
		err->os = EBADMSG;
		snprintf(err->todo, sizeof(err->todo), "use another copy of the key");
		return -1;
	}
	return describe(k, err);
}

static int import_found(struct key *k, const struct keyfile *f, const struct secret *passphrase,
	bool leaf, struct error *err)
{
	struct secret plain = SECRET_INIT;
	int rc = -1;
	if (!keyfile_encrypted(f))
		return import_plain(k, f->der, leaf, err);
	k->was_encrypted = true;
	if (!passphrase)
		return key_fail(err, EACCES, "give the key's passphrase", "the key is encrypted");
	if (keyfile_open(f, passphrase, &plain, err) == 0)
		rc = import_plain(k, secret_bytes(&plain), leaf, err);
	if (rc == 0 && f->form == KEYFILE_PKCS8_ENCRYPTED)
		k->form = KEY_FORM_PKCS8;
	secret_free(&plain);
	return rc;
}

static int import_file(struct key *k, struct bytes file, const struct secret *passphrase, bool leaf,
	struct error *err)
{
	struct keyfile f;
	key_free(k);
	int rc = keyfile_find(&f, file, err);
	if (rc > 0)
		rc = import_found(k, &f, passphrase, leaf, err);
	else if (rc == 0)
		rc = key_fail(err, ENOENT, NULL, "there is no private key in it");
	else
		err->os = EBADMSG;
	keyfile_free(&f);
	if (rc < 0)
		key_free(k);
	return rc;
}

int key_import(struct key *k, struct bytes file, const struct secret *passphrase, struct error *err)
{
	return import_file(k, file, passphrase, false, err);
}

int key_import_leaf(
	struct key *k, struct bytes file, const struct secret *passphrase, struct error *err)
{
	return import_file(k, file, passphrase, true, err);
}

bool key_is_encrypted(struct bytes file)
{
	struct keyfile f;
	struct error err = ERROR_INIT;
	bool yes = keyfile_find(&f, file, &err) > 0 && keyfile_encrypted(&f);
	keyfile_free(&f);
	return yes;
}

bool key_present(struct bytes file)
{
	struct keyfile f;
	struct error err = ERROR_INIT;
	bool yes = keyfile_find(&f, file, &err) != 0;
	keyfile_free(&f);
	return yes;
}

void key_free(struct key *k)
{
	secret_free(&k->der);
	buf_free(&k->spki);
	*k = (struct key)KEY_INIT;
}

int key_generate(struct key *k, enum key_alg alg, int bits, struct error *err)
{
	struct secret der = SECRET_INIT;
	bool ok;
	key_free(k);
	if (alg == KEY_RSA && bits != 2048 && bits != 3072 && bits != 4096)
		return key_fail(err, ENOTSUP, "use 2048, 3072 or 4096",
			"RSA keys of %d bits are not made", bits);
	if (alg == KEY_RSA)
		ok = rsa_generate(bits, &der);
	else
		ok = bearssl_ec_generate(alg, &der);
	if (!ok) {
		char text[32];
		key_fail(err, ENOTSUP, NULL, "a key of kind %s cannot be made",
			cert_key_text(alg, bits, text));
	} else if (mbed_key_load(secret_bytes(&der), &k->der, err) == 0 &&
		   describe(k, err) == 0) { /* mbedTLS has checked it whole */
		secret_free(&der);
		return 0;
	}
	secret_free(&der);
	key_free(k);
	return -1;
}

void key_put_pkcs8(struct buf *out, const struct key *k)
{
	static const struct bytes none = {NULL, 0};
	struct bytes der = secret_bytes(&k->der);
	struct ec_numbers ec;
	size_t start = out->n, alg, octets;
	der_put_small(out, 0);
	alg = out->n;
	if (k->alg == KEY_RSA) {
		der_put(out, DER_OID, oid_bytes(OID_RSA));
		der_put(out, DER_NULL, none);
		der_wrap(out, alg, DER_SEQUENCE);
		der_put(out, DER_OCTET_STRING, der);
	} else if (k->alg == KEY_ED25519) {
		der_put(out, DER_OID, oid_bytes(OID_ED25519));
		der_wrap(out, alg, DER_SEQUENCE);
		octets = out->n;
		der_put(out, DER_OCTET_STRING, der);
		der_wrap(out, octets, DER_OCTET_STRING);
	} else if (keyparts_ec(der, &ec) ==
		   0) { /* as Go and OpenSSL: the curve stands outside only */
		der_put(out, DER_OID, oid_bytes(OID_EC));
		der_put(out, DER_OID, spki_curve_oid(k->alg));
		der_wrap(out, alg, DER_SEQUENCE);
		octets = out->n;
		der_put_small(out, 1);
		der_put(out, DER_OCTET_STRING, ec.d);
		size_t point = out->n;
		der_put_bits(out, ec.point);
		der_wrap(out, point, DER_EXPLICIT(1));
		der_wrap(out, octets, DER_SEQUENCE);
		der_wrap(out, octets, DER_OCTET_STRING);
	}
	der_wrap(out, start, DER_SEQUENCE);
}

void key_write(struct buf *out, const struct key *k, enum key_form form)
{
	struct buf der = BUF_INIT;
	if (form == KEY_FORM_PKCS8 || k->alg == KEY_ED25519) {
		key_put_pkcs8(&der, k);
		pem_write(out, "PRIVATE KEY", buf_bytes(&der));
	} else {
		pem_write(out, k->alg == KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY",
			secret_bytes(&k->der));
	}
	buf_wipe(&der);
}

bool key_matches(const struct key *k, const struct cert *c)
{
	return spki_same(buf_bytes(&k->spki), c->spki);
}

enum sig_alg key_sig_alg(const struct key *k)
{
	switch (k->alg) {
	case KEY_RSA:
		return SIG_RSA_SHA256;
	case KEY_P256:
		return SIG_ECDSA_SHA256;
	case KEY_P384:
		return SIG_ECDSA_SHA384;
	case KEY_P521:
		return SIG_ECDSA_SHA512;
	default:
		return SIG_OTHER;
	}
}

bool key_can_sign(const struct key *k, enum sig_alg sig)
{
	switch (sig) {
	case SIG_RSA_SHA256:
	case SIG_RSA_SHA384:
	case SIG_RSA_SHA512:
		return k->alg == KEY_RSA && k->bits >= 2048;
	case SIG_ECDSA_SHA256:
	case SIG_ECDSA_SHA384:
	case SIG_ECDSA_SHA512:
		return k->alg == KEY_P256 || k->alg == KEY_P384 || k->alg == KEY_P521;
	default:
		return false;
	}
}

/* Not verified yet. */
static bool sign(const struct key *k, enum sig_alg sig, struct bytes data, struct buf *signature)
{
	struct bytes der = secret_bytes(&k->der);
	struct rsa_numbers rsa;
	struct ec_numbers ec;
	long version;
	if (k->alg == KEY_RSA)
		return keyparts_rsa(der, &rsa, &version) == 0 &&
		       bearssl_rsa_sign(&rsa, sig, data, signature);
	return keyparts_ec(der, &ec) == 0 && bearssl_ec_sign(k->alg, ec.d, sig, data, signature);
}

/*
 * ECDSA: a nonce that is wrong gives a signature that is good and tells the key. RFC 6979 says what
 * it is, so the other library must come to the same bytes. RSA needs no such look: a signature of
 * PKCS#1 1.5 that verifies is the only one there is.
 */
static bool same_by_mbedtls(
	const struct key *k, enum sig_alg sig, struct bytes data, struct bytes signature)
{
	struct buf other = BUF_INIT;
	bool same = k->alg == KEY_RSA || (mbed_sign(secret_bytes(&k->der), sig, data, &other) &&
						 bytes_equal(buf_bytes(&other), signature));
	buf_wipe(&other);
	return same;
}

/* P-256 by BearSSL, which is twice as fast: mbedTLS has come to the same signature already. */
static bool verified(
	const struct key *k, enum sig_alg sig, struct bytes data, struct bytes signature)
{
	struct spki s;
	if (k->alg != KEY_P256)
		return mbed_verify(buf_bytes(&k->spki), sig, data, signature);
	return spki_parse(buf_bytes(&k->spki), &s, NULL) == 0 &&
	       bearssl_ec_verify(k->alg, s.key, sig, data, signature);
}

int key_sign(const struct key *k, enum sig_alg sig, struct bytes data, struct buf *signature,
	struct error *err)
{
	struct buf made = BUF_INIT;
	int rc = -1;
	if (!key_can_sign(k, sig))
		return key_fail(err, ENOTSUP, NULL, "the key cannot make a signature of kind %s",
			cert_sig_text(sig));
	if (!sign(k, sig, data, &made) || !same_by_mbedtls(k, sig, data, buf_bytes(&made)) ||
		!verified(k, sig, data, buf_bytes(&made))) {
		key_fail(err, EBADMSG, "use another copy of the key",
			"the signature made with the key is wrong: the key is damaged");
	} else {
		buf_add(signature, made.p, made.n);
		rc = 0;
	}
	buf_wipe(&made); /* a wrong signature tells the key's primes */
	return rc;
}
