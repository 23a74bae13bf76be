// SPDX-License-Identifier: MIT
// mbedtls: the only file that sees mbedTLS's types.
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "pki/mbedtls.h"

#define KEY_DER_MAX (8 << 10) /* RSA-8192 takes less than 5 kB */

static int from_kernel(void *ctx, unsigned char *p, size_t n)
{
	(void)ctx;
	random_bytes(p, n);
	return 0;
}

static int fail(struct error *err, int rc, const char *what)
{
	char text[160];
	mbedtls_strerror(rc, text, sizeof(text));
	return error_set(err, ERR_FAILED, NULL, NULL, "%s: mbedTLS says %s", what, text);
}

static int check_key(mbedtls_pk_context *pk)
{
	if (mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA)
		return mbedtls_rsa_check_privkey(mbedtls_pk_rsa(*pk));
	const mbedtls_ecp_keypair *ec = mbedtls_pk_ec(*pk);
	return mbedtls_ecp_check_pub_priv(ec, ec, from_kernel, NULL);
}

static int write_key(mbedtls_pk_context *pk, struct secret *plain)
{
	secret_alloc(plain, KEY_DER_MAX);
	int n = mbedtls_pk_write_key_der(pk, plain->p, plain->cap);
	if (n <= 0)
		return n;
	memmove(plain->p, plain->p + plain->cap - (size_t)n, (size_t)n);
	wipe(plain->p + n, plain->cap - (size_t)n);
	plain->n = (size_t)n;
	return n;
}

int mbed_key_load(struct bytes der, struct secret *plain, struct error *err)
{
	mbedtls_pk_context pk;
	mbedtls_pk_init(&pk);
	int rc = mbedtls_pk_parse_key(&pk, der.p, der.n, NULL, 0, from_kernel, NULL);
	if (rc == 0)
		rc = check_key(&pk);
	if (rc == 0)
		rc = write_key(&pk, plain);
	mbedtls_pk_free(&pk);
	if (rc > 0)
		return 0;
	secret_free(plain);
	return fail(err, rc, "the private key is damaged");
}

static mbedtls_md_type_t md_of(enum sig_alg sig)
{
	switch (sig) {
	case SIG_RSA_SHA1:
	case SIG_ECDSA_SHA1:
		return MBEDTLS_MD_SHA1;
	case SIG_RSA_SHA256:
	case SIG_ECDSA_SHA256:
		return MBEDTLS_MD_SHA256;
	case SIG_RSA_SHA384:
	case SIG_ECDSA_SHA384:
		return MBEDTLS_MD_SHA384;
	case SIG_RSA_SHA512:
	case SIG_ECDSA_SHA512:
		return MBEDTLS_MD_SHA512;
	default:
		return MBEDTLS_MD_NONE;
	}
}

static bool sig_is_rsa(enum sig_alg sig)
{
	return sig >= SIG_RSA_SHA1 && sig <= SIG_RSA_SHA512;
}

bool mbed_verify(struct bytes spki, enum sig_alg sig, struct bytes data, struct bytes signature)
{
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(md_of(sig));
	unsigned char digest[MBEDTLS_MD_MAX_SIZE], *p = (unsigned char *)(uintptr_t)spki.p;
	mbedtls_pk_context pk;
	if (!md || mbedtls_md(md, data.p, data.n, digest) != 0)
		return false;
	mbedtls_pk_init(&pk);
	int rc = mbedtls_pk_parse_subpubkey(&p, p + spki.n, &pk);
	if (rc == 0 && (mbedtls_pk_get_type(&pk) == MBEDTLS_PK_RSA) != sig_is_rsa(sig))
		rc = -1;
	if (rc == 0)
		rc = mbedtls_pk_verify(
			&pk, md_of(sig), digest, mbedtls_md_get_size(md), signature.p, signature.n);
	mbedtls_pk_free(&pk);
	return rc == 0;
}

bool mbed_public_key(struct bytes spki)
{
	unsigned char *p = (unsigned char *)(uintptr_t)spki.p;
	mbedtls_pk_context pk;
	mbedtls_pk_init(&pk);
	int rc = mbedtls_pk_parse_subpubkey(&p, p + spki.n, &pk);
	mbedtls_pk_free(&pk);
	return rc == 0;
}

