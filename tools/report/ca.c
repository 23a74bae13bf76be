// SPDX-License-Identifier: MIT
// ca: the CAs of a directory for people.
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pki/keyscheme.h"
#include "report/ca.h"
#include "report/row.h"
#include "report/text.h"

/* --- keys ----------------------------------------------------------------------------------- */

static void read_scheme(struct ca_key_view *k, const struct pile *p, const struct pile_key *key)
{
	struct keyscheme s;
	k->encrypted = key->encrypted;
	if (key->form == PILE_BOXED)
		snprintf(k->scheme, sizeof(k->scheme), "PKCS#12");
	else if (keyscheme_read(&s, pile_key_text(p, key)))
		snprintf(k->scheme, sizeof(k->scheme), "%s", s.text);
	else
		return;
	k->rounds = key->form == PILE_BOXED ? -1 : s.rounds;
}

void report_ca_key(struct ca_key_view *k, const struct authorities *a, size_t i)
{
	const struct authority *ca = &a->v[i];
	static const struct {
		const char *state;
		int pair;
	} looks[] = {
		[AUTHORITY_PAIRED] = {NULL, 1},
		[AUTHORITY_LOCKED] = {NULL, -1},
		[AUTHORITY_NO_KEY] = {"missing", -1},
		[AUTHORITY_MISMATCH] = {NULL, 0},
		[AUTHORITY_DAMAGED] = {"damaged", -1},
		[AUTHORITY_UNUSABLE] = {"unusable", -1},
	};
	*k = (struct ca_key_view){.rounds = -1, .pair = looks[ca->pair].pair};
	if (ca->key >= 0)
		read_scheme(k, a->pile, &a->pile->keys[ca->key]);
	k->state = looks[ca->pair].state ? looks[ca->pair].state
		   : k->encrypted        ? "encrypted"
					 : "plain";
}

/* --- blocks --------------------------------------------------------------------------------- */

static void label(struct buf *out, const char *name)
{
	buf_str(out, "  ");
	row_cell(out, name, 13, ROW_PLAIN, false);
}

static void line(struct buf *out, const char *name, const char *text)
{
	label(out, name);
	buf_escaped(out, text);
	buf_str(out, "\n");
}

/* Paths beneath the directory that the heading names. */
static const char *short_path(const struct authorities *a, const char *path)
{
	size_t n = strlen(a->pile->path);
	const char *slash = strrchr(path, '/');
	if (a->pile->is_dir)
		return strncmp(path, a->pile->path, n) == 0 && path[n] == '/' ? path + n + 1 : path;
	return slash ? slash + 1 : path;
}

static void heading(struct buf *out, const struct ca_view *v, size_t i)
{
	static const struct {
		const char *word;
		enum row_colour colour;
	} looks[] = {
		[AUTHORITY_OK] = {"ok", ROW_GREEN},
		[AUTHORITY_DUE] = {"due", ROW_YELLOW},
		[AUTHORITY_EXPIRED] = {"EXPIRED", ROW_RED},
		[AUTHORITY_NOT_YET_VALID] = {"not yet", ROW_YELLOW},
	};
	const struct cert *c = authority_cert(v->cas, i);
	enum authority_state s = authority_state(v->cas, i, v->now, v->within);
	struct buf name = BUF_INIT, shown = BUF_INIT;
	char when[64];
	cert_name_text(&name, c->subject);
	buf_escaped(&shown, name.n ? buf_text(&name) : "(no name)");
	buf_printf(out, "%s CA ", authority_role_text(v->cas->v[i].role));
	row_cell(out, buf_text(&shown), 0, ROW_BOLD, v->colour);
	buf_str(out, ": ");
	row_cell(out, looks[s].word, 0, looks[s].colour, v->colour);
	buf_printf(out, ", %s %s\n", s == AUTHORITY_EXPIRED ? "ended" : "ends",
		clock_distance(c->not_after - v->now, when));
	buf_free(&name);
	buf_free(&shown);
}

static void validity(struct buf *out, const struct cert *c)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT];
	label(out, "valid");
	buf_printf(
		out, "%s to %s\n", clock_text(c->not_before, from), clock_text(c->not_after, to));
}

