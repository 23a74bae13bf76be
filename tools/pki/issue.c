// SPDX-License-Identifier: MIT
// issue: writes the to-be-signed part of a renewed certificate out of the old one's bytes.
#include "base/random.h"
#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/issue.h"
#include "pki/oid.h"
#include "pki/spki.h"
#include "pki/tbs.h"

#define NONE ((struct bytes){NULL, 0})

void issue_serial(uint8_t serial[ISSUE_SERIAL_SIZE])
{
	do {
		random_bytes(serial, ISSUE_SERIAL_SIZE);
		serial[0] &= 0x7f; /* positive, and never more than 20 octets */
	} while (serial[0] == 0);
}

static int refuse(struct error *err, const char *todo, const char *what)
{
	return error_set(err, ERR_REFUSED, NULL, todo, "%s", what);
}

static bool extension_twice(const struct cert *c)
{
	struct bytes rest = c->extensions;
	struct cert_ext a, b;
	while (cert_ext_next(&rest, &a)) {
		struct bytes behind = rest;
		while (cert_ext_next(&behind, &b))
			if (bytes_equal(a.oid, b.oid))
				return true;
	}
	return false;
}

/* What neither a leaf nor a CA may have to be cloned. */
static int check_old(const struct cert *old, struct error *err)
{
	if (old->unknown_critical)
		return refuse(err, "have it issued again by whoever issued it",
			"the certificate has a critical extension that is not known here");
	if (old->version < 3 && old->extensions.n)
		return refuse(err, "have it issued again by whoever issued it",
			"the certificate has extensions but is not of version 3");
	if (extension_twice(old))
		return refuse(err, "have it issued again by whoever issued it",
			"the certificate has the same extension twice");
	return 0;
}

/* Everything of the new certificate that is not the old one's. */
static int check_new(const struct issue *what, struct error *err)
{
	struct spki s;
	if (tbs_check_validity(what->not_before, what->not_after, err) ||
		tbs_check_signature(what->sig, err) ||
		tbs_check_serial((struct bytes){what->serial, ISSUE_SERIAL_SIZE}, err))
		return -1;
	return spki_parse(what->spki, &s, err);
}

static void put_key_id(struct buf *out, const struct cert_ext *ext, unsigned tag, struct bytes id)
{
	struct buf value = BUF_INIT;
	der_put(&value, tag, id);
	if (tag != DER_OCTET_STRING)
		der_wrap(&value, 0, DER_SEQUENCE);
	ext_put(out, ext->oid, ext->critical, buf_bytes(&value));
	buf_free(&value);
}

/* The old extensions with key ids replaced: aki (dropped where it is empty) and ski. */
static void put_extensions(
	struct buf *out, const struct cert *old, struct bytes aki, struct bytes ski)
{
	struct bytes rest = old->extensions;
	struct cert_ext ext;
	size_t start = out->n;
	while (cert_ext_next(&rest, &ext)) {
		enum oid id = oid_find(ext.oid);
		if (id == OID_EXT_AKI && aki.n)
			put_key_id(out, &ext, DER_CONTEXT(0), aki);
		else if (id == OID_EXT_SKI && ski.n)
			put_key_id(out, &ext, DER_OCTET_STRING, ski);
		else if (id != OID_EXT_AKI)
			der_put_raw(out, ext.raw);
	}
	if (out->n == start)
		return;
	der_wrap(out, start, DER_SEQUENCE);
	der_wrap(out, start, DER_EXPLICIT(3));
}

static void put_tbs(const struct issue *what, struct bytes issuer, struct bytes aki,
	struct bytes ski, struct buf *out)
{
	const struct cert *old = what->old;
	size_t start = out->n, mark;
	if (old->version > 1) {
		mark = out->n;
		der_put_small(out, (unsigned)old->version - 1);
		der_wrap(out, mark, DER_EXPLICIT(0));
	}
	der_put_unsigned(out, (struct bytes){what->serial, ISSUE_SERIAL_SIZE});
	tbs_put_algorithm(out, what->sig);
	der_put_raw(out, issuer);
	tbs_put_validity(out, what->not_before, what->not_after);
	der_put_raw(out, old->subject);
	der_put_raw(out, what->spki);
	der_put_raw(out, old->unique_ids);
	put_extensions(out, old, aki, ski);
	der_wrap(out, start, DER_SEQUENCE);
}

/* Empty while the key is the old one; else RFC 5280 4.2.1.2 (1), in digest. */
static struct bytes new_ski(const struct issue *what, uint8_t digest[SHA1_SIZE])
{
	struct spki s;
	if (spki_same(what->spki, what->old->spki) || spki_parse(what->spki, &s, NULL) < 0)
		return NONE;
	bearssl_sha1(s.key, digest);
	return (struct bytes){digest, SHA1_SIZE};
}

int issue_tbs(const struct issue *what, struct buf *tbs, struct error *err)
{
	const struct cert *old = what->old, *ca = what->ca;
	uint8_t digest[SHA1_SIZE];
	if (old->is_ca)
		return refuse(err, "see ca renew", "the certificate in a leaf's place is a CA");
	if (old->ku & KU_CERT_SIGN)
		return refuse(err, "have it issued again without keyCertSign",
			"the certificate in a leaf's place may sign certificates (keyCertSign)");
	if (check_old(old, err) < 0 || check_new(what, err) < 0)
		return -1;
	if (what->not_after > ca->not_after)
		return refuse(err, "renew the CA first", "the validity would end after the CA's");
	put_tbs(what, ca->subject, ca->ski, new_ski(what, digest), tbs);
	return 0;
}

int issue_tbs_ca(const struct issue *what, struct buf *tbs, struct error *err)
{
	const struct cert *old = what->old;
	uint8_t digest[SHA1_SIZE];
	if (!bytes_equal(old->issuer, old->subject))
		return refuse(err, "renew it with the CA that issued it",
			"the certificate's issuer is not itself");
	if (check_old(old, err) < 0 || check_new(what, err) < 0)
		return -1;
	struct bytes ski = new_ski(what, digest);
	put_tbs(what, old->subject, ski.n ? ski : old->aki.n ? old->aki : old->ski, ski, tbs);
	return 0;
}

int issue_finish(struct bytes tbs, struct bytes signature, struct buf *cert, struct error *err)
{
	struct der d = der_reader(tbs, err), seq;
	struct der_tlv version, serial, alg;
	struct buf made = BUF_INIT;
	struct cert c;
	if (der_enter(&d, DER_SEQUENCE, "to-be-signed part", &seq) < 0 ||
		der_end(&d, "to-be-signed part") < 0 ||
		der_optional(&seq, DER_EXPLICIT(0), "version", &version) < 0 ||
		der_take(&seq, DER_INTEGER, "serial number", &serial) < 0 ||
		der_take(&seq, DER_SEQUENCE, "signature algorithm", &alg) < 0)
		return -1;
	der_put_raw(&made, tbs);
	der_put_raw(&made, alg.raw);
	der_put_bits(&made, signature);
	der_wrap(&made, 0, DER_SEQUENCE);
	int rc = cert_parse(&c, buf_bytes(&made), err);
	if (rc == 0)
		buf_add(cert, made.p, made.n);
	buf_free(&made);
	return rc;
}
