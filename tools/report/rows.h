/* SPDX-License-Identifier: MIT */
/*
 * rows: the inventory's certificates as rows for people: one a certificate, its copies gathered,
 * worst first, every text escaped, paths as short as the width asks and never ambiguous.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "base/buf.h"
#include "node/inventory.h"

struct rows_row {
	size_t cert; /* index in the inventory */
	enum inv_state state;
	struct buf expires, name, where, issuer;
	size_t *copies; /* indices of the same certificate elsewhere, in the same state */
	size_t n_copies;
};

struct rows {
	struct rows_row *v;
	size_t n;
};

/* The leaves (or the CAs) of the inventory. */
void rows_make(
	struct rows *rows, const struct inventory *inv, bool cas, int64_t now, int64_t within);
void rows_free(struct rows *rows);

/*
 * Makes the places fit most columns: relative to /etc/kubernetes, then with "..." for the
 * directories in the middle. A text that another row has already stays longer than that.
 */
void rows_shorten(struct rows *rows, int most);
/* Escaped: the path alone where that says which certificate, else with the place in the file. */
void rows_where(struct buf *out, const struct inventory *inv, const struct inv_cert *c);
/* The same for one path: a copy's. */
void rows_relative(struct buf *out, const char *escaped);

/* Columns of the widest text of a field (offsetof in struct rows_row), at least least. */
int rows_widest(const struct rows *rows, size_t offset, int least);

#endif
