// SPDX-License-Identifier: MIT
// inspect: one object for each certificate, request or key, and whether what was asked of it holds.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/inspect.h"
#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/keyfile.h"
#include "pki/lint.h"
#include "pki/spki.h"
#include "report/describe.h"

void inspect_wrong(struct inspect_input *in, const char *what, const char *detail)
{
	if (!in->wrong)
		error_set(in->err, ERR_FAILED, in->path, NULL, "%s%s", what, detail);
	in->wrong = true;
}

void inspect_begin(struct inspect_input *in, const char *kind, int block)
{
	json_object(&in->json);
	json_put(&in->json, "path", in->path);
	json_put(&in->json, "kind", kind);
	if (block >= 0)
		json_put_int(&in->json, "block", block);
}

/* "ok", and "error" where there is one. */
void inspect_verdict(struct inspect_input *in, const char *what, const char *error)
{
	json_put_bool(&in->json, "ok", !error);
	if (!error)
		return;
	json_put(&in->json, "error", error);
	inspect_wrong(in, what, error);
}

void inspect_finish(struct inspect_input *in)
{
	json_end(&in->json, '}');
	buf_str(in->json.out, "\n");
	in->json.comma[0] = false; /* the next line is a value of its own */
}

void inspect_failed(
	struct inspect_input *in, const char *kind, int block, const char *what, const char *error)
{
	inspect_begin(in, kind, block);
	inspect_verdict(in, what, error);
	inspect_finish(in);
}

/* --- certificates --------------------------------------------------------------------------- */

void inspect_put_chain(
	struct inspect_input *in, const struct cert *c, const struct inspect_certs *beside)
{
	const struct inspect *a = in->asked;
	struct error err = ERROR_INIT;
	/* What lies beside the leaf in its own file is an intermediate, as a TLS server sends it.
	 */
	size_t n = a->untrusted.n + beside->n;
	struct cert *untrusted = xmalloc((n + 1) * sizeof(*untrusted));
	for (size_t i = 0; i < n; i++)
		untrusted[i] = i < a->untrusted.n ? a->untrusted.certs[i]
						  : beside->certs[i - a->untrusted.n];
	struct chain_ask ask = {a->now, a->purpose, a->names.v, a->names.n, a->roots.certs,
		a->roots.n, untrusted, n};
	int rc = chain_verify(c, &ask, &err);
	json_key(&in->json, "chain");
	json_object(&in->json);
	json_put_bool(&in->json, "ok", rc == 0);
	json_put(&in->json, "error", rc ? err.what : NULL);
	json_end(&in->json, '}');
	if (rc)
		inspect_wrong(in, "the chain does not hold: ", err.what);
	in->chained = true;
	free(untrusted);
}

void inspect_put_pair(struct inspect_input *in, bool pair)
{
	json_put_bool(&in->json, "pair", pair);
	if (!pair)
		inspect_wrong(in, "the key of --pair is another one's", "");
	in->paired = true;
}

/* first: the questions of --chain and --pair are put to it; beside: what else its file holds. */
void inspect_cert(
	struct inspect_input *in, struct bytes der, int block, const struct inspect_certs *beside)
{
	struct cert c;
	struct error err = ERROR_INIT;
	if (cert_parse(&c, der, &err)) {
		inspect_failed(in, "certificate", block, "a damaged certificate: ", err.what);
		return;
	}
	inspect_begin(in, "certificate", block);
	int rc = lint_cert(&c, &err);
	inspect_verdict(in, "Go would refuse this certificate: ", rc ? err.what : NULL);
	describe_cert(&in->json, &c);
	if (in->asked->chain && !in->chained)
		inspect_put_chain(in, &c, beside);
	if (in->asked->pair && !in->paired)
		inspect_put_pair(in, key_matches(&in->asked->pair_key, &c));
	inspect_finish(in);
}

void inspect_csr(struct inspect_input *in, struct bytes der, int block)
{
	struct csr c;
	struct error err = ERROR_INIT;
	if (csr_parse(&c, der, &err)) {
		inspect_failed(in, "csr", block, "a damaged request: ", err.what);
		return;
	}
	inspect_begin(in, "csr", block);
	int rc = csr_verify(&c, &err);
	inspect_verdict(in, "the request does not hold: ", rc ? err.what : NULL);
	describe_csr(&in->json, &c);
	if (in->asked->pair && !in->paired)
		inspect_put_pair(in, spki_same(buf_bytes(&in->asked->pair_key.spki), c.spki));
	inspect_finish(in);
}

/* --- keys ----------------------------------------------------------------------------------- */

void inspect_key(struct inspect_input *in, struct bytes text, int block)
{
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	struct keyfile f;
	bool encrypted = keyfile_find(&f, text, &err) > 0 && keyfile_encrypted(&f);
	bool pkcs8 = f.form == KEYFILE_PKCS8_ENCRYPTED;
	const struct secret *passphrase = in->asked->open ? &in->asked->passphrase : NULL;
	inspect_begin(in, "key", block);
	if (encrypted && !passphrase) {
		inspect_verdict(in, "", NULL);
		json_put(&in->json, "form", pkcs8 ? "pkcs8" : "traditional");
		json_put_bool(&in->json, "encrypted", true);
	} else if (key_import_leaf(&k, text, passphrase, &err)) {
		inspect_verdict(in,
			encrypted && err.os == EACCES ? "" : "this key cannot be used: ",
			encrypted && err.os == EACCES ? "the passphrase is wrong" : err.what);
		json_put_bool(&in->json, "encrypted", encrypted);
	} else {
		inspect_verdict(in, "", NULL);
		describe_key(&in->json, &k);
		if (in->asked->pair && !in->paired)
			inspect_put_pair(in, spki_same(buf_bytes(&in->asked->pair_key.spki),
						     buf_bytes(&k.spki)));
	}
	keyfile_free(&f);
	key_free(&k);
	inspect_finish(in);
}

void inspect_public(struct inspect_input *in, struct bytes der, int block)
{
	struct spki k;
	struct error err = ERROR_INIT;
	char digest[2 * SHA256_SIZE + 1];
	inspect_begin(in, "key", block);
	int rc = spki_parse(der, &k, &err);
	inspect_verdict(in, "a damaged public key: ", rc ? err.what : NULL);
	json_put_bool(&in->json, "public", true);
	if (rc == 0) {
		sha256_hex(der, digest);
		describe_algorithm(&in->json, der);
		json_put(&in->json, "spki_sha256", digest);
	}
	inspect_finish(in);
}
