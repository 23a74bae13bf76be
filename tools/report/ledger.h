/* SPDX-License-Identifier: MIT */
/*
 * ledger: the objects that a rescue adds to the ledger (media/ledger.h), one line each, in this
 * order. All have "kind", "id" (of the rescue), "time", "clock", "operator", "node", "machine_id"
 * and "tool"; what is not known is null.
 *
 *   plan      before the commit: "plan_sha256", "cluster", and every certificate that is renewed:
 *             "path", "place", "old" and "new" {subject, serial_number, not_before, not_after,
 *             sha256}, "new_key"
 *   result    after it: "command" (renew, undo), "exit", "result", "error"
 *   revoke    a serial number that nobody must use any more: "serial_number", "subject",
 *             "path", "reason" (new-key, undo)
 */
#ifndef REPORT_LEDGER_H
#define REPORT_LEDGER_H

#include "rescue/result.h"
#include "rescue/sign.h"

/* What is the same on every line of a run. */
struct ledger_run {
	const struct result *result;
	const char *machine_id;  /* the node's; NULL: unknown */
	const char *tool_sha256; /* of the running program; NULL: unknown */
	const char *node;        /* its name where result has no inventory; NULL: unknown */
};

/* Each appends one object, without a line end. */
void report_ledger_plan(struct buf *out, const struct ledger_run *run, const struct signing *s,
	const char *plan_sha256);
void report_ledger_result(struct buf *out, const struct ledger_run *run);
void report_ledger_revoke(struct buf *out, const struct ledger_run *run, const char *serial_number,
	const char *subject, const char *path, const char *reason);

#endif
