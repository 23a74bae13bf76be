/* SPDX-License-Identifier: MIT */
/*
 * dn: writes distinguished names (RFC 5280 4.1.2.4) as Go's crypto/x509/pkix does, since Go
 * compares names byte for byte: values of one type in one multi-valued RDN, sorted as DER sorts a
 * SET OF; PrintableString where its letters suffice (not * and &), else UTF8String. Reading:
 * pki/cert.h.
 */
#ifndef PKI_DN_H
#define PKI_DN_H

#include "base/buf.h"

/*
 * Appends one RelativeDistinguishedName: the values (UTF-8) of one attribute type, given as its
 * OID's octets; nothing where there are no values. der_wrap with DER_SEQUENCE makes them a Name.
 */
void dn_put_rdn(struct buf *out, struct bytes oid, const struct bytes *values, size_t n);

#endif
