// SPDX-License-Identifier: MIT
// New certificates: self-signed CAs, intermediate CAs and leaves, judged by openssl.
#include "pki.h"
#include "base/clock.h"
#include "pki/chain.h"
#include "pki/lint.h"
#include "pki/opinion.h"
#include "pki/template.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define NOW 1800000000 /* 2027-01-15T08:00:00Z */

/* What a certificate is made of here. */
struct made {
	struct request request;
	struct profile profile;
	struct template t;
	struct key key;
	struct buf der;
	struct cert cert;
};

static void free_made(struct made *m)
{
	request_free(&m->request);
	profile_free(&m->profile);
	key_free(&m->key);
	buf_free(&m->der);
}

static struct jsondoc parse(const char *json)
{
	struct jsondoc doc;
	struct error err = ERROR_INIT;
	if (jsondoc_read(&doc, bytes_of(json), &err))
		bail("%s: %s", json, err.what);
	return doc;
}

static int sign(struct made *m, const struct key *signer, struct error *err)
{
	struct buf tbs = BUF_INIT, signature = BUF_INIT;
	m->t.sig = template_signature(signer->alg, signer->bits, &m->profile);
	int rc = template_tbs(&m->t, &tbs, err);
	if (rc == 0)
		rc = key_sign(signer, m->t.sig, buf_bytes(&tbs), &signature, err);
	if (rc == 0)
		rc = issue_finish(buf_bytes(&tbs), buf_bytes(&signature), &m->der, err);
	if (rc == 0)
		rc = cert_parse(&m->cert, buf_bytes(&m->der), err);
	buf_free(&tbs);
	buf_free(&signature);
	return rc;
}

/* ca: NULL: self-signed. config: one profile named p; NULL: a new CA's. */
static int make(struct made *m, const char *csr, const char *config, const struct made *ca,
	struct error *err)
{
	struct jsondoc doc = parse(csr);
	*m = (struct made){.key = KEY_INIT};
	int rc = request_read(&m->request, &doc, NULL, err);
	jsondoc_free(&doc);
	if (rc == 0 && config) {
		char *text = xasprintf(
			"{\"signing\":{\"default\":{\"expiry\":\"1h\"},\"profiles\":{\"p\":%s}}}",
			config);
		doc = parse(text);
		rc = profile_read(&m->profile, &doc, "p", err);
		jsondoc_free(&doc);
		free(text);
	} else if (rc == 0) {
		profile_for_ca(&m->profile, &m->request);
	}
	if (rc == 0)
		rc = key_generate(&m->key, m->request.key, m->request.key_bits, err);
	m->t = (struct template){
		.request = &m->request, .profile = &m->profile, .ca = ca ? &ca->cert : NULL};
	m->t.spki = buf_bytes(&m->key.spki);
	issue_serial(m->t.serial);
	if (rc == 0)
		rc = template_validity(&m->t, NOW, err);
	return rc ? rc : sign(m, ca ? &ca->key : &m->key, err);
}

static void save_cert(const char *name, const struct made *m)
{
	struct buf pem = BUF_INIT;
	pem_write(&pem, "CERTIFICATE", buf_bytes(&m->der));
	save(name, buf_bytes(&pem));
	buf_free(&pem);
}

/* Our own checks and mbedTLS take it under the CA. */
static void judge(const struct made *m, const struct made *ca, const char *what)
{
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.now = NOW, .purpose = EKU_ANY, .roots = &ca->cert, .n_roots = 1};
	if (!ok(lint_cert(&m->cert, &err) == 0 && chain_verify(&m->cert, &ask, &err) == 0 &&
			    opinion_chain(buf_bytes(&m->der), buf_bytes(&ca->der), NOW, &err) == 0,
		    "%s: three checks take it", what))
		diag("%s", err.what);
}

