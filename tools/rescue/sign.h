/* SPDX-License-Identifier: MIT */
/*
 * sign: carries a plan out in memory: makes the keys (on all cores), signs, and has every
 * certificate judged twice before anything is written. Nothing of the node is changed here.
 */
#ifndef RESCUE_SIGN_H
#define RESCUE_SIGN_H

#include "media/ledger.h"
#include "media/store.h"
#include "rescue/plan.h"
#include "rescue/signer.h"

struct signed_item {
	struct buf der;   /* the new certificate; empty where the plan renews nothing */
	struct cert cert; /* parsed from der */
	struct key key;   /* filled where the plan says new_key */
	size_t line;      /* of the signer's list, where a CA of the store signs it */
};

struct signing {
	const struct inventory *inv;
	struct plan *plan;
	struct signed_item *items;   /* one for each of the plan's */
	struct keymill *mill;        /* makes the keys */
	struct signer *signer;       /* holds the CAs' keys */
	const struct ledger *ledger; /* no serial number that it names is used again; may be NULL */
};

/* Starts to make the plan's new keys in the background. inv and plan must outlive s. */
void sign_begin(struct signing *s, const struct inventory *inv, struct plan *plan);
/*
 * Gives the signer its list: what the plan, which the operator has confirmed, lists. To be called
 * once, before the first key is opened. *confined: see signer_list.
 */
int sign_list(struct signing *s, struct signer *signer, bool *confined, struct error *err);
/* Has progress called with how many of all keys are made: now, and after each. */
void sign_watch(struct signing *s, void (*progress)(size_t made, size_t all));
/* Waits for the keys. -1: one could not be made. */
int sign_wait(struct signing *s, struct error *err);
/*
 * Has the signer sign with the CAs of store, which are open there, and checks: lint, our own chain
 * check and mbedTLS's, against the CA at hand and the node's own copy of it; subject and extensions
 * against the old certificate's. One that fails becomes a refusal in the plan, with the reason, and
 * the others go on; -1 (err->path is the first one's place) only where not one is left.
 */
int sign_run(struct signing *s, const struct store *store, int64_t now, struct error *err);
void sign_end(struct signing *s); /* joins threads; wipes keys; s may be zeroed and never begun */

/* The result for a plan's item, its own or that of the item it is the same as; NULL: none. */
const struct signed_item *sign_result(const struct signing *s, size_t item);

#endif
