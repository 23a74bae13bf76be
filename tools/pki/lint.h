/* SPDX-License-Identifier: MIT */
/*
 * lint: what Go's crypto/x509 would refuse to parse, though mbedTLS and OpenSSL take it: empty,
 * negative or non-minimal serials, bad PrintableString, IA5String or UTF-8, algorithm identifiers
 * that differ, duplicate extensions, critical AKI, SKI or AIA, compressed EC points, BOOLEAN 0x01
 * ... Kubernetes is written in Go: what fails here is dead on a node.
 */
#ifndef PKI_LINT_H
#define PKI_LINT_H

#include "pki/cert.h"

/* 0, or -1 with the first rule that c breaks, in words, in err->what. */
int lint_cert(const struct cert *c, struct error *err);

#endif
