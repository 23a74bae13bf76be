// SPDX-License-Identifier: MIT
// inspect: the JSON objects of one input, and whether what was asked of it holds.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/inspect.h"
#include "node/kubeconfig.h"
#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/lint.h"
#include "pki/pem.h"
#include "pki/spki.h"
#include "report/describe.h"

struct show {
	const struct inspect *asked;
	const char *path;
	struct json json;
	struct error *err; /* the first thing that is wrong */
	bool wrong;
	bool chained, paired; /* the questions have been put to something of this input */
};

/* --- objects -------------------------------------------------------------------------------- */

static void wrong(struct show *s, const char *what, const char *detail)
{
	if (!s->wrong)
		error_set(s->err, ERR_FAILED, s->path, NULL, "%s%s", what, detail);
	s->wrong = true;
}

static void begin(struct show *s, const char *kind, int block)
{
	json_object(&s->json);
	json_put(&s->json, "path", s->path);
	json_put(&s->json, "kind", kind);
	if (block >= 0)
		json_put_int(&s->json, "block", block);
}

/* "ok", and "error" where there is one. */
static void verdict(struct show *s, const char *what, const char *error)
{
	json_put_bool(&s->json, "ok", !error);
	if (!error)
		return;
	json_put(&s->json, "error", error);
	wrong(s, what, error);
}

static void finish(struct show *s)
{
	json_end(&s->json, '}');
	buf_str(s->json.out, "\n");
	s->json.comma[0] = false; /* the next line is a value of its own */
}

static void failed(struct show *s, const char *kind, int block, const char *what, const char *error)
{
	begin(s, kind, block);
	verdict(s, what, error);
	finish(s);
}

/* --- certificates --------------------------------------------------------------------------- */

static void put_chain(struct show *s, const struct cert *c, const struct inspect_certs *beside)
{
	const struct inspect *a = s->asked;
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
	json_key(&s->json, "chain");
	json_object(&s->json);
	json_put_bool(&s->json, "ok", rc == 0);
	json_put(&s->json, "error", rc ? err.what : NULL);
	json_end(&s->json, '}');
	if (rc)
		wrong(s, "the chain does not hold: ", err.what);
	s->chained = true;
	free(untrusted);
}

static void put_pair(struct show *s, bool pair)
{
	json_put_bool(&s->json, "pair", pair);
	if (!pair)
		wrong(s, "the key of --pair is another one's", "");
	s->paired = true;
}

/* first: the questions of --chain and --pair are put to it; beside: what else its file holds. */
static void show_cert(
	struct show *s, struct bytes der, int block, const struct inspect_certs *beside)
{
	struct cert c;
	struct error err = ERROR_INIT;
	if (cert_parse(&c, der, &err)) {
		failed(s, "certificate", block, "a damaged certificate: ", err.what);
		return;
	}
	begin(s, "certificate", block);
	int rc = lint_cert(&c, &err);
	verdict(s, "Go would refuse this certificate: ", rc ? err.what : NULL);
	describe_cert(&s->json, &c);
	if (s->asked->chain && !s->chained)
		put_chain(s, &c, beside);
	if (s->asked->pair && !s->paired)
		put_pair(s, key_matches(&s->asked->pair_key, &c));
	finish(s);
}

static void show_csr(struct show *s, struct bytes der, int block)
{
	struct csr c;
	struct error err = ERROR_INIT;
	if (csr_parse(&c, der, &err)) {
		failed(s, "csr", block, "a damaged request: ", err.what);
		return;
	}
	begin(s, "csr", block);
	verdict(s, "", NULL);
	describe_csr(&s->json, &c);
	if (s->asked->pair && !s->paired)
		put_pair(s, spki_same(buf_bytes(&s->asked->pair_key.spki), c.spki));
	finish(s);
}

/* --- keys ----------------------------------------------------------------------------------- */

static void show_key(struct show *s, struct bytes text, int block)
{
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	bool encrypted = key_is_encrypted(text);
	const struct secret *passphrase = s->asked->open ? &s->asked->passphrase : NULL;
	begin(s, "key", block);
	if (encrypted && !passphrase) {
		verdict(s, "", NULL);
		json_put_bool(&s->json, "encrypted", true);
	} else if (key_import(&k, text, passphrase, &err)) {
		verdict(s, encrypted && err.os == EACCES ? "" : "this key cannot be used: ",
			encrypted && err.os == EACCES ? "the passphrase is wrong" : err.what);
		json_put_bool(&s->json, "encrypted", encrypted);
	} else {
		verdict(s, "", NULL);
		describe_key(&s->json, &k);
		if (s->asked->pair && !s->paired)
			put_pair(s,
				spki_same(buf_bytes(&s->asked->pair_key.spki), buf_bytes(&k.spki)));
	}
	key_free(&k);
	finish(s);
}

