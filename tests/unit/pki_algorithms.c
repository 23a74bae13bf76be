// SPDX-License-Identifier: MIT
// Every kind of key that can be a CA's is, and a leaf's; the others are refused by name.
#include <errno.h>
#include <limits.h>

#include "pki.h"
#include "pki/chain.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/opinion.h"

#define NOW 1800000000 /* 2027-01-15 */

static const char *const kinds[] = {
	"rsa2048", "rsa3072", "rsa4096", "rsa8192", "p256", "p384", "p521", "ed25519"};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void make_fixtures(void)
{
	char top[PATH_MAX];
	if (!realpath("tests/data/rsa8192.pem", top))
		bail("run from the top of the checkout");
	ok(sh("cp %s rsa8192.key\n"
	      "for b in 2048 3072 4096; do openssl genrsa -out rsa$b.key $b; done\n"
	      "openssl ecparam -name prime256v1 -genkey -noout -out p256.key\n"
	      "openssl ecparam -name secp384r1 -genkey -noout -out p384.key\n"
	      "openssl ecparam -name secp521r1 -genkey -noout -out p521.key\n"
	      "openssl genpkey -algorithm ed25519 -out ed25519.key\n"
	      "printf '%%s\\n' keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth "
	      "subjectAltName=DNS:cp-1 authorityKeyIdentifier=keyid >leaf.ext\n"
	      "for k in rsa2048 rsa3072 rsa4096 rsa8192 p256 p384 p521; do\n"
	      "  openssl req -x509 -key $k.key -subj /CN=$k -days 20000 -out $k-ca.pem -addext "
	      "keyUsage=critical,keyCertSign; done\n"
	      "leaf() { openssl req -new -key $1.key -subj /O=o/CN=leaf | openssl x509 -req -CA "
	      "$2-ca.pem -CAkey $2.key -extfile leaf.ext -days 1 -out $1-by-$2.pem; }\n"
	      "for k in rsa2048 rsa3072 rsa4096 rsa8192 p384 p521 ed25519; do leaf $k p256; done\n"
	      "for c in rsa2048 rsa3072 rsa4096 rsa8192 p256 p384 p521; do leaf p256 $c; done",
		   top),
		"openssl makes CAs and leaves of every kind");
}

static bool issued(const struct issue *what, const struct key *ca_key, struct buf *der)
{
	struct buf tbs = BUF_INIT, signature = BUF_INIT, pem = BUF_INIT;
	struct error err = ERROR_INIT;
	bool good = issue_tbs(what, &tbs, &err) == 0 &&
		    key_sign(ca_key, what->sig, buf_bytes(&tbs), &signature, &err) == 0 &&
		    issue_finish(buf_bytes(&tbs), buf_bytes(&signature), der, &err) == 0;
	if (!good)
		diag("%s", err.what);
	pem_write(&pem, "CERTIFICATE", buf_bytes(der));
	save("new.pem", buf_bytes(&pem));
	buf_free(&tbs);
	buf_free(&signature);
	buf_free(&pem);
	return good;
}

static void judged(const struct issue *what, struct buf *der, const char *ca, const char *name)
{
	struct error err = ERROR_INIT;
	struct cert made;
	struct chain_ask ask = {.now = NOW, .purpose = EKU_SERVER, .roots = what->ca, .n_roots = 1};
	ok(sh("openssl verify -x509_strict -attime %d -CAfile %s-ca.pem new.pem", NOW, ca) &&
			cert_parse(&made, buf_bytes(der), &err) == 0 &&
			lint_cert(&made, &err) == 0 &&
			opinion_chain(made.raw, what->ca->raw, NOW, &err) == 0 &&
			chain_verify(&made, &ask, &err) == 0,
		"%s: openssl, mbedTLS and we take it %s", name, err.what);
	der->p[der->n - 1] ^= 1;
	ok(cert_parse(&made, buf_bytes(der), &err) == 0 &&
			opinion_chain(made.raw, what->ca->raw, NOW, &err) < 0 &&
			chain_verify(&made, &ask, &err) < 0,
		"%s: with another signature nobody does", name);
}

