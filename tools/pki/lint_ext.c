// SPDX-License-Identifier: MIT
// lint_ext: the rules of Go's crypto/x509 parser for extensions.
#include "pki/gname.h"
#include "pki/lint.h"
#include "pki/oid.h"

/* The content of the one element of this tag that value begins with. */
static bool open(struct bytes value, unsigned tag, struct der *inside)
{
	struct der d = der_reader(value, NULL);
	return der_enter(&d, tag, "", inside) == 0;
}

static bool ascii(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

/* A BOOLEAN there must be 0x00 or 0xff. */
static bool boolean(struct der *d)
{
	struct der_tlv t;
	int rc = der_optional(d, DER_BOOLEAN, "", &t);
	return rc == 0 || (rc > 0 && t.body.n == 1 && (t.body.p[0] == 0 || t.body.p[0] == 0xff));
}

/* An INTEGER there, of the given tag, must be minimal and fit 63 bits. */
static bool number(struct der *d, unsigned tag, bool negative)
{
	struct der_tlv t;
	int rc = der_optional(d, tag, "", &t);
	return rc == 0 || (rc > 0 && lint_integer(t.body) && t.body.n <= 8 &&
				  (negative || !(t.body.p[0] & 0x80)));
}

static int lint_basic(struct bytes value, struct error *err)
{
	struct der seq;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the basic constraints are malformed");
	if (!boolean(&seq))
		return lint_broken(err, "a BOOLEAN is neither 0x00 nor 0xff");
	if (!number(&seq, DER_INTEGER, false))
		return lint_broken(err, "the path length is negative or not encoded minimally");
	return 0;
}

static int lint_key_usage(struct bytes value, struct error *err)
{
	struct der d = der_reader(value, NULL);
	struct der_tlv t;
	if (der_take(&d, DER_BIT_STRING, "", &t) < 0 || !lint_bits(t.body))
		return lint_broken(err, "the key usage has unused bits that are set");
	return 0;
}

static int lint_uri(struct bytes uri, struct error *err)
{
	struct buf host = BUF_INIT;
	bool good = gname_uri(uri, &host) && gname_domain(buf_bytes(&host));
	buf_free(&host);
	return good ? 0
		    : lint_broken(err, "a URI among the subject alternative names is malformed");
}

static int lint_san(struct bytes value, struct error *err)
{
	struct der seq;
	struct der_tlv t;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the subject alternative names are malformed");
	while (seq.in.n) {
		if (der_any(&seq, "", &t) < 0)
			return lint_broken(err, "the subject alternative names are malformed");
		bool uri = t.tag == DER_CONTEXT(6);
		bool text = t.tag == DER_CONTEXT(1) || t.tag == DER_CONTEXT(2) || uri;
		if (text && !ascii(t.body))
			return lint_broken(err, "a subject alternative name is not ASCII");
		if (uri && lint_uri(t.body, err) < 0)
			return -1;
		if (t.tag == DER_CONTEXT(7) && t.body.n != 4 && t.body.n != 16)
			return lint_broken(err, "an IP address among the names has a wrong length");
	}
	return 0;
}

/* Ones, then zeros. */
static bool mask_valid(struct bytes mask)
{
	bool zero = false;
	for (size_t i = 0; i < mask.n; i++)
		for (unsigned bit = 0x80; bit; bit >>= 1) {
			if (mask.p[i] & bit && zero)
				return false;
			zero |= !(mask.p[i] & bit);
		}
	return true;
}

static bool base_valid(const struct der_tlv *base)
{
	struct bytes v = base->body, domain;
	struct buf local = BUF_INIT;
	uint8_t octets[16];
	bool good = true;
	switch (base->tag) {
	case DER_CONTEXT(1):
		good = bytes_find(v, "@") == SIZE_MAX ? gname_domain_base(v)
						      : gname_mailbox(v, &local, &domain);
		buf_free(&local);
		return good && ascii(v);
	case DER_CONTEXT(2):
		return gname_domain_base(v);
	case DER_CONTEXT(6):
		return gname_domain_base(v) && gname_address(v, octets) == 0;
	case DER_CONTEXT(7):
		return (v.n == 8 || v.n == 32) &&
		       mask_valid((struct bytes){v.p + v.n / 2, v.n / 2});
	default:
		return true; /* a kind that Go does not judge: a critical extension of chain.c */
	}
}

static int lint_constraints(struct bytes value, struct error *err)
{
	struct der seq, list, tree;
	struct der_tlv t, base;
	bool any = false;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the name constraints are malformed");
	for (unsigned tag = DER_EXPLICIT(0); tag <= DER_EXPLICIT(1); tag++) {
		if (der_optional(&seq, tag, "", &t) <= 0)
			continue;
		for (list = der_inside(&seq, &t); list.in.n; any = true) {
			if (der_enter(&list, DER_SEQUENCE, "", &tree) < 0 ||
				der_any(&tree, "", &base) < 0)
				return lint_broken(err, "the name constraints are malformed");
			if (!base_valid(&base))
				return lint_broken(err, "a name constraint is malformed");
		}
	}
	if (seq.in.n)
		return lint_broken(err, "the name constraints are malformed");
	return any ? 0 : lint_broken(err, "the name constraints are empty");
}

static int lint_ext_usage(struct bytes value, struct error *err)
{
	struct der seq;
	struct der_tlv oid;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the extended key usage is malformed");
	while (seq.in.n)
		if (der_take(&seq, DER_OID, "", &oid) < 0 || !oid_valid(oid.body))
			return lint_broken(err, "the extended key usage is malformed");
	return 0;
}

/* SEQUENCE OF DistributionPoint; only the URIs of a full name are looked into. */
static int lint_crl(struct bytes value, struct error *err)
{
	static const char bad[] = "the CRL distribution points are malformed";
	struct der seq, point, name, full;
	struct der_tlv t;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, bad);
	while (seq.in.n) {
		if (der_enter(&seq, DER_SEQUENCE, "", &point) < 0)
			return lint_broken(err, bad);
		if (!der_is(&point, DER_EXPLICIT(0)))
			continue;
		if (der_enter(&point, DER_EXPLICIT(0), "", &name) < 0 ||
			der_enter(&name, DER_EXPLICIT(0), "", &full) < 0)
			return lint_broken(err, bad);
		while (der_is(&full, DER_CONTEXT(6)))
			if (der_any(&full, "", &t) < 0)
				return lint_broken(err, bad);
	}
	return 0;
}

