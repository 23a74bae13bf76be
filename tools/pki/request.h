/* SPDX-License-Identifier: MIT */
/*
 * request: who a new certificate is for, as cfssl's CSR JSON says it (cfssl 1.6, csr/csr.go):
 *
 *   {"CN", "hosts": [...], "names": [{"C","ST","L","O","OU","E","OID":{"1.2.3":"value"}}...],
 *    "key": {"algo": "rsa"|"ecdsa", "size"}, "serialnumber",
 *    "ca": {"expiry","pathlen","pathlenzero","backdate"}, "crl_url",
 *    "extensions": [{"Id":[1,2,3],"Critical","Value":base64}...], "delegation_enabled"}
 *
 * The names that it makes are those of cfssl byte for byte. What cfssl would take silently though
 * it cannot be meant is refused: unknown fields, names of control characters, HOST:PORT, a key
 * below RSA-2048. What cfssl reads and does not use is noted.
 */
#ifndef PKI_REQUEST_H
#define PKI_REQUEST_H

#include "base/jsondoc.h"
#include "pki/cert.h"
#include "pki/san.h"

#define REQUEST_NONE (-1)

struct request {
	char *cn;           /* "" if there is none */
	struct buf subject; /* the certificate's Name */
	struct buf
		csr_subject; /* the request's: street and postal code, given as OID, stand last */
	struct san_list hosts;
	bool hosts_given; /* on the command line: a profile's CSRWhitelist does not drop them */
	enum key_alg key; /* of the key to make; ECDSA P-256 if the JSON does not say */
	int key_bits;
	struct buf
		extensions;  /* Extension after Extension: "delegation_enabled" and "extensions" */
	size_t n_delegation; /* octets of the first of them, if that is delegation_enabled's */
	bool has_ca;         /* there is a "ca" */
	int ca_path_len;     /* or REQUEST_NONE */
	int64_t ca_expiry, ca_backdate; /* seconds, or REQUEST_NONE */
	char *crl_url;                  /* a CA's own, "" if there is none */
	struct buf notes;               /* what has no effect, a sentence; mostly empty */
};

/* What the command line says instead; NULL: nothing. */
struct request_change {
	const char *cn;
	const char *hosts; /* separated by commas */
};

/*
 * Reads doc. -1: the line, the field and what is wrong with it (ERR_REFUSED: understood, but not
 * done). request_free in any case. change may be NULL.
 */
int request_read(struct request *r, const struct jsondoc *doc, const struct request_change *change,
	struct error *err);
void request_free(struct request *r);

#endif
