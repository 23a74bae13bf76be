/* SPDX-License-Identifier: MIT */
/*
 * san: the names and addresses that a new certificate is for, out of what people write as hosts,
 * classed as cfssl does: an IP address, else a mail address, else a URI, else a DNS name. Unlike
 * cfssl it refuses what no program would match: spaces, an empty name, HOST:PORT, a path, a prefix
 * length. Reading the SANs of a certificate: pki/cert.h.
 */
#ifndef PKI_SAN_H
#define PKI_SAN_H

#include "pki/cert.h"

#define SAN_MAX 1000

struct san {
	enum san_kind kind;
	struct buf value; /* text, or 4 or 16 address octets */
};

struct san_list {
	struct san *v;
	size_t n;
};

/* Adds one host. -1: what is wrong with it; nothing was added. */
int san_add(struct san_list *list, const char *host, struct error *err);
/* Adds hosts that are separated by commas, with spaces around them. */
int san_add_all(struct san_list *list, const char *hosts, struct error *err);
void san_free(struct san_list *list);

/* Is text an absolute URI that can stand in a certificate (CRL, OCSP, issuer)? */
bool san_is_url(const char *text);

#define SAN_KINDS_ALL (1u << SAN_DNS | 1u << SAN_IP | 1u << SAN_URI | 1u << SAN_EMAIL)
/*
 * Appends GeneralNames of the kinds whose bit 1 << kind is set, in Go's order: DNS names, mail
 * addresses, IP addresses, URIs. Appends nothing where there are none.
 */
void san_put(struct buf *out, const struct san_list *list, unsigned kinds);

#endif
