// SPDX-License-Identifier: MIT
// csr: takes a PKCS#10 request apart.
#include "pki/csr.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/mbedtls.h"
#include "pki/oid.h"
#include "pki/spki.h"

static const uint8_t extension_request[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e};
static const uint8_t subject_alt_name[] = {0x55, 0x1d, 0x11};

#define IS(oid, known) bytes_equal((oid), (struct bytes){(known), sizeof(known)})

static int read_extensions(struct csr *c, struct der *d)
{
	struct der list, names, name;
	struct cert_ext ext;
	struct der_tlv t;
	if (der_enter(d, DER_SEQUENCE, "extension request", &list))
		return -1;
	while (list.in.n > 0) {
		if (ext_read(&list, &ext))
			return -1;
		if (!IS(ext.oid, subject_alt_name) || c->san.p)
			continue;
		names = list;
		names.in = ext.value;
		if (der_enter(&names, DER_SEQUENCE, "subject alternative name", &name) ||
			der_end(&names, "subject alternative name"))
			return -1;
		c->san = name.in;
		while (name.in.n > 0)
			if (der_any(&name, "subject alternative name", &t))
				return -1;
	}
	return 0;
}

static int read_attributes(struct csr *c, struct der *info)
{
	struct der list, attribute, values;
	struct der_tlv oid;
	if (!der_is(info, DER_EXPLICIT(0)))
		return 0; /* the field is required, but some writers leave it out */
	if (der_enter(info, DER_EXPLICIT(0), "attributes", &list))
		return -1;
	while (list.in.n > 0) {
		if (der_enter(&list, DER_SEQUENCE, "attribute", &attribute) ||
			der_take(&attribute, DER_OID, "attribute type", &oid) ||
			der_enter(&attribute, DER_SET, "attribute values", &values))
			return -1;
		if (IS(oid.body, extension_request) && read_extensions(c, &values))
			return -1;
	}
	return 0;
}

static int read_algorithm(struct der *outer, enum sig_alg *sig)
{
	struct der alg;
	struct der_tlv oid, params;
	if (der_enter(outer, DER_SEQUENCE, "signature algorithm", &alg) ||
		der_take(&alg, DER_OID, "signature algorithm", &oid))
		return -1;
	*sig = oid_signature(oid.body);
	return alg.in.n && der_any(&alg, "signature parameters", &params) ? -1 : 0;
}

int csr_parse(struct csr *c, struct bytes der, struct error *err)
{
	struct der d = der_reader(der, err), outer;
	struct der_tlv whole, name;
	struct spki spki;
	long version;
	*c = (struct csr){.raw = der};
	if (der_enter(&d, DER_SEQUENCE, "certification request", &outer) ||
		der_end(&d, "certification request") ||
		der_take(&outer, DER_SEQUENCE, "certification request info", &whole))
		return -1;
	struct der info = der_inside(&d, &whole);
	c->info = whole.raw;
	if (der_small(&info, "version", 0, &version) ||
		der_take(&info, DER_SEQUENCE, "subject", &name))
		return -1;
	c->subject = name.raw;
	c->spki.p = info.in.p;
	if (spki_read(&info, &spki))
		return -1;
	c->spki.n = (size_t)(info.in.p - c->spki.p);
	c->key = spki.alg;
	c->key_bits = spki.bits;
	if (read_attributes(c, &info) || der_end(&info, "certification request info") ||
		read_algorithm(&outer, &c->sig) || der_bits(&outer, "signature", &c->signature))
		return -1;
	return der_end(&outer, "certification request");
}

int csr_verify(const struct csr *c, struct error *err)
{
	char key[32];
	switch (c->sig) {
	case SIG_RSA_SHA1:
	case SIG_RSA_SHA256:
	case SIG_RSA_SHA384:
	case SIG_RSA_SHA512:
	case SIG_ECDSA_SHA1:
	case SIG_ECDSA_SHA256:
	case SIG_ECDSA_SHA384:
	case SIG_ECDSA_SHA512:
		break;
	default:
		return error_set(err, ERR_FAILED, NULL, NULL,
			"it is signed with an algorithm (%s) that is not verified here",
			cert_sig_text(c->sig));
	}
	if (c->key == KEY_OTHER || c->key == KEY_ED25519)
		return error_set(err, ERR_FAILED, NULL, NULL,
			"its key is of a kind (%s) that is not verified here",
			cert_key_text(c->key, c->key_bits, key));
	if (!mbed_verify(c->spki, c->sig, c->info, c->signature))
		return error_set(err, ERR_FAILED, NULL, NULL,
			"it is not signed by the key that it asks for");
	return 0;
}
