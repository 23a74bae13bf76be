// SPDX-License-Identifier: MIT
// opinion: hands what was made to mbedTLS.
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
static int own_signature(struct bytes cert, struct error *err)
{
	struct cert c;
	if (cert_parse(&c, cert, err) < 0)
		return -1;
	if (mbed_verify(c.spki, c.sig, c.tbs, c.signature))
		return 0;
	return error_set(err, ERR_FAILED, NULL, NULL,
		"mbedTLS finds that the certificate is not signed by its own key");
}

int opinion_chain(struct bytes cert, struct bytes ca, int64_t now, struct error *err)
{
	struct pem_block a = {0}, b = {0};
	int rc = -1;
	if (first_certificate(cert, &a, &cert, err) < 0 || first_certificate(ca, &b, &ca, err) < 0)
		goto out;
	if (bytes_equal(cert, ca) && own_signature(cert, err) < 0)
		goto out;
	rc = mbed_chain(cert, ca, now, err);
out:
	pem_block_free(&a);
	pem_block_free(&b);
	return rc;
}

int opinion_pair(struct bytes cert, struct bytes key, struct error *err)
{
	struct pem_block block = {0};
	struct key k = KEY_INIT;
	int rc = -1;
	if (first_certificate(cert, &block, &cert, err) == 0 && key_import(&k, key, NULL, err) == 0)
		rc = mbed_pair(cert, secret_bytes(&k.der), err);
	pem_block_free(&block);
	key_free(&k);
	return rc;
}
