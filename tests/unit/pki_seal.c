// SPDX-License-Identifier: MIT
// Encrypted keys: openssl opens what we write and we open what openssl writes; a wrong passphrase,
// damage and what is not supported are told apart.
#include <errno.h>

#include "pki.h"
#include "pki/seal.h"

static int import(struct key *k, struct bytes text, struct bytes pass, struct error *err)
{
	struct secret s = SECRET_INIT;
	*err = (struct error)ERROR_INIT;
	secret_set(&s, pass.p, pass.n);
	int rc = key_import(k, text, &s, err);
	secret_free(&s);
	return rc;
}

static int seal(struct buf *out, const char *key, struct bytes pass, long rounds, struct error *err)
{
	struct key k = KEY_INIT;
	struct secret s = SECRET_INIT;
	*err = (struct error)ERROR_INIT;
	load_key(key, &k);
	secret_set(&s, pass.p, pass.n);
	int rc = seal_key(out, &k, &s, rounds, err);
	secret_free(&s);
	key_free(&k);
	return rc;
}

/* --- what we write -------------------------------------------------------------------------- */

static void opens(const char *key, const char *what)
{
	struct buf pem = BUF_INIT;
	struct key k = KEY_INIT;
	struct error err;
	ok(seal(&pem, key, bytes_of("a long passphrase"), 1, &err) == 0, "%s: written", what);
	save("sealed.pem", buf_bytes(&pem));
	save("pass", bytes_of("a long passphrase\n"));
	ok(sh("openssl pkey -in sealed.pem -passin file:pass -check -noout\n"
	      "openssl pkey -in sealed.pem -passin file:pass -out a.pem\n"
	      "openssl pkcs8 -in sealed.pem -passin file:pass -out b.pem\n"
	      "openssl pkey -in %s -out c.pem\n"
	      "cmp a.pem c.pem && cmp b.pem c.pem",
		   key),
		"%s: pkey and pkcs8 open it to the same key", what);
	ok(import(&k, buf_bytes(&pem), bytes_of("a long passphrase"), &err) == 0 &&
			k.was_encrypted && k.form == KEY_FORM_PKCS8,
		"%s: read again %s", what, err.what);
	key_free(&k);
	buf_free(&pem);
}

static void scheme(void)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct key k = KEY_INIT;
	struct error err;
	seal(&a, "rsa.pem", bytes_of("x"), 700000, &err);
	save("sealed.pem", buf_bytes(&a));
	ok(import(&k, buf_bytes(&a), bytes_of("other"), &err) < 0 && err.os == EACCES,
		"another passphrase is refused here");
	ok(sh("! openssl pkey -in sealed.pem -passin pass:other -noout"), "and by openssl");
	ok(sh("openssl asn1parse -in sealed.pem >asn1\n"
	      "grep -q 'OBJECT *:PBES2' asn1\n"
	      "grep -q 'OBJECT *:PBKDF2' asn1\n"
	      "grep -q 'OBJECT *:hmacWithSHA256' asn1\n"
	      "grep -q 'OBJECT *:aes-256-cbc' asn1\n"
	      "grep -q 'INTEGER *:0AAE60' asn1\n"
	      "test $(grep -c 'l=  16 prim: OCTET STRING' asn1) = 2"),
		"PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC, the rounds, 16 octets of salt");
	seal(&b, "rsa.pem", bytes_of("x"), 700000, &err);
	ok(!bytes_equal(buf_bytes(&a), buf_bytes(&b)), "salt and IV are new every time");
	a.n = b.n = 0;
	seal(&a, "rsa.pem", bytes_of("x"), -5, &err);
	save("sealed.pem", buf_bytes(&a));
	ok(sh("openssl asn1parse -in sealed.pem | grep -q 'INTEGER *:0927C0'"),
		"fewer than 600,000 rounds are never written");
	is_int(seal_within(123456789), 10000000, "nor more than 10,000,000");
	long rounds = seal_rounds();
	ok(rounds >= SEAL_ROUNDS_MIN && rounds <= SEAL_ROUNDS_MAX, "what is measured: %ld", rounds);
	buf_free(&a);
	buf_free(&b);
}

static void refuses_to_seal(struct bytes pass, const char *reason)
{
	struct buf out = BUF_INIT;
	struct error err;
	ok(seal(&out, "ec.pem", pass, 1, &err) < 0 && strstr(err.what, reason) && err.todo[0] &&
			out.n == 0,
		"not written: %s", err.what);
	buf_free(&out);
}

