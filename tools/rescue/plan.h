/* SPDX-License-Identifier: MIT */
/*
 * plan: inventory + CAs + policy + time in, plan out. Pure: it opens no file and asks no clock.
 *
 * What it decides, per certificate: renewed, kept or refused, and why; under which CA, with which
 * key, for how long. It does not make keys or sign (sign.h) and does not know how files change
 * (render.h).
 */
#ifndef RESCUE_PLAN_H
#define RESCUE_PLAN_H

#include "node/inventory.h"

/* A CA at hand, as far as the plan needs to know it. */
struct plan_ca {
	const struct cert *cert;
	const char *cluster;
	bool has_key; /* a key file that may be its own is there */
};

struct policy {
	int64_t now;
	int64_t within;   /* seconds; a leaf that ends sooner is due (30 days) */
	int64_t validity; /* seconds; 8760 h */
	int64_t backdate; /* seconds; notBefore = now - backdate */
	bool only_due;
	bool keep_keys;
	int min_rsa; /* bits of new RSA keys at least */
};

#define POLICY_DEFAULT                                                                             \
	{                                                                                          \
		.within = 30 * 86400, .validity = 8760 * 3600, .backdate = 300, .min_rsa = 2048    \
	}

enum plan_action { PLAN_KEEP, PLAN_RENEW, PLAN_REBUILD, PLAN_REFUSE };

struct plan_item {
	size_t cert; /* index in the inventory */
	enum plan_action action;
	char *reason; /* why; never NULL */
	bool due; /* the certificate is due, expired or broken: refusing it leaves something undone
		   */
	/* Where action is PLAN_RENEW: */
	int ca; /* index in the CAs given; -1: self-signed (the kubelet's serving pair) */
	bool new_key;
	enum key_alg key; /* of the new or kept key */
	int key_bits;
	int64_t not_before, not_after;
	bool clamped; /* not_after is the CA's, earlier than policy wants */
	int same_as;  /* index of the item whose result this one shares: the same certificate in an
		       * earlier place (.kube/config), or the kubelet's file for what kubelet.conf
		       * embeds; -1: none */
};

/* A file with a private key whose mode or owner is mended (modes.h). */
struct plan_mode {
	size_t file; /* index in the inventory */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct plan {
	struct plan_item *items; /* one for each certificate of the inventory, in its order */
	size_t n;
	size_t renewed, kept,
		refused;     /* counts; kept counts leaves only, refused those that are due */
	int64_t until;       /* the earliest not_after of the leaves after the rescue; 0: none */
	const char *cluster; /* of the CAs used; NULL where nothing is renewed */
	struct plan_mode *modes;
	size_t n_modes; /* 0 unless modes_plan was asked for */
};

/*
 * 0: plan is filled. -1: ERR_NOTHING (nothing is due), ERR_REFUSED (the CAs at hand are another
 * cluster's; two clusters match; a layout that is declined; the node's identity is in doubt).
 * For ERR_NOTHING the plan is filled too.
 */
int plan_make(const struct inventory *inv, const struct plan_ca *cas, size_t n_cas,
	const struct policy *policy, struct plan *plan, struct error *err);
/* Turns a renewal, and those that share its result, into a refusal; the counts follow. */
void plan_drop(struct plan *plan, const struct inventory *inv, size_t item, const char *reason);
void plan_free(struct plan *plan);
const char *plan_action_text(enum plan_action a); /* "renew", "rebuild", "keep", "refuse" */

#endif
