/* SPDX-License-Identifier: MIT */
/*
 * verify: is a node consistent, and as certrescue.conf wants it? Chains, key pairs, Go's rules,
 * kubeconfigs, the kubelet's symlink; names, strength, validity and modes (comply.h). Works from
 * the inventory and opens nothing: read the node again for a fresh answer. Both opinions are asked
 * (chain.h and lint.h are ours, opinion.h is mbedTLS).
 */
#ifndef RESCUE_VERIFY_H
#define RESCUE_VERIFY_H

#include "media/conf.h"

struct verify_finding {
	char *path;       /* the certificate's place, or the file or directory that is meant */
	const char *code; /* static: "expired", "chain", "pair", "mode", "name", "lint" ... */
	char *text;
	char *remedy;
	int cert; /* index in the inventory; -1: of no single certificate */
};

enum verify_verdict {
	VERIFY_OK,
	VERIFY_BAD,     /* problem says the first thing that is wrong */
	VERIFY_FOREIGN, /* not this cluster's: only named */
};

struct verify_cert {
	enum verify_verdict verdict;
	const char *problem; /* text of its first finding; NULL if none */
};

struct verify_report {
	struct verify_cert *certs; /* one for each of the inventory's, in its order */
	size_t n_certs;
	struct verify_finding *findings;
	size_t n_findings;
};

/* Is it this cluster's business: a role of the layout, or used by a component? */
bool verify_ours(const struct inv_cert *c);
/*
 * Does a finding of discovery say that something is wrong with the node? A certificate of an
 * unknown issuer that nothing of ours uses is only named.
 */
bool verify_counts(const struct inventory *inv, const struct inv_finding *f);

/* 0: all is well (no findings). -1: out->findings says what is not. out is filled either way. */
int verify_node(const struct inventory *inv, const struct conf *conf, int64_t now,
	struct verify_report *out);
void verify_free(struct verify_report *r);

#endif
