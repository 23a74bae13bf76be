// SPDX-License-Identifier: MIT
// der: the strict reader and the writer that wraps what is written already.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pki/der.h"

struct der der_reader(struct bytes in, struct error *err)
{
	return (struct der){.in = in, .base = in.p, .err = err};
}

struct der der_inside(const struct der *d, const struct der_tlv *t)
{
	return (struct der){.in = t->body, .base = d->base, .err = d->err};
}

int der_fail(const struct der *d, const uint8_t *at, const char *fmt, ...)
{
	char text[200];
	va_list ap;
	if (!d->err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t offset = at && d->base ? (size_t)(at - d->base) : 0;
	return error_set(d->err, ERR_FAILED, NULL, NULL, "%s (at byte %zu)", text, offset);
}

/* The length octets at p (n > 0 of them are there); their number, or 0 if they are not DER. */
static size_t read_length(const uint8_t *p, size_t n, size_t *length)
{
	if (p[0] < 0x80) {
		*length = p[0];
		return 1;
	}
	size_t octets = p[0] & 0x7f;
	if (octets == 0 || octets > 4 || octets >= n || p[1] == 0)
		return 0;
	*length = 0;
	for (size_t i = 1; i <= octets; i++)
		*length = *length << 8 | p[i];
	return *length < 0x80 ? 0 : octets + 1;
}

int der_any(struct der *d, const char *what, struct der_tlv *t)
{
	const uint8_t *p = d->in.p;
	size_t n = d->in.n, length, octets;
	*t = (struct der_tlv){0};
	if (n < 2)
		return der_fail(d, p, "%s: cut short", what);
	if ((p[0] & 0x1f) == 0x1f)
		return der_fail(d, p, "%s: tag of several octets", what);
	octets = read_length(p + 1, n - 1, &length);
	if (octets == 0)
		return der_fail(d, p, "%s: length is not minimal and definite", what);
	if (length > n - 1 - octets)
		return der_fail(d, p, "%s: longer than what holds it", what);
	t->tag = p[0];
	t->raw = (struct bytes){p, 1 + octets + length};
	t->body = (struct bytes){p + 1 + octets, length};
	d->in = (struct bytes){p + t->raw.n, n - t->raw.n};
	return 0;
}

bool der_is(const struct der *d, unsigned tag)
{
	return d->in.n > 0 && d->in.p[0] == tag;
}

int der_take(struct der *d, unsigned tag, const char *what, struct der_tlv *t)
{
	if (d->in.n > 0 && d->in.p[0] != tag)
		return der_fail(
			d, d->in.p, "%s: tag 0x%02x instead of 0x%02x", what, d->in.p[0], tag);
	return der_any(d, what, t);
}

int der_optional(struct der *d, unsigned tag, const char *what, struct der_tlv *t)
{
	if (!der_is(d, tag))
		return 0;
	return der_any(d, what, t) < 0 ? -1 : 1;
}

int der_end(const struct der *d, const char *what)
{
	return d->in.n ? der_fail(d, d->in.p, "%s: %zu bytes too many", what, d->in.n) : 0;
}

int der_enter(struct der *d, unsigned tag, const char *what, struct der *inside)
{
	struct der_tlv t;
	if (der_take(d, tag, what, &t) < 0)
		return -1;
	*inside = der_inside(d, &t);
	return 0;
}

int der_bits(struct der *d, const char *what, struct bytes *octets)
{
	struct der_tlv t;
	if (der_take(d, DER_BIT_STRING, what, &t) < 0)
		return -1;
	if (t.body.n == 0 || t.body.p[0] != 0)
		return der_fail(d, t.raw.p, "%s: not a whole number of octets", what);
	*octets = (struct bytes){t.body.p + 1, t.body.n - 1};
	return 0;
}

int der_small(struct der *d, const char *what, long most, long *value)
{
	struct der_tlv t;
	long v = 0;
	if (der_take(d, DER_INTEGER, what, &t) < 0)
		return -1;
	if (t.body.n == 0 || t.body.p[0] & 0x80)
		return der_fail(d, t.raw.p, "%s: empty or negative", what);
	if (t.body.n > 1 && t.body.p[0] == 0 && !(t.body.p[1] & 0x80))
		return der_fail(d, t.raw.p, "%s: not encoded minimally", what);
	for (size_t i = 0; i < t.body.n; i++) {
		if (v > most >> 8)
			return der_fail(d, t.raw.p, "%s: too large", what);
		v = v << 8 | t.body.p[i];
	}
	if (v > most)
		return der_fail(d, t.raw.p, "%s: too large", what);
	*value = v;
	return 0;
}

struct bytes der_magnitude(struct bytes integer)
{
	while (integer.n && integer.p[0] == 0) {
		integer.p++;
		integer.n--;
	}
	return integer;
}

void der_wrap(struct buf *out, size_t start, unsigned tag)
{
	uint8_t header[6] = {(uint8_t)tag};
	size_t length = out->n - start, n = 1;
	if (length < 0x80) {
		header[n++] = (uint8_t)length;
	} else {
		size_t octets = length < 0x100       ? 1
				: length < 0x10000   ? 2
				: length < 0x1000000 ? 3
						     : 4;
		header[n++] = (uint8_t)(0x80 | octets);
		while (octets--)
			header[n++] = (uint8_t)(length >> (8 * octets));
	}
	buf_room(out, n);
	memmove(out->p + start + n, out->p + start, length);
	memcpy(out->p + start, header, n);
	out->n += n;
	out->p[out->n] = 0;
}

void der_put_raw(struct buf *out, struct bytes raw)
{
	buf_add(out, raw.p, raw.n);
}

void der_put(struct buf *out, unsigned tag, struct bytes body)
{
	size_t start = out->n;
	der_put_raw(out, body);
	der_wrap(out, start, tag);
}

void der_put_small(struct buf *out, unsigned value)
{
	uint8_t octets[3] = {DER_INTEGER, 1, (uint8_t)(value & 0x7f)};
	buf_add(out, octets, sizeof(octets));
}

void der_put_unsigned(struct buf *out, struct bytes magnitude)
{
	size_t start = out->n;
	magnitude = der_magnitude(magnitude);
	if (magnitude.n == 0 || magnitude.p[0] & 0x80)
		buf_add(out, "", 1);
	der_put_raw(out, magnitude);
	der_wrap(out, start, DER_INTEGER);
}

void der_put_bits(struct buf *out, struct bytes octets)
{
	size_t start = out->n;
	buf_add(out, "", 1);
	der_put_raw(out, octets);
	der_wrap(out, start, DER_BIT_STRING);
}
