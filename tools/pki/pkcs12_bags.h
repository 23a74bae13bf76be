/* SPDX-License-Identifier: MIT */
/* pkcs12_bags: what pkcs12.c and pkcs12_bags.c have of each other. */
#ifndef PKI_PKCS12_BAGS_H
#define PKI_PKCS12_BAGS_H

#include "pki/der.h"
#include "pki/pkcs12.h"

/* A file while it is read. */
struct pkcs12_work {
	struct pkcs12 *to;
	const struct secret *passphrase;
	long rounds;    /* asked for so far */
	bool decrypted; /* something was: the passphrase is right */
	bool sealed;    /* what is read now was encrypted as a whole */
	struct error *err;
};

/* Counts the rounds of one derivation; -1 and ENOTSUP where they are too many in all. */
int pkcs12_add_rounds(struct pkcs12_work *w, long rounds);
/* Decrypts; algorithm: the content of its AlgorithmIdentifier. */
int pkcs12_decrypt(
	struct pkcs12_work *w, struct bytes algorithm, struct bytes data, struct secret *plain);
int pkcs12_unsupported(struct pkcs12_work *w, const char *what);

/* Reads SafeContents (RFC 7292, 4.2) into w->to. */
int pkcs12_bags(struct pkcs12_work *w, struct bytes contents, int depth);

#endif
