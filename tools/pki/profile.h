/* SPDX-License-Identifier: MIT */
/*
 * profile: what a CA puts into the certificates it issues, as cfssl's ca-config.json says it (cfssl
 * 1.6, config/config.go):
 *
 *   {"signing": {"default": PROFILE, "profiles": {NAME: PROFILE...}}, "auth_keys", "remotes",
 * "ocsp"}
 *
 * What cannot be done offline (auth_key, remote, auth_remote, ct_log_servers, cert_store, zlint's
 * lints, serial numbers from outside) is refused by name where the chosen profile asks for it,
 * never passed over; so are unknown fields and usages, and a profile that is not there, for which
 * cfssl silently takes the default. auth_keys, remotes and ocsp themselves are for other profiles
 * and programs.
 */
#ifndef PKI_PROFILE_H
#define PKI_PROFILE_H

#include "base/jsondoc.h"
#include "base/pattern.h"
#include "pki/request.h"

#define PROFILE_BACKDATE 300                 /* five minutes */
#define PROFILE_CA_EXPIRY (5 * 8760 * 3600L) /* of a new CA whose request does not say */

struct profile {
	char *name;
	unsigned ku;              /* enum key_usage */
	struct buf eku;           /* object identifiers with headers, in the order of the usages */
	unsigned eku_bits;        /* enum ext_key_usage */
	int64_t expiry, backdate; /* seconds */
	bool has_not_before, has_not_after; /* fixed times */
	int64_t not_before, not_after;
	bool is_ca;
	int path_len;                  /* or REQUEST_NONE */
	struct buf aia, crl, policies; /* values of those extensions; empty: not there */
	bool ocsp_no_check;
	bool copy_extensions;  /* of the request */
	struct buf allowed;    /* object identifiers with headers: what may be copied; empty: all */
	struct pattern *names; /* name_whitelist, or NULL */
	unsigned san_kinds;   /* CSRWhitelist: bits 1 << enum san_kind that the request may bring */
	bool drop_extensions; /* there is a CSRWhitelist: no extension is copied */
	bool drop_subject;    /* CSRWhitelist without Subject */
	bool plain_signature; /* CSRWhitelist without SignatureAlgorithm: Go's choice, not cfssl's
			       */
};

/*
 * Reads the profile of that name; "default", or NULL: the one under "default". -1: what is wrong
 * with it or with any other profile (err->kind ERR_REFUSED: understood, but not done here).
 * profile_free in any case.
 */
int profile_read(
	struct profile *p, const struct jsondoc *config, const char *name, struct error *err);
/* What cfssl does without a configuration: server and client, a year. */
void profile_builtin(struct profile *p);
/* What cfssl gives a new self-signed CA (initca), out of the request's "ca" and "crl_url". */
void profile_for_ca(struct profile *p, const struct request *r);
void profile_free(struct profile *p);

/* May this request have a certificate by this profile (name_whitelist, allowed_extensions)? */
int profile_allows(const struct profile *p, const struct request *r, struct error *err);

#endif
