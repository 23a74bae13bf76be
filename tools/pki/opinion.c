// SPDX-License-Identifier: MIT
// opinion: hands what was made to mbedTLS.
#include "pki/keyfile.h"
#include "pki/keyparts.h"
#include "pki/mbedtls.h"
#include "pki/opinion.h"
#include "pki/pem.h"

/* The first certificate of a text or DER; block holds its bytes if it was PEM. */
static int first_certificate(
	struct bytes in, struct pem_block *block, struct bytes *der, struct error *err)
{
	size_t at = 0;
	int rc;
	*der = in;
	if (in.n && in.p[0] == 0x30)
		return 0;
	while ((rc = pem_next(in, &at, block, err)) > 0) {
		*der = buf_bytes(&block->der);
		if (bytes_is(block->label, "CERTIFICATE"))
			return 0;
	}
	return rc < 0 ? -1
		      : error_set(err, ERR_FAILED, NULL, NULL, "there is no certificate in it");
}

/* mbedTLS takes a certificate that is in the trusted list itself without a look at its signature.
 */
static int own_signature(const struct cert *c, struct error *err)
{
	if (mbed_verify(c->spki, c->sig, c->tbs, c->signature))
		return 0;
	return error_set(err, ERR_FAILED, NULL, NULL,
		"mbedTLS finds that the certificate is not signed by its own key");
}

/*
 * mbedTLS cannot read an Ed25519 key, so all it can be asked about such a leaf is the signature.
 * The issuer's certificate it must take whole.
 */
static int unreadable_leaf(const struct cert *c, struct bytes ca, int64_t now, struct error *err)
{
	struct cert issuer;
	if (cert_parse(&issuer, ca, err) < 0)
		return -1;
	if (now < c->not_before || now > c->not_after || now < issuer.not_before ||
		now > issuer.not_after)
		return error_set(err, ERR_FAILED, NULL, NULL,
			"the certificate or its CA's is not valid at this time");
	if (!bytes_equal(c->issuer, issuer.subject) || !issuer.is_ca ||
		!mbed_verify(issuer.spki, c->sig, c->tbs, c->signature))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"mbedTLS finds that the certificate is not signed by the CA");
	return 0;
}

int opinion_chain(struct bytes cert, struct bytes ca, int64_t now, struct error *err)
{
	struct pem_block a = {0}, b = {0};
	struct cert c;
	int rc = -1;
	if (first_certificate(cert, &a, &cert, err) < 0 ||
		first_certificate(ca, &b, &ca, err) < 0 || cert_parse(&c, cert, err) < 0)
		goto out;
	if (c.key == KEY_ED25519)
		rc = unreadable_leaf(&c, ca, now, err);
	else if (!bytes_equal(cert, ca) || own_signature(&c, err) == 0)
		rc = mbed_chain(cert, ca, now, err);
out:
	pem_block_free(&a);
	pem_block_free(&b);
	return rc;
}

int opinion_reads(struct bytes cert, struct error *err)
{
	return mbed_reads(cert, err);
}

/* Ours, since mbedTLS knows no Ed25519 keys. */
static int ed25519_pair(const struct cert *c, struct bytes key, struct error *err)
{
	struct key k = KEY_INIT;
	int rc = key_import_leaf(&k, key, NULL, err);
	if (rc == 0 && !key_matches(&k, c))
		rc = error_set(err, ERR_FAILED, NULL, NULL,
			"the private key does not belong to the certificate");
	key_free(&k);
	return rc;
}

static int plain_pair(struct bytes cert, struct bytes key, struct error *err)
{
	struct keyfile f = {0};
	int rc = keyfile_find(&f, key, err);
	if (rc == 0 || (rc > 0 && keyfile_encrypted(&f)))
		rc = error_set(err, ERR_FAILED, NULL, NULL,
			rc ? "the private key is encrypted" : "there is no private key in it");
	else if (rc > 0 && (rc = keyparts_check(f.der, err)) == 0)
		rc = mbed_pair(cert, f.der, err); /* checks the key, too */
	keyfile_free(&f);
	return rc;
}

int opinion_pair(struct bytes cert, struct bytes key, struct error *err)
{
	struct pem_block block = {0};
	struct cert c;
	int rc = -1;
	if (first_certificate(cert, &block, &cert, err) < 0 || cert_parse(&c, cert, err) < 0)
		goto out;
	if (c.key == KEY_ED25519)
		rc = ed25519_pair(&c, key, err);
	else
		rc = plain_pair(cert, key, err);
out:
	pem_block_free(&block);
	return rc;
}
