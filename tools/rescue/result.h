/* SPDX-License-Identifier: MIT */
/*
 * result: what a rescue did, for the RESULT line, the reports and the console.
 */
#ifndef RESCUE_RESULT_H
#define RESCUE_RESULT_H

#include "node/inventory.h"
#include "rescue/plan.h"

struct result {
	const char *command; /* "renew", "undo" ... */
	int exit;
	char id[32]; /* of the rescue, YYYYMMDDThhmmssZ; empty if none began */
	int64_t started, finished;
	const char *version;            /* of certrescue */
	const char *operator_name;      /* or NULL */
	const char *clock_source;       /* "system clock", "operator (--now)" ... */
	const struct inventory *before; /* may be NULL */
	const struct plan *plan;        /* may be NULL */
	const struct inventory *after;  /* the node read again from disk; may be NULL */
	const char *state_dir;          /* /var/lib/certrescue/ID; NULL if none */
	const char *ledger_head;        /* digest of the ledger's last line; NULL if none */
	const char *error;              /* what ended it, one line; NULL if it went well */
};

#endif
