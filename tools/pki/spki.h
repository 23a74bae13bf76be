/* SPDX-License-Identifier: MIT */
/*
 * spki: a SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 3279, RFC 5480) taken apart. Any algorithm is
 * read; only RSA and EC are looked into.
 */
#ifndef PKI_SPKI_H
#define PKI_SPKI_H

#include "pki/cert.h"
#include "pki/der.h"

struct spki {
	enum key_alg alg;
	int bits;
	struct bytes oid;    /* of the algorithm */
	struct bytes params; /* the parameters with header; empty if there are none */
	struct bytes key;    /* the BIT STRING's octets */
	struct bytes n, e;   /* RSA: the INTEGERs' content as it is */
};

/* Reads the next element of d. */
int spki_read(struct der *d, struct spki *s);
/* Reads raw, which must be one SubjectPublicKeyInfo. */
int spki_parse(struct bytes raw, struct spki *s, struct error *err);

/* Appends one, as Go and OpenSSL encode it. */
void spki_put_rsa(struct buf *out, struct bytes n, struct bytes e);
void spki_put_ec(struct buf *out, enum key_alg alg, struct bytes point);
void spki_put_ed25519(struct buf *out, struct bytes key);

enum key_alg spki_curve(struct bytes oid); /* KEY_OTHER if it is none of ours */
struct bytes spki_curve_oid(enum key_alg alg);
int spki_curve_bits(enum key_alg alg);
/* Appends what s is where it has no name of cert_key_text's: "ECDSA P-224", "Ed448", or dots. */
void spki_kind_text(struct buf *out, const struct spki *s);
/* "P-224", or dots: what is not supported, for messages. */
void spki_algorithm_text(struct buf *out, struct bytes oid);

#endif
