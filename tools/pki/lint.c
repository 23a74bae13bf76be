// SPDX-License-Identifier: MIT
// lint: the rules of Go's crypto/x509 parser that other libraries do not keep.
#include <string.h>

#include "pki/der.h"
#include "pki/lint.h"
#include "pki/oid.h"
#include "pki/spki.h"

static int broken(struct error *err, const char *what)
{
	return error_set(err, ERR_FOUND, NULL, "issue the certificate again",
		"%s: programs written in Go refuse it", what);
}

static int lint_integer(struct bytes v, const char *empty, const char *negative, const char *longer,
	struct error *err)
{
	if (v.n == 0)
		return broken(err, empty);
	if (v.p[0] & 0x80)
		return broken(err, negative);
	if (v.n > 1 && v.p[0] == 0 && !(v.p[1] & 0x80))
		return broken(err, longer);
	return 0;
}

static int lint_serial(const struct cert *c, struct error *err)
{
	struct bytes s = c->serial;
	/* The other way not to be minimal is negative too: 0xff before a set bit. */
	return lint_integer(s, "the serial number is empty", "the serial number is negative",
		"the serial number is not encoded minimally", err);
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

/* Pairs of octets without a surrogate: Go's BMPString is UCS-2. */
static bool bmp_valid(struct bytes s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2)
		if (s.p[i] >= 0xd8 && s.p[i] < 0xe0)
			return false;
	return s.n % 2 == 0;
}

static int lint_string(const struct der_tlv *v, struct error *err)
{
	switch (v->tag) {
	case DER_PRINTABLE_STRING:
		for (size_t i = 0; i < v->body.n; i++)
			if (!printable(v->body.p[i]))
				return broken(
					err, "a PrintableString holds a character it may not");
		return 0;
	case DER_NUMERIC_STRING:
		for (size_t i = 0; i < v->body.n; i++)
			if (v->body.p[i] != ' ' && (v->body.p[i] < '0' || v->body.p[i] > '9'))
				return broken(err, "a NumericString holds a character it may not");
		return 0;
	case DER_UTF8_STRING:
		return utf8_valid(v->body) ? 0 : broken(err, "a UTF8String is not UTF-8");
	case DER_IA5_STRING:
		return all_ascii(v->body) ? 0 : broken(err, "an IA5String is not ASCII");
	case DER_BMP_STRING:
		return bmp_valid(v->body) ? 0 : broken(err, "a BMPString is malformed");
	case DER_T61_STRING:
		return 0;
	default:
		return broken(err, "a name holds a value of a type that is not supported");
	}
}