static void show_public(struct show *s, struct bytes der, int block)
{
	struct spki k;
	struct error err = ERROR_INIT;
	char key[32], digest[2 * SHA256_SIZE + 1];
	begin(s, "key", block);
	int rc = spki_parse(der, &k, &err);
	verdict(s, "a damaged public key: ", rc ? err.what : NULL);
	json_put_bool(&s->json, "public", true);
	if (rc == 0) {
		sha256_hex(der, digest);
		json_put(&s->json, "key", cert_key_text(k.alg, k.bits, key));
		json_put(&s->json, "spki_sha256", digest);
	}
	finish(s);
}

/* --- kubeconfigs ---------------------------------------------------------------------------- */

static const char *entry_certs(
	const struct kubeconfig_entry *e, struct inspect_certs *certs, struct error *err)
{
	struct buf data = BUF_INIT;
	int rc = 0;
	if (e->cert_data.text)
		rc = base64_decode(&data, bytes_of(e->cert_data.text), err) ||
		     inspect_add_certs(certs, buf_bytes(&data), err);
	buf_free(&data);
	return rc ? err->what : NULL;
}

static const char *entry_key(struct show *s, const struct kubeconfig_entry *e,
	const struct inspect_certs *certs, struct error *err)
{
	struct buf data = BUF_INIT;
	struct key k = KEY_INIT;
	if (!e->key_data.text)
		return NULL;
	int rc = base64_decode(&data, bytes_of(e->key_data.text), err) ||
		 key_import(&k, buf_bytes(&data), NULL, err);
	bool pair = rc == 0 && certs->n > 0 && key_matches(&k, &certs->certs[0]);
	json_put_bool(&s->json, "pair", pair);
	buf_wipe(&data);
	key_free(&k);
	return rc ? err->what : !pair ? "the private key is not the certificate's" : NULL;
}

/* The entry as an object; returns what is wrong with it (text in err), or NULL. */
static const char *show_entry(struct show *s, const struct kubeconfig_entry *e, struct error *err)
{
	struct inspect_certs certs = {.n = 0}, none = {.n = 0};
	bool user = e->kind == KUBECONFIG_USER;
	json_object(&s->json);
	json_put(&s->json, "name", e->name);
	if (e->server.text)
		json_put(&s->json, "server", e->server.text);
	if (e->cert_file.text)
		json_put(&s->json, user ? "client-certificate" : "certificate-authority",
			e->cert_file.text);
	if (e->key_file.text)
		json_put(&s->json, "client-key", e->key_file.text);
	const char *bad = entry_certs(e, &certs, err);
	json_key(&s->json, "certificates");
	json_array(&s->json);
	for (size_t i = 0; i < certs.n; i++) {
		json_object(&s->json);
		describe_cert(&s->json, &certs.certs[i]);
		json_end(&s->json, '}');
		if (!bad && lint_cert(&certs.certs[i], err))
			bad = err->what;
	}
	json_end(&s->json, ']');
	if (user && !bad)
		bad = entry_key(s, e, &certs, err);
	if (user && certs.n && s->asked->chain && !s->chained)
		put_chain(s, &certs.certs[0], &none);
	if (user && certs.n && s->asked->pair && !s->paired)
		put_pair(s, key_matches(&s->asked->pair_key, &certs.certs[0]));
	json_end(&s->json, '}');
	inspect_certs_free(&certs);
	return bad;
}

static void show_kubeconfig(struct show *s, struct bytes text)
{
	static const char *const lists[] = {"clusters", "users"};
	struct kubeconfig k = {.entries = NULL};
	struct error err = ERROR_INIT, first = ERROR_INIT;
	if (kubeconfig_parse(&k, text, &err)) {
		failed(s, "kubeconfig", -1, "a garbled kubeconfig: ", err.what);
		kubeconfig_free(&k);
		return;
	}
	begin(s, "kubeconfig", -1);
	json_put(&s->json, "current-context", k.current_context);
	for (int kind = KUBECONFIG_CLUSTER; kind <= KUBECONFIG_USER; kind++) {
		json_key(&s->json, lists[kind]);
		json_array(&s->json);
		for (size_t i = 0; i < k.n_entries; i++) {
			const struct kubeconfig_entry *e = &k.entries[i];
			const char *bad = (int)e->kind == kind ? show_entry(s, e, &err) : NULL;
			if (bad && !first.what[0])
				error_set(&first, ERR_FAILED, NULL, NULL, "%s/%s: %s", lists[kind],
					e->name, bad);
		}
		json_end(&s->json, ']');
	}
	verdict(s, "", first.what[0] ? first.what : NULL);
	finish(s);
	kubeconfig_free(&k);
}

