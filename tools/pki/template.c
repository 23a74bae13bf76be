// SPDX-License-Identifier: MIT
// template: writes the to-be-signed part of a new certificate.
#include "base/clock.h"
#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/oid.h"
#include "pki/spki.h"
#include "pki/tbs.h"
#include "pki/template.h"

#define NONE ((struct bytes){NULL, 0})
#define SUBJECT_EMPTY 2 /* octets of a Name without RDNs */

enum sig_alg template_signature(enum key_alg alg, int bits, const struct profile *profile)
{
	switch (alg) {
	case KEY_RSA:
		if (bits < 3072 || profile->plain_signature)
			return SIG_RSA_SHA256;
		return bits < 4096 ? SIG_RSA_SHA384 : SIG_RSA_SHA512;
	case KEY_P256:
		return SIG_ECDSA_SHA256;
	case KEY_P384:
		return SIG_ECDSA_SHA384;
	case KEY_P521:
		return SIG_ECDSA_SHA512;
	default:
		return SIG_OTHER;
	}
}

int template_validity(struct template *t, int64_t now, struct error *err)
{
	const struct profile *p = t->profile;
	char text[CLOCK_TEXT];
	t->not_before = p->has_not_before ? p->not_before : (now + 30) / 60 * 60 - p->backdate;
	t->not_after = p->has_not_after ? p->not_after : t->not_before + p->expiry;
	t->clamped = t->ca && t->not_after > t->ca->not_after;
	if (t->clamped)
		t->not_after = t->ca->not_after;
	if (tbs_check_validity(t->not_before, t->not_after, err))
		return -1;
	if (t->not_after <= now)
		return error_set(err, ERR_REFUSED, NULL,
			"look at the profile's expiry, backdate and not_after",
			"the certificate would have expired already, %s",
			clock_text(t->not_after, text));
	return 0;
}

/* --- extensions ----------------------------------------------------------------------------- */

static void put_extension(struct buf *out, enum oid id, bool critical, struct buf *value)
{
	if (value->n)
		ext_put(out, oid_bytes(id), critical, buf_bytes(value));
	buf_free(value);
}

