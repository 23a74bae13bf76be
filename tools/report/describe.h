/* SPDX-License-Identifier: MIT */
/*
 * describe: one certificate, request or key as fields of a JSON object, for inspect. Names and
 * forms are those of cfssl certinfo (cfssl/certinfo/certinfo.go) where it has them.
 */
#ifndef REPORT_DESCRIBE_H
#define REPORT_DESCRIBE_H

#include "base/json.h"
#include "pki/cert.h"
#include "pki/csr.h"
#include "pki/key.h"

/* Each writes fields into an object that the caller opened and closes. */
void describe_cert(struct json *j, const struct cert *c);
void describe_csr(struct json *j, const struct csr *c);
/* "key": the algorithm and size of a SubjectPublicKeyInfo. */
void describe_algorithm(struct json *j, struct bytes spki);
/* Algorithm, form and public key only. */
void describe_key(struct json *j, const struct key *k);

#endif
