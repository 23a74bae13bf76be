// SPDX-License-Identifier: MIT
// pem: finds and decodes the blocks of a text, however it was pasted together.
#include <string.h>

#include "pki/pem.h"

/* A line of the text: where it starts, its content without blanks around, where the next starts. */
struct line {
	size_t start, next;
	struct bytes trimmed;
};

static bool blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t' || ch == '\v' || ch == '\f';
}

/* False at the end of the text. LF, CRLF and a lone CR end a line; a BOM counts as a blank. */
static bool next_line(struct bytes text, size_t at, struct line *l)
{
	size_t end = at;
	if (at >= text.n)
		return false;
	while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r')
		end++;
	l->start = at;
	l->next = end < text.n ? end + 1 : end;
	if (l->next < text.n && text.p[end] == '\r' && text.p[l->next] == '\n')
		l->next++;
	while (at < end && blank(text.p[at]))
		at++;
	if (end - at >= 3 && memcmp(text.p + at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end && blank(text.p[at]))
		at++;
	while (end > at && blank(text.p[end - 1]))
		end--;
	l->trimmed = (struct bytes){text.p + at, end - at};
	return true;
}

static bool starts_with(struct bytes s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

/* The label of "-----BEGIN label-----"; false if the line is not complete. */
static bool frame_label(struct bytes s, const char *prefix, struct bytes *label)
{
	size_t n = strlen(prefix);
	if (s.n < n + 5 || memcmp(s.p + s.n - 5, "-----", 5) != 0)
		return false;
	*label = (struct bytes){s.p + n, s.n - n - 5};
	return bytes_find(*label, "-----") == SIZE_MAX;
}

static int damaged(struct error *err, struct bytes text, size_t at, const char *what)
{
	size_t number = 1, i = 0;
	struct line l;
	while (next_line(text, i, &l) && l.next <= at) {
		number++;
		i = l.next;
	}
	return error_set(err, ERR_FAILED, NULL, NULL, "line %zu: %s", number, what);
}

/* Passes over "Name: value" lines and the blank line behind them. */
static size_t read_headers(struct bytes text, size_t at, struct pem_block *block)
{
	struct line l;
	size_t i = at;
	bool any = false;
	while (next_line(text, i, &l)) {
		bool header = memchr(l.trimmed.p, ':', l.trimmed.n) != NULL;
		if (l.trimmed.n == 0)
			return any ? l.next : at;
		if (starts_with(l.trimmed, "-----") || (!any && !header))
			return at;
		if (starts_with(l.trimmed, "Proc-Type:") &&
			bytes_find(l.trimmed, "ENCRYPTED") != SIZE_MAX)
			block->legacy_encrypted = true;
		any = true;
		i = l.next;
	}
	return at;
}

/* Finds the END line; end of the body in *body_end. -1: damaged. */
static int find_end(
	struct bytes text, size_t at, struct pem_block *block, size_t *body_end, struct error *err)
{
	struct line l;
	struct bytes label;
	for (; next_line(text, at, &l); at = l.next) {
		if (!starts_with(l.trimmed, "-----"))
			continue;
		if (!starts_with(l.trimmed, "-----END ") ||
			!frame_label(l.trimmed, "-----END ", &label))
			return damaged(
				err, text, l.start, "a PEM block does not end with its END line");
		if (!bytes_equal(label, block->label))
			return damaged(err, text, l.start, "the PEM block's END has another label");
		*body_end = l.start;
		block->end = l.next;
		return 0;
	}
	return damaged(err, text, block->begin, "the PEM block that begins here has no END line");
}

static int read_block(struct bytes text, size_t at, struct pem_block *block, struct error *err)
{
	size_t body = read_headers(text, at, block), end = body;
	struct error inner = ERROR_INIT;
	if (find_end(text, body, block, &end, err) < 0)
		return -1;
	struct bytes base64 = {text.p + body, end - body};
	if (base64.n / 4 * 3 > PEM_BLOCK_MAX + PEM_BLOCK_MAX / 8)
		return damaged(err, text, block->begin, "the PEM block is too large");
	if (base64_decode(&block->der, base64, &inner) < 0) {
		buf_wipe(&block->der);
		return damaged(err, text, block->begin, inner.what);
	}
	return 1;
}

int pem_next(struct bytes text, size_t *at, struct pem_block *block, struct error *err)
{
	struct line l;
	pem_block_free(block);
	for (; next_line(text, *at, &l); *at = l.next) {
		if (!starts_with(l.trimmed, "-----BEGIN "))
			continue;
		*at = l.next;
		block->begin = (size_t)(l.trimmed.p - text.p);
		if (!frame_label(l.trimmed, "-----BEGIN ", &block->label))
			return damaged(err, text, l.start, "a PEM BEGIN line is not complete");
		int rc = read_block(text, l.next, block, err);
		if (rc > 0)
			*at = block->end;
		return rc;
	}
	*at = text.n;
	return 0;
}

void pem_block_free(struct pem_block *block)
{
	buf_wipe(&block->der);
	*block = (struct pem_block){0};
}

void pem_write(struct buf *out, const char *label, struct bytes der)
{
	buf_printf(out, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < der.n; i += 48) {
		size_t n = der.n - i < 48 ? der.n - i : 48;
		base64_encode(out, (struct bytes){der.p + i, n});
		buf_add(out, "\n", 1);
	}
	buf_printf(out, "-----END %s-----\n", label);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, struct bytes data)
{
	size_t i = 0;
	uint8_t *to = buf_room(out, (data.n + 2) / 3 * 4);
	for (; i < data.n; i += 3) {
		unsigned left = (unsigned)(data.n - i > 3 ? 3 : data.n - i);
		uint32_t v = (uint32_t)data.p[i] << 16;
		if (left > 1)
			v |= (uint32_t)data.p[i + 1] << 8;
		if (left > 2)
			v |= data.p[i + 2];
		*to++ = (uint8_t)alphabet[v >> 18];
		*to++ = (uint8_t)alphabet[v >> 12 & 63];
		*to++ = left > 1 ? (uint8_t)alphabet[v >> 6 & 63] : '=';
		*to++ = left > 2 ? (uint8_t)alphabet[v & 63] : '=';
	}
	*to = 0;
	out->n += (data.n + 2) / 3 * 4;
}

static int digit(uint8_t ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A';
	if (ch >= 'a' && ch <= 'z')
		return ch - 'a' + 26;
	if (ch >= '0' && ch <= '9')
		return ch - '0' + 52;
	return ch == '+' ? 62 : ch == '/' ? 63 : -1;
}

int base64_decode(struct buf *out, struct bytes text, struct error *err)
{
	uint32_t v = 0;
	unsigned have = 0, pad = 0;
	uint8_t *to = buf_room(out, text.n / 4 * 3 + 3), *start = to;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t ch = text.p[i];
		int d = digit(ch);
		if (blank(ch) || ch == '\n' || ch == '\r')
			continue;
		if ((d < 0 && ch != '=') || (d >= 0 && pad) || (ch == '=' && have + pad < 2) ||
			(ch == '=' && have + pad >= 4))
			return error_set(err, ERR_FAILED, NULL, NULL,
				"not base64 (character 0x%02x, byte %zu of it)", ch, i);
		if (d < 0) {
			pad++;
			continue;
		}
		v = v << 6 | (uint32_t)d;
		if (++have < 4)
			continue;
		*to++ = (uint8_t)(v >> 16);
		*to++ = (uint8_t)(v >> 8);
		*to++ = (uint8_t)v;
		have = 0;
	}
	if ((have + pad) % 4 != 0 || (pad && have < 2))
		return error_set(err, ERR_FAILED, NULL, NULL, "base64 is cut short");
	if (have > 1)
		*to++ = (uint8_t)(v >> (have == 3 ? 10 : 4));
	if (have > 2)
		*to++ = (uint8_t)(v >> 2);
	*to = 0;
	out->n += (size_t)(to - start);
	return 0;
}
