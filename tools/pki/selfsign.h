/* SPDX-License-Identifier: MIT */
/*
 * selfsign: a CA's own certificate: signed with its key, and judged by both opinions before anybody
 * sees it.
 */
#ifndef PKI_SELFSIGN_H
#define PKI_SELFSIGN_H

#include "pki/key.h"

/*
 * Signs tbs (which names sig) with key and appends the certificate. Then it must be one that Go
 * takes (lint.h), a CA that may sign certificates, valid now, signed by itself in the eyes of
 * chain.h and mbedTLS, and key must be its private key in the eyes of both. -1: nothing is
 * appended.
 */
int selfsign(struct bytes tbs, const struct key *key, enum sig_alg sig, int64_t now,
	struct buf *cert, struct error *err);

#endif
