/* SPDX-License-Identifier: MIT */
/*
 * text: the plan, verify and a rescue's report for people, and the RESULT line. Everything that
 * comes from the node is escaped.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "node/inventory.h"
#include "rescue/plan.h"
#include "rescue/result.h"
#include "rescue/verify.h"

/* What will be done, a line a certificate, with the reason; then findings and a count. */
void text_plan(struct buf *out, const struct inventory *inv, const struct plan *plan, int64_t now,
	bool colour);

/* A line a certificate, then findings with remedies, then a summary. */
void text_verify(struct buf *out, const struct inventory *inv, const struct verify_report *verify,
	bool colour);

/* report.txt: what was done, when, by whom, to what; what was left; how to take it back. */
void text_report(struct buf *out, const struct result *r);

/*
 * "certrescue: RESULT renew exit=0 node=cp-1 renewed=12 kept=1 refused=0 until=2027-11-23 id=...",
 * and a line end. Always these fields in this order, "-" for what is unknown; a value never holds a
 * space, "=" or a control byte.
 */
void text_result_line(struct buf *out, const struct result *r);

/*
 * What the RESULT line and report.json say was done; -1 and 0: unknown. A plan that was not carried
 * out (exit 1, 5) renewed nothing; after an interruption (3) nobody knows.
 */
struct text_counts {
	int64_t renewed, kept, refused, until;
};
struct text_counts text_result_counts(const struct result *r);

/* Findings as check, verify and the plan show them: path: what; then the remedy, indented. */
void text_finding(
	struct buf *out, const char *path, const char *text, const char *remedy, bool colour);

#endif
