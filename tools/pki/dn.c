// SPDX-License-Identifier: MIT
// dn: writes names as Go's crypto/x509/pkix does.
#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/dn.h"

static enum der_tag string_type(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t ch = text.p[i], letter = ch | 0x20;
		if (!(letter >= 'a' && letter <= 'z') && !(ch >= '0' && ch <= '9') &&
			!(ch && strchr(" '()+,-./:=?", ch)))
			return DER_UTF8_STRING;
	}
	return DER_PRINTABLE_STRING;
}

/* DER's order of a SET OF (X.690 11.6): by octets, the shorter first. */
static int by_octets(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
	return order ? order : (x->n > y->n) - (x->n < y->n);
}

void dn_put_rdn(struct buf *out, struct bytes oid, const struct bytes *values, size_t n)
{
	if (n == 0)
		return;
	struct buf *pairs = xmalloc(n * sizeof(*pairs));
	size_t start = out->n;
	for (size_t i = 0; i < n; i++) {
		der_put(&pairs[i], DER_OID, oid);
		der_put(&pairs[i], string_type(values[i]), values[i]);
		der_wrap(&pairs[i], 0, DER_SEQUENCE);
	}
	qsort(pairs, n, sizeof(*pairs), by_octets);
	for (size_t i = 0; i < n; i++) {
		der_put_raw(out, buf_bytes(&pairs[i]));
		buf_free(&pairs[i]);
	}
	free(pairs);
	der_wrap(out, start, DER_SET);
}
