// SPDX-License-Identifier: MIT
// row: words, colours and cells for what people read.
#include <string.h>

#include "report/row.h"

int row_columns(const char *text)
{
	int n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void row_cell(struct buf *out, const char *text, int width, enum row_colour colour, bool on)
{
	static const char *const code[] = {
		"", "\033[31m", "\033[33m", "\033[32m", "\033[2m", "\033[1m"};
	on = on && colour != ROW_PLAIN;
	buf_str(out, on ? code[colour] : "");
	buf_str(out, text);
	buf_str(out, on ? "\033[0m" : "");
	for (int i = row_columns(text); i < width; i++)
		buf_str(out, " ");
}

struct look {
	const char *word;
	enum row_colour colour;
	int rank;
};

static const struct look looks[] = {
	[INV_OK] = {"ok", ROW_GREEN, 5},
	[INV_DUE] = {"due", ROW_YELLOW, 4},
	[INV_EXPIRED] = {"EXPIRED", ROW_RED, 0},
	[INV_NOT_YET_VALID] = {"not yet", ROW_YELLOW, 3},
	[INV_UNREADABLE] = {"damaged", ROW_RED, 1},
	[INV_MISMATCH] = {"bad key", ROW_RED, 2},
	[INV_FOREIGN] = {"foreign", ROW_DIM, 7},
	[INV_UNKNOWN_ISSUER] = {"unknown", ROW_YELLOW, 6},
};

const char *row_state(enum inv_state s)
{
	return looks[s].word;
}

enum row_colour row_state_colour(enum inv_state s)
{
	return looks[s].colour;
}

int row_state_rank(enum inv_state s)
{
	return looks[s].rank;
}

static void last_component(struct buf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	buf_escaped(out, slash && slash[1] ? slash + 1 : path);
}

void row_name(struct buf *out, const struct inv_cert *c)
{
	if (c->name[0] == '/')
		last_component(out, c->name);
	else
		buf_escaped(out, c->name);
}

void row_place(struct buf *out, const struct inventory *inv, const struct inv_cert *c)
{
	struct buf place = BUF_INIT;
	inventory_place(&place, inv, c);
	buf_escaped(out, buf_text(&place));
	buf_free(&place);
}

/* A CA of the layout by its short name; any other issuer by what the certificate says. */
void row_issuer(struct buf *out, const struct inventory *inv, const struct inv_cert *c)
{
	struct buf text = BUF_INIT;
	if (!c->readable) {
		buf_str(out, "-");
		return;
	}
	if (c->issuer >= 0 && &inv->certs[c->issuer] == c) {
		buf_str(out, "itself");
		return;
	}
	cert_common_name(&text, c->cert.issuer);
	if (text.n == 0)
		cert_name_text(&text, c->cert.issuer);
	buf_escaped(out, text.n ? buf_text(&text) : "(no name)");
	if (c->issuer < 0)
		buf_str(out, " ?");
	buf_free(&text);
}
