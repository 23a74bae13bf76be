// SPDX-License-Identifier: MIT
// verify: each thing that can be wrong with a node is found, named, and has a remedy.
#include "inv.h"
#include "rescue/verify.h"

static struct inventory inv;
static struct conf conf;
static struct verify_report report;

static const struct verify_finding *find(const char *code, int cert)
{
	for (size_t i = 0; i < report.n_findings; i++)
		if (strcmp(report.findings[i].code, code) == 0 && report.findings[i].cert == cert)
			return &report.findings[i];
	return NULL;
}

static int verify(void)
{
	verify_free(&report);
	return verify_node(&inv, &conf, INV_NOW, &report);
}

static void as_made(void)
{
	ok(verify() < 0, "a node with an expired certificate is not consistent");
	ok(report.certs[INV_API].verdict == VERIFY_OK && report.certs[INV_CA].verdict == VERIFY_OK,
		"good ones are good");
	ok(find("expired", INV_ADMIN) && find("expired", INV_COPY), "expired: it and its copy");
	has_str(report.certs[INV_ADMIN].problem, "expired 10 days ago", "since when");
	ok(!find("chain", INV_ADMIN), "an expired one's chain is judged by its own time");
	ok(find("unreadable", INV_BROKEN) &&
			strstr(find("unreadable", INV_BROKEN)->text, "truncated at byte 7"),
		"one that cannot be read, and why");
	ok(report.certs[INV_WEBHOOK].verdict == VERIFY_FOREIGN &&
			!find("unknown-issuer", INV_WEBHOOK),
		"somebody else's is only named");
}

static void only_good(void)
{
	inv.n_certs = 2;
	ok(verify() == 0 && report.n_findings == 0, "two good ones: consistent");
}

static void damage(void)
{
	struct inv_cert *api = &inv.certs[INV_API];
	struct inv_file *key = &inv.files[api->key_file];
	key->st.st_mode = S_IFREG | 0644;
	ok(verify() < 0 && find("mode", INV_API), "a key that others can read");
	has_str(find("mode", INV_API)->remedy, "0600", "has a remedy");
	key->st.st_mode = S_IFREG | 0400;
	ok(verify() == 0, "stricter is good");
	struct buf good = key->content;
	key->content = load("ca.key");
	ok(verify() < 0 && find("pair", INV_API),
		"the file's text counts, not what was read before");
	buf_free(&key->content);
	key->content = good;
	api->key_state = INV_KEY_MISSING;
	ok(verify() < 0 && find("pair", INV_API), "no key");
	api->key_state = INV_KEY_MISMATCH;
	ok(verify() < 0 && find("pair", INV_API), "another's key");
	api->key_state = INV_KEY_OK;
	inv.certs[INV_CA].key_state = INV_KEY_MISSING;
	ok(verify() == 0, "a CA's key belongs offline");
	free(inv.node);
	inv.node = xstrdup("cp-2");
	ok(verify() < 0 && find("name", INV_API), "a certificate of another node");
	free(inv.node);
	inv.node = xstrdup("CP-1");
	ok(verify() == 0, "names are not told apart by case");
	api->role = ROLE_ADMIN;
	ok(verify() < 0 && find("chain", INV_API),
		"a server's certificate where a client's belongs");
	api->role = ROLE_APISERVER;
	api->issuer = -1;
	ok(verify() < 0 && find("unknown-issuer", INV_API), "the API server's, of no CA here");
	api->issuer = INV_CA;
	((uint8_t *)(uintptr_t)api->cert.signature.p)[12] ^= 1;
	ok(verify() < 0 && find("chain", INV_API), "a signature that does not hold");
	((uint8_t *)(uintptr_t)api->cert.signature.p)[12] ^= 1;
	inventory_find(&inv, "/etc/kubernetes/pki/hook.crt", "unknown-issuer", false, "t", "r");
	inv.n_certs = INV_CERTS;
	ok(verify() < 0 && !find("unknown-issuer", -1), "discovery's remark on it does not count");
	inventory_find(&inv, "/x", "garbled-kubeconfig", true, "t", "r");
	ok(verify() < 0 && find("garbled-kubeconfig", -1), "discovery's findings are verify's");
}

int main(void)
{
	make_dir();
	if (!ok(inv_fixtures(), "openssl makes certificates"))
		return done();
	inv_make(&inv);
	conf_default(&conf);
	as_made();
	only_good();
	damage();
	verify_free(&report);
	inventory_free(&inv);
	return done();
}
