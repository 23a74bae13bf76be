// SPDX-License-Identifier: MIT
// Private keys are read in every form that is met, and made as openssl likes.
#include <errno.h>

#include "pki.h"

static int import_text(struct key *k, struct bytes text, const char *pass, struct error *err)
{
	struct secret s = SECRET_INIT;
	*err = (struct error)ERROR_INIT;
	if (pass)
		secret_set(&s, pass, strlen(pass));
	int rc = key_import(k, text, pass ? &s : NULL, err);
	secret_free(&s);
	return rc;
}

/* Reads a file and compares its public key with that of openssl. */
static void reads(const char *name, const char *spki, const char *pass, enum key_form form)
{
	struct key k = KEY_INIT;
	struct buf text = load(name), want = load(spki);
	struct error err;
	int rc = import_text(&k, buf_bytes(&text), pass, &err);
	ok(rc == 0 && bytes_equal(buf_bytes(&k.spki), buf_bytes(&want)), "read: %s", name);
	if (rc < 0)
		diag("%s", err.what);
	ok(k.form == form && k.was_encrypted == (pass != NULL), "%s: form and encryption", name);
	ok(key_is_encrypted(buf_bytes(&text)) == (pass != NULL), "%s: seen without opening", name);
	ok(key_present(buf_bytes(&text)), "%s: present", name);
	if (pass) {
		struct key none = KEY_INIT;
		ok(import_text(&none, buf_bytes(&text), NULL, &err) < 0 && err.os == EACCES,
			"%s: no passphrase", name);
		ok(import_text(&none, buf_bytes(&text), "wrong", &err) < 0 && err.os == EACCES &&
				none.der.p == NULL,
			"%s: wrong passphrase", name);
	}
	key_free(&k);
	buf_wipe(&text);
	buf_free(&want);
}

static void refuses(const char *name, const char *pass, int os, const char *reason)
{
	struct key k = KEY_INIT;
	struct buf text = load(name);
	struct error err;
	int rc = import_text(&k, buf_bytes(&text), pass, &err);
	ok(rc < 0 && err.os == os && strstr(err.what, reason) && !k.der.p, "refused: %s (%s)", name,
		err.what);
	if (err.os != os)
		diag("errno %d, want %d", err.os, os);
	key_free(&k);
	buf_wipe(&text);
}

