// SPDX-License-Identifier: MIT
// text: the plan, verify and the report for people, and the RESULT line.
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/row.h"
#include "report/rows.h"
#include "report/text.h"

#define PLACE_COLUMNS 32 /* pki/apiserver-kubelet-client.crt */

void text_finding(
	struct buf *out, const char *path, const char *text, const char *remedy, bool colour)
{
	struct buf p = BUF_INIT;
	buf_escaped(&p, path ? path : "");
	buf_str(out, "! ");
	row_cell(out, buf_text(&p), 0, ROW_YELLOW, colour);
	buf_str(out, p.n ? ": " : "");
	buf_escaped(out, text);
	buf_str(out, "\n");
	if (remedy && *remedy) {
		buf_str(out, "  -> ");
		buf_escaped(out, remedy);
		buf_str(out, "\n");
	}
	buf_free(&p);
}

static void findings(struct buf *out, const struct inventory *inv, bool colour)
{
	for (size_t i = 0; inv && i < inv->n_findings; i++) {
		const struct inv_finding *f = &inv->findings[i];
		text_finding(out, f->path, f->text, f->remedy, colour);
	}
}

static const char *date(int64_t t, char text[CLOCK_TEXT])
{
	clock_text(t, text);
	text[10] = 0;
	return text;
}

/* --- the plan ------------------------------------------------------------------------------- */

/* The place as check shows it, relative to /etc/kubernetes. */
static void short_place(struct buf *out, const struct inventory *inv, const struct inv_cert *c)
{
	struct buf full = BUF_INIT, relative = BUF_INIT;
	rows_where(&full, inv, c);
	rows_relative(&relative, buf_text(&full));
	row_cell(out, buf_text(&relative), PLACE_COLUMNS, ROW_PLAIN, false);
	buf_str(out, "  ");
	buf_free(&full);
	buf_free(&relative);
}

/* What will be; the end only where it is not everybody's, which the last line says. */
static void outcome(struct buf *out, const struct plan *plan, const struct plan_item *item)
{
	char when[CLOCK_TEXT], usual[CLOCK_TEXT], key[32];
	if (item->action == PLAN_RENEW || item->action == PLAN_REBUILD) {
		buf_printf(out, "%s %s key; ", item->new_key ? "new" : "same",
			cert_key_text(item->key, item->key_bits, key));
		date(item->not_after, when);
		if (item->clamped || strcmp(when, date(plan->until, usual)) != 0)
			buf_printf(
				out, "until %s%s; ", when, item->clamped ? " (the CA's end)" : "");
	}
	buf_escaped(out, item->reason);
	buf_str(out, "\n");
}

static enum row_colour action_colour(const struct plan_item *item)
{
	switch (item->action) {
	case PLAN_RENEW:
	case PLAN_REBUILD:
		return ROW_GREEN;
	case PLAN_REFUSE:
		return item->due ? ROW_RED : ROW_YELLOW;
	case PLAN_KEEP:
		break;
	}
	return ROW_PLAIN;
}

static void plan_lines(struct buf *out, const struct inventory *inv, const struct plan *plan,
	enum plan_action action, bool colour)
{
	for (size_t i = 0; i < plan->n && i < inv->n_certs; i++) {
		const struct plan_item *item = &plan->items[i];
		if (item->action != action)
			continue;
		row_cell(out, plan_action_text(action), 8, action_colour(item), colour);
		short_place(out, inv, &inv->certs[i]);
		buf_str(out, inv->certs[i].is_ca ? "the CA in it; " : "");
		outcome(out, plan, item);
	}
}

/* CAs and their copies are always kept: one line names them all. */
static void kept_line(struct buf *out, const struct inventory *inv, const struct plan *plan)
{
	size_t cas = 0;
	for (size_t i = 0; i < plan->n && i < inv->n_certs; i++)
		cas += plan->items[i].action == PLAN_KEEP && inv->certs[i].is_ca;
	if (cas)
		buf_printf(out, "keep    %zu CA certificate%s, as they are\n", cas,
			cas == 1 ? "" : "s");
}

static void kept_leaves(struct buf *out, const struct inventory *inv, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n && i < inv->n_certs; i++) {
		if (plan->items[i].action != PLAN_KEEP || inv->certs[i].is_ca)
			continue;
		buf_str(out, "keep    ");
		short_place(out, inv, &inv->certs[i]);
		outcome(out, plan, &plan->items[i]);
	}
}

