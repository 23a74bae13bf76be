/* SPDX-License-Identifier: MIT */
/*
 * template: the to-be-signed part of a NEW certificate, out of who asks (request.h) and what the CA
 * gives (profile.h): leaves, intermediate CAs and self-signed CAs. Extensions, their order,
 * criticality and encoding are those that cfssl 1.6 and Go write:
 *
 *   KeyUsage (critical), ExtendedKeyUsage, BasicConstraints (critical), SubjectKeyIdentifier (SHA-1
 *   of the key's bits), AuthorityKeyIdentifier (the CA's SubjectKeyIdentifier; none in a
 * self-signed one), AuthorityInfoAccess, SubjectAltName (critical if the subject is empty; CAs:
 * only addresses), CRLDistributionPoints, the request's extensions, CertificatePolicies, OCSP
 * no-check.
 *
 * A new self-signed CA, in short: request_read, profile_for_ca, key_generate, fill a template
 * without ca, template_validity, template_tbs, key_sign, issue_finish (issue.h), then the checks.
 */
#ifndef PKI_TEMPLATE_H
#define PKI_TEMPLATE_H

#include "pki/issue.h"
#include "pki/profile.h"

struct template
{
	const struct request *request;
	const struct profile *profile;
	const struct cert *ca;             /* the issuer; NULL: self-signed */
	struct bytes spki;                 /* the new certificate's key */
	enum sig_alg sig;                  /* template_signature of the signing key */
	uint8_t serial[ISSUE_SERIAL_SIZE]; /* issue_serial */
	int64_t not_before, not_after;     /* template_validity */
	bool clamped; /* not_after is the CA's, before what the profile wants */
};

/*
 * What cfssl signs with a CA's key: RSA with SHA-256, from 3072 bits on SHA-384, from 4096 bits on
 * SHA-512; P-256, P-384 and P-521 with SHA-256, SHA-384 and SHA-512. SIG_OTHER for any other key.
 */
enum sig_alg template_signature(enum key_alg alg, int bits, const struct profile *profile);

/*
 * Fills not_before (now, to the minute, less the profile's backdate), not_after and clamped.
 * Refuses a certificate that would have expired already.
 */
int template_validity(struct template *t, int64_t now, struct error *err);

/* Appends the TBSCertificate. -1: the profile does not allow it, or a field cannot be written. */
int template_tbs(const struct template *t, struct buf *tbs, struct error *err);

#endif
