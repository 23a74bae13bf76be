/* SPDX-License-Identifier: MIT */
/* ext: the extensions of a certificate (RFC 5280 4.2), read into struct cert. */
#ifndef PKI_EXT_H
#define PKI_EXT_H

#include "pki/cert.h"
#include "pki/der.h"

/* Reads one Extension from d. */
int ext_read(struct der *d, struct cert_ext *ext);
/* Reads c->extensions into the fields of c, if it is of version 3; offsets and errors as in d. */
int ext_read_all(const struct der *d, struct cert *c);
/*
 * Is the list now (as c->extensions) the list old, byte for byte and in order, but for the content
 * of subject and authority key ids? One of those may be missing where old has it.
 */
bool ext_same_but_key_ids(struct bytes old, struct bytes now);
/* Appends an Extension: the given value octets in an OCTET STRING. */
void ext_put(struct buf *out, struct bytes oid, bool critical, struct bytes value);

#endif