static int lint_access(struct bytes value, struct error *err)
{
	static const char bad[] = "the authority information access is malformed";
	struct der seq, one;
	struct der_tlv t;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, bad);
	while (seq.in.n)
		if (der_enter(&seq, DER_SEQUENCE, "", &one) < 0 ||
			der_take(&one, DER_OID, "", &t) < 0 || !oid_valid(t.body) ||
			der_optional(&one, DER_CONTEXT(6), "", &t) < 0)
			return lint_broken(err, bad);
	return 0;
}

static int lint_policies(struct bytes value, struct error *err)
{
	struct der seq, one, behind;
	struct der_tlv oid, other;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the policies are malformed");
	while (seq.in.n) {
		if (der_enter(&seq, DER_SEQUENCE, "", &one) < 0 ||
			der_take(&one, DER_OID, "", &oid) < 0 || !oid_shaped(oid.body))
			return lint_broken(err, "the policies are malformed");
		for (behind = seq; behind.in.n;)
			if (der_enter(&behind, DER_SEQUENCE, "", &one) == 0 &&
				der_take(&one, DER_OID, "", &other) == 0) {
				if (bytes_equal(oid.body, other.body))
					return lint_broken(err, "a policy comes twice");
			} else {
				break;
			}
	}
	return 0;
}

