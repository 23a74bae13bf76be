// SPDX-License-Identifier: MIT
// rows: gathers, sorts and shortens what the table shows.
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/index.h"
#include "report/row.h"
#include "report/rows.h"

#define BENEATH "/etc/kubernetes/"

/* How many certificates of this kind (leaf or CA) the file of c holds. */
static size_t in_file(const struct inventory *inv, const struct inv_cert *c)
{
	size_t n = 0;
	for (size_t i = 0; i < inv->n_certs; i++)
		n += inv->certs[i].file == c->file && inv->certs[i].is_ca == c->is_ca;
	return n;
}

void rows_where(struct buf *out, const struct inventory *inv, const struct inv_cert *c)
{
	if (*c->place && in_file(inv, c) > 1)
		row_place(out, inv, c);
	else
		buf_escaped(out, inv->files[c->file].path);
}

/* The row of the same certificate in the same state; else *seen learns of the one to come. */
static struct rows_row *same(struct rows *rows, const struct inventory *inv, struct index *seen,
	size_t cert, enum inv_state state)
{
	const struct inv_cert *c = &inv->certs[cert];
	if (!c->readable)
		return NULL;
	uint64_t hash = index_hash(state, c->cert.raw);
	for (size_t i = index_first(seen, hash); i != INDEX_END; i = index_next(seen, i)) {
		struct rows_row *row = &rows->v[index_at(seen, i)];
		if (row->state == state && bytes_equal(inv->certs[row->cert].cert.raw, c->cert.raw))
			return row;
	}
	index_add(seen, hash, rows->n);
	return NULL;
}

static void add(struct rows *rows, const struct inventory *inv, struct index *seen, size_t cert,
	enum inv_state state, int64_t now)
{
	const struct inv_cert *c = &inv->certs[cert];
	char when[CLOCK_TEXT];
	struct rows_row *row = same(rows, inv, seen, cert, state);
	if (row) {
		/* The file stands for its copies in kubeconfigs. */
		if (!*c->place && *inv->certs[row->cert].place) {
			size_t other = row->cert;
			row->cert = cert;
			cert = other;
			buf_free(&row->where);
			rows_where(&row->where, inv, c);
		}
		row->copies = xgrow(row->copies, row->n_copies, sizeof(*row->copies));
		row->copies[row->n_copies++] = cert;
		return;
	}
	rows->v = xgrow(rows->v, rows->n, sizeof(*rows->v));
	row = &rows->v[rows->n++];
	*row = (struct rows_row){.cert = cert, .state = state};
	buf_str(&row->expires, c->readable ? clock_distance(c->cert.not_after - now, when) : "-");
	row_name(&row->name, c);
	rows_where(&row->where, inv, c);
	row_issuer(&row->issuer, inv, c);
}

static const struct inventory *sorting; /* qsort has no argument for it; not used by threads */

static int worst_first(const void *x, const void *y)
{
	const struct rows_row *a = x, *b = y;
	int ra = row_state_rank(a->state), rb = row_state_rank(b->state);
	const struct inv_cert *x1 = &sorting->certs[a->cert], *x2 = &sorting->certs[b->cert];
	int64_t ea = x1->cert.not_after / CLOCK_DAY, eb = x2->cert.not_after / CLOCK_DAY;
	if (ra != rb)
		return ra < rb ? -1 : 1;
	if (ea != eb)
		return ea < eb ? -1 : 1;
	if (x1->role != x2->role) /* the layout's order; what has no role last */
		return (x1->role ? x1->role : INT_MAX) < (x2->role ? x2->role : INT_MAX) ? -1 : 1;
	return a->cert < b->cert ? -1 : a->cert > b->cert;
}

void rows_make(
	struct rows *rows, const struct inventory *inv, bool cas, int64_t now, int64_t within)
{
	struct index seen = INDEX_INIT;
	*rows = (struct rows){.n = 0};
	for (size_t i = 0; i < inv->n_certs; i++)
		if (inv->certs[i].is_ca == cas)
			add(rows, inv, &seen, i, inventory_state(inv, &inv->certs[i], now, within),
				now);
	index_free(&seen);
	sorting = inv;
	if (rows->n > 1)
		qsort(rows->v, rows->n, sizeof(*rows->v), worst_first);
}

void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		buf_free(&rows->v[i].expires);
		buf_free(&rows->v[i].name);
		buf_free(&rows->v[i].where);
		buf_free(&rows->v[i].issuer);
		free(rows->v[i].copies);
	}
	free(rows->v);
	*rows = (struct rows){.n = 0};
}

void rows_relative(struct buf *out, const char *escaped)
{
	size_t n = strlen(BENEATH);
	buf_str(out, strncmp(escaped, BENEATH, n) == 0 && escaped[n] ? escaped + n : escaped);
}

/* texts: every text that a row has, or had. */
static bool taken(const struct rows *rows, const struct index *texts, size_t self, const char *text)
{
	for (size_t i = index_first(texts, index_hash(0, bytes_of(text))); i != INDEX_END;
		i = index_next(texts, i)) {
		size_t row = index_at(texts, i);
		if (row != self && strcmp(buf_text(&rows->v[row].where), text) == 0)
			return true;
	}
	return false;
}

static void take(const struct rows *rows, struct index *texts, size_t i, struct buf *shorter)
{
	if (taken(rows, texts, i, buf_text(shorter))) {
		buf_free(shorter);
		return;
	}
	buf_free(&rows->v[i].where);
	rows->v[i].where = *shorter;
	index_add(texts, index_hash(0, buf_bytes(shorter)), i);
}

/* "/var/lib/kubelet/pki/x.pem" as "/var/.../x.pem". */
static void elide(struct rows *rows, struct index *texts, size_t i)
{
	const char *text = buf_text(&rows->v[i].where), *last = strrchr(text, '/');
	const char *first = *text ? strchr(text + 1, '/') : NULL;
	struct buf shorter = BUF_INIT;
	if (!first || !last || last - first < 4)
		return;
	buf_add(&shorter, text, (size_t)(first - text));
	buf_str(&shorter, "/...");
	buf_str(&shorter, last);
	take(rows, texts, i, &shorter);
}

void rows_shorten(struct rows *rows, int most)
{
	struct index texts = INDEX_INIT;
	for (size_t i = 0; i < rows->n; i++)
		index_add(&texts, index_hash(0, buf_bytes(&rows->v[i].where)), i);
	for (size_t i = 0; i < rows->n; i++) {
		struct buf relative = BUF_INIT;
		rows_relative(&relative, buf_text(&rows->v[i].where));
		take(rows, &texts, i, &relative);
		if (row_columns(buf_text(&rows->v[i].where)) > most)
			elide(rows, &texts, i);
	}
	index_free(&texts);
}

int rows_widest(const struct rows *rows, size_t offset, int least)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct buf *b = (const void *)((const char *)&rows->v[i] + offset);
		int n = row_columns(buf_text(b));
		least = n > least ? n : least;
	}
	return least;
}
