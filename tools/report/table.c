// SPDX-License-Identifier: MIT
// table: check for people.
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "report/row.h"
#include "report/rows.h"
#include "report/table.h"
#include "report/text.h"
#include "rescue/verify.h"

#define STATE_COLUMNS 8
#define ISSUER_LEAST 14 /* columns that the issuer gets at least: "front-proxy-ca" */

struct columns {
	bool narrow; /* no room for names beside paths: the path tells */
	int expires, name, where, issuer;
};

/* --- rows ----------------------------------------------------------------------------------- */

static int widest(const struct rows *leaves, const struct rows *cas, size_t offset, int least)
{
	return rows_widest(cas, offset, rows_widest(leaves, offset, least));
}

static struct columns fit(struct rows *leaves, struct rows *cas, int width)
{
	struct columns c = {.narrow = false};
	c.expires = widest(leaves, cas, offsetof(struct rows_row, expires), 7);
	c.name = widest(leaves, cas, offsetof(struct rows_row, name), 11);
	c.where = widest(leaves, cas, offsetof(struct rows_row, where), 5);
	c.issuer = widest(leaves, cas, offsetof(struct rows_row, issuer), 9);
	int fixed = STATE_COLUMNS + c.expires + 2;
	c.narrow = width > 0 && fixed + c.name + 2 + c.where + 2 + c.issuer >= width;
	if (!c.narrow)
		return c;
	int least = c.issuer < ISSUER_LEAST ? c.issuer : ISSUER_LEAST;
	int room = width - 1 - fixed - 2 - least;
	rows_shorten(leaves, room);
	rows_shorten(cas, room);
	c.where = widest(leaves, cas, offsetof(struct rows_row, where), 11);
	c.issuer = width - 1 - fixed - 2 - c.where;
	if (c.issuer < least)
		c.issuer =
			least; /* a path that cannot be shortened: better too wide than unclear */
	return c;
}

static void cut(struct buf *out, const char *text, int most)
{
	int n = 0;
	const char *p = text;
	if (row_columns(text) <= most) {
		buf_str(out, text);
		return;
	}
	while (*p && (n < most - 2 || ((unsigned char)*p & 0xc0) == 0x80))
		n += ((unsigned char)*p++ & 0xc0) != 0x80;
	while (p > text && ((unsigned char)*p & 0xc0) == 0x80)
		p--;
	buf_add(out, text, (size_t)(p - text));
	buf_str(out, "..");
}

static void copies(struct buf *out, const struct inventory *inv, const struct rows_row *row,
	const struct columns *c, int width)
{
	int indent = STATE_COLUMNS + c->expires + 2;
	struct buf line = BUF_INIT;
	if (row->n_copies == 0)
		return;
	for (size_t i = 0; i < row->n_copies; i++) {
		struct buf path = BUF_INIT;
		buf_escaped(&path, inv->files[inv->certs[row->copies[i]].file].path);
		buf_str(&line, i ? ", " : "+ also in ");
		if (c->narrow)
			rows_relative(&line, buf_text(&path));
		else
			buf_str(&line, buf_text(&path));
		buf_free(&path);
	}
	/* The CA's data is in every kubeconfig; a number says enough where names have no room. */
	if (inv->certs[row->cert].is_ca &&
		(row->n_copies > 3 || (width && indent + row_columns(buf_text(&line)) >= width))) {
		buf_free(&line);
		buf_printf(&line, "+ also in %zu other places", row->n_copies);
	}
	buf_printf(out, "%*s%s\n", indent, "", buf_text(&line));
	buf_free(&line);
}

static void row(struct buf *out, const struct inventory *inv, const struct rows_row *r,
	const struct columns *c, const struct table_view *view)
{
	row_cell(out, row_state(r->state), STATE_COLUMNS, row_state_colour(r->state), view->colour);
	row_cell(out, buf_text(&r->expires), c->expires + 2, ROW_PLAIN, false);
	if (!c->narrow)
		row_cell(out, buf_text(&r->name), c->name + 2, ROW_PLAIN, false);
	row_cell(out, buf_text(&r->where), c->where + 2, ROW_PLAIN, false);
	if (c->narrow)
		cut(out, buf_text(&r->issuer), c->issuer);
	else
		buf_str(out, buf_text(&r->issuer));
	buf_str(out, "\n");
	copies(out, inv, r, c, view->width);
}

