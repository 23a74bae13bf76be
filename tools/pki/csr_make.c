// SPDX-License-Identifier: MIT
// csr_make: writes certification requests.
#include "pki/csr_make.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/oid.h"
#include "pki/tbs.h"
#include "pki/template.h"

static void put_extensions(struct buf *out, const struct request *r)
{
	static const struct bytes true_bit = {(const uint8_t *)"\xff", 1};
	struct buf value = BUF_INIT;
	san_put(&value, &r->hosts, SAN_KINDS_ALL);
	if (value.n)
		ext_put(out, oid_bytes(OID_EXT_SAN), false, buf_bytes(&value));
	if (r->has_ca) {
		value.n = 0;
		der_put(&value, DER_BOOLEAN, true_bit);
		if (r->ca_path_len >= 0)
			der_put_small(&value, (unsigned)r->ca_path_len);
		der_wrap(&value, 0, DER_SEQUENCE);
		ext_put(out, oid_bytes(OID_EXT_BC), true, buf_bytes(&value));
	}
	der_put_raw(out, buf_bytes(&r->extensions));
	buf_free(&value);
}

/* [0] with extensionRequest (PKCS#9), or empty. */
static void put_attributes(struct buf *out, const struct request *r)
{
	struct buf oid = BUF_INIT;
	size_t start = out->n;
	put_extensions(out, r);
	if (out->n > start) {
		struct buf list = BUF_INIT;
		der_put(&list, DER_SEQUENCE, (struct bytes){out->p + start, out->n - start});
		der_wrap(&list, 0, DER_SET);
		out->n = start;
		oid_parse(&oid, "1.2.840.113549.1.9.14");
		der_put(out, DER_OID, buf_bytes(&oid));
		der_put_raw(out, buf_bytes(&list));
		der_wrap(out, start, DER_SEQUENCE);
		buf_free(&list);
		buf_free(&oid);
	}
	der_wrap(out, start, DER_EXPLICIT(0));
}

int csr_make(struct buf *out, const struct request *r, const struct key *k, struct error *err)
{
	static const struct profile any = {.plain_signature = false};
	enum sig_alg sig = template_signature(k->alg, k->bits, &any);
	struct buf made = BUF_INIT, signature = BUF_INIT;
	der_put_small(&made, 0);
	der_put_raw(&made, buf_bytes(&r->csr_subject));
	der_put_raw(&made, buf_bytes(&k->spki));
	put_attributes(&made, r);
	der_wrap(&made, 0, DER_SEQUENCE);
	int rc = key_sign(k, sig, buf_bytes(&made), &signature, err);
	if (rc == 0) {
		tbs_put_algorithm(&made, sig);
		der_put_bits(&made, buf_bytes(&signature));
		der_wrap(&made, 0, DER_SEQUENCE);
		der_put_raw(out, buf_bytes(&made));
	}
	buf_free(&made);
	buf_free(&signature);
	return rc;
}
