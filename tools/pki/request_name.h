/* SPDX-License-Identifier: MIT */
/* request_name: the names of a CSR JSON, of which request.c reads the rest. */
#ifndef PKI_REQUEST_NAME_H
#define PKI_REQUEST_NAME_H

#include "pki/request.h"

/*
 * Fills r->cn, subject, csr_subject and notes. Order: C, ST, L, (street, postal code), O, OU, CN,
 * serialNumber, then what was given as OID or E in the order of the JSON. cn: instead of doc's, or
 * NULL.
 */
int request_name(struct request *r, const struct jsondoc *doc, const char *cn, struct error *err);

#endif
