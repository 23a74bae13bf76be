// SPDX-License-Identifier: MIT
// DER: what the reader takes, the writer writes again byte for byte; what it refuses has a reason.
#include <stdlib.h>
#include <string.h>

#include "pki/der.h"

#define DEPTH_MAX 40
#define LONG_MAX_BODY (1 << 17) /* bodies of up to three length octets */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool same(const struct buf *written, struct bytes read)
{
	return bytes_equal(buf_bytes(written), read);
}

/* The number in t: what is minimal and positive is written again as it was. */
static void number(struct der d, const struct der_tlv *t)
{
	struct buf out = BUF_INIT;
	struct bytes m = der_magnitude(t->body);
	long value = -1;
	bool small = der_small(&d, "number", 127, &value) == 0;
	require(!m.n || m.p[0]);
	require(!small || (value >= 0 && value <= 127));
	der_put_unsigned(&out, m);
	/* positive, and no octet more than the sign needs */
	if (t->body.n && !(t->body.p[0] & 0x80) &&
		(t->body.n == 1 || t->body.p[0] || t->body.p[1] & 0x80))
		require(same(&out, t->raw));
	out.n = 0;
	if (small) {
		der_put_small(&out, (unsigned)value);
		require(t->body.n > 1 || same(&out, t->raw));
	}
	buf_free(&out);
}

static void bits(struct der d, const struct der_tlv *t)
{
	struct buf out = BUF_INIT;
	struct bytes octets;
	if (der_bits(&d, "bits", &octets) == 0) {
		der_put_bits(&out, octets);
		require(same(&out, t->raw));
	}
	buf_free(&out);
}

/* All elements of d; what was read of them is appended to out, made anew from the inside. */
static int walk(struct der *d, struct buf *out, int depth)
{
	struct der before;
	struct der_tlv t, again;
	while (d->in.n > 0) {
		before = *d;
		if (der_any(d, "element", &t))
			return -1;
		require(t.raw.p == before.in.p && d->in.p == t.raw.p + t.raw.n);
		require(t.body.p + t.body.n == t.raw.p + t.raw.n &&
			t.raw.n + d->in.n == before.in.n);
		struct der taken = before, other = before;
		require(der_is(&taken, t.tag) && der_take(&taken, t.tag, "same", &again) == 0);
		require(bytes_equal(again.raw, t.raw) &&
			der_optional(&other, t.tag ^ 1, "", &again) == 0);
		require(other.in.p == before.in.p);
		if (t.tag == DER_INTEGER)
			number(before, &t);
		if (t.tag == DER_BIT_STRING)
			bits(before, &t);
		size_t start = out->n;
		struct der inside = der_inside(d, &t);
		bool open = t.tag & 0x20 && depth < DEPTH_MAX && walk(&inside, out, depth + 1) == 0;
		require(!open || der_end(&inside, "end") == 0);
		if (!open) {
			out->n = start;
			der_put_raw(out, t.body);
		}
		der_wrap(out, start, t.tag);
		require(bytes_equal((struct bytes){out->p + start, out->n - start}, t.raw));
	}
	return 0;
}

/* A body of any length, by what three octets say, is read back whole. */
static void long_body(const uint8_t *data)
{
	static const uint8_t zeros[LONG_MAX_BODY];
	size_t n = (data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) % LONG_MAX_BODY;
	struct buf out = BUF_INIT;
	struct der_tlv t;
	der_put(&out, DER_OCTET_STRING, (struct bytes){zeros, n});
	struct der d = der_reader(buf_bytes(&out), NULL);
	require(der_take(&d, DER_OCTET_STRING, "body", &t) == 0 && t.body.n == n && d.in.n == 0);
	d.in = (struct bytes){out.p, out.n - 1};
	require(der_any(&d, "cut", &t) < 0);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct der d = der_reader((struct bytes){data, size}, &err);
	struct buf out = BUF_INIT;
	int rc = walk(&d, &out, 0);
	require(rc < 0 ? err.what[0] != 0 : same(&out, (struct bytes){data, size}));
	buf_free(&out);
	if (size == 3)
		long_body(data);
	return 0;
}
