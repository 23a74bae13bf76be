/* SPDX-License-Identifier: MIT */
/*
 * gname: the text in general names (RFC 5280 4.2.1.6) as Go's crypto/x509 and net/url read it:
 * domains, mailboxes (RFC 2821 4.1.2), URIs (RFC 3986). Where Go's versions from 1.22 to 1.26
 * differ, the strictest counts.
 */
#ifndef PKI_GNAME_H
#define PKI_GNAME_H

#include "base/buf.h"

/* Labels of visible ASCII between single dots, none at the end. An empty one passes. */
bool gname_domain(struct bytes text);
/* The same for a name constraint, which may begin with a dot. */
bool gname_domain_base(struct bytes text);

/*
 * local@domain: appends the local part with quotes and backslashes resolved; *domain points into
 * text. False: it is none.
 */
bool gname_mailbox(struct bytes text, struct buf *local, struct bytes *domain);

/*
 * Appends the URI's host with its port and with %xx resolved, nothing where it has none. False: it
 * cannot be read as a URI.
 */
bool gname_uri(struct bytes text, struct buf *host);
/*
 * The host alone, without the port. False where there is no host or it is an address: such URIs
 * cannot stand under name constraints.
 */
bool gname_uri_domain(struct bytes host, struct bytes *domain);

/* "10.0.0.1" or "::1" in text: the number of octets, 0 if it is no address. */
size_t gname_address(struct bytes text, uint8_t octets[16]);

/* Equal but for the case of ASCII letters. */
bool gname_same(struct bytes a, struct bytes b);

#endif
