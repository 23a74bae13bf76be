// SPDX-License-Identifier: MIT
// lint: the rules of Go's crypto/x509 parser that other libraries do not keep: numbers, names,
// times, keys.
#include <string.h>

#include "pki/lint.h"
#include "pki/mbedtls.h"
#include "pki/oid.h"
#include "pki/spki.h"

int lint_broken(struct error *err, const char *what)
{
	return error_set(err, ERR_FOUND, NULL, "issue the certificate again",
		"%s: programs written in Go refuse it", what);
}

bool lint_integer(struct bytes v)
{
	return v.n == 1 || (v.n > 1 && !(v.p[0] == 0 && !(v.p[1] & 0x80)) &&
				   !(v.p[0] == 0xff && v.p[1] & 0x80));
}

bool lint_positive(struct bytes v)
{
	return lint_integer(v) && !(v.p[0] & 0x80) && der_magnitude(v).n > 0;
}

bool lint_bits(struct bytes v)
{
	if (v.n == 0 || v.p[0] > 7)
		return false;
	return v.n == 1 ? v.p[0] == 0 : !(v.p[v.n - 1] & ((1u << v.p[0]) - 1));
}

static int lint_serial(struct bytes v, struct error *err)
{
	if (v.n == 0)
		return lint_broken(err, "the serial number is empty");
	if (!lint_integer(v))
		return lint_broken(err, "the serial number is not encoded minimally");
	if (v.p[0] & 0x80)
		return lint_broken(err, "the serial number is negative");
	return 0;
}

static bool printable(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       (ch && strchr(" '()+,-./:=?*&", ch));
}

/* The length of the well-formed UTF-8 sequence at s, or 0 (RFC 3629). */
static size_t utf8_length(struct bytes s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s.p[0] < 0x80             ? 1
		   : (s.p[0] & 0xe0) == 0xc0 ? 2
		   : (s.p[0] & 0xf0) == 0xe0 ? 3
					     : 4;
	if (n == 1)
		return 1;
	if (n > s.n || (n == 4 && (s.p[0] & 0xf8) != 0xf0))
		return 0;
	uint32_t v = s.p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s.p[i] & 0x3f);
	}
	return v >= least[n] && v <= 0x10ffff && !(v >= 0xd800 && v < 0xe000) ? n : 0;
}