static const struct {
	const char *csr;
	enum sig_alg sig;
	const char *openssl; /* lines that openssl's text holds */
} cas[] = {
	{"{\"CN\":\"kubernetes\",\"names\":[{\"C\":\"CN\",\"O\":\"Kubernetes\"}],\"ca\":{"
	 "\"expiry\":\"876000h\"}}",
		SIG_ECDSA_SHA256,
		"Not Before: Jan 15 07:55:00 2027 GMT|Not After : Dec 22 07:55:00 2126 "
		"GMT|CA:TRUE"},
	{"{\"CN\":\"a\",\"key\":{\"algo\":\"rsa\",\"size\":2048}}", SIG_RSA_SHA256,
		"Not After : Jan 14 07:55:00 2032 GMT|Certificate Sign, CRL Sign"},
	{"{\"CN\":\"a\",\"key\":{\"algo\":\"rsa\",\"size\":3072}}", SIG_RSA_SHA384,
		"sha384WithRSAEncryption"},
	{"{\"CN\":\"a\",\"key\":{\"algo\":\"rsa\",\"size\":4096}}", SIG_RSA_SHA512,
		"sha512WithRSAEncryption"},
	{"{\"CN\":\"a\",\"key\":{\"algo\":\"ecdsa\",\"size\":384}}", SIG_ECDSA_SHA384,
		"ecdsa-with-SHA384"},
	{"{\"CN\":\"a\",\"key\":{\"algo\":\"ecdsa\",\"size\":521},\"ca\":{\"pathlen\":0,"
	 "\"pathlenzero\":true}}",
		SIG_ECDSA_SHA512, "ecdsa-with-SHA512|CA:TRUE, pathlen:0"},
	{"{\"CN\":\"a\",\"hosts\":[\"a.b\",\"1.2.3.4\"],\"crl_url\":\"http://crl/"
	 "x\",\"ca\":{\"pathlen\":3,"
	 "\"backdate\":\"25h\",\"expiry\":\"1000h\"}}",
		SIG_ECDSA_SHA256,
		"pathlen:3|URI:http://crl/x|IP Address:1.2.3.4|Not Before: Jan 14 07:00:00 2027 "
		"GMT"},
};

static bool text_has(const char *wanted)
{
	struct buf text = load("text");
	bool all = true;
	char *copy = xstrdup(wanted), *rest = copy, *part;
	while ((part = strsep(&rest, "|")))
		if (!strstr(buf_text(&text), part))
			all = diag("not there: %s", part);
	free(copy);
	buf_free(&text);
	return all;
}

static void check_cas(void)
{
	for (size_t i = 0; i < COUNT(cas); i++) {
		struct made m;
		struct error err = ERROR_INIT;
		if (!ok(make(&m, cas[i].csr, NULL, NULL, &err) == 0, "a CA: %s", cas[i].csr))
			diag("%s", err.what);
		is_int(m.cert.sig, cas[i].sig, "its signature's algorithm is cfssl's");
		ok(m.cert.is_ca && m.cert.ku == (KU_CERT_SIGN | KU_CRL_SIGN) && !m.cert.aki.p &&
				m.cert.ski.n == 20,
			"a CA with a key id of its own and no issuer's");
		save_cert("ca.pem", &m);
		ok(sh("openssl x509 -in ca.pem -noout -text >text; ! grep -q DNS: text\n"
		      "openssl verify -attime %d -check_ss_sig -x509_strict -CAfile ca.pem ca.pem",
			   NOW) &&
				text_has(cas[i].openssl),
			"openssl finds it good");
		judge(&m, &m, "and");
		free_made(&m);
	}
}

#define LEAF                                                                                       \
	"{\"CN\":\"kube-apiserver\",\"hosts\":[\"kubernetes\",\"10.96.0.1\",\"a@b.c\",\"spiffe://" \
	"t/w\"]}"

