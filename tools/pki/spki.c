// SPDX-License-Identifier: MIT
// spki: public keys, read, written and compared.
#include <string.h>

#include "pki/key.h"
#include "pki/oid.h"
#include "pki/spki.h"

static const struct {
	enum key_alg alg;
	enum oid oid;
	int bits;
} curves[] = {{KEY_P256, OID_P256, 256}, {KEY_P384, OID_P384, 384}, {KEY_P521, OID_P521, 521}};

enum key_alg spki_curve(struct bytes oid)
{
	enum oid id = oid_find(oid);
	for (size_t i = 0; i < 3; i++)
		if (curves[i].oid == id)
			return curves[i].alg;
	return KEY_OTHER;
}

struct bytes spki_curve_oid(enum key_alg alg)
{
	for (size_t i = 0; i < 3; i++)
		if (curves[i].alg == alg)
			return oid_bytes(curves[i].oid);
	return (struct bytes){NULL, 0};
}

int spki_curve_bits(enum key_alg alg)
{
	for (size_t i = 0; i < 3; i++)
		if (curves[i].alg == alg)
			return curves[i].bits;
	return 0;
}

void spki_algorithm_text(struct buf *out, struct bytes oid)
{
	static const struct {
		enum oid id;
		const char *name;
	} names[] = {
		{OID_RSA_PSS, "RSA-PSS"},
		{OID_ED25519, "Ed25519"},
		{OID_ED448, "Ed448"},
		{OID_X25519, "X25519"},
		{OID_P224, "ECDSA P-224"},
		{OID_SECP256K1, "ECDSA secp256k1"},
		{OID_DSA, "DSA"},
	};
	enum oid id = oid_find(oid);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].id == id) {
			buf_str(out, names[i].name);
			return;
		}
	}
	oid_text(out, oid);
}

void spki_kind_text(struct buf *out, const struct spki *s)
{
	struct der d = der_reader(s->params, NULL);
	struct der_tlv curve;
	bool ec = oid_find(s->oid) == OID_EC && der_take(&d, DER_OID, "", &curve) == 0;
	spki_algorithm_text(out, ec ? curve.body : s->oid);
}

static int bit_length(struct bytes integer)
{
	struct bytes m = der_magnitude(integer);
	if (m.n == 0)
		return 0;
	int bits = (int)m.n * 8;
	for (unsigned top = m.p[0]; !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

static int read_rsa(const struct der *d, struct spki *s)
{
	struct der in = {.in = s->key, .base = d->base, .err = d->err}, seq;
	struct der_tlv n, e;
	if (der_enter(&in, DER_SEQUENCE, "RSA public key", &seq) < 0 ||
		der_end(&in, "RSA public key") < 0 ||
		der_take(&seq, DER_INTEGER, "RSA modulus", &n) < 0 ||
		der_take(&seq, DER_INTEGER, "RSA exponent", &e) < 0 ||
		der_end(&seq, "RSA public key") < 0)
		return -1;
	s->n = n.body;
	s->e = e.body;
	s->bits = bit_length(n.body);
	return 0;
}

int spki_read(struct der *d, struct spki *s)
{
	struct der seq, alg;
	struct der_tlv oid, params = {0};
	*s = (struct spki){.alg = KEY_OTHER};
	if (der_enter(d, DER_SEQUENCE, "public key", &seq) < 0 ||
		der_enter(&seq, DER_SEQUENCE, "public key algorithm", &alg) < 0 ||
		der_take(&alg, DER_OID, "public key algorithm", &oid) < 0)
		return -1;
	if (alg.in.n && der_any(&alg, "public key parameters", &params) < 0)
		return -1;
	if (der_end(&alg, "public key algorithm") < 0 ||
		der_bits(&seq, "public key", &s->key) < 0 || der_end(&seq, "public key") < 0)
		return -1;
	s->oid = oid.body;
	s->params = params.raw;
	switch (oid_find(oid.body)) {
	case OID_RSA:
		s->alg = KEY_RSA;
		return read_rsa(&seq, s);
	case OID_EC:
		if (params.tag == DER_OID)
			s->alg = spki_curve(params.body);
		s->bits = spki_curve_bits(s->alg);
		return 0;
	case OID_ED25519:
		s->alg = KEY_ED25519;
		s->bits = 256;
		return 0;
	default:
		return 0;
	}
}

int spki_parse(struct bytes raw, struct spki *s, struct error *err)
{
	struct der d = der_reader(raw, err);
	return spki_read(&d, s) < 0 ? -1 : der_end(&d, "public key");
}

void spki_put_rsa(struct buf *out, struct bytes n, struct bytes e)
{
	struct buf key = BUF_INIT;
	size_t start = out->n;
	der_put(out, DER_OID, oid_bytes(OID_RSA));
	der_put(out, DER_NULL, (struct bytes){NULL, 0});
	der_wrap(out, start, DER_SEQUENCE);
	der_put_unsigned(&key, n);
	der_put_unsigned(&key, e);
	der_wrap(&key, 0, DER_SEQUENCE);
	der_put_bits(out, buf_bytes(&key));
	der_wrap(out, start, DER_SEQUENCE);
	buf_free(&key);
}

void spki_put_ec(struct buf *out, enum key_alg alg, struct bytes point)
{
	size_t start = out->n;
	der_put(out, DER_OID, oid_bytes(OID_EC));
	der_put(out, DER_OID, spki_curve_oid(alg));
	der_wrap(out, start, DER_SEQUENCE);
	der_put_bits(out, point);
	der_wrap(out, start, DER_SEQUENCE);
}

void spki_put_ed25519(struct buf *out, struct bytes key)
{
	size_t start = out->n;
	der_put(out, DER_OID, oid_bytes(OID_ED25519));
	der_wrap(out, start, DER_SEQUENCE);
	der_put_bits(out, key);
	der_wrap(out, start, DER_SEQUENCE);
}

/* Are two encoded points one? A compressed one holds x and the parity of y. */
static bool point_same(struct bytes a, struct bytes b)
{
	if (a.n == 0 || b.n == 0 || bytes_equal(a, b))
		return bytes_equal(a, b) && a.n > 0;
	if (a.p[0] == 4) {
		struct bytes t = a;
		a = b;
		b = t;
	}
	return (a.p[0] == 2 || a.p[0] == 3) && b.p[0] == 4 && b.n == 2 * a.n - 1 &&
	       memcmp(a.p + 1, b.p + 1, a.n - 1) == 0 && (b.p[b.n - 1] & 1) == (a.p[0] & 1);
}

bool spki_same(struct bytes a, struct bytes b)
{
	struct spki x, y;
	if (spki_parse(a, &x, NULL) < 0 || spki_parse(b, &y, NULL) < 0)
		return false;
	if (x.alg != y.alg || x.bits != y.bits)
		return false;
	switch (x.alg) {
	case KEY_RSA:
		return bytes_equal(der_magnitude(x.n), der_magnitude(y.n)) &&
		       bytes_equal(der_magnitude(x.e), der_magnitude(y.e));
	case KEY_P256:
	case KEY_P384:
	case KEY_P521:
		return point_same(x.key, y.key);
	case KEY_ED25519:
		return bytes_equal(x.key, y.key);
	default:
		return bytes_equal(a, b);
	}
}