static void passphrases(void)
{
	static char text[SEAL_PASSPHRASE_MAX + 1];
	struct buf pem = BUF_INIT;
	struct key k = KEY_INIT;
	struct error err;
	memset(text, 'x', sizeof(text));
	refuses_to_seal(bytes_of(""), "empty");
	refuses_to_seal(bytes_of("two\nlines"), "line end");
	refuses_to_seal(bytes_of("carriage\rreturn"), "line end");
	refuses_to_seal((struct bytes){(const uint8_t *)"a\0b", 3}, "NUL");
	refuses_to_seal((struct bytes){(const uint8_t *)text, sizeof(text)}, "longer");
	struct bytes longest = {(const uint8_t *)text, SEAL_PASSPHRASE_MAX};
	ok(seal(&pem, "ec.pem", longest, 1, &err) == 0, "the longest passphrase");
	save("sealed.pem", buf_bytes(&pem));
	save("pass", longest);
	ok(import(&k, buf_bytes(&pem), longest, &err) == 0, "opens it here");
	ok(sh("openssl pkey -in sealed.pem -passin file:pass -noout"), "and in openssl");
	pem.n = 0;
	ok(seal(&pem, "ec.pem", bytes_of("Grüße 東京 🔑"), 1, &err) == 0, "a passphrase in UTF-8");
	save("sealed.pem", buf_bytes(&pem));
	ok(sh("openssl pkey -in sealed.pem -passin 'pass:Grüße 東京 🔑' -noout"),
		"opens in openssl");
	key_free(&k);
	buf_free(&pem);
}

/* --- what openssl writes -------------------------------------------------------------------- */

static void reads(const char *name, const char *pass)
{
	struct buf text = load(name);
	struct key k = KEY_INIT;
	struct error err;
	ok(import(&k, buf_bytes(&text), bytes_of(pass), &err) == 0, "read: %s %s", name, err.what);
	ok(import(&k, buf_bytes(&text), bytes_of("no"), &err) < 0 && err.os == EACCES &&
			strstr(err.what, "passphrase does not open"),
		"wrong passphrase: %s", name);
	key_free(&k);
	buf_free(&text);
}

static void refuses(const char *name, const char *pass, int os, const char *reason)
{
	struct buf text = load(name);
	struct key k = KEY_INIT;
	struct error err;
	int rc = import(&k, buf_bytes(&text), bytes_of(pass), &err);
	if (!ok(rc < 0 && err.os == os && strstr(err.what, reason) && err.todo[0],
		    "refused: %s: %s", name, err.what))
		diag("errno %d, want %d; want ...%s...; todo: %s", err.os, os, reason, err.todo);
	key_free(&k);
	buf_free(&text);
}

#define P8 "openssl pkcs8 -topk8 -in rsa.pem "

/* PKCS#12's key derivation takes UTF-16, and its input is of any length. */
static void old_schemes(void)
{
	ok(sh(P8 "-v1 PBE-SHA1-3DES -passout 'pass:Grüße 東京 🔑' -out utf8.pem\n" P8
		 "-v1 PBE-SHA1-3DES -passout pass:%s -out long.pem\n" P8
		 "-v1 PBE-SHA1-2DES -passout pass:x -out 2des.pem\n" P8
		 "-v1 PBE-SHA1-3DES -passout pass: -out empty.pem\n" P8
		 "-v2 aes256 -passout pass: -out empty2.pem\n"
		 "openssl rsa -traditional -provider legacy -provider default -des -in rsa.pem "
		 "-passout pass:x -out dekdes.pem\n"
		 "sed 's/DEK-Info: /DEK-Info:\\t/;s/^/  /' dekdes.pem >dekblank.pem",
		   "a-passphrase-of-much-more-than-64-octets-when-it-is-written-as-BMPString"),
		"openssl writes with PKCS#12's schemes");
	reads("utf8.pem", "Grüße 東京 🔑");
	reads("long.pem",
		"a-passphrase-of-much-more-than-64-octets-when-it-is-written-as-BMPString");
	reads("2des.pem", "x");
	reads("empty.pem", "");
	reads("empty2.pem", "");
	reads("dekdes.pem", "x");
	reads("dekblank.pem", "x");
	/* Bytes that are no UTF-8 are Latin-1 to openssl. */
	ok(sh(P8 "-v1 PBE-SHA1-3DES -passout \"pass:$(printf 'Gr\\374\\337e')\" -out latin1.pem"),
		"openssl writes with Latin-1");
	reads("latin1.pem", "Gr\374\337e");
}