/* --- one input ------------------------------------------------------------------------------ */

static bool ends(struct bytes label, const char *end)
{
	size_t n = strlen(end);
	return label.n >= n && memcmp(label.p + label.n - n, end, n) == 0;
}

static const char *kind_of(struct bytes label)
{
	if (bytes_is(label, "CERTIFICATE") || bytes_is(label, "X509 CERTIFICATE") ||
		bytes_is(label, "TRUSTED CERTIFICATE"))
		return "certificate";
	if (ends(label, "CERTIFICATE REQUEST"))
		return "csr";
	return ends(label, " KEY") ? "key" : NULL;
}

/* The label of a damaged block, which pem_next does not give: from the text behind at. */
static struct bytes label_at(struct bytes text, size_t at)
{
	struct bytes rest = {text.p + at, text.n - at};
	size_t i = bytes_find(rest, "-----BEGIN ");
	if (i == SIZE_MAX)
		return (struct bytes){.p = NULL};
	rest.p += i + 11;
	rest.n -= i + 11;
	size_t n = bytes_find(rest, "-----");
	rest.n = n == SIZE_MAX ? 0 : n;
	return rest;
}

static void show_block(struct show *s, struct bytes text, const struct pem_block *b, int n,
	const struct inspect_certs *beside)
{
	const char *kind = kind_of(b->label);
	if (!kind && ends(b->label, " PARAMETERS"))
		return; /* EC PARAMETERS before a key: nothing to say */
	if (!kind)
		failed(s, NULL, n, "", "a PEM block that certrescue does not read");
	else if (strcmp(kind, "certificate") == 0)
		show_cert(s, buf_bytes(&b->der), n, beside);
	else if (strcmp(kind, "csr") == 0)
		show_csr(s, buf_bytes(&b->der), n);
	else if (bytes_is(b->label, "PUBLIC KEY"))
		show_public(s, buf_bytes(&b->der), n);
	else
		show_key(s, (struct bytes){text.p + b->begin, b->end - b->begin}, n);
}

static int show_pem(struct show *s, struct bytes text)
{
	struct pem_block b = {.begin = 0};
	struct inspect_certs beside = {.n = 0};
	struct error err = ERROR_INIT;
	size_t at = 0, before = 0;
	int rc, n = 0;
	inspect_add_certs(&beside, text, &err); /* those that can be read */
	for (; (rc = pem_next(text, &at, &b, &err)) != 0; n++, before = at)
		if (rc < 0)
			failed(s, kind_of(label_at(text, before)), n, "", err.what);
		else
			show_block(s, text, &b, n, &beside);
	pem_block_free(&b);
	inspect_certs_free(&beside);
	return n;
}

static void show_der(struct show *s, struct bytes text)
{
	struct inspect_certs none = {.n = 0};
	struct error err = ERROR_INIT;
	struct csr csr;
	struct spki spki;
	if (csr_parse(&csr, text, &err) == 0)
		show_csr(s, text, -1);
	else if (key_present(text))
		show_key(s, text, -1);
	else if (spki_parse(text, &spki, &err) == 0)
		show_public(s, text, -1);
	else
		show_cert(s, text, -1, &none);
}

int inspect_show(struct buf *out, const struct inspect *asked, const char *path, struct bytes text,
	struct error *err)
{
	struct show s = {.asked = asked, .path = path, .json = JSON_INIT(out), .err = err};
	if (show_pem(&s, text) > 0)
		;
	else if (kubeconfig_is(text))
		show_kubeconfig(&s, text);
	else if (text.n && text.p[0] == 0x30)
		show_der(&s, text);
	else
		failed(&s, NULL, -1, "",
			text.n ? "no certificate, key, CSR or kubeconfig is in it"
			       : "the file is empty");
	if (asked->chain && !s.chained)
		wrong(&s, "there is no certificate in it to verify", "");
	if (asked->pair && !s.paired)
		wrong(&s, "there is nothing in it to pair with the key", "");
	return s.wrong ? -1 : 0;
}