static void plain_forms(void)
{
	ok(sh("openssl genrsa -traditional -out pkcs1.pem 2048\n"
	      "openssl pkey -in pkcs1.pem -pubout -outform DER -out rsa.spki\n"
	      "openssl pkcs8 -topk8 -nocrypt -in pkcs1.pem -out pkcs8.pem\n"
	      "openssl rsa -in pkcs1.pem -traditional -outform DER -out pkcs1.der\n"
	      "openssl pkcs8 -topk8 -nocrypt -in pkcs1.pem -outform DER -out pkcs8.der\n"
	      "openssl ecparam -name prime256v1 -genkey -out params.pem\n"
	      "openssl ec -in params.pem -out sec1.pem\n"
	      "openssl ec -in params.pem -no_public -out nopub.pem\n"
	      "openssl ec -in params.pem -outform DER -out sec1.der\n"
	      "openssl ec -in params.pem -pubout -outform DER -out ec.spki\n"
	      "openssl pkcs8 -topk8 -nocrypt -in params.pem -out ecp8.pem\n"
	      "openssl req -x509 -key pkcs1.pem -subj /CN=x -out cert.pem\n"
	      "cat cert.pem pkcs8.pem > both.pem\n"
	      "sed 's/$/\\r/' pkcs1.pem > crlf.pem\n"
	      "{ printf '\\357\\273\\277'; cat pkcs8.pem; } > bom.pem\n"
	      "sed 's/^/    /' pkcs8.pem > indented.pem\n"
	      "printf %%s \"$(cat sec1.pem)\" > noend.pem\n"
	      "{ echo hello; cat sec1.pem; echo bye; } > around.pem"),
		"openssl makes plain keys");
	reads("pkcs1.pem", "rsa.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("pkcs8.pem", "rsa.spki", NULL, KEY_FORM_PKCS8);
	reads("pkcs1.der", "rsa.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("pkcs8.der", "rsa.spki", NULL, KEY_FORM_PKCS8);
	reads("params.pem", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("sec1.pem", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("nopub.pem", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("sec1.der", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("ecp8.pem", "ec.spki", NULL, KEY_FORM_PKCS8);
	reads("both.pem", "rsa.spki", NULL, KEY_FORM_PKCS8);
	reads("crlf.pem", "rsa.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("bom.pem", "rsa.spki", NULL, KEY_FORM_PKCS8);
	reads("indented.pem", "rsa.spki", NULL, KEY_FORM_PKCS8);
	reads("noend.pem", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
	reads("around.pem", "ec.spki", NULL, KEY_FORM_TRADITIONAL);
}

static void encrypted_forms(void)
{
	static const char *const pbes2[] = {"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"};
	static const char *const prf[] = {"hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA256",
		"hmacWithSHA384", "hmacWithSHA512"};
	static const char *const dek[] = {"aes128", "aes192", "aes256", "des3"};
	char name[40];
	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "p8-%s.pem", pbes2[i]);
		sh("openssl pkcs8 -topk8 -v2 %s -passout pass:secret -in pkcs1.pem -out %s",
			pbes2[i], name);
		reads(name, "rsa.spki", "secret", KEY_FORM_PKCS8);
	}
	for (size_t i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "p8-%s.pem", prf[i]);
		sh("openssl pkcs8 -topk8 -v2 aes256 -v2prf %s -passout pass:secret -in sec1.pem "
		   "-out %s",
			prf[i], name);
		reads(name, "ec.spki", "secret", KEY_FORM_PKCS8);
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "dek-%s.pem", dek[i]);
		sh("openssl rsa -traditional -%s -passout pass:secret -in pkcs1.pem -out %s",
			dek[i], name);
		reads(name, "rsa.spki", "secret", KEY_FORM_TRADITIONAL);
	}
	sh("openssl ec -aes256 -passout pass:secret -in sec1.pem -out dek-ec.pem\n"
	   "sed 's/^/  /;s/$/\\r/' dek-ec.pem > dek-crlf.pem\n"
	   "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:secret -in pkcs1.pem -out "
	   "pbe1.pem\n"
	   "openssl pkcs8 -topk8 -v2 aes256 -passout pass:secret -in pkcs1.pem -outform DER -out "
	   "p8e.der\n"
	   "openssl pkcs8 -topk8 -v2 aes256 -iter 600000 -passout pass:secret -in sec1.pem -out "
	   "p8-600k.pem");
	reads("dek-ec.pem", "ec.spki", "secret", KEY_FORM_TRADITIONAL);
	reads("dek-crlf.pem", "ec.spki", "secret", KEY_FORM_TRADITIONAL);
	reads("pbe1.pem", "rsa.spki", "secret", KEY_FORM_PKCS8);
	reads("p8e.der", "rsa.spki", "secret", KEY_FORM_PKCS8);
	reads("p8-600k.pem", "ec.spki", "secret", KEY_FORM_PKCS8);
}

/* Rounds in the DER: found by the INTEGER's octets and replaced by as many. */
static void many_rounds(void)
{
	sh("openssl pkcs8 -topk8 -v2 aes256 -iter 8388608 -passout pass:x -in sec1.pem -outform "
	   "DER "
	   "-out r.der");
	struct buf der = load("r.der");
	uint8_t *at = memmem(der.p, der.n, "\x02\x04\x00\x80\x00\x00", 6);
	ok(at != NULL, "the fixture asks for 8388608 rounds");
	if (at)
		memcpy(at, "\x02\x04\x01\x31\x2d\x01", 6); /* 20000001 */
	save("rounds.der", buf_bytes(&der));
	refuses("rounds.der", "x", ENOTSUP, "rounds");
	if (at)
		memcpy(at, "\x02\x04\x7f\xff\xff\xff", 6);
	save("rounds.der", buf_bytes(&der));
	refuses("rounds.der", "x", ENOTSUP, "rounds");
	if (at)
		memcpy(at, "\x02\x04\x80\x00\x00\x00", 6);
	save("rounds.der", buf_bytes(&der));
	refuses("rounds.der", "x", EBADMSG, "rounds");
	buf_free(&der);
}

static void unusable(void)
{
	ok(sh("openssl genpkey -algorithm ed25519 -out ed.pem\n"
	      "openssl genpkey -algorithm x448 -out x448.pem\n"
	      "openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:1024 -out pss.pem\n"
	      "openssl ecparam -name secp224r1 -genkey -noout -out p224.pem\n"
	      "openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout -out "
	      "explicit.pem\n"
	      "openssl genrsa -traditional -primes 3 -out multi.pem 2048\n"
	      "openssl pkcs8 -topk8 -scrypt -passout pass:x -in sec1.pem -out scrypt.pem\n"
	      "openssl pkcs8 -topk8 -v2 camellia256 -passout pass:x -in sec1.pem -out "
	      "camellia.pem\n"
	      "openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in ed.pem -out ed-enc.pem\n"
	      "openssl rsa -in pkcs1.pem -pubout -out pub.pem\n"
	      "head -c 700 pkcs1.pem > half.pem\n"
	      "head -c 900 pkcs1.der > half.der\n"
	      "sed 's/^M/!/' pkcs1.pem > garbled.pem\n"
	      "openssl rsa -traditional -camellia256 -passout pass:x -in pkcs1.pem -out "
	      "dekcam.pem\n"
	      "printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaA==\\n"
	      "-----END OPENSSH PRIVATE KEY-----\\n' > ssh.pem\n"
	      ": > empty"),
		"openssl makes keys that cannot be used");
	refuses("ed.pem", NULL, ENOTSUP, "Ed25519");
	refuses("x448.pem", NULL, ENOTSUP, "1.3.101.111");
	refuses("pss.pem", NULL, ENOTSUP, "RSA-PSS");
	refuses("p224.pem", NULL, ENOTSUP, "P-224");
	refuses("explicit.pem", NULL, ENOTSUP, "explicit");
	refuses("multi.pem", NULL, ENOTSUP, "two primes");
	refuses("scrypt.pem", "x", ENOTSUP, "1.3.6.1.4.1.11591.4.11");
	refuses("camellia.pem", "x", ENOTSUP, "cipher");
	refuses("ed-enc.pem", "x", ENOTSUP, "Ed25519");
	refuses("dekcam.pem", "x", ENOTSUP, "DEK-Info");
	refuses("ssh.pem", NULL, ENOTSUP, "unknown form");
	refuses("pub.pem", NULL, ENOENT, "no private key");
	refuses("cert.pem", NULL, ENOENT, "no private key");
	refuses("empty", NULL, ENOENT, "no private key");
	refuses("half.pem", NULL, EBADMSG, "END");
	refuses("half.der", NULL, ENOENT, "no private key");
	refuses("garbled.pem", NULL, EBADMSG, "base64");
	struct buf pub = load("pub.pem");
	ok(!key_present(buf_bytes(&pub)) && !key_is_encrypted(buf_bytes(&pub)),
		"a public key is no private key");
	buf_free(&pub);
}

static void generate(enum key_alg alg, int bits, const char *text)
{
	struct key k = KEY_INIT, again = KEY_INIT;
	struct error err = ERROR_INIT;
	char name[32];
	ok(key_generate(&k, alg, bits, &err) == 0, "made: %s %s", text, err.what);
	is_str(cert_key_text(k.alg, k.bits, name), text, "it is what was asked for");
	for (int form = 0; form < 2; form++) {
		struct buf pem = BUF_INIT;
		key_write(&pem, &k, (enum key_form)form);
		save("made.pem", buf_bytes(&pem));
		ok(sh("openssl pkey -in made.pem -check -noout"), "openssl finds it good (%s)",
			form ? "PKCS#8" : "traditional");
		ok(import_text(&again, buf_bytes(&pem), NULL, &err) == 0 &&
				bytes_equal(secret_bytes(&again.der), secret_bytes(&k.der)),
			"read again it is the same");
		buf_wipe(&pem);
	}
	ok(sh("openssl pkey -in made.pem %s -out theirs.pem",
		   alg == KEY_RSA ? "" : "-ec_conv_form uncompressed"),
		"openssl writes it");
	struct buf ours = load("made.pem"), theirs = load("theirs.pem");
	ok(bytes_equal(buf_bytes(&ours), buf_bytes(&theirs)), "PKCS#8 byte for byte as openssl's");
	buf_wipe(&ours);
	buf_wipe(&theirs);
	sh("openssl pkey -in made.pem -pubout -outform DER -out made.spki");
	theirs = load("made.spki");
	ok(bytes_equal(buf_bytes(&k.spki), buf_bytes(&theirs)), "public key as openssl's");
	buf_free(&theirs);
	key_free(&k);
	key_free(&again);
}

static void generated(void)
{
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	generate(KEY_RSA, 2048, "RSA-2048");
	generate(KEY_RSA, 3072, "RSA-3072");
	generate(KEY_RSA, 4096, "RSA-4096");
	generate(KEY_P256, 0, "ECDSA-P256");
	generate(KEY_P384, 0, "ECDSA-P384");
	generate(KEY_P521, 0, "ECDSA-P521");
	ok(key_generate(&k, KEY_RSA, 1024, &err) < 0 && err.os == ENOTSUP, "RSA-1024 is not made");
	ok(key_generate(&k, KEY_ED25519, 0, &err) < 0 && err.os == ENOTSUP, "Ed25519 is not made");
}

static void sign_with(const char *name, enum sig_alg sig, const char *digest)
{
	struct key k = KEY_INIT;
	struct buf signature = BUF_INIT;
	struct error err = ERROR_INIT;
	load_key(name, &k);
	ok(key_sign(&k, sig, bytes_of("data"), &signature, &err) == 0, "%s signs with %s", name,
		cert_sig_text(sig));
	save("sig", buf_bytes(&signature));
	ok(sh("printf data >data; openssl pkey -in %s -pubout -out p.pem; openssl dgst -%s -verify "
	      "p.pem -signature sig data",
		   name, digest),
		"and openssl verifies it");
	buf_free(&signature);
	key_free(&k);
}

static void signatures(void)
{
	ok(sh("openssl ecparam -name secp384r1 -genkey -noout -out p384.pem\n"
	      "openssl ecparam -name secp521r1 -genkey -noout -out p521.pem\n"
	      "openssl genrsa -out r4096.pem 4096; openssl genrsa -out r1024.pem 1024\n"
	      "openssl genrsa -out r2056.pem 2056"),
		"openssl makes keys to sign with");
	sign_with("pkcs1.pem", SIG_RSA_SHA256, "sha256");
	sign_with("pkcs1.pem", SIG_RSA_SHA384, "sha384");
	sign_with("pkcs1.pem", SIG_RSA_SHA512, "sha512");
	sign_with("r2056.pem", SIG_RSA_SHA256, "sha256");
	sign_with("r4096.pem", SIG_RSA_SHA256, "sha256");
	sign_with("sec1.pem", SIG_ECDSA_SHA256, "sha256");
	sign_with("p384.pem", SIG_ECDSA_SHA384, "sha384");
	sign_with("p521.pem", SIG_ECDSA_SHA512, "sha512");
	struct key k = KEY_INIT;
	struct buf signature = BUF_INIT;
	struct error err = ERROR_INIT;
	load_key("pkcs1.pem", &k);
	ok(key_sign(&k, SIG_RSA_SHA1, bytes_of("x"), &signature, &err) < 0,
		"SHA-1 is never signed");
	ok(key_sign(&k, SIG_ECDSA_SHA256, bytes_of("x"), &signature, &err) < 0,
		"an RSA key makes no ECDSA signature");
	is_int(key_sig_alg(&k), SIG_RSA_SHA256, "what Go would choose");
	/* The last octets of the DER are iq's: BearSSL would sign with it, wrongly. */
	k.der.p[k.der.n - 3] ^= 4;
	ok(key_sign(&k, SIG_RSA_SHA256, bytes_of("x"), &signature, &err) < 0 && err.os == EBADMSG &&
			signature.n == 0,
		"a signature by a key that got damaged is kept back");
	load_key("r1024.pem", &k);
	ok(!key_can_sign(&k, SIG_RSA_SHA256), "RSA-1024 signs nothing");
	key_free(&k);
	buf_free(&signature);
}

static void pairs(void)
{
	struct buf der, spki = load("ec.spki"), point;
	struct cert c = load_cert("cert.pem", &der);
	struct key k = KEY_INIT;
	load_key("pkcs1.pem", &k);
	ok(key_matches(&k, &c), "a certificate and its key");
	load_key("sec1.pem", &k);
	ok(!key_matches(&k, &c), "a certificate and another key");
	sh("openssl ec -in sec1.pem -pubout -conv_form compressed -outform DER -out comp.spki");
	point = load("comp.spki");
	ok(spki_same(buf_bytes(&spki), buf_bytes(&point)), "a compressed point is the same key");
	point.p[point.n - 1] ^= 1;
	ok(!spki_same(buf_bytes(&spki), buf_bytes(&point)), "another x is another key");
	point.p[point.n - 1] ^= 1;
	point.p[point.n - 33] ^= 1;
	ok(!spki_same(buf_bytes(&spki), buf_bytes(&point)), "another y is another key");
	ok(!spki_same(bytes_of(""), bytes_of("")), "nothing is no key");
	key_free(&k);
	buf_free(&der);
	buf_free(&spki);
	buf_free(&point);
}

int main(void)
{
	make_dir();
	plain_forms();
	encrypted_forms();
	many_rounds();
	unusable();
	generated();
	signatures();
	pairs();
	return done();
}