static void titles(struct buf *out, const struct columns *c, const char *what, bool colour)
{
	struct buf b = BUF_INIT;
	row_cell(&b, "STATE", STATE_COLUMNS, ROW_PLAIN, false);
	row_cell(&b, "EXPIRES", c->expires + 2, ROW_PLAIN, false);
	if (c->narrow) {
		row_cell(&b, what, c->where + 2, ROW_PLAIN, false);
	} else {
		row_cell(&b, what, c->name + 2, ROW_PLAIN, false);
		row_cell(&b, "WHERE", c->where + 2, ROW_PLAIN, false);
	}
	buf_str(&b, "ISSUED BY");
	row_cell(out, buf_text(&b), 0, ROW_BOLD, colour);
	buf_str(out, "\n");
	buf_free(&b);
}

static void section(struct buf *out, const struct inventory *inv, const struct rows *rows,
	const char *title, const struct columns *c, const struct table_view *view)
{
	if (rows->n == 0)
		return;
	titles(out, c, title, view->colour);
	for (size_t i = 0; i < rows->n; i++)
		row(out, inv, &rows->v[i], c, view);
}

/* --- around the rows ------------------------------------------------------------------------ */

static void heading(
	struct buf *out, const struct inventory *inv, const struct table_view *view, bool narrow)
{
	struct buf b = BUF_INIT;
	char when[CLOCK_TEXT];
	buf_escaped(&b, inv->node ? inv->node : "unknown node");
	clock_text(view->now, when);
	buf_printf(&b, ": %s%s, now %.10s %.5s UTC", inv->layout ? inv->layout : "unknown layout",
		inv->control_plane ? " control plane" : "", when, when + 11);
	row_cell(out, buf_text(&b), 0, ROW_BOLD, view->colour);
	/* The rule that makes shortened paths unambiguous stands above them. */
	buf_str(out, narrow ? "\nPaths without / in front are in /etc/kubernetes.\n" : "\n");
	buf_free(&b);
}

static void at_hand(struct buf *out, const struct inventory *inv, const struct rows *cas,
	const struct store *store)
{
	for (size_t i = 0; i < cas->n; i++) {
		const struct inv_cert *c = &inv->certs[cas->v[i].cert];
		char when[CLOCK_TEXT];
		bool twice = false;
		if (!c->readable || !verify_ours(c) || c->role == ROLE_KUBELET_SERVER)
			continue;
		int at = store_find(store, c->cert.spki, &twice);
		buf_printf(out, "CA %s ", buf_text(&cas->v[i].name));
		if (at < 0) {
			buf_str(out, "is not on the medium: its certificates cannot be renewed\n");
			continue;
		}
		clock_text(store->cas[at].cert.not_after, when);
		buf_printf(out, "at hand (%s", twice ? "twice: choose with --cluster" : "cluster ");
		if (!twice)
			buf_escaped(out, store->cas[at].cluster);
		buf_printf(out, "), valid until %.10s\n", when);
	}
}

struct tally {
	size_t all, by[INV_UNKNOWN_ISSUER + 1];
	const struct rows_row *first; /* the good one that ends first */
};

static struct tally tally(const struct inventory *inv, const struct rows *rows)
{
	struct tally t = {.all = 0};
	for (size_t i = 0; i < rows->n; i++) {
		const struct rows_row *r = &rows->v[i];
		const struct inv_cert *c = &inv->certs[r->cert];
		if (r->state == INV_FOREIGN ||
			(r->state == INV_UNKNOWN_ISSUER && !verify_ours(c)) ||
			(c->is_ca && c->role == ROLE_KUBELET_SERVER)) /* thrown away */
			continue;
		t.all++;
		t.by[r->state]++;
		if (!t.first && r->state == INV_OK)
			t.first = r;
	}
	return t;
}

