// SPDX-License-Identifier: MIT
// name: distinguished names as text.
#include <string.h>

#include "pki/cert.h"
#include "pki/der.h"
#include "pki/oid.h"

/* One attribute of a Name; first: of its RDN. */
struct attribute {
	struct bytes oid;
	struct der_tlv value;
	bool first;
};

struct walk {
	struct der rdns, rdn;
};

static bool walk_start(struct walk *w, struct bytes name)
{
	struct der d = der_reader(name, NULL);
	*w = (struct walk){0};
	return der_enter(&d, DER_SEQUENCE, "name", &w->rdns) == 0;
}

static bool walk_next(struct walk *w, struct attribute *a)
{
	struct der pair;
	struct der_tlv oid;
	a->first = false;
	while (w->rdn.in.n == 0) {
		if (w->rdns.in.n == 0 || der_enter(&w->rdns, DER_SET, "name", &w->rdn) < 0)
			return false;
		a->first = true;
	}
	if (der_enter(&w->rdn, DER_SEQUENCE, "name", &pair) < 0 ||
		der_take(&pair, DER_OID, "name", &oid) < 0 || der_any(&pair, "name", &a->value) < 0)
		return false;
	a->oid = oid.body;
	return true;
}

static void put_utf8(struct buf *out, uint32_t v)
{
	uint8_t s[4];
	size_t n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n; i-- > 1; v >>= 6)
		s[i] = (uint8_t)(0x80 | (v & 0x3f));
	s[0] = (uint8_t)(lead[n] | v);
	buf_add(out, s, n);
}

/* size octets a character; what is no character becomes U+FFFD. */
static void put_wide(struct buf *out, struct bytes s, size_t size)
{
	for (size_t i = 0; i + size <= s.n; i += size) {
		uint32_t v = 0, low;
		for (size_t k = 0; k < size; k++)
			v = v << 8 | s.p[i + k];
		if (size == 2 && v >= 0xd800 && v < 0xdc00 && i + 4 <= s.n) {
			low = (uint32_t)s.p[i + 2] << 8 | s.p[i + 3];
			if (low >= 0xdc00 && low < 0xe000) {
				v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		if ((v >= 0xd800 && v < 0xe000) || v > 0x10ffff)
			v = 0xfffd;
		put_utf8(out, v);
	}
}

bool cert_value_text(struct buf *out, const struct der_tlv *value)
{
	switch (value->tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_NUMERIC_STRING:
	case DER_IA5_STRING:
		buf_add(out, value->body.p, value->body.n);
		return true;
	case DER_T61_STRING: /* as everybody reads it: Latin-1 */
		put_wide(out, value->body, 1);
		return true;
	case DER_BMP_STRING:
		put_wide(out, value->body, 2);
		return value->body.n % 2 == 0;
	case DER_UNIVERSAL_STRING:
		put_wide(out, value->body, 4);
		return value->body.n % 4 == 0;
	default:
		return false;
	}
}

static void put_hex(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02x", s.p[i]);
}

/* NUL bytes are always shown as \00, so that no text is cut; RFC 4514 2.4 if dn is set. */
static void put_escaped(struct buf *out, struct bytes s, bool dn)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = (char)s.p[i];
		bool edge = (ch == ' ' && (i == 0 || i + 1 == s.n)) || (ch == '#' && i == 0);
		if (ch == 0) {
			buf_str(out, "\\00");
			continue;
		}
		if (dn && (edge || strchr(",+\"\\<>;", ch)))
			buf_str(out, "\\");
		buf_add(out, &ch, 1);
	}
}

static void put_value(struct buf *out, const struct der_tlv *value, bool dn)
{
	struct buf text = BUF_INIT;
	if (cert_value_text(&text, value)) {
		put_escaped(out, buf_bytes(&text), dn);
	} else {
		buf_str(out, "#");
		put_hex(out, value->raw);
	}
	buf_free(&text);
}

void cert_name_text(struct buf *out, struct bytes name)
{
	struct walk w;
	struct attribute a;
	bool any = false;
	if (!walk_start(&w, name))
		return;
	while (walk_next(&w, &a)) {
		if (any)
			buf_str(out, a.first ? "," : "+");
		const char *type = oid_attribute(a.oid);
		if (type)
			buf_str(out, type);
		else
			oid_text(out, a.oid);
		buf_str(out, "=");
		put_value(out, &a.value, true);
		any = true;
	}
}

void cert_common_name(struct buf *out, struct bytes name)
{
	struct walk w;
	struct attribute a;
	struct der_tlv last = {0};
	if (!walk_start(&w, name))
		return;
	while (walk_next(&w, &a)) {
		const char *type = oid_attribute(a.oid);
		if (type && strcmp(type, "CN") == 0)
			last = a.value;
	}
	if (last.raw.n)
		put_value(out, &last, false);
}

void cert_name_values(struct buf *out, struct bytes name, const char *type)
{
	struct walk w;
	struct attribute a;
	bool any = false;
	if (!walk_start(&w, name))
		return;
	while (walk_next(&w, &a)) {
		const char *t = oid_attribute(a.oid);
		if (!t || strcmp(t, type) != 0)
			continue;
		if (any)
			buf_str(out, ",");
		put_value(out, &a.value, false);
		any = true;
	}
}
