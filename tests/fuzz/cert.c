// SPDX-License-Identifier: MIT
// Certificates: any DER is read or refused; all that is asked of one that was read is answered.
#include <stdlib.h>
#include <string.h>

#include "pki/chain.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(const struct cert *c, struct bytes part)
{
	if (part.n && (part.p < c->raw.p || part.p + part.n > c->raw.p + c->raw.n))
		abort();
}

static void texts(const struct cert *c)
{
	struct buf text = BUF_INIT;
	struct bytes rest = c->san, value;
	struct cert_ext ext;
	enum san_kind kind;
	char key[32];
	cert_name_text(&text, c->subject);
	cert_common_name(&text, c->issuer);
	cert_name_values(&text, c->subject, "O");
	cert_serial_decimal(&text, c->serial);
	cert_key_text(c->key, c->key_bits, key);
	cert_sig_text(c->sig);
	while (cert_san_next(&rest, &kind, &value)) {
		inside(c, value);
		cert_san_text(&text, kind, value);
	}
	rest = c->extensions;
	while (cert_ext_next(&rest, &ext))
		inside(c, ext.value);
	if (rest.n)
		abort(); /* a parsed certificate's list has no damage */
	buf_free(&text);
}

/* Names against the certificate's own constraints, and each host name against the whole. */
static void names(const struct cert *c)
{
	struct error err = ERROR_INIT;
	struct bytes rest = c->san, value;
	enum san_kind kind;
	long left = MATCH_COMPARISONS_MAX;
	if (match_constraints(c, c, &left, &err) < 0 && !err.what[0])
		abort();
	for (int i = 0; i < 8 && cert_san_next(&rest, &kind, &value); i++) {
		struct buf text = BUF_INIT;
		cert_san_text(&text, kind, value);
		const char *host = strchr(buf_text(&text), ':') + 1;
		if (!match_host(c, host) && kind == SAN_IP)
			abort(); /* an address that it carries, as it is written */
		buf_free(&text);
	}
	match_host(c, "a.b");
	match_host(c, "10.0.0.1");
}

static void clone(const struct cert *c)
{
	struct error err = ERROR_INIT;
	struct buf tbs = BUF_INIT, der = BUF_INIT;
	struct cert made;
	struct issue what = {.old = c, .ca = c, .not_before = 0, .not_after = 1, .spki = c->spki};
	what.sig = SIG_RSA_SHA256;
	what.serial[0] = 1;
	if (issue_tbs(&what, &tbs, &err) == 0) {
		if (issue_finish(buf_bytes(&tbs), (struct bytes){c->raw.p, 1}, &der, &err) < 0 ||
			cert_parse(&made, buf_bytes(&der), &err) < 0 ||
			!bytes_equal(made.subject, c->subject) || !bytes_equal(made.spki, c->spki))
			abort();
	}
	buf_free(&tbs);
	buf_free(&der);
}

/* Beneath a CA that is itself but for its bytes, its subject and its names. */
static void beneath(const struct cert *c)
{
	struct error err = ERROR_INIT;
	struct cert ca = *c;
	ca.raw = c->tbs;
	ca.subject = c->issuer;
	ca.san = (struct bytes){NULL, 0};
	struct chain_ask ask = {
		.now = c->not_after, .purpose = EKU_CLIENT, .roots = &ca, .n_roots = 1};
	if (chain_verify(c, &ask, &err) < 0 && !err.what[0])
		abort();
	ask.roots = NULL;
	ask.n_roots = 0;
	ask.untrusted = &ca;
	ask.n_untrusted = 1;
	chain_verify(c, &ask, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert c;
	struct error err = ERROR_INIT;
	const char *name = "cp-1";
	if (cert_parse(&c, (struct bytes){data, size}, &err) < 0)
		return 0;
	inside(&c, c.tbs);
	inside(&c, c.spki);
	inside(&c, c.serial);
	texts(&c);
	names(&c);
	lint_cert(&c, &err);
	struct chain_ask ask = {.now = c.not_before,
		.purpose = EKU_SERVER,
		.names = &name,
		.n_names = 1,
		.roots = &c,
		.n_roots = 1};
	chain_verify(&c, &ask, &err);
	ask.n_names = 0;
	ask.n_roots = 0;
	ask.untrusted = &c;
	ask.n_untrusted = 1;
	chain_verify(&c, &ask, &err);
	chain_signed_by(&c, &c);
	beneath(&c);
	clone(&c);
	return 0;
}
