/* SPDX-License-Identifier: MIT */
/*
 * csr: a PKCS#10 certification request (RFC 2986) as a view into its DER bytes: who asks, for which
 * key and names.
 */
#ifndef PKI_CSR_H
#define PKI_CSR_H

#include "pki/cert.h"

struct csr {
	struct bytes raw;  /* CertificationRequest */
	struct bytes info; /* CertificationRequestInfo with its header: what is signed */
	struct bytes signature;
	enum sig_alg sig;
	struct bytes subject; /* Name with its header */
	struct bytes spki;    /* SubjectPublicKeyInfo with its header */
	enum key_alg key;
	int key_bits;
	struct bytes
		san; /* content of GeneralNames, for cert_san_next; p is NULL if there is none */
};

/* Reads der, which must be one request and nothing behind it. Fails with the offset in err->what.
 */
int csr_parse(struct csr *c, struct bytes der, struct error *err);
/*
 * Is c signed by the key that it asks for? SHA-1 will do, as in Go. -1: no, or not verifiable here
 * (err->what tells which).
 */
int csr_verify(const struct csr *c, struct error *err);

#endif
