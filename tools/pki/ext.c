// SPDX-License-Identifier: MIT
// ext: reads the extensions that matter to Kubernetes and notes critical ones it does not know.
#include "pki/ext.h"
#include "pki/oid.h"

/*
 * BOOLEAN TRUE other than 0xff is read here and refused by lint: a certificate that is in use
 * should be seen. Where an extension comes twice, what each allows adds up, so that a CA never
 * passes for a leaf.
 */
static int read_boolean(struct der *d, const char *what, bool *value)
{
	struct der_tlv t;
	int rc = der_optional(d, DER_BOOLEAN, what, &t);
	if (rc <= 0)
		return rc;
	if (t.body.n != 1)
		return der_fail(d, t.raw.p, "%s: BOOLEAN of %zu octets", what, t.body.n);
	*value = t.body.p[0] != 0;
	return 0;
}

int ext_read(struct der *d, struct cert_ext *ext)
{
	const uint8_t *start = d->in.p;
	struct der seq;
	struct der_tlv oid, value;
	*ext = (struct cert_ext){0};
	if (der_enter(d, DER_SEQUENCE, "extension", &seq) < 0 ||
		der_take(&seq, DER_OID, "extension id", &oid) < 0 ||
		read_boolean(&seq, "critical", &ext->critical) < 0 ||
		der_take(&seq, DER_OCTET_STRING, "extension value", &value) < 0 ||
		der_end(&seq, "extension") < 0)
		return -1;
	ext->raw = (struct bytes){start, (size_t)(d->in.p - start)};
	ext->oid = oid.body;
	ext->value = value.body;
	return 0;
}

int cert_ext_next(struct bytes *rest, struct cert_ext *ext)
{
	struct der d = der_reader(*rest, NULL);
	if (rest->n == 0 || ext_read(&d, ext) < 0)
		return 0;
	*rest = d.in;
	return 1;
}

void ext_put(struct buf *out, struct bytes oid, bool critical, struct bytes value)
{
	size_t start = out->n;
	der_put(out, DER_OID, oid);
	if (critical)
		der_put(out, DER_BOOLEAN, (struct bytes){(const uint8_t *)"\xff", 1});
	der_put(out, DER_OCTET_STRING, value);
	der_wrap(out, start, DER_SEQUENCE);
}

static int read_basic_constraints(struct der *d, struct cert *c)
{
	struct der seq;
	bool ca = false;
	long length;
	if (der_enter(d, DER_SEQUENCE, "basic constraints", &seq) < 0 ||
		read_boolean(&seq, "basic constraints", &ca) < 0)
		return -1;
	if (der_is(&seq, DER_INTEGER)) {
		if (der_small(&seq, "path length", 1 << 20, &length) < 0)
			return -1;
		c->path_len = (int)length;
	}
	c->has_bc = true;
	c->is_ca |= ca;
	return der_end(&seq, "basic constraints");
}

static int read_key_usage(struct der *d, struct cert *c)
{
	struct der_tlv t;
	if (der_take(d, DER_BIT_STRING, "key usage", &t) < 0)
		return -1;
	if (t.body.n == 0 || t.body.p[0] > 7 || (t.body.n == 1 && t.body.p[0]))
		return der_fail(d, t.raw.p, "key usage: malformed BIT STRING");
	c->has_ku = true;
	for (unsigned bit = 0; bit < 9 && bit / 8 + 1 < t.body.n; bit++)
		if (t.body.p[1 + bit / 8] & (0x80 >> bit % 8))
			c->ku |= 1u << bit;
	return 0;
}

static int read_ext_key_usage(struct der *d, struct cert *c)
{
	struct der seq;
	struct der_tlv oid;
	if (der_enter(d, DER_SEQUENCE, "extended key usage", &seq) < 0)
		return -1;
	c->has_eku = true;
	while (seq.in.n) {
		if (der_take(&seq, DER_OID, "extended key usage", &oid) < 0)
			return -1;
		c->eku |= oid_purpose(oid.body);
	}
	return 0;
}

