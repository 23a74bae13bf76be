// SPDX-License-Identifier: MIT
// inspect: a kubeconfig as one object: its clusters and users, with the certificates in them.
#include "cmd/inspect.h"
#include "node/kubeconfig.h"
#include "pki/lint.h"
#include "pki/pem.h"
#include "report/describe.h"

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

static const char *entry_key(struct inspect_input *in, const struct kubeconfig_entry *e,
	const struct inspect_certs *certs, struct error *err)
{
	struct buf data = BUF_INIT;
	struct key k = KEY_INIT;
	if (!e->key_data.text)
		return NULL;
	int rc = base64_decode(&data, bytes_of(e->key_data.text), err) ||
		 key_import_leaf(&k, buf_bytes(&data), NULL, err);
	bool pair = rc == 0 && certs->n > 0 && key_matches(&k, &certs->certs[0]);
	json_put_bool(&in->json, "key_matches", pair);
	buf_wipe(&data);
	key_free(&k);
	return rc ? err->what : !pair ? "the private key is not the certificate's" : NULL;
}

/* The entry as an object; returns what is wrong with it (text in err), or NULL. */
static const char *show_entry(
	struct inspect_input *in, const struct kubeconfig_entry *e, struct error *err)
{
	struct inspect_certs certs = {.n = 0};
	bool user = e->kind == KUBECONFIG_USER;
	json_object(&in->json);
	json_put(&in->json, "name", e->name);
	if (e->server.text)
		json_put(&in->json, "server", e->server.text);
	if (e->cert_file.text)
		json_put(&in->json, user ? "client-certificate" : "certificate-authority",
			e->cert_file.text);
	if (e->key_file.text)
		json_put(&in->json, "client-key", e->key_file.text);
	const char *bad = entry_certs(e, &certs, err);
	json_key(&in->json, "certificates");
	json_array(&in->json);
	for (size_t i = 0; i < certs.n; i++) {
		json_object(&in->json);
		describe_cert(&in->json, &certs.certs[i]);
		json_end(&in->json, '}');
		if (!bad && lint_cert(&certs.certs[i], err))
			bad = err->what;
	}
	json_end(&in->json, ']');
	if (user && !bad)
		bad = entry_key(in, e, &certs, err);
	if (user && certs.n && in->asked->chain && !in->chained)
		inspect_put_chain(in, &certs.certs[0], &certs);
	if (user && certs.n && in->asked->pair && !in->paired)
		inspect_put_pair(in, key_matches(&in->asked->pair_key, &certs.certs[0]));
	json_end(&in->json, '}');
	inspect_certs_free(&certs);
	return bad;
}

void inspect_kubeconfig(struct inspect_input *in, struct bytes text)
{
	static const char *const lists[] = {"clusters", "users"};
	struct kubeconfig k = {.entries = NULL};
	struct error err = ERROR_INIT, first = ERROR_INIT;
	if (kubeconfig_parse(&k, text, &err)) {
		inspect_failed(in, "kubeconfig", -1, "a garbled kubeconfig: ", err.what);
		kubeconfig_free(&k);
		return;
	}
	inspect_begin(in, "kubeconfig", -1);
	json_put(&in->json, "current-context", k.current_context);
	for (int kind = KUBECONFIG_CLUSTER; kind <= KUBECONFIG_USER; kind++) {
		json_key(&in->json, lists[kind]);
		json_array(&in->json);
		for (size_t i = 0; i < k.n_entries; i++) {
			const struct kubeconfig_entry *e = &k.entries[i];
			const char *bad = (int)e->kind == kind ? show_entry(in, e, &err) : NULL;
			if (bad && !first.what[0])
				error_set(&first, ERR_FAILED, NULL, NULL, "%s/%s: %s", lists[kind],
					e->name, bad);
		}
		json_end(&in->json, ']');
	}
	inspect_verdict(in, "", first.what[0] ? first.what : NULL);
	inspect_finish(in);
	kubeconfig_free(&k);
}