/* A BIT STRING without zero bits at its end (X.690 11.2.2); bit 0 is the first. */
static void put_key_usage(struct buf *out, unsigned ku)
{
	uint8_t octets[3] = {0};
	struct buf value = BUF_INIT;
	unsigned bits = 0;
	for (unsigned i = 0; i < 9; i++) {
		if (!(ku >> i & 1))
			continue;
		octets[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
		bits = i + 1;
	}
	if (bits == 0)
		return;
	octets[0] = (uint8_t)((8 - bits % 8) % 8);
	der_put(&value, DER_BIT_STRING, (struct bytes){octets, 1 + (bits + 7) / 8});
	put_extension(out, OID_EXT_KU, true, &value);
}

static void put_ext_key_usage(struct buf *out, struct bytes purposes)
{
	struct buf value = BUF_INIT;
	if (purposes.n)
		der_put(&value, DER_SEQUENCE, purposes);
	put_extension(out, OID_EXT_EKU, false, &value);
}

static void put_basic_constraints(struct buf *out, bool is_ca, int path_len)
{
	struct buf value = BUF_INIT;
	if (is_ca)
		der_put(&value, DER_BOOLEAN, (struct bytes){(const uint8_t *)"\xff", 1});
	if (is_ca && path_len >= 0)
		der_put_small(&value, (unsigned)path_len);
	der_wrap(&value, 0, DER_SEQUENCE);
	put_extension(out, OID_EXT_BC, true, &value);
}

static void put_key_ids(struct buf *out, const struct template *t, const struct spki *key)
{
	struct buf value = BUF_INIT;
	uint8_t digest[SHA1_SIZE];
	bearssl_sha1(key->key, digest);
	der_put(&value, DER_OCTET_STRING, (struct bytes){digest, SHA1_SIZE});
	put_extension(out, OID_EXT_SKI, false, &value);
	if (!t->ca || !t->ca->ski.n)
		return;
	der_put(&value, DER_CONTEXT(0), t->ca->ski);
	der_wrap(&value, 0, DER_SEQUENCE);
	put_extension(out, OID_EXT_AKI, false, &value);
}

static void put_san(struct buf *out, const struct template *t, bool critical)
{
	struct buf value = BUF_INIT;
	unsigned kinds = t->request->hosts_given ? SAN_KINDS_ALL : t->profile->san_kinds;
	if (t->profile->is_ca)
		kinds &= 1u << SAN_IP;
	san_put(&value, &t->request->hosts, kinds);
	put_extension(out, OID_EXT_SAN, critical, &value);
}

/* A profile's value that stays where it is. */
static void put_kept(struct buf *out, enum oid id, const struct buf *value)
{
	if (value->n)
		ext_put(out, oid_bytes(id), false, buf_bytes(value));
}

/* Delegation is copied always, the others where the profile says so, as in cfssl. */
static void put_copied(struct buf *out, const struct template *t)
{
	struct bytes all = buf_bytes(&t->request->extensions);
	if (t->profile->drop_extensions)
		all.n = 0;
	else if (!t->profile->copy_extensions)
		all.n = t->request->n_delegation;
	der_put_raw(out, all);
}

static void put_no_check(struct buf *out)
{
	struct buf oid = BUF_INIT;
	oid_parse(&oid, "1.3.6.1.5.5.7.48.1.5");
	ext_put(out, buf_bytes(&oid), false, (struct bytes){(const uint8_t *)"\x05\x00", 2});
	buf_free(&oid);
}

static void put_extensions(
	struct buf *out, const struct template *t, const struct spki *key, bool nameless)
{
	const struct profile *p = t->profile;
	bool copies = p->copy_extensions && !p->drop_extensions;
	size_t start = out->n;
	put_key_usage(out, p->ku);
	put_ext_key_usage(out, buf_bytes(&p->eku));
	put_basic_constraints(out, p->is_ca, p->path_len);
	put_key_ids(out, t, key);
	put_kept(out, OID_EXT_AIA, &p->aia);
	if (!copies)
		put_san(out, t, nameless);
	put_kept(out, OID_EXT_CRL, &p->crl);
	if (copies) /* then it is the first of what is copied */
		put_san(out, t, nameless);
	put_copied(out, t);
	put_kept(out, OID_EXT_POLICIES, &p->policies);
	if (p->ocsp_no_check)
		put_no_check(out);
	der_wrap(out, start, DER_SEQUENCE);
	der_wrap(out, start, DER_EXPLICIT(3));
}

/* --- the whole ------------------------------------------------------------------------------ */

static int check(const struct template *t, struct spki *key, struct error *err)
{
	struct bytes serial = {t->serial, ISSUE_SERIAL_SIZE};
	if (tbs_check_signature(t->sig, err) || tbs_check_serial(serial, err) ||
		tbs_check_validity(t->not_before, t->not_after, err) ||
		spki_parse(t->spki, key, err))
		return -1;
	return profile_allows(t->profile, t->request, err);
}

int template_tbs(const struct template *t, struct buf *tbs, struct error *err)
{
	static const struct bytes nobody = {(const uint8_t *)"\x30\x00", SUBJECT_EMPTY};
	struct bytes subject = buf_bytes(&t->request->subject);
	struct spki key;
	size_t start = tbs->n;
	if (check(t, &key, err))
		return -1;
	if (t->profile->drop_subject)
		subject = nobody;
	if (subject.n <= SUBJECT_EMPTY && (!t->ca || t->profile->is_ca || t->request->hosts.n == 0))
		return error_set(err, ERR_REFUSED, NULL, "give it a CN",
			"the certificate would name nobody");
	der_put_small(tbs, 2);
	der_wrap(tbs, start, DER_EXPLICIT(0));
	der_put_unsigned(tbs, (struct bytes){t->serial, ISSUE_SERIAL_SIZE});
	tbs_put_algorithm(tbs, t->sig);
	der_put_raw(tbs, t->ca ? t->ca->subject : subject);
	tbs_put_validity(tbs, t->not_before, t->not_after);
	der_put_raw(tbs, subject);
	der_put_raw(tbs, t->spki);
	put_extensions(tbs, t, &key, subject.n <= SUBJECT_EMPTY);
	der_wrap(tbs, start, DER_SEQUENCE);
	return 0;
}
