/* SPDX-License-Identifier: MIT */
/*
 * table: what check shows to people: every certificate, worst first, findings, and what to do next.
 *
 * Leaves and CAs stand apart. A certificate that lies in several places is one row, its copies
 * named below it. Everything that comes from the node is escaped.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/buf.h"
#include "media/store.h"
#include "node/inventory.h"

struct table_view {
	int64_t now;
	int64_t within; /* seconds; what ends sooner is due */
	int width;      /* columns of the terminal; 0: no limit */
	bool colour;
	const struct store *store; /* the CAs at hand, or NULL where no medium was given */
};

void table_check(struct buf *out, const struct inventory *inv, const struct table_view *view);

/*
 * Is something due, expired or inconsistent (exit code 4)? A certificate that is none of the
 * cluster's business (foreign, or of an unknown issuer and used by nothing we know) does not count.
 */
bool table_wrong(const struct inventory *inv, int64_t now, int64_t within);

#endif
