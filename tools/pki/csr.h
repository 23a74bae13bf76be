/* SPDX-License-Identifier: MIT */
/*
 * csr: a PKCS#10 certification request (RFC 2986) as a view into its DER bytes: who asks, for which
 * key and names. The signature is not verified here.
 */
#ifndef PKI_CSR_H
#define PKI_CSR_H

#include "pki/cert.h"

struct csr {
	struct bytes raw;     /* CertificationRequest */
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

#endif