/* A leaf issued again, its key kept or new. */
static void again(const char *leaf, const char *ca, bool new_key)
{
	char name[96], file[64];
	struct buf old_der, ca_der, der = BUF_INIT;
	struct key ca_key = KEY_INIT, k = KEY_INIT;
	struct error err = ERROR_INIT;
	snprintf(file, sizeof(file), "%s-by-%s.pem", leaf, ca);
	struct cert old = load_cert(file, &old_der);
	snprintf(file, sizeof(file), "%s-ca.pem", ca);
	struct cert authority = load_cert(file, &ca_der);
	snprintf(file, sizeof(file), "%s.key", ca);
	load_key(file, &ca_key);
	snprintf(name, sizeof(name), "%s leaf by %s, key %s", leaf, ca, new_key ? "new" : "kept");
	struct issue what = {.old = &old,
		.ca = &authority,
		.not_before = NOW - 300,
		.not_after = NOW + 86400,
		.spki = old.spki,
		.sig = key_sig_alg(&ca_key)};
	issue_serial(what.serial);
	if (new_key && key_generate(&k, old.key, old.key_bits, &err) < 0)
		bail("%s: %s", name, err.what);
	if (new_key)
		what.spki = buf_bytes(&k.spki);
	ok(issued(&what, &ca_key, &der), "%s: issued", name);
	judged(&what, &der, ca, name);
	key_free(&k);
	key_free(&ca_key);
	buf_free(&der);
	buf_free(&old_der);
	buf_free(&ca_der);
}

static void refused(const char *file, const char *pass, const char *reason)
{
	struct secret passphrase = SECRET_INIT;
	struct buf text = load(file);
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	secret_set(&passphrase, "x", 1);
	ok(key_import(&k, buf_bytes(&text), pass ? &passphrase : NULL, &err) < 0 &&
			err.os == ENOTSUP && strstr(err.what, reason) && !k.der.p,
		"a CA's key: %s is refused (%s)", file, err.what);
	secret_free(&passphrase);
	buf_wipe(&text);
}

static void refusals(void)
{
	struct buf big = BUF_INIT;
	uint8_t n[1032];
	ok(sh("openssl pkcs8 -topk8 -in ed25519.key -passout pass:x -iter 2 -out ed25519-enc.key\n"
	      "openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 -out pss.key\n"
	      "openssl pkcs8 -topk8 -in pss.key -passout pass:x -iter 2 -out pss-enc.key\n"
	      "openssl genpkey -algorithm ed448 -out ed448.key\n"
	      "openssl genpkey -algorithm x25519 -out x25519.key\n"
	      "{ printf '0\\121\\2\\1\\1'; openssl pkey -in ed25519.key -outform DER | tail -c "
	      "+6;\n"
	      "  printf '\\201\\041\\0'; openssl pkey -in ed25519.key -pubout -outform DER | tail "
	      "-c 32\n"
	      "} >ed25519-v2.der"),
		"openssl makes keys that cannot be a CA's");
	refused("ed25519.key", NULL, "Ed25519 is not supported");
	refused("ed25519-enc.key", "x", "Ed25519 is not supported");
	refused("ed25519-v2.der", NULL, "Ed25519 is not supported");
	refused("pss.key", NULL, "RSA-PSS is not supported");
	refused("pss-enc.key", "x", "RSA-PSS is not supported");
	refused("ed448.key", NULL, "Ed448 is not supported");
	refused("x25519.key", NULL, "X25519 is not supported");
	memset(n, 0x7f, sizeof(n));
	der_put_small(&big, 0);
	for (int i = 0; i < 8; i++)
		der_put_unsigned(&big, (struct bytes){n, sizeof(n)});
	der_wrap(&big, 0, DER_SEQUENCE);
	save("rsa8256.der", buf_bytes(&big));
	refused("rsa8256.der", NULL, "bits is not supported");
	buf_free(&big);
}

int main(void)
{
	make_dir();
	make_fixtures();
	for (size_t i = 0; i < N_KINDS; i++) {
		bool made_here = strcmp(kinds[i], "rsa8192") && strcmp(kinds[i], "ed25519");
		if (strcmp(kinds[i], "ed25519"))
			again("p256", kinds[i], false);
		if (strcmp(kinds[i], "p256"))
			again(kinds[i], "p256", false);
		/* RSA-3072 and RSA-4096 are made by tests/cli/renew-keys.t: they take long. */
		if (made_here && strcmp(kinds[i], "rsa3072") && strcmp(kinds[i], "rsa4096"))
			again(kinds[i], "p256", true);
	}
	refusals();
	return done();
}