static void key_id(struct buf *out, struct bytes id)
{
	label(out, "key id");
	if (id.n == 0)
		buf_str(out, "none");
	for (size_t i = 0; i < id.n; i++)
		buf_printf(out, "%s%02X", i ? ":" : "", id.p[i]);
	buf_str(out, "\n");
}

static void private_key(struct buf *out, const struct authorities *a, size_t i)
{
	static const char *const pairs[] = {"pair not known", "not its pair", "pair ok"};
	struct ca_key_view k;
	const char *path = authority_key_path(a, i);
	report_ca_key(&k, a, i);
	label(out, "private key");
	if (path) {
		buf_escaped(out, short_path(a, path));
		buf_str(out, ", ");
	}
	buf_str(out, k.state);
	if (k.scheme[0])
		buf_printf(out, " (%s", k.scheme);
	if (k.rounds > 1)
		buf_printf(out, ", %ld rounds", k.rounds);
	buf_str(out, k.scheme[0] ? ")" : "");
	if (path)
		buf_printf(out, ", %s", pairs[k.pair + 1]);
	buf_str(out, "\n");
}

static void older(struct buf *out, const struct authorities *a, size_t i)
{
	for (size_t j = 0; j < a->v[i].n_older; j++) {
		const struct pile_cert *c = &a->pile->certs[a->v[i].older[j]];
		char when[CLOCK_TEXT];
		label(out, "older");
		buf_escaped(out, short_path(a, a->pile->files[c->file].path));
		buf_printf(out, ", to %s\n", clock_text(c->cert.not_after, when));
	}
}

static void block(struct buf *out, const struct ca_view *v, size_t i)
{
	const struct authorities *a = v->cas;
	const struct cert *c = authority_cert(a, i);
	struct buf text = BUF_INIT;
	char hex[2 * SHA256_SIZE + 1];
	heading(out, v, i);
	buf_printf(&text, "%s, ", short_path(a, authority_cert_path(a, i)));
	authority_key_kind(&text, c);
	buf_str(&text, a->v[i].self_signed ? ", self-signed" : ", issued by ");
	if (!a->v[i].self_signed)
		cert_name_text(&text, c->issuer);
	line(out, "certificate", buf_text(&text));
	buf_free(&text);
	validity(out, c);
	cert_serial_hex(&text, c->serial);
	line(out, "serial", buf_text(&text));
	key_id(out, c->ski);
	sha256_hex(c->raw, hex);
	line(out, "sha256", hex);
	private_key(out, a, i);
	older(out, a, i);
	buf_free(&text);
}

/* --- all ------------------------------------------------------------------------------------ */

static void summary(struct buf *out, const struct ca_view *v)
{
	size_t wrong = 0;
	int64_t first = INT64_MAX;
	char when[64];
	for (size_t i = 0; i < v->findings->n; i++)
		wrong += v->findings->v[i].wrong;
	for (size_t i = 0; i < v->cas->n; i++)
		if (authority_cert(v->cas, i)->not_after < first)
			first = authority_cert(v->cas, i)->not_after;
	if (wrong)
		buf_printf(out, "%zu CA%s; %zu finding%s to see to.\n", v->cas->n,
			v->cas->n == 1 ? "" : "s", wrong, wrong == 1 ? "" : "s");
	else
		buf_printf(out, "%zu CA%s, all good; the first ends %s.\n", v->cas->n,
			v->cas->n == 1 ? "" : "s", clock_distance(first - v->now, when));
}

void report_ca_text(struct buf *out, const struct ca_view *v)
{
	char when[CLOCK_TEXT];
	struct buf path = BUF_INIT, head = BUF_INIT;
	buf_escaped(&path, v->cas->pile->path);
	clock_text(v->now, when);
	buf_printf(&head, "%s: now %.10s %.5s UTC", buf_text(&path), when, when + 11);
	row_cell(out, buf_text(&head), 0, ROW_BOLD, v->colour);
	buf_str(out, "\n");
	for (size_t i = 0; i < v->cas->n; i++)
		block(out, v, i);
	for (size_t i = 0; i < v->findings->n; i++) {
		const struct authority_finding *f = &v->findings->v[i];
		text_finding(out, f->path, f->text, f->remedy, v->colour);
	}
	summary(out, v);
	buf_free(&path);
	buf_free(&head);
}
