/* SPDX-License-Identifier: MIT */
/*
 * authority: the CAs in a pile: which certificates are one CA's, which private key is its, and what
 * it is for. A CA is a subject with a public key: a re-issued certificate is the same CA. Two CAs
 * may have one subject, and two subjects one key.
 */
#ifndef MEDIA_AUTHORITY_H
#define MEDIA_AUTHORITY_H

#include "media/pile.h"

enum authority_role {
	AUTHORITY_OTHER,
	AUTHORITY_CLUSTER,
	AUTHORITY_FRONT_PROXY,
	AUTHORITY_ETCD,
};

enum authority_pair {
	AUTHORITY_PAIRED,   /* key is its private key, opened */
	AUTHORITY_LOCKED,   /* key may be its: it is encrypted and not opened */
	AUTHORITY_NO_KEY,   /* nothing here is its key */
	AUTHORITY_MISMATCH, /* key lies where its key should, and is another one's */
	AUTHORITY_DAMAGED,  /* key lies where its key should, and cannot be used */
	AUTHORITY_UNUSABLE, /* the certificate's own key is of a kind that cannot sign here */
};

struct authority {
	size_t cert;   /* in pile.certs: the one that ends last */
	size_t *older; /* its other certificates */
	size_t n_older;
	enum authority_role role;
	enum authority_pair pair;
	int key;          /* in pile.keys, or -1 */
	bool self_signed; /* the subject is the issuer and the signature its own */
};

struct authorities {
	const struct pile *pile;
	struct authority *v;
	size_t n;
};

/* Finds them; p must live as long and stay as it is. Call it again after pile_unlock. */
void authorities_find(struct authorities *a, const struct pile *p);
void authorities_free(struct authorities *a);

const struct cert *authority_cert(const struct authorities *a, size_t i);
const char *authority_cert_path(const struct authorities *a, size_t i);
const char *authority_key_path(const struct authorities *a, size_t i); /* NULL: none */

/* "cluster", "front-proxy", "etcd", "other". */
const char *authority_role_text(enum authority_role role);
/*
 * Appends the CA's name as kubeadm lays it out, without extension: "ca", "front-proxy-ca",
 * "etcd/ca"; "ca-2", "ca-3", ... for what is over.
 */
void authority_name(struct buf *out, const struct authorities *a, size_t i);
/* Is this a node's own directory: are there leaves with their keys beside the CAs? */
bool authorities_on_node(const struct authorities *a);
/* Appends the kind of the certificate's key, of those too that cannot sign here: "RSA-PSS". */
void authority_key_kind(struct buf *out, const struct cert *c);

#endif
