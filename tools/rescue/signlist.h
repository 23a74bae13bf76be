/* SPDX-License-Identifier: MIT */
/*
 * signlist: what a confirmed plan allows a CA's key to sign, one line a certificate. The signer has
 * the list before the first request and compares each to-be-signed part with its line by itself:
 * whoever asks it, with whatever bytes, gets nothing else signed.
 */
#ifndef RESCUE_SIGNLIST_H
#define RESCUE_SIGNLIST_H

#include "base/wire.h"
#include "pki/cert.h"

struct signlist_line {
	size_t ca;               /* which of the store's CAs signs */
	struct bytes subject;    /* Name with its header */
	struct bytes extensions; /* as in struct cert; key ids (SKI, AKI) may differ */
	int64_t not_before, not_after;
	struct bytes spki; /* the public key; empty: one that is being made, of this kind: */
	enum key_alg alg;
	int bits;
	bool is_ca; /* the certificate is a CA's: said, never by chance */
	bool used;  /* each line is signed once */
};

struct signlist {
	struct signlist_line *lines;
	size_t n;
	struct buf bytes; /* what the lines of a received list point into */
};

#define SIGNLIST_MAX 100000

/* Adds a line; what it points to must live until the list is sent. */
void signlist_add(struct signlist *l, const struct signlist_line *line);
void signlist_put(struct buf *out, const struct signlist *l);
/* Reads what signlist_put wrote. False: it is no such list. */
bool signlist_read(struct signlist *l, struct wire *w);
void signlist_free(struct signlist *l);

/*
 * 0 if tbs is what the line says, under this CA: subject, extensions (byte for byte, but the key
 * ids), validity, key, issuer, a serial number of 1 to 20 octets. -1: err says what differs.
 */
int signlist_match(const struct signlist_line *line, const struct cert *ca, struct bytes tbs,
	struct error *err);

#endif
