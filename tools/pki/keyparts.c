// SPDX-License-Identifier: MIT
// keyparts: takes plain private keys apart and names the kinds that cannot be used.
#include <errno.h>

#include "pki/keyfile.h"
#include "pki/keyparts.h"
#include "pki/oid.h"
#include "pki/spki.h"

#define RSA_MAX 8192

int keyparts_rsa(struct bytes der, struct rsa_numbers *k, long *version)
{
	struct der d = der_reader(der, NULL), seq;
	struct bytes *const to[] = {&k->n, &k->e, &k->d, &k->p, &k->q, &k->dp, &k->dq, &k->iq};
	struct der_tlv t;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_end(&d, "") < 0 ||
		der_small(&seq, "", 1, version) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		if (der_take(&seq, DER_INTEGER, "", &t) < 0 || t.body.n == 0 || t.body.p[0] & 0x80)
			return -1;
		*to[i] = der_magnitude(t.body);
	}
	return der_end(&seq, "");
}

int keyparts_ec(struct bytes der, struct ec_numbers *k)
{
	struct der d = der_reader(der, NULL), seq, in;
	struct der_tlv t;
	long version;
	*k = (struct ec_numbers){0};
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_end(&d, "") < 0 ||
		der_small(&seq, "", 1, &version) < 0 ||
		der_take(&seq, DER_OCTET_STRING, "", &t) < 0)
		return -1;
	k->d = t.body;
	if (der_is(&seq, DER_EXPLICIT(0)) &&
		(der_enter(&seq, DER_EXPLICIT(0), "", &in) < 0 || der_any(&in, "", &k->params) < 0))
		return -1;
	if (der_is(&seq, DER_EXPLICIT(1)) &&
		(der_enter(&seq, DER_EXPLICIT(1), "", &in) < 0 || der_bits(&in, "", &k->point) < 0))
		return -1;
	return der_end(&seq, "");
}

#define OTHER_COPY "use another copy of the key"

static int not_usable(struct error *err, const char *before, struct bytes oid)
{
	struct buf text = BUF_INIT;
	spki_algorithm_text(&text, oid);
	key_fail(err, ENOTSUP, "RSA and ECDSA keys (P-256, P-384, P-521) are supported",
		"%s%s is not supported", before, buf_text(&text));
	buf_free(&text);
	return -1;
}

static int check_curve(const struct der_tlv *params, struct error *err)
{
	if (params->tag == DER_OID)
		return spki_curve(params->body) == KEY_OTHER
			       ? not_usable(err, "the private key's curve ", params->body)
			       : 0;
	if (params->tag)
		return key_fail(err, ENOTSUP, "use a named curve",
			"the private key has explicit curve parameters");
	return 0;
}

static int check_pkcs8(struct bytes der, struct error *err)
{
	struct der d = der_reader(der, NULL), seq, alg;
	struct der_tlv oid, params = {0}, octets;
	long version;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_small(&seq, "", 1, &version) < 0 ||
		der_enter(&seq, DER_SEQUENCE, "", &alg) < 0 ||
		der_take(&alg, DER_OID, "", &oid) < 0 ||
		der_take(&seq, DER_OCTET_STRING, "", &octets) < 0)
		return key_fail(err, EBADMSG, OTHER_COPY, "the private key (PKCS#8) is damaged");
	enum oid id = oid_find(oid.body);
	if (id != OID_RSA && id != OID_EC)
		return not_usable(err, "the private key's kind ", oid.body);
	if (id == OID_EC && alg.in.n && der_any(&alg, "", &params) == 0 &&
		check_curve(&params, err) < 0)
		return -1;
	if (keyfile_shape(octets.body) == (id == OID_RSA ? KEYFILE_PKCS1 : KEYFILE_SEC1))
		return keyparts_check(octets.body, err);
	return key_fail(err, EBADMSG, OTHER_COPY, "the private key (PKCS#8) is damaged");
}

int keyparts_check(struct bytes der, struct error *err)
{
	struct rsa_numbers rsa;
	struct ec_numbers ec;
	long version = 0;
	switch (keyfile_shape(der)) {
	case KEYFILE_PKCS8:
		return check_pkcs8(der, err);
	case KEYFILE_SEC1:
		if (keyparts_ec(der, &ec) < 0)
			break;
		return check_curve(&ec.params, err);
	case KEYFILE_PKCS1:
		if (keyparts_rsa(der, &rsa, &version) < 0 && version != 1)
			break;
		if (version == 1)
			return key_fail(err, ENOTSUP, NULL,
				"an RSA key of more than two primes is not supported");
		if (rsa.n.n > RSA_MAX / 8)
			return key_fail(err, ENOTSUP, NULL,
				"an RSA key of %zu bits is not supported", rsa.n.n * 8);
		return 0;
	default:
		return key_fail(err, ENOTSUP, "RSA and ECDSA keys are supported",
			"the private key is of an unknown form");
	}
	return key_fail(err, EBADMSG, OTHER_COPY, "the private key is damaged");
}
