// SPDX-License-Identifier: MIT
// Requests: any DER is read or refused with a reason; all that was read lies inside and has a text.
#include <stdlib.h>

#include "pki/csr.h"
#include "pki/spki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void inside(const struct csr *c, struct bytes part)
{
	require(!part.n || (part.p >= c->raw.p && part.p + part.n <= c->raw.p + c->raw.n));
}

static void texts(const struct csr *c)
{
	struct buf text = BUF_INIT;
	struct bytes rest = c->san, value;
	enum san_kind kind;
	char key[32];
	cert_name_text(&text, c->subject);
	cert_common_name(&text, c->subject);
	cert_name_values(&text, c->subject, "O");
	cert_key_text(c->key, c->key_bits, key);
	require(key[0]);
	while (cert_san_next(&rest, &kind, &value)) {
		inside(c, value);
		cert_san_text(&text, kind, value);
	}
	require(rest.n == 0); /* a request that was read has no damaged name */
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csr c, cut;
	struct spki key;
	struct error err = ERROR_INIT;
	if (csr_parse(&c, (struct bytes){data, size}, &err) < 0) {
		require(err.what[0]);
		return 0;
	}
	inside(&c, c.subject);
	inside(&c, c.spki);
	inside(&c, c.san);
	require(spki_parse(c.spki, &key, &err) == 0 && key.alg == c.key && key.bits == c.key_bits);
	require(csr_parse(&cut, (struct bytes){data, size - 1}, &err) < 0);
	texts(&c);
	/* Slow, so not each time. */
	if (c.signature.n && c.signature.p[c.signature.n - 1] % 32 == 0)
		require(csr_verify(&c, &err) == 0 || err.what[0]);
	return 0;
}
