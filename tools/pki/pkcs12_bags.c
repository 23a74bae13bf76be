// SPDX-License-Identifier: MIT
// pkcs12_bags: the certificates, keys and names in the contents of a PKCS#12 file.
#include <errno.h>

#include "pki/cert.h"
#include "pki/keyfile.h"
#include "pki/oid.h"
#include "pki/pkcs12_bags.h"

#define NAME_MOST 510 /* octets of a friendly name; a longer one is left out */

/* The friendlyName among a bag's attributes, as UTF-8; "" if there is none that can be read. */
static char *friendly_name(struct bytes attributes)
{
	struct der d = der_reader(attributes, NULL), attribute, values;
	struct buf text = BUF_INIT;
	struct der_tlv oid, value;
	while (text.n == 0 && d.in.n) {
		if (der_enter(&d, DER_SEQUENCE, "", &attribute) < 0)
			break;
		if (der_take(&attribute, DER_OID, "", &oid) == 0 &&
			oid_find(oid.body) == OID_FRIENDLY_NAME &&
			der_enter(&attribute, DER_SET, "", &values) == 0 &&
			der_take(&values, DER_BMP_STRING, "", &value) == 0 &&
			value.body.n <= NAME_MOST)
			cert_value_text(&text, &value);
	}
	char *name = xstrdup(buf_text(&text));
	buf_free(&text);
	return name;
}

static int too_many(struct pkcs12_work *w)
{
	return key_fail(w->err, ENOTSUP, "take out what is needed into a smaller file",
		"the PKCS#12 file holds more than %d certificates or keys", PKCS12_ITEMS_MAX);
}

static int add_cert(struct pkcs12_work *w, struct der *value, struct bytes attributes)
{
	struct pkcs12 *p = w->to;
	struct der bag, inside;
	struct der_tlv oid, octets;
	if (der_enter(value, DER_SEQUENCE, "certificate bag", &bag) < 0 ||
		der_take(&bag, DER_OID, "certificate bag", &oid) < 0 ||
		der_enter(&bag, DER_EXPLICIT(0), "certificate bag", &inside) < 0)
		return -1;
	if (oid_find(oid.body) != OID_X509_CERT) {
		p->passed_over++;
		return 0;
	}
	if (der_take(&inside, DER_OCTET_STRING, "certificate", &octets) < 0 ||
		der_end(&inside, "certificate") < 0 || der_end(&bag, "certificate bag") < 0)
		return -1;
	if (p->n_certs == PKCS12_ITEMS_MAX)
		return too_many(w);
	p->certs = xrealloc(p->certs, (p->n_certs + 1) * sizeof(*p->certs));
	struct pkcs12_cert *c = &p->certs[p->n_certs++];
	*c = (struct pkcs12_cert){.name = friendly_name(attributes)};
	buf_add(&c->der, octets.body.p, octets.body.n);
	return 0;
}

static int add_key(struct pkcs12_work *w, struct bytes der, struct bytes attributes)
{
	struct pkcs12 *p = w->to;
	if (p->n_keys == PKCS12_ITEMS_MAX)
		return too_many(w);
	p->keys = xrealloc(p->keys, (p->n_keys + 1) * sizeof(*p->keys));
	struct pkcs12_key *k = &p->keys[p->n_keys++];
	*k = (struct pkcs12_key){.name = friendly_name(attributes)};
	secret_set(&k->der, der.p, der.n);
	return 0;
}

static int add_plain_key(struct pkcs12_work *w, struct der *value, struct bytes attributes)
{
	struct der_tlv key;
	if (der_take(value, DER_SEQUENCE, "key bag", &key) < 0)
		return -1;
	w->to->plain_keys |= !w->sealed;
	return add_key(w, key.raw, attributes);
}

static int add_shrouded_key(struct pkcs12_work *w, struct der *value, struct bytes attributes)
{
	struct secret plain = SECRET_INIT;
	struct der bag;
	struct der_tlv alg, octets;
	if (der_enter(value, DER_SEQUENCE, "encrypted key", &bag) < 0 ||
		der_take(&bag, DER_SEQUENCE, "encrypted key's algorithm", &alg) < 0 ||
		der_take(&bag, DER_OCTET_STRING, "encrypted key", &octets) < 0 ||
		der_end(&bag, "encrypted key") < 0)
		return -1;
	int rc = pkcs12_decrypt(w, alg.body, octets.body, &plain);
	if (rc == 0)
		rc = add_key(w, secret_bytes(&plain), attributes);
	secret_free(&plain);
	return rc;
}

static int add_nested(struct pkcs12_work *w, struct der *value, int depth)
{
	struct der_tlv contents;
	if (der_take(value, DER_SEQUENCE, "nested contents", &contents) < 0)
		return -1;
	if (depth + 1 >= PKCS12_DEPTH)
		return key_fail(w->err, ENOTSUP, "take out what it holds with openssl pkcs12",
			"the PKCS#12 file has more than %d contents within each other",
			PKCS12_DEPTH);
	return pkcs12_bags(w, contents.raw, depth + 1);
}

/* One SafeBag; its value is read to the end. */
static int read_bag(struct pkcs12_work *w, struct der *contents, int depth)
{
	struct der bag, value;
	struct der_tlv oid, attributes = {0};
	int rc = 0;
	if (der_enter(contents, DER_SEQUENCE, "bag", &bag) < 0 ||
		der_take(&bag, DER_OID, "bag's kind", &oid) < 0 ||
		der_enter(&bag, DER_EXPLICIT(0), "bag", &value) < 0 ||
		der_optional(&bag, DER_SET, "bag's attributes", &attributes) < 0 ||
		der_end(&bag, "bag") < 0)
		return -1;
	switch (oid_find(oid.body)) {
	case OID_BAG_KEY:
		rc = add_plain_key(w, &value, attributes.body);
		break;
	case OID_BAG_SHROUDED:
		rc = add_shrouded_key(w, &value, attributes.body);
		break;
	case OID_BAG_CERT:
		rc = add_cert(w, &value, attributes.body);
		break;
	case OID_BAG_NESTED:
		rc = add_nested(w, &value, depth);
		break;
	default:
		w->to->passed_over++;
		return 0;
	}
	return rc == 0 ? der_end(&value, "bag") : rc;
}

int pkcs12_bags(struct pkcs12_work *w, struct bytes contents, int depth)
{
	struct der d = der_reader(contents, w->err), all;
	if (der_enter(&d, DER_SEQUENCE, "contents", &all) < 0 || der_end(&d, "contents") < 0)
		return -1;
	while (all.in.n)
		if (read_bag(w, &all, depth) < 0)
			return -1;
	return 0;
}