static int lint_mappings(struct bytes value, struct error *err)
{
	struct der seq, one;
	struct der_tlv oid;
	if (!open(value, DER_SEQUENCE, &seq))
		return lint_broken(err, "the policy mappings are malformed");
	while (seq.in.n)
		if (der_enter(&seq, DER_SEQUENCE, "", &one) < 0 ||
			der_take(&one, DER_OID, "", &oid) < 0 ||
			der_take(&one, DER_OID, "", &oid) < 0)
			return lint_broken(err, "the policy mappings are malformed");
	return 0;
}

static int lint_policy_constraints(struct bytes value, struct error *err)
{
	struct der seq;
	if (!open(value, DER_SEQUENCE, &seq) || !number(&seq, DER_CONTEXT(0), true) ||
		!number(&seq, DER_CONTEXT(1), true))
		return lint_broken(err, "the policy constraints are malformed");
	return 0;
}

static int lint_any_policy(struct bytes value, struct error *err)
{
	struct der d = der_reader(value, NULL);
	if (!der_is(&d, DER_INTEGER) || !number(&d, DER_INTEGER, true))
		return lint_broken(err, "the inhibition of any policy is malformed");
	return 0;
}

static int lint_key_id(struct bytes value, struct error *err)
{
	struct der seq;
	struct der_tlv t;
	if (!open(value, DER_SEQUENCE, &seq) || der_optional(&seq, DER_CONTEXT(0), "", &t) < 0)
		return lint_broken(err, "the authority key id is malformed");
	return 0;
}

static const struct {
	enum oid id;
	int (*check)(struct bytes value, struct error *err);
	const char *critical; /* what is said if it is critical; NULL: it may be */
} rules[] = {
	{OID_EXT_BC, lint_basic, NULL},
	{OID_EXT_KU, lint_key_usage, NULL},
	{OID_EXT_EKU, lint_ext_usage, NULL},
	{OID_EXT_SAN, lint_san, NULL},
	{OID_EXT_CONSTRAINTS, lint_constraints, NULL},
	{OID_EXT_CRL, lint_crl, NULL},
	{OID_EXT_POLICIES, lint_policies, NULL},
	{OID_EXT_MAPPINGS, lint_mappings, NULL},
	{OID_EXT_POLICY_CONSTRAINTS, lint_policy_constraints, NULL},
	{OID_EXT_ANY_POLICY, lint_any_policy, NULL},
	{OID_EXT_AKI, lint_key_id, "the authority key id is critical"},
	{OID_EXT_SKI, NULL, "the subject key id is critical"},
	{OID_EXT_AIA, lint_access, "the authority information access is critical"},
};

static int lint_extension(const struct cert_ext *ext, struct error *err)
{
	struct der d;
	struct der_tlv oid;
	enum oid id = oid_find(ext->oid);
	if (!open(ext->raw, DER_SEQUENCE, &d) || der_any(&d, "", &oid) < 0 || !oid_valid(ext->oid))
		return lint_broken(err, "an extension's identifier is malformed");
	if (!boolean(&d))
		return lint_broken(err, "a BOOLEAN is neither 0x00 nor 0xff");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].id != id)
			continue;
		if (ext->critical && rules[i].critical)
			return lint_broken(err, rules[i].critical);
		return rules[i].check ? rules[i].check(ext->value, err) : 0;
	}
	return 0;
}

int lint_extensions(const struct cert *c, struct error *err)
{
	struct bytes rest = c->extensions;
	struct cert_ext ext, other;
	while (cert_ext_next(&rest, &ext)) {
		struct bytes behind = rest;
		while (cert_ext_next(&behind, &other))
			if (bytes_equal(ext.oid, other.oid))
				return lint_broken(err, "an extension comes twice");
		if (lint_extension(&ext, err) < 0)
			return -1;
	}
	return 0;
}