static const struct {
	const char *csr, *profile, *openssl;
} leaves[] = {
	{LEAF,
		"{\"expiry\":\"8760h\",\"usages\":[\"signing\",\"key encipherment\",\"server "
		"auth\",\"client auth\"]}",
		"CN = kube-apiserver|Digital Signature, Key Encipherment\n|"
		"TLS Web Server Authentication, TLS Web Client Authentication|CA:FALSE|"
		"DNS:kubernetes, email:a@b.c, IP Address:10.96.0.1, URI:spiffe://t/w|"
		"Not After : Jan 15 07:55:00 2028 GMT"},
	{LEAF,
		"{\"expiry\":\"1h\",\"usages\":[\"client auth\",\"server auth\",\"any\",\"decipher "
		"only\",\"key agreement\"]}",
		"Key Agreement, Decipher Only|TLS Web Client Authentication, TLS Web Server "
		"Authentication, Any"},
	{LEAF,
		"{\"expiry\":\"1h\",\"usages\":[\"client "
		"auth\"],\"ocsp_url\":\"http://o\",\"issuer_urls\":[\"http://i\",\"http://j\"],"
		"\"crl_url\":\"http://"
		"c\",\"ocsp_no_check\":true,\"policies\":[{\"ID\":\"1.2.3\",\"Qualifiers\":[{"
		"\"Type\":"
		"\"id-qt-cps\",\"Value\":\"http://"
		"cps\"},{\"Type\":\"id-qt-unotice\",\"Value\":\"n\xc3\xb6tig\"}]}]}",
		"OCSP - URI:http://o|CA Issuers - URI:http://i|CA Issuers - "
		"URI:http://j|URI:http://c|OCSP No Check|"
		"Policy: 1.2.3|CPS: http://cps|Explicit Text: n\xc3\xb6tig"},
	{LEAF,
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"not_before\":\"2026-12-31T22:00:00-"
		"02:00\",\"not_after\":"
		"\"2049-12-31T23:59:59Z\"}",
		"Not Before: Jan  1 00:00:00 2027 GMT|Not After : Dec 31 23:59:59 2049 GMT"},
	{LEAF,
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"not_after\":\"2050-01-01T00:00:"
		"00Z\"}",
		"Not After : Jan  1 00:00:00 2050 GMT"},
	{LEAF,
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"CSRWhitelist\":{\"PublicKey\":true,"
		"\"DNSNames\":true}}",
		"Subject: \n|Alternative Name: critical\n                DNS:kubernetes\n"},
	{"{\"CN\":\"sub\",\"hosts\":[\"h\",\"1.2.3.4\"]}",
		"{\"expiry\":\"1h\",\"usages\":[\"cert sign\",\"crl "
		"sign\"],\"ca_constraint\":{\"is_ca\":true,\"max_path_len\":1}}",
		"CA:TRUE, pathlen:1|Alternative Name: \n                IP Address:1.2.3.4\n"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3,4],\"Value\":\"BQA=\"}],\"delegation_"
	 "enabled\":true}",
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"copy_extensions\":true,\"allowed_"
		"extensions\":[\"1.2.3.4\","
		"\"1.3.6.1.4.1.44363.44\"]}",
		"1.3.6.1.4.1.44363.44: \n|1.2.3.4: \n"},
};

static void check_leaves(const struct made *ca)
{
	for (size_t i = 0; i < COUNT(leaves); i++) {
		struct made m;
		struct error err = ERROR_INIT;
		if (!ok(make(&m, leaves[i].csr, leaves[i].profile, ca, &err) == 0,
			    "a certificate by %s", leaves[i].profile))
			diag("%s", err.what);
		ok(bytes_equal(m.cert.aki, ca->cert.ski) &&
				bytes_equal(m.cert.issuer, ca->cert.subject),
			"it names its CA byte for byte");
		save_cert("leaf.pem", &m);
		ok(sh("openssl x509 -in leaf.pem -noout -text >text\n"
		      "openssl verify -attime %d -x509_strict -CAfile root.pem leaf.pem",
			   NOW) &&
				text_has(leaves[i].openssl),
			"openssl finds it good");
		judge(&m, ca, "and");
		free_made(&m);
	}
}

static void check_clamp(const struct made *ca)
{
	struct made m;
	struct error err = ERROR_INIT;
	ok(make(&m, LEAF, "{\"expiry\":\"1600000h\",\"usages\":[\"signing\"]}", ca, &err) == 0 &&
			m.t.clamped && m.cert.not_after == ca->cert.not_after,
		"no certificate outlives its CA, and that is said");
	free_made(&m);
	ok(make(&m, LEAF,
		   "{\"expiry\":\"1h\",\"not_after\":\"9999-12-31T23:59:59Z\",\"usages\":["
		   "\"signing\"]}",
		   ca, &err) == 0 &&
			m.t.clamped && m.cert.not_after == ca->cert.not_after,
		"not even one that is valid for ever");
	free_made(&m);
	struct jsondoc doc = parse("{\"CN\":\"a\"}");
	request_read(&m.request, &doc, NULL, &err);
	jsondoc_free(&doc);
	profile_for_ca(&m.profile, &m.request);
	m.t = (struct template){.request = &m.request, .profile = &m.profile};
	static const struct {
		int64_t now, want;
	} minutes[] = {
		{1800000000, 1799999700}, {1800000029, 1799999700}, {1800000030, 1799999760}};
	for (size_t i = 0; i < COUNT(minutes); i++)
		ok(template_validity(&m.t, minutes[i].now, &err) == 0 &&
				m.t.not_before == minutes[i].want,
			"rounded to the minute: %lld", (long long)minutes[i].now);
	ok(template_validity(&m.t, 253402300700, &err) < 0, "not past the year 9999");
	request_free(&m.request);
	profile_free(&m.profile);
}