static int lint_name(struct bytes name, struct error *err)
{
	struct der d = der_reader(name, NULL), rdns, rdn, pair;
	struct der_tlv oid, value;
	if (der_enter(&d, DER_SEQUENCE, "", &rdns) < 0)
		return broken(err, "a name is malformed");
	while (rdns.in.n) {
		if (der_enter(&rdns, DER_SET, "", &rdn) < 0)
			return broken(err, "a name is malformed");
		while (rdn.in.n) {
			if (der_enter(&rdn, DER_SEQUENCE, "", &pair) < 0 ||
				der_take(&pair, DER_OID, "", &oid) < 0 ||
				der_any(&pair, "", &value) < 0)
				return broken(err, "a name is malformed");
			if (lint_string(&value, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int lint_rsa(const struct spki *s, struct error *err)
{
	if (s->params.n != 2 || s->params.p[0] != DER_NULL)
		return broken(err, "the RSA key has no NULL parameters");
	if (lint_integer(s->n, "the RSA modulus is empty", "the RSA modulus is negative",
		    "the RSA modulus is not encoded minimally", err) < 0)
		return -1;
	if (lint_integer(s->e, "the RSA exponent is empty", "the RSA exponent is negative",
		    "the RSA exponent is not encoded minimally", err) < 0)
		return -1;
	if (der_magnitude(s->n).n == 0 || der_magnitude(s->e).n == 0)
		return broken(err, "the RSA key is zero");
	return 0;
}

/* The one curve that Go knows and we do not. */
static bool is_p224(struct bytes params)
{
	struct der d = der_reader(params, NULL);
	struct der_tlv oid;
	return der_take(&d, DER_OID, "", &oid) == 0 && oid_find(oid.body) == OID_P224;
}

static int lint_key(const struct cert *c, struct error *err)
{
	struct spki s;
	if (spki_parse(c->spki, &s, err) < 0)
		return -1;
	switch (s.alg) {
	case KEY_RSA:
		return lint_rsa(&s, err);
	case KEY_P256:
	case KEY_P384:
	case KEY_P521:
		if (s.key.n == 0 || s.key.p[0] != 4)
			return broken(err, "the EC point is compressed");
		if (s.key.n != 1 + 2 * (((size_t)s.bits + 7) / 8))
			return broken(err, "the EC point is of a wrong length");
		return 0;
	case KEY_ED25519:
		if (s.params.n || s.key.n != 32)
			return broken(err, "the Ed25519 key is malformed");
		return 0;
	default:
		if (oid_find(s.oid) == OID_EC && !is_p224(s.params))
			return broken(err, "the key's curve is not supported");
		return 0;
	}
}

/* What Go's url.Parse refuses that is met: control characters, no scheme before ':', bad %xx. */
static bool uri_valid(struct bytes s)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
		if (s.p[i] != '%')
			continue;
		if (i + 2 >= s.n || !s.p[i + 1] || !s.p[i + 2] || !strchr(hex, s.p[i + 1]) ||
			!strchr(hex, s.p[i + 2]))
			return false;
	}
	return s.n == 0 || s.p[0] != ':';
}

static int lint_san(const struct cert *c, struct error *err)
{
	struct der d = der_reader(c->san, NULL);
	struct der_tlv t;
	while (d.in.n && der_any(&d, "", &t) == 0) {
		bool text = t.tag == DER_CONTEXT(1) || t.tag == DER_CONTEXT(2) ||
			    t.tag == DER_CONTEXT(6);
		if (text && !all_ascii(t.body))
			return broken(err, "a subject alternative name is not ASCII");
		if (t.tag == DER_CONTEXT(6) && !uri_valid(t.body))
			return broken(
				err, "a URI among the subject alternative names is malformed");
		if (t.tag == DER_CONTEXT(7) && t.body.n != 4 && t.body.n != 16)
			return broken(err, "an IP address among the names has a wrong length");
	}
	return 0;
}

/* Only a BOOLEAN that comes first in the SEQUENCE at d, or behind an OID there. */
static bool boolean_der(struct der d)
{
	struct der seq;
	struct der_tlv t;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0)
		return true;
	if (der_is(&seq, DER_OID) && der_any(&seq, "", &t) < 0)
		return true;
	if (der_optional(&seq, DER_BOOLEAN, "", &t) <= 0)
		return true;
	return t.body.n == 1 && (t.body.p[0] == 0 || t.body.p[0] == 0xff);
}

/* Unused bits must be zero. */
static bool bit_string_der(struct bytes value)
{
	struct der d = der_reader(value, NULL);
	struct der_tlv t;
	if (der_take(&d, DER_BIT_STRING, "", &t) < 0 || t.body.n == 0)
		return false;
	return t.body.n == 1 || !(t.body.p[t.body.n - 1] & ((1u << t.body.p[0]) - 1));
}

static int lint_extension(const struct cert_ext *ext, struct error *err)
{
	enum oid id = oid_find(ext->oid);
	if (!boolean_der(der_reader(ext->raw, NULL)))
		return broken(err, "a BOOLEAN is neither 0x00 nor 0xff");
	if (ext->critical && id == OID_EXT_AKI)
		return broken(err, "the authority key id is critical");
	if (ext->critical && id == OID_EXT_SKI)
		return broken(err, "the subject key id is critical");
	if (ext->critical && id == OID_EXT_AIA)
		return broken(err, "the authority information access is critical");
	if (id == OID_EXT_BC && !boolean_der(der_reader(ext->value, NULL)))
		return broken(err, "a BOOLEAN is neither 0x00 nor 0xff");
	if (id == OID_EXT_KU && !bit_string_der(ext->value))
		return broken(err, "the key usage has unused bits that are set");
	return 0;
}

static int lint_extensions(const struct cert *c, struct error *err)
{
	struct bytes rest = c->extensions;
	struct cert_ext ext, other;
	while (cert_ext_next(&rest, &ext)) {
		struct bytes behind = rest;
		while (cert_ext_next(&behind, &other))
			if (bytes_equal(ext.oid, other.oid))
				return broken(err, "an extension comes twice");
		if (lint_extension(&ext, err) < 0)
			return -1;
	}
	return lint_san(c, err);
}

int lint_cert(const struct cert *c, struct error *err)
{
	if (!bytes_equal(c->sigalg, c->sigalg_outer))
		return broken(err, "the two signature algorithm identifiers differ");
	if (lint_serial(c, err) < 0 || lint_name(c->issuer, err) < 0 ||
		lint_name(c->subject, err) < 0 || lint_key(c, err) < 0)
		return -1;
	return lint_extensions(c, err);
}