/* Files that get another mode or owner, and perhaps nothing else. */
static void mode_lines(
	struct buf *out, const struct inventory *inv, const struct plan *plan, bool colour)
{
	for (size_t i = 0; i < plan->n_modes; i++) {
		const struct plan_mode *m = &plan->modes[i];
		const struct stat *st = &inv->files[m->file].st;
		struct buf relative = BUF_INIT;
		rows_relative(&relative, inv->files[m->file].real);
		row_cell(out, "mode", 8, ROW_GREEN, colour);
		row_cell(out, buf_text(&relative), PLACE_COLUMNS, ROW_PLAIN, false);
		buf_printf(out, "  %04o becomes %04o", (unsigned)st->st_mode & 07777,
			(unsigned)m->mode);
		if (m->uid != st->st_uid)
			buf_printf(out, "; owner %u:%u becomes %u:%u", (unsigned)st->st_uid,
				(unsigned)st->st_gid, (unsigned)m->uid, (unsigned)m->gid);
		buf_str(out, "\n");
		buf_free(&relative);
	}
}

static void counts(struct buf *out, const struct plan *plan)
{
	char when[CLOCK_TEXT];
	buf_printf(out, "%zu to renew, %zu to keep, %zu refused", plan->renewed, plan->kept,
		plan->refused);
	if (plan->n_modes)
		buf_printf(
			out, ", %zu mode%s to mend", plan->n_modes, plan->n_modes == 1 ? "" : "s");
	if (plan->until)
		buf_printf(out, "; good until %s", date(plan->until, when));
	if (plan->cluster && *plan->cluster) {
		buf_str(out, "; CA of ");
		buf_escaped(out, plan->cluster);
	}
	buf_str(out, "\n");
}

static void heading(struct buf *out, const struct inventory *inv, int64_t now, bool colour)
{
	struct buf b = BUF_INIT;
	char when[CLOCK_TEXT];
	clock_text(now, when);
	buf_str(&b, "Plan for ");
	buf_escaped(&b, inv->node ? inv->node : "unknown node");
	buf_printf(&b, ": %s, now %.10s %.5s UTC", inv->layout ? inv->layout : "unknown layout",
		when, when + 11);
	row_cell(out, buf_text(&b), 0, ROW_BOLD, colour);
	buf_str(out, "\nPaths without / in front are in /etc/kubernetes.\n");
	buf_free(&b);
}

void text_plan(struct buf *out, const struct inventory *inv, const struct plan *plan, int64_t now,
	bool colour)
{
	heading(out, inv, now, colour);
	plan_lines(out, inv, plan, PLAN_RENEW, colour);
	plan_lines(out, inv, plan, PLAN_REBUILD, colour);
	plan_lines(out, inv, plan, PLAN_REFUSE, colour);
	mode_lines(out, inv, plan, colour);
	kept_leaves(out, inv, plan);
	kept_line(out, inv, plan);
	findings(out, inv, colour);
	counts(out, plan);
}

/* --- verify --------------------------------------------------------------------------------- */

/* Everything that is wrong with one certificate, behind its name. */
static void problems(struct buf *out, const struct verify_report *v, size_t cert)
{
	bool any = false;
	for (size_t i = 0; i < v->n_findings; i++) {
		const struct verify_finding *f = &v->findings[i];
		if (f->cert != (int)cert)
			continue;
		buf_str(out, any ? "; " : ": ");
		buf_escaped(out, f->text);
		any = true;
	}
}

/* What to do about the certificates: each remedy once, with the number of those it is for. */
static void remedies(struct buf *out, const struct verify_report *v)
{
	for (size_t i = 0; i < v->n_findings; i++) {
		const struct verify_finding *f = &v->findings[i];
		size_t same = 0, before = 0;
		for (size_t k = 0; k < v->n_findings; k++)
			if (v->findings[k].cert >= 0 &&
				strcmp(v->findings[k].remedy, f->remedy) == 0) {
				same++;
				before += k < i;
			}
		if (f->cert < 0 || before || !*f->remedy)
			continue;
		buf_printf(out, "  -> %zu finding%s: ", same, same == 1 ? "" : "s");
		buf_escaped(out, f->remedy);
		buf_str(out, "\n");
	}
}

void text_verify(struct buf *out, const struct inventory *inv, const struct verify_report *verify,
	bool colour)
{
	static const struct {
		const char *word;
		enum row_colour colour;
	} verdicts[] = {
		[VERIFY_OK] = {"ok", ROW_GREEN},
		[VERIFY_BAD] = {"BAD", ROW_RED},
		[VERIFY_FOREIGN] = {"foreign", ROW_DIM},
	};
	size_t bad = 0;
	for (size_t i = 0; i < verify->n_certs; i++) {
		const struct verify_cert *c = &verify->certs[i];
		bad += c->verdict == VERIFY_BAD;
		row_cell(out, verdicts[c->verdict].word, 8, verdicts[c->verdict].colour, colour);
		row_place(out, inv, &inv->certs[i]);
		buf_str(out, inv->certs[i].is_ca ? " (CA)" : "");
		problems(out, verify, i);
		buf_str(out, "\n");
	}
	remedies(out, verify);
	for (size_t i = 0; i < verify->n_findings; i++) {
		const struct verify_finding *f = &verify->findings[i];
		if (f->cert < 0)
			text_finding(out, f->path, f->text, f->remedy, colour);
	}
	if (verify->n_findings == 0)
		buf_printf(out, "The node is consistent: %zu certificates looked at.\n",
			verify->n_certs);
	else
		buf_printf(out,
			"The node is not consistent: %zu finding%s; %zu of %zu "
			"certificates are bad.\n",
			verify->n_findings, verify->n_findings == 1 ? "" : "s", bad,
			verify->n_certs);
}