/* handled: holds a name that we (and Go) can match. */
static int read_san(struct der *d, struct cert *c, bool *handled)
{
	struct der_tlv t, name;
	if (der_take(d, DER_SEQUENCE, "subject alternative name", &t) < 0)
		return -1;
	struct der seq = der_inside(d, &t);
	c->san = t.body;
	*handled = false;
	while (seq.in.n) {
		if (der_any(&seq, "subject alternative name", &name) < 0)
			return -1;
		if (name.tag == DER_CONTEXT(1) || name.tag == DER_CONTEXT(2) ||
			name.tag == DER_CONTEXT(6) || name.tag == DER_CONTEXT(7))
			*handled = true;
	}
	return 0;
}

static int read_aki(struct der *d, struct cert *c)
{
	struct der seq;
	struct der_tlv id, other;
	if (der_enter(d, DER_SEQUENCE, "authority key id", &seq) < 0)
		return -1;
	int rc = der_optional(&seq, DER_CONTEXT(0), "authority key id", &id);
	if (rc < 0)
		return -1;
	if (rc)
		c->aki = id.body;
	while (seq.in.n)
		if (der_any(&seq, "authority key id", &other) < 0)
			return -1;
	return 0;
}

/* handled: all are of kinds that we (and Go) judge. */
static int read_constraints(struct der *d, struct cert *c, bool *handled)
{
	struct der_tlv t, base;
	struct der list, tree;
	if (der_take(d, DER_SEQUENCE, "name constraints", &t) < 0)
		return -1;
	c->constraints = t.body;
	struct der seq = der_inside(d, &t);
	while (seq.in.n) {
		if (der_any(&seq, "name constraints", &t) < 0)
			return -1;
		for (list = der_inside(&seq, &t); list.in.n;) {
			if (der_enter(&list, DER_SEQUENCE, "name constraints", &tree) < 0 ||
				der_any(&tree, "name constraints", &base) < 0)
				return -1;
			*handled &= base.tag == DER_CONTEXT(1) || base.tag == DER_CONTEXT(2) ||
				    base.tag == DER_CONTEXT(6) || base.tag == DER_CONTEXT(7);
		}
	}
	return 0;
}

/* *handled: a critical one may be passed over since the struct holds all that it says. */
static int read_value(struct der *d, enum oid id, struct cert *c, bool *handled)
{
	struct der_tlv t;
	*handled = true;
	switch (id) {
	case OID_EXT_BC:
		return read_basic_constraints(d, c);
	case OID_EXT_KU:
		return read_key_usage(d, c);
	case OID_EXT_EKU:
		return read_ext_key_usage(d, c);
	case OID_EXT_SAN:
		return read_san(d, c, handled);
	case OID_EXT_AKI:
		return read_aki(d, c);
	case OID_EXT_SKI:
		if (der_take(d, DER_OCTET_STRING, "subject key id", &t) < 0)
			return -1;
		c->ski = t.body;
		return 0;
	case OID_EXT_CONSTRAINTS:
		return read_constraints(d, c, handled);
	case OID_EXT_POLICIES:
	case OID_EXT_CRL:
	case OID_EXT_AIA:
		d->in.n = 0; /* Go passes over these when critical; nothing in them concerns us */
		return 0;
	default:
		*handled = false;
		d->in.n = 0;
		return 0;
	}
}

int ext_read_all(const struct der *d, struct cert *c)
{
	struct der list = {.in = c->extensions, .base = d->base, .err = d->err};
	bool read = c->version == 3;
	while (list.in.n) {
		struct cert_ext ext;
		bool handled;
		if (ext_read(&list, &ext) < 0)
			return -1;
		struct der value = {.in = ext.value, .base = d->base, .err = d->err};
		if (!read)
			continue;
		if (read_value(&value, oid_find(ext.oid), c, &handled) < 0 ||
			der_end(&value, "extension value") < 0)
			return -1;
		if (ext.critical && !handled)
			c->unknown_critical = true;
	}
	return 0;
}

static bool is_key_id(const struct cert_ext *ext)
{
	enum oid id = oid_find(ext->oid);
	return id == OID_EXT_AKI || id == OID_EXT_SKI;
}

bool ext_same_but_key_ids(struct bytes old, struct bytes now)
{
	struct cert_ext a, b;
	int more = cert_ext_next(&now, &b);
	while (cert_ext_next(&old, &a)) {
		bool same = more && bytes_equal(a.oid, b.oid);
		if (!same && is_key_id(&a))
			continue;
		if (!same || (!is_key_id(&a) && !bytes_equal(a.raw, b.raw)))
			return false;
		more = cert_ext_next(&now, &b);
	}
	return !more;
}