static void not_supported(void)
{
	ok(sh(P8 "-scrypt -passout pass:x -out scrypt.pem\n" P8
		 "-provider legacy -provider default -v1 PBE-SHA1-RC2-40 -passout pass:x -out "
		 "rc2.pem\n" P8 "-provider legacy -provider default -v1 PBE-SHA1-RC4-128 -passout "
		 "pass:x -out rc4.pem\n" P8 "-provider legacy -provider default -v1 PBE-MD5-DES "
		 "-passout pass:x -out md5.pem\n" P8
		 "-v2 aria256 -passout pass:x -out aria.pem\n" P8
		 "-v2 aes256 -v2prf hmacWithSHA512-256 -passout pass:x -out prf.pem\n"
		 "sed 's/^DEK-Info:.*/DEK-Info: AES-128-CBC,00112233/' dekdes.pem >iv.pem\n"
		 "sed '/^DEK-Info/d' dekdes.pem >nodek.pem"),
		"openssl writes what is not supported");
	refuses("scrypt.pem", "x", ENOTSUP, "scrypt (1.3.6.1.4.1.11591.4.11)");
	refuses("rc2.pem", "x", ENOTSUP, "40-bit RC2");
	refuses("rc4.pem", "x", ENOTSUP, "128-bit RC4");
	refuses("md5.pem", "x", ENOTSUP, "1.2.840.113549.1.5.3");
	refuses("aria.pem", "x", ENOTSUP, "a cipher");
	refuses("prf.pem", "x", ENOTSUP, "a digest");
	refuses("iv.pem", "x", EBADMSG, "parameters are damaged");
	refuses("nodek.pem", "x", ENOTSUP, "DEK-Info");
}

/* The command that the refusal of scrypt gives must do what it says. */
static void remedy(void)
{
	struct buf text = load("scrypt.pem");
	struct key k = KEY_INIT;
	struct error err;
	import(&k, buf_bytes(&text), bytes_of("x"), &err);
	const char *command = strstr(err.todo, "openssl");
	ok(command && sh("cp scrypt.pem OLD; %s -passin pass:x -passout pass:y", command),
		"with them it runs");
	reads("NEW", "y");
	buf_free(&text);
}

/* --- damage --------------------------------------------------------------------------------- */

static void patched(const char *from, const char *old, size_t n, const char *new, const char *to)
{
	struct buf der = load(from);
	uint8_t *at = memmem(der.p, der.n, old, n);
	if (!at)
		bail("%s: the octets to change are not there", from);
	memcpy(at, new, n);
	save(to, buf_bytes(&der));
	buf_free(&der);
}

static void absurd(void)
{
	ok(sh(P8 "-v2 aes256 -iter 8388608 -passout pass:x -outform DER -out p2.der\n" P8
		 "-v1 PBE-SHA1-3DES -iter 8388608 -passout pass:x -outform DER -out p1.der\n" P8
		 "-v2 aes256 -iter 2048 -passout pass:x -outform DER -out few.der"),
		"openssl writes with many rounds");
	patched("p2.der", "\x02\x04\x00\x80\x00\x00", 6, "\x02\x04\x01\x31\x2d\x01", "p2b.der");
	refuses("p2b.der", "x", ENOTSUP, "more than 20000000 rounds");
	patched("p1.der", "\x02\x04\x00\x80\x00\x00", 6, "\x02\x04\x01\x31\x2d\x01", "p1b.der");
	refuses("p1b.der", "x", ENOTSUP, "more than 20000000 rounds");
	patched("p1.der", "\x02\x04\x00\x80\x00\x00", 6, "\x02\x04\x7f\xff\xff\xff", "p1b.der");
	refuses("p1b.der", "x", ENOTSUP, "more than 20000000 rounds");
	patched("few.der", "\x02\x02\x08\x00", 4, "\x02\x02\x00\x00", "few0.der");
	refuses("few0.der", "x", EBADMSG, "number of rounds is none");
	patched("few.der", "\x02\x02\x08\x00", 4, "\x04\x02\x08\x00", "few1.der");
	refuses("few1.der", "x", EBADMSG, "number of rounds is none");
}

