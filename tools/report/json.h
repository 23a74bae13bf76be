/* SPDX-License-Identifier: MIT */
/*
 * json: check, the plan, verify and a rescue's report for machines (docs/design.md, Commands). One
 * object and a line end; version 1. The names are the same everywhere.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "base/json.h"
#include "node/inventory.h"
#include "rescue/plan.h"
#include "rescue/result.h"
#include "rescue/verify.h"

void report_json_check(struct buf *out, const struct inventory *inv, int64_t now, int64_t within);
/*
 * check's object, each certificate with "action" and "reason", and "cluster", "until", "modes"
 * (what
 * --fix-modes changes: path, old_mode, new_mode, old_owner, new_owner).
 */
void report_json_plan(struct buf *out, const struct inventory *inv, const struct plan *plan,
	int64_t now, int64_t within);
/* The plan's member "modes": files whose mode or owner is mended, what they had and what they get.
 */
void report_json_modes(struct json *j, const struct inventory *inv, const struct plan *plan);
/* check's object without states that depend on a threshold: "ok" and "problem" a certificate. */
void report_json_verify(struct buf *out, const struct inventory *inv,
	const struct verify_report *verify, int64_t now);
/*
 * report.json: what the RESULT line says, the plan, and the certificates after it ("after").
 * Whatever is NULL in r is null or an empty list.
 */
void report_json_result(struct buf *out, const struct result *r);

#endif