static bool utf8_valid(struct bytes s)
{
	while (s.n) {
		size_t n = utf8_length(s);
		if (n == 0)
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

static bool all_ascii(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

/* Pairs of octets, none a surrogate or a noncharacter: Go's BMPString is UCS-2. */
static bool bmp_valid(struct bytes s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		unsigned v = (unsigned)s.p[i] << 8 | s.p[i + 1];
		if ((v >= 0xd800 && v < 0xe000) || v >= 0xfffe || (v >= 0xfdd0 && v <= 0xfdef))
			return false;
	}
	return s.n % 2 == 0;
}

static int lint_string(const struct der_tlv *v, struct error *err)
{
	switch (v->tag) {
	case DER_PRINTABLE_STRING:
		for (size_t i = 0; i < v->body.n; i++)
			if (!printable(v->body.p[i]))
				return lint_broken(
					err, "a PrintableString holds a character it may not");
		return 0;
	case DER_NUMERIC_STRING:
		for (size_t i = 0; i < v->body.n; i++)
			if (v->body.p[i] != ' ' && (v->body.p[i] < '0' || v->body.p[i] > '9'))
				return lint_broken(
					err, "a NumericString holds a character it may not");
		return 0;
	case DER_UTF8_STRING:
		return utf8_valid(v->body) ? 0 : lint_broken(err, "a UTF8String is not UTF-8");
	case DER_IA5_STRING:
		return all_ascii(v->body) ? 0 : lint_broken(err, "an IA5String is not ASCII");
	case DER_BMP_STRING:
		return bmp_valid(v->body) ? 0 : lint_broken(err, "a BMPString is malformed");
	case DER_T61_STRING:
		return 0;
	default:
		return lint_broken(err, "a name holds a value of a type that is not supported");
	}
}

static int lint_name(struct bytes name, struct error *err)
{
	struct der d = der_reader(name, NULL), rdns, rdn, pair;
	struct der_tlv oid, value;
	if (der_enter(&d, DER_SEQUENCE, "", &rdns) < 0)
		return lint_broken(err, "a name is malformed");
	while (rdns.in.n) {
		if (der_enter(&rdns, DER_SET, "", &rdn) < 0)
			return lint_broken(err, "a name is malformed");
		while (rdn.in.n) {
			if (der_enter(&rdn, DER_SEQUENCE, "", &pair) < 0 ||
				der_take(&pair, DER_OID, "", &oid) < 0 ||
				der_any(&pair, "", &value) < 0)
				return lint_broken(err, "a name is malformed");
			if (!oid_valid(oid.body))
				return lint_broken(err, "the type of a name's part is malformed");
			if (lint_string(&value, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int lint_rsa(const struct spki *s, struct error *err)
{
	if (s->params.n != 2 || s->params.p[0] != DER_NULL)
		return lint_broken(err, "the RSA key has no NULL parameters");
	if (!lint_positive(s->n))
		return lint_broken(err, "the RSA modulus is not a positive, minimal number");
	if (!lint_positive(s->e))
		return lint_broken(err, "the RSA exponent is not a positive, minimal number");
	if (s->e.n > 8)
		return lint_broken(err, "the RSA exponent is larger than 63 bits");
	return 0;
}

static int lint_dsa(const struct spki *s, struct error *err)
{
	struct der d = der_reader(s->params, NULL), params, key = der_reader(s->key, NULL);
	struct der_tlv v;
	bool good = der_take(&key, DER_INTEGER, "", &v) == 0 && lint_positive(v.body) &&
		    der_enter(&d, DER_SEQUENCE, "", &params) == 0;
	for (int i = 0; i < 3 && good; i++)
		good = der_take(&params, DER_INTEGER, "", &v) == 0 && lint_positive(v.body);
	return good ? 0 : lint_broken(err, "the DSA key is malformed");
}

static int lint_ec(const struct cert *c, const struct spki *s, struct error *err)
{
	struct der d = der_reader(s->params, NULL);
	struct der_tlv oid;
	int bits = s->bits;
	if (der_take(&d, DER_OID, "", &oid) < 0 || !oid_valid(oid.body))
		return lint_broken(err, "the EC key names no curve");
	if (oid_find(oid.body) == OID_P224)
		bits = 224; /* Go knows it; whether the point lies on it is not judged here */
	else if (s->alg == KEY_OTHER)
		return lint_broken(err, "the key's curve is not supported");
	if (s->key.n == 0 || s->key.p[0] != 4)
		return lint_broken(err, "the EC point is compressed");
	if (s->key.n != 1 + 2 * (((size_t)bits + 7) / 8))
		return lint_broken(err, "the EC point is of a wrong length");
	if (s->alg != KEY_OTHER && !mbed_public_key(c->spki))
		return lint_broken(err, "the EC point does not lie on its curve");
	return 0;
}

static int lint_key(const struct cert *c, struct error *err)
{
	struct spki s;
	if (spki_parse(c->spki, &s, err) < 0)
		return -1;
	if (!oid_valid(s.oid))
		return lint_broken(err, "the key's algorithm identifier is malformed");
	switch (oid_find(s.oid)) {
	case OID_RSA:
		return lint_rsa(&s, err);
	case OID_EC:
		return lint_ec(c, &s, err);
	case OID_DSA:
		return lint_dsa(&s, err);
	case OID_ED25519:
		if (s.params.n || s.key.n != 32)
			return lint_broken(err, "the Ed25519 key is malformed");
		return 0;
	default:
		return 0;
	}
}

/* A time is written back as Go would, and must be the same: no "+0000" for Z. */
static int lint_time(struct der *validity, struct error *err)
{
	struct der_tlv t;
	if (der_any(validity, "", &t) < 0)
		return lint_broken(err, "the validity is malformed");
	if (t.body.n > 5 && memcmp(t.body.p + t.body.n - 4, "0000", 4) == 0 &&
		(t.body.p[t.body.n - 5] == '+' || t.body.p[t.body.n - 5] == '-'))
		return lint_broken(err, "a time has +0000 in place of Z");
	return 0;
}

static int lint_times(const struct cert *c, struct error *err)
{
	struct der d = der_reader(c->validity, NULL), seq;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0)
		return lint_broken(err, "the validity is malformed");
	return lint_time(&seq, err) < 0 ? -1 : lint_time(&seq, err);
}

int lint_cert(const struct cert *c, struct error *err)
{
	struct der d = der_reader(c->sigalg, NULL), seq;
	struct der_tlv oid;
	if (!bytes_equal(c->sigalg, c->sigalg_outer))
		return lint_broken(err, "the two signature algorithm identifiers differ");
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_take(&seq, DER_OID, "", &oid) < 0 ||
		!oid_valid(oid.body))
		return lint_broken(err, "the signature algorithm identifier is malformed");
	if (lint_serial(c->serial, err) < 0 || lint_name(c->issuer, err) < 0 ||
		lint_times(c, err) < 0 || lint_name(c->subject, err) < 0 || lint_key(c, err) < 0)
		return -1;
	/* Of version 1 and 2 Go does not even read them. */
	return c->version == 3 ? lint_extensions(c, err) : 0;
}