/* A flipped bit anywhere is refused; behind the first two blocks it is known to be damage. */
static void flipped(const char *name, size_t from_end)
{
	struct buf der = load(name);
	struct key k = KEY_INIT;
	struct error err;
	size_t taken = 0, called_wrong = 0, n = 0;
	for (size_t i = der.n - from_end; i < der.n; i += 13, n++) {
		der.p[i] ^= 0x10;
		taken += import(&k, buf_bytes(&der), bytes_of("x"), &err) == 0;
		called_wrong += err.os != EBADMSG && err.os != ENOTSUP;
		der.p[i] ^= 0x10;
	}
	ok(taken == 0 && called_wrong == 0,
		"%s: %zu flipped bits are called damage, not a wrong passphrase", name, n);
	ok(import(&k, buf_bytes(&der), bytes_of("x"), &err) == 0, "%s: is whole without", name);
	taken = 0;
	for (size_t i = 0; i < der.n; i++) {
		der.p[i] ^= 1;
		taken += import(&k, buf_bytes(&der), bytes_of("x"), &err) == 0;
		der.p[i] ^= 1;
	}
	ok(taken == 0, "%s: no octet can be changed unseen", name);
	taken = 0;
	for (size_t n_cut = 0; n_cut < der.n; n_cut++)
		taken += import(&k, (struct bytes){der.p, n_cut}, bytes_of("x"), &err) == 0;
	ok(taken == 0, "%s: cut at any length it is refused", name);
	key_free(&k);
	buf_free(&der);
}

static void damage(void)
{
	ok(sh("openssl pkcs8 -topk8 -in ec.pem -v2 aes256 -iter 1 -passout pass:x -outform DER "
	      "-out e2.der\n"
	      "openssl pkcs8 -topk8 -in ec.pem -v1 PBE-SHA1-3DES -iter 1 -passout pass:x -outform "
	      "DER -out e1.der\n"
	      "openssl rsa -traditional -aes128 -in rsa.pem -passout pass:x -out dek.pem"),
		"openssl writes with one round");
	flipped("e2.der", 144 - 32);
	flipped("e1.der", 144 - 16);
	struct buf text = load("dek.pem");
	struct key k = KEY_INIT;
	struct error err;
	uint8_t *at = memmem(text.p, text.n, "\n\n", 2) + 200;
	*at = *at == 'A' ? 'B' : 'A';
	ok(import(&k, buf_bytes(&text), bytes_of("x"), &err) < 0 && err.os == EBADMSG,
		"DEK-Info: a changed letter is damage: %s", err.what);
	*at = '!';
	ok(import(&k, buf_bytes(&text), bytes_of("x"), &err) < 0 && err.os == EBADMSG &&
			strstr(err.what, "base64"),
		"and what is no base64 too: %s", err.what);
	key_free(&k);
	buf_free(&text);
}

/* A key whose DER ends with a block, so that the last block is padding alone, and damage hits that.
 */
static void padding(void)
{
	ok(sh("for bits in $(seq 1024 8 1200); do\n"
	      "openssl genrsa $bits | openssl pkcs8 -topk8 -nocrypt -outform DER -out even.p8\n"
	      "test $(($(stat -c %%s even.p8) %% 8)) != 0 || break\n"
	      "done\n"
	      "test $(($(stat -c %%s even.p8) %% 8)) = 0\n"
	      "openssl pkcs8 -topk8 -inform DER -in even.p8 -v1 PBE-SHA1-3DES -passout pass:x "
	      "-outform DER -out even.der\n"
	      "openssl pkcs8 -topk8 -inform DER -in even.p8 -v2 des3 -passout pass:x "
	      "-outform DER -out even2.der"),
		"openssl pads with a whole block");
	for (int i = 0; i < 2; i++) {
		struct buf der = load(i ? "even2.der" : "even.der");
		struct key k = KEY_INIT;
		struct error err;
		ok(import(&k, buf_bytes(&der), bytes_of("x"), &err) == 0, "which is read");
		der.p[der.n - 1] ^= 1;
		ok(import(&k, buf_bytes(&der), bytes_of("x"), &err) < 0 && err.os == EBADMSG,
			"refused: %s", err.what);
		key_free(&k);
		buf_free(&der);
	}
}

int main(void)
{
	make_dir();
	if (!sh("openssl genrsa -out rsa.pem 2048\n"
		"openssl ecparam -name prime256v1 -genkey -noout -out ec.pem\n"
		"openssl ecparam -name secp384r1 -genkey -noout -out p384.pem\n"
		"openssl ecparam -name secp521r1 -genkey -noout -out p521.pem"))
		bail("no keys");
	opens("rsa.pem", "RSA");
	opens("ec.pem", "P-256");
	opens("p384.pem", "P-384");
	opens("p521.pem", "P-521");
	scheme();
	passphrases();
	old_schemes();
	not_supported();
	remedy();
	absurd();
	damage();
	padding();
	return done();
}
