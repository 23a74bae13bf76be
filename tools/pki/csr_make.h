/* SPDX-License-Identifier: MIT */
/*
 * csr_make: writes a PKCS#10 certification request (RFC 2986) as cfssl and Go do: subject, key, and
 * one attribute with the extensions asked for (SubjectAltName; BasicConstraints of a CA; those of
 * the JSON), signed by the key itself. Reading: csr.h.
 */
#ifndef PKI_CSR_MAKE_H
#define PKI_CSR_MAKE_H

#include "pki/key.h"
#include "pki/request.h"

/* Appends the CertificationRequest, DER. Safe to call from several threads. */
int csr_make(struct buf *out, const struct request *r, const struct key *k, struct error *err);

#endif
