/* SPDX-License-Identifier: MIT */
/*
 * opinion: the second one. mbedTLS, which shares no code with what wrote and signed a certificate,
 * says whether it takes it.
 */
#ifndef PKI_OPINION_H
#define PKI_OPINION_H

#include "pki/cert.h"
#include "pki/key.h"

/*
 * Parses cert and ca (DER, or the first of a PEM text), checks the signature and the chain at the
 * given time: SHA-2, RSA from 2048 bits. -1: mbedTLS's reason. A leaf with an Ed25519 key, which it
 * cannot read, gets its signature verified.
 */
int opinion_chain(struct bytes cert, struct bytes ca, int64_t now, struct error *err);
/* Can mbedTLS read this certificate (DER) at all? -1: its reason. */
int opinion_reads(struct bytes cert, struct error *err);
/*
 * Is the PEM or DER text key the private key of cert? The key is checked too. Of an Ed25519 key
 * mbedTLS knows nothing: this one opinion is ours.
 */
int opinion_pair(struct bytes cert, struct bytes key, struct error *err);

#endif