/* --- the RESULT line ------------------------------------------------------------------------ */

static bool plain(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || strchr("._:@+,/-", c));
}

/* One word: what is not plain ASCII becomes %XX, nothing becomes "-". */
static void word(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, " %s=", key);
	if (!value || !*value) {
		buf_str(out, "-");
		return;
	}
	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (plain(*p))
			buf_add(out, p, 1);
		else
			buf_printf(out, "%%%02X", *p);
}

static void number(struct buf *out, const char *key, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, n);
	word(out, key, n < 0 ? NULL : text);
}

struct text_counts text_result_counts(const struct result *r)
{
	struct text_counts c = {-1, -1, -1, 0};
	bool stands = r->exit == 0 || r->exit == 2 || r->exit == 6;
	if (r->plan && stands)
		c = (struct text_counts){(int64_t)r->plan->renewed, (int64_t)r->plan->kept,
			(int64_t)r->plan->refused, r->plan->until};
	if (r->exit == 1 || r->exit == 2 || r->exit == 5)
		c.renewed = 0;
	return c;
}

void text_result_line(struct buf *out, const struct result *r)
{
	const struct inventory *inv = r->before ? r->before : r->after;
	struct text_counts c = text_result_counts(r);
	char when[CLOCK_TEXT];
	buf_printf(out, "certrescue: RESULT %s", r->command);
	number(out, "exit", r->exit);
	word(out, "node", inv ? inv->node : NULL);
	number(out, "renewed", c.renewed);
	number(out, "kept", c.kept);
	number(out, "refused", c.refused);
	word(out, "until", c.until ? date(c.until, when) : NULL);
	word(out, "id", r->id);
	buf_str(out, "\n");
}

/* --- the report ----------------------------------------------------------------------------- */

static void field(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "%-14s", name);
	buf_escaped(out, value);
	buf_str(out, "\n");
}

static const char *meaning(int code)
{
	switch (code) {
	case 0:
		return "done";
	case 1:
		return "failed; the node is unchanged";
	case 2:
		return "there was nothing to do";
	case 3:
		return "INTERRUPTED or failed after the commit record; run certrescue renew again";
	case 4:
		return "something is due, expired or inconsistent";
	case 5:
		return "refused by a safety rule; the node is unchanged";
	case 6:
		return "done, but something that is due was left";
	default:
		return "wrong usage";
	}
}

static void after(struct buf *out, const struct inventory *inv, int64_t now)
{
	char when[CLOCK_TEXT];
	buf_str(out, "\nOn the node now (read again from its disk):\n");
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		enum inv_state s = inventory_state(inv, c, now, 30 * (int64_t)86400);
		row_cell(out, row_state(s), 8, ROW_PLAIN, false);
		buf_printf(out, "%-10s  ", c->readable ? date(c->cert.not_after, when) : "-");
		row_place(out, inv, c);
		buf_str(out, c->is_ca ? " (CA)\n" : "\n");
	}
}

void text_report(struct buf *out, const struct result *r)
{
	char when[CLOCK_TEXT];
	buf_printf(
		out, "certrescue %s: report of %s\n\n", r->version ? r->version : "", r->command);
	const struct inventory *inv = r->before ? r->before : r->after;
	field(out, "node", inv ? inv->node : NULL);
	field(out, "layout", inv ? inv->layout : NULL);
	field(out, "rescue", r->id);
	field(out, "started", clock_text(r->started, when));
	field(out, "finished", clock_text(r->finished, when));
	field(out, "clock", r->clock_source);
	field(out, "operator", r->operator_name);
	field(out, "result", meaning(r->exit));
	field(out, "error", r->error);
	field(out, "kept state", r->state_dir);
	if (r->before && r->plan) {
		buf_str(out, "\n");
		text_plan(out, r->before, r->plan, r->started, false);
	} else {
		findings(out, inv, false);
	}
	if (r->after)
		after(out, r->after, r->finished);
	if (r->id[0] && (r->exit == 0 || r->exit == 6) && strcmp(r->command, "renew") == 0)
		buf_printf(out, "\nTo take it back: certrescue undo %s\n", r->id);
	buf_str(out, "\n");
	text_result_line(out, r);
}
