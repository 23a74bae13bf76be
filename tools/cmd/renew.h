/* SPDX-License-Identifier: MIT */
/*
 * renew: the state of one run of the main job, shared by its steps (renew.c in order, renew_conf.c,
 * renew_ask.c, renew_end.c).
 */
#ifndef CMD_RENEW_H
#define CMD_RENEW_H

#include "cmd/ledger.h"
#include "media/conf.h"
#include "media/store.h"
#include "node/discover.h"
#include "rescue/clockgate.h"
#include "rescue/commit.h"
#include "rescue/modes.h"
#include "rescue/render.h"
#include "rescue/result.h"

struct renew {
	struct common c;
	/* options */
	const char *cluster, *ca, *passphrase_file, *key, *operator_name, *result_file, *conf_file;
	int64_t validity, within, backdate; /* -1: as certrescue.conf says */
	bool only_due, yes, dry_run, drill, tables, fix_modes;
	struct args_list evidence;
	/* what it has at hand, in the order it comes */
	char id[JOURNAL_ID];
	struct root root;
	struct conf conf;
	struct signer signer;
	struct store store; /* the CAs' certificates; their keys are the signer's */
	struct inventory inv, after;
	struct plan plan;
	struct signing signing;
	struct entries entries;
	struct result result;
	struct ledger ledger;
	size_t ledger_begin; /* where this rescue's lines begin in it */
	bool ledger_planned; /* its first line is written */
	struct ledger_who who;
	char state_dir[64]; /* what is kept on the node for undo, once it is committed */
	char error[5632];   /* what ended it, for the report */
};

/* Where people read along: nothing is printed with --quiet. Escaped; a line end is added. */
void renew_say(const struct renew *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Reads certrescue.conf; what the options leave open is as it says. ERR_USAGE where an option asks
 * for more than it allows.
 */
int renew_policy(struct renew *r, struct error *err);

/* The node as check shows it, where --tables asks for it. */
void renew_table(const struct renew *r, const struct inventory *inv, const char *title);

/* --- renew_ask.c: what the operator is asked ------------------------------------------------- */

/* The clock gate; a person at a terminal may overrule it, --now has. */
int renew_clock(struct renew *r, struct error *err);
/* "Type yes": passes with --yes; fails where there is nobody to ask. */
int renew_confirm(const struct renew *r, struct error *err);
/* Opens the keys of the CAs that the plan uses: three tries at a terminal. */
int renew_unlock(struct renew *r, struct error *err);

/* --- renew_ledger.c: the audit trail ---------------------------------------------------------- */

void renew_ledger_open(struct renew *r);           /* once the plan says which cluster's */
void renew_ledger_plan(struct renew *r);           /* before the node is changed */
void renew_ledger_end(struct renew *r, bool done); /* the result, and what is revoked by it */

/* --- renew_end.c: what is left behind -------------------------------------------------------- */

/* The node read again from its disk: does it hold what was planned? ERR_PENDING if not. */
int renew_verify(struct renew *r, struct error *err);
/* Reports to the medium, the RESULT line to --result-file, the last words. Returns the exit code.
 */
int renew_end(struct renew *r, int exit_code, const struct error *err);

#endif