/* "9 of 13 certificates have expired", or ", 2 are damaged" behind such a one. */
static void some(struct buf *out, const struct tally *t, size_t n, const char *one,
	const char *many, bool *said)
{
	if (n == 0)
		return;
	if (*said)
		buf_printf(out, ", %zu %s", n, n == 1 ? one : many);
	else
		buf_printf(out, "%zu of %zu certificate%s %s", n, t->all, t->all == 1 ? "" : "s",
			n == 1 ? one : many);
	*said = true;
}

/* Findings that say that something is wrong with the node; only those of a code if it is given. */
static bool counting(const struct inventory *inv, const char *code)
{
	for (size_t i = 0; i < inv->n_findings; i++)
		if (verify_counts(inv, &inv->findings[i]) &&
			(!code || strcmp(inv->findings[i].code, code) == 0))
			return true;
	return false;
}

static const char *next(const struct inventory *inv, const struct tally *t, bool said)
{
	if (counting(inv, "pending-rescue"))
		return "; next: certrescue resume";
	if (t->by[INV_NOT_YET_VALID])
		return "; next: check the clock of this machine";
	if (t->by[INV_EXPIRED] || t->by[INV_DUE] || t->by[INV_MISMATCH] || t->by[INV_UNREADABLE])
		return "; next: certrescue renew";
	return said || counting(inv, NULL) ? "; see the lines that begin with !" : "";
}

static void summary(struct buf *out, const struct inventory *inv, const struct rows *leaves,
	const struct rows *cas)
{
	struct tally t = tally(inv, leaves), ca = tally(inv, cas);
	bool said = false;
	some(out, &t, t.by[INV_EXPIRED], "has expired", "have expired", &said);
	some(out, &t, t.by[INV_UNREADABLE], "is damaged", "are damaged", &said);
	some(out, &t, t.by[INV_MISMATCH], "is without its key", "are without their keys", &said);
	some(out, &t, t.by[INV_DUE], "expires soon", "expire soon", &said);
	some(out, &t, t.by[INV_NOT_YET_VALID], "is not valid yet", "are not valid yet", &said);
	some(out, &t, t.by[INV_UNKNOWN_ISSUER], "is of an unknown CA", "are of an unknown CA",
		&said);
	if (!said && t.first)
		buf_printf(out, "All %zu certificates are good; the first to expire: %s, %s", t.all,
			buf_text(&t.first->name), buf_text(&t.first->expires));
	else if (!said)
		buf_str(out, "There is not one certificate of the node's own");
	if (ca.by[INV_EXPIRED])
		buf_printf(out, "; %zu CA%s expired", ca.by[INV_EXPIRED],
			ca.by[INV_EXPIRED] == 1 ? " has" : "s have");
	else if (ca.by[INV_DUE])
		buf_printf(out, "; %zu CA%s soon", ca.by[INV_DUE],
			ca.by[INV_DUE] == 1 ? " expires" : "s expire");
	buf_str(out, next(inv, &t, said));
	buf_str(out, ".\n");
}

bool table_wrong(const struct inventory *inv, int64_t now, int64_t within)
{
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		enum inv_state s = inventory_state(inv, c, now, within);
		if (s != INV_OK && s != INV_FOREIGN && (s != INV_UNKNOWN_ISSUER || verify_ours(c)))
			return true;
	}
	return counting(inv, NULL);
}

void table_check(struct buf *out, const struct inventory *inv, const struct table_view *view)
{
	struct rows leaves, cas;
	rows_make(&leaves, inv, false, view->now, view->within);
	rows_make(&cas, inv, true, view->now, view->within);
	struct columns c = fit(&leaves, &cas, view->width);
	heading(out, inv, view, c.narrow);
	section(out, inv, &leaves, "CERTIFICATE", &c, view);
	section(out, inv, &cas, "CA", &c, view);
	if (view->store)
		at_hand(out, inv, &cas, view->store);
	for (size_t i = 0; i < inv->n_findings; i++) {
		const struct inv_finding *f = &inv->findings[i];
		text_finding(out, f->path, f->text, f->remedy, view->colour);
	}
	summary(out, inv, &leaves, &cas);
	rows_free(&leaves);
	rows_free(&cas);
}