static const struct {
	const char *csr, *profile, *what;
} bad[] = {
	{LEAF, "{\"expiry\":\"1h\",\"backdate\":\"25h\",\"usages\":[\"signing\"]}",
		"would have expired already"},
	{LEAF,
		"{\"expiry\":\"1h\",\"not_after\":\"2027-01-15T07:59:00Z\",\"usages\":[\"signing\"]"
		"}",
		"expired already"},
	{LEAF,
		"{\"expiry\":\"1h\",\"not_before\":\"2027-01-16T00:00:00Z\",\"not_after\":\"2027-"
		"01-16T00:00:00Z\","
		"\"usages\":[\"signing\"]}",
		"end before it begins"},
	{LEAF,
		"{\"expiry\":\"1h\",\"not_before\":\"1949-12-31T23:59:59Z\",\"usages\":["
		"\"signing\"],\"not_after\":"
		"\"2030-01-01T00:00:00Z\"}",
		"outside the years 1950"},
	{LEAF,
		"{\"expiry\":\"1h\",\"name_whitelist\":\"^kube-apiserver$\",\"usages\":["
		"\"signing\"]}",
		"name_whitelist does not allow kubernetes"},
	{LEAF, "{\"expiry\":\"1h\",\"name_whitelist\":\"^k\",\"usages\":[\"signing\"]}",
		"does not allow a@b.c"},
	{LEAF, "{\"expiry\":\"1h\",\"name_whitelist\":\"^[abk]\",\"usages\":[\"signing\"]}",
		"does not allow spiffe://t/w"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3,4],\"Value\":\"BQA=\"}]}",
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"copy_extensions\":true,\"allowed_"
		"extensions\":[\"1.2.3\"]}",
		"does not allow an extension"},
	{"{\"CN\":\"x\"}",
		"{\"expiry\":\"1h\",\"usages\":[\"signing\"],\"CSRWhitelist\":{\"PublicKey\":true}"
		"}",
		"name nobody"},
	{"{\"hosts\":[\"1.2.3.4\"]}",
		"{\"expiry\":\"1h\",\"usages\":[\"cert sign\"],\"ca_constraint\":{\"is_ca\":true}}",
		"name nobody"},
};

static void check_bad(const struct made *ca)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct made m;
		struct error err = ERROR_INIT;
		int rc = make(&m, bad[i].csr, bad[i].profile, ca, &err);
		if (!ok(rc < 0 && err.kind == ERR_REFUSED && strstr(err.what, bad[i].what),
			    "refused: %s", bad[i].profile))
			diag("%d %s", (int)err.kind, err.what);
		free_made(&m);
	}
	struct made m;
	struct error err = ERROR_INIT;
	ok(make(&m, "{\"hosts\":[\"h\"]}", NULL, NULL, &err) < 0, "a CA without a name");
	free_made(&m);
}

static void check_form(const struct made *ca)
{
	struct made m;
	struct error err = ERROR_INIT;
	struct buf tbs = BUF_INIT;
	if (make(&m, LEAF, "{\"expiry\":\"1h\",\"usages\":[\"signing\"]}", ca, &err))
		bail("%s", err.what);
	struct template t = m.t;
	t.sig = SIG_RSA_SHA1;
	ok(template_tbs(&t, &tbs, &err) < 0, "SHA-1 is refused");
	t = m.t;
	memset(t.serial, 0, sizeof(t.serial));
	ok(template_tbs(&t, &tbs, &err) < 0, "serial number 0 is refused");
	t = m.t;
	t.spki.n--;
	ok(template_tbs(&t, &tbs, &err) < 0 && tbs.n == 0, "a damaged public key is refused");
	ok(template_signature(KEY_ED25519, 256, &m.profile) == SIG_OTHER,
		"Ed25519 CAs sign nothing here");
	m.profile.plain_signature = true;
	ok(template_signature(KEY_RSA, 4096, &m.profile) == SIG_RSA_SHA256,
		"Go's choice where cfssl makes none");
	buf_free(&tbs);
	free_made(&m);
}

int main(void)
{
	struct made ca;
	struct error err = ERROR_INIT;
	make_dir();
	check_cas();
	if (make(&ca, "{\"CN\":\"root\",\"names\":[{\"O\":\"o\"}],\"ca\":{\"expiry\":\"876000h\"}}",
		    NULL, NULL, &err))
		bail("%s", err.what);
	save_cert("root.pem", &ca);
	check_leaves(&ca);
	check_clamp(&ca);
	check_bad(&ca);
	check_form(&ca);
	free_made(&ca);
	return done();
}
