/* SPDX-License-Identifier: MIT */
/* ledger: what the commands share that leave lines in the audit trail. */
#ifndef CMD_LEDGER_H
#define CMD_LEDGER_H

#include "cmd/common.h"
#include "media/ledger.h"
#include "report/ledger.h"

/* Who writes: the node's machine id and the digest of this program; empty where unknown. */
struct ledger_who {
	char machine_id[64];
	char tool_sha256[LEDGER_HEX];
};
void ledger_who(struct ledger_who *who, const struct root *root);
struct ledger_run ledger_run(const struct ledger_who *who, const struct result *result);

/*
 * After an undo (back) or a resume of rescue id: a result line, and for an undo a revoke line for
 * each certificate that the rescue had issued. Into the ledger on c->media that has the rescue's
 * plan, and into the rescue's directory on the node. What cannot be written is warned of.
 */
void ledger_record_end(const struct common *c, const struct root *root, const char *id, bool back);

#endif
