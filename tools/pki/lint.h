/* SPDX-License-Identifier: MIT */
/*
 * lint: what Go's crypto/x509 would refuse to parse, though mbedTLS and OpenSSL take it.
 * Kubernetes is written in Go: what fails here is dead on a node. Where Go's versions from 1.22 to
 * 1.26 differ, the strictest counts; docs/formats.md, section "Go", lists the rules.
 */
#ifndef PKI_LINT_H
#define PKI_LINT_H

#include "pki/cert.h"
#include "pki/der.h"

/* 0, or -1 with the first rule that c breaks, in words, in err->what. */
int lint_cert(const struct cert *c, struct error *err);

/* For lint's two files: says that a rule is broken; returns -1. */
int lint_broken(struct error *err, const char *what);
/* Is v the content of a minimal INTEGER? Of one that is above zero? */
bool lint_integer(struct bytes v);
bool lint_positive(struct bytes v);
/* Is v the content of a BIT STRING whose unused bits are zero? */
bool lint_bits(struct bytes v);
/* The values of the extensions, in lint_ext.c. */
int lint_extensions(const struct cert *c, struct error *err);

#endif