bool mbed_sign(struct bytes der, enum sig_alg sig, struct bytes data, struct buf *signature)
{
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(md_of(sig));
	unsigned char digest[MBEDTLS_MD_MAX_SIZE];
	size_t n = 0;
	mbedtls_pk_context pk;
	if (!md || mbedtls_md(md, data.p, data.n, digest) != 0)
		return false;
	mbedtls_pk_init(&pk);
	int rc = mbedtls_pk_parse_key(&pk, der.p, der.n, NULL, 0, from_kernel, NULL);
	if (rc == 0 && (mbedtls_pk_get_type(&pk) == MBEDTLS_PK_RSA) != sig_is_rsa(sig))
		rc = -1;
	if (rc == 0)
		rc = mbedtls_pk_sign(&pk, md_of(sig), digest, mbedtls_md_get_size(md),
			buf_room(signature, MBEDTLS_PK_SIGNATURE_MAX_SIZE),
			MBEDTLS_PK_SIGNATURE_MAX_SIZE, &n, from_kernel, NULL);
	if (rc == 0)
		signature->n += n;
	mbedtls_pk_free(&pk);
	return rc == 0;
}

static int64_t seconds(const mbedtls_x509_time *t)
{
	return clock_from_date(
		(struct clock_date){t->year, t->mon, t->day, t->hour, t->min, t->sec});
}

static int check_dates(const mbedtls_x509_crt *crt, const char *who, int64_t now, struct error *err)
{
	char text[CLOCK_TEXT];
	if (now < seconds(&crt->valid_from))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"mbedTLS reads that the %s is not "
			"valid before %s",
			who, clock_text(seconds(&crt->valid_from), text));
	if (now > seconds(&crt->valid_to))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"mbedTLS reads that the %s expired %s", who,
			clock_text(seconds(&crt->valid_to), text));
	return 0;
}

static const mbedtls_x509_crt_profile profile = {
	.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
	.allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSA) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
	.allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
			  MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
			  MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
	.rsa_min_bitlen = 2048,
};

static int verify(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, struct error *err)
{
	uint32_t flags = 0;
	char text[300];
	int rc = mbedtls_x509_crt_verify_with_profile(
		cert, ca, NULL, &profile, NULL, &flags, NULL, NULL);
	if (rc == 0)
		return 0;
	if (!flags)
		return fail(err, rc, "the certificate does not verify");
	mbedtls_x509_crt_verify_info(text, sizeof(text), "", flags);
	text[strcspn(text, "\n")] = 0;
	return error_set(err, ERR_FAILED, NULL, NULL,
		"the certificate does not verify: mbedTLS says %s", text);
}

int mbed_reads(struct bytes cert, struct error *err)
{
	mbedtls_x509_crt c;
	mbedtls_x509_crt_init(&c);
	int rc = mbedtls_x509_crt_parse_der(&c, cert.p, cert.n);
	if (rc)
		rc = fail(err, rc, "the certificate cannot be read");
	mbedtls_x509_crt_free(&c);
	return rc;
}

int mbed_chain(struct bytes cert, struct bytes ca, int64_t now, struct error *err)
{
	mbedtls_x509_crt c, issuer;
	int rc;
	mbedtls_x509_crt_init(&c);
	mbedtls_x509_crt_init(&issuer);
	if ((rc = mbedtls_x509_crt_parse_der(&c, cert.p, cert.n)) != 0)
		rc = fail(err, rc, "the certificate cannot be read");
	else if ((rc = mbedtls_x509_crt_parse_der(&issuer, ca.p, ca.n)) != 0)
		rc = fail(err, rc, "the CA's certificate cannot be read");
	else if ((rc = verify(&c, &issuer, err)) == 0 &&
		 (rc = check_dates(&c, "certificate", now, err)) == 0)
		rc = check_dates(&issuer, "CA's certificate", now, err);
	mbedtls_x509_crt_free(&c);
	mbedtls_x509_crt_free(&issuer);
	return rc;
}

int mbed_pair(struct bytes cert, struct bytes key, struct error *err)
{
	mbedtls_x509_crt c;
	mbedtls_pk_context pk;
	int rc;
	mbedtls_x509_crt_init(&c);
	mbedtls_pk_init(&pk);
	if ((rc = mbedtls_x509_crt_parse_der(&c, cert.p, cert.n)) != 0)
		rc = fail(err, rc, "the certificate cannot be read");
	else if ((rc = mbedtls_pk_parse_key(&pk, key.p, key.n, NULL, 0, from_kernel, NULL)) != 0)
		rc = fail(err, rc, "the private key cannot be read");
	else if ((rc = mbedtls_pk_check_pair(&c.pk, &pk, from_kernel, NULL)) != 0)
		rc = fail(err, rc, "the private key does not belong to the certificate");
	mbedtls_x509_crt_free(&c);
	mbedtls_pk_free(&pk);
	return rc;
}
