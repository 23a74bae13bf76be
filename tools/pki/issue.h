/* SPDX-License-Identifier: MIT */
/*
 * issue: makes certificates. A renewed one is the old one with a new serial, validity, issuer key
 * id and (by choice) key: raw subject, SANs, usages, criticality and order stay byte for byte.
 * Works in two steps, to-be-signed bytes and signature, so that the signer can be another process.
 */
#ifndef PKI_ISSUE_H
#define PKI_ISSUE_H

#include "pki/cert.h"
#include "pki/key.h"

#define ISSUE_SERIAL_SIZE 20

/* 159 random bits, positive, never zero, minimal when encoded (RFC 5280 4.1.2.2). */
void issue_serial(uint8_t serial[ISSUE_SERIAL_SIZE]);

struct issue {
	const struct cert *old; /* what is cloned */
	const struct cert *ca;  /* the issuer; its raw subject, its SKI */
	uint8_t serial[ISSUE_SERIAL_SIZE];
	int64_t not_before, not_after;
	struct bytes spki; /* the new public key; old->spki to keep it */
	enum sig_alg sig;
};

/*
 * Appends the TBSCertificate. AuthorityKeyIdentifier: the CA's SKI in the old extension's place; if
 * the old one has none, none; if the CA has no SKI, the extension is dropped. SubjectKeyIdentifier:
 * kept while the key is, else SHA-1 of the new key's bits (RFC 5280 4.2.1.2 (1)) in its place.
 * Refuses (ERR_REFUSED) a leaf that is a CA, has keyCertSign or an unknown critical extension;
 * not_before >= not_after; not_after past the CA's; times past 9999. UTCTime up to 2049.
 */
int issue_tbs(const struct issue *what, struct buf *tbs, struct error *err);

/*
 * The same for a CA in its own place: self-signed, same subject; same SKI while the key is the
 * same. Only for a certificate whose issuer is its subject; what->ca is ignored; ca->key may be new
 * (the kubelet's throw-away CA).
 */
int issue_tbs_ca(const struct issue *what, struct buf *tbs, struct error *err);

/* Appends the Certificate: tbs, its own algorithm identifier, signature. */
int issue_finish(struct bytes tbs, struct bytes signature, struct buf *cert, struct error *err);

#endif
