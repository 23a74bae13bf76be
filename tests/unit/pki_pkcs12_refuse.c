// SPDX-License-Identifier: MIT
// PKCS#12 files that are refused: of kinds that are not supported, with absurd numbers, damaged.
#include "pkcs12.h"

static void not_supported(void)
{
	struct buf file, ber = BUF_INIT;
	ok(sh(EXPORT "-out default.p12\n" EXPORT "-legacy -out legacy.p12\n" EXPORT
		     "-legacy -certpbe PBE-SHA1-RC2-128 -out rc2.p12\n" EXPORT
		     "-legacy -keypbe PBE-SHA1-RC4-128 -certpbe NONE -out rc4.p12\n" EXPORT
		     "-keypbe camellia-256-cbc -certpbe NONE -out camellia.p12\n" EXPORT
		     "-macalg md5 -out md5.p12\n" EXPORT "-macalg sha512-256 -out sha.p12"),
		"openssl writes what is not supported");
	refuses("legacy.p12", "secret", ENOTSUP, "encrypted with 40-bit RC2");
	refuses("rc2.p12", "secret", ENOTSUP, "encrypted with 128-bit RC2");
	refuses("rc4.p12", "secret", ENOTSUP, "encrypted with 128-bit RC4");
	refuses("camellia.p12", "secret", ENOTSUP, "encrypted with a cipher");
	refuses("md5.p12", "secret", ENOTSUP, "MAC with an unknown digest");
	refuses("sha.p12", "secret", ENOTSUP, "MAC with an unknown digest");
	/* The outermost length as BER's indefinite one. */
	file = load("default.p12");
	buf_add(&ber, "\x30\x80", 2);
	buf_add(&ber, file.p + 4, file.n - 4);
	buf_add(&ber, "\0\0", 2);
	save("ber.p12", buf_bytes(&ber));
	ok(file.p[1] == 0x82 && sh("openssl pkcs12 -in ber.p12 -passin pass:secret -nodes"),
		"openssl reads it as BER");
	refuses("ber.p12", "secret", ENOTSUP, "BER");
	buf_free(&file);
	buf_free(&ber);
	refuses("ca.crt", "x", EBADMSG, "not a PKCS#12 file");
	refuses("ca.key", "x", EBADMSG, "not a PKCS#12 file");
	refuses_bytes(bytes_of(""), "x", EBADMSG, "not a PKCS#12 file", "nothing");
	buf_room(&ber, PKCS12_FILE_MAX + 1);
	ber.n = PKCS12_FILE_MAX + 1;
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	ok(read_bytes(&p, buf_bytes(&ber), NULL, &err) < 0 && strstr(err.what, "longer than"),
		"refused: %s", err.what);
	buf_free(&ber);
}

/* The command that the refusal gives must do what it says. */
static void remedy(void)
{
	struct pkcs12 p = PKCS12_INIT;
	struct buf file = load("legacy.p12");
	struct error err;
	struct key k = KEY_INIT, want = KEY_INIT;
	struct secret pass = SECRET_INIT;
	read_bytes(&p, buf_bytes(&file), "secret", &err);
	const char *command = strstr(err.todo, "openssl");
	ok(command && sh("cp legacy.p12 OLD; %s -passin pass:secret -passout pass:new", command),
		"the remedy runs");
	struct buf pem = load("NEW.pem");
	secret_set(&pass, "new", 3);
	load_key("ca.key", &want);
	ok(key_import(&k, buf_bytes(&pem), &pass, &err) == 0 &&
			bytes_equal(buf_bytes(&k.spki), buf_bytes(&want.spki)) && k.was_encrypted &&
			bytes_find(buf_bytes(&pem), "BEGIN CERT") != SIZE_MAX,
		"and gives the key, encrypted, and the certificate %s", err.what);
	secret_free(&pass);
	key_free(&k);
	key_free(&want);
	buf_free(&file);
	buf_free(&pem);
}

/* Changes the first place where these octets stand. */
static void patched(const char *from, const char *to, const char *old, const char *new, size_t n)
{
	struct buf der = load(from);
	uint8_t *at = memmem(der.p, der.n, old, n);
	if (!at)
		bail("%s: the octets to change are not there", from);
	memcpy(at, new, n);
	save(to, buf_bytes(&der));
	buf_free(&der);
}

#define MANY "\x02\x04\x00\x80\x00\x00" /* 8388608 */
#define TOO_MANY "\x02\x04\x01\x31\x2d\x01"

static void absurd(void)
{
	struct error err = ERROR_INIT;
	ok(sh(EXPORT "-iter 8388608 -certpbe NONE -keypbe NONE -out mac.p12\n" EXPORT
		     "-iter 3 -certpbe NONE -keypbe NONE -out mac3.p12\n" EXPORT
		     "-iter 8388608 -nomac -certpbe NONE -out key.p12\n" EXPORT
		     "-iter 8388608 -nomac -keypbe NONE -certpbe PBE-SHA1-3DES -out cert.p12"),
		"openssl writes with many rounds");
	patched("mac.p12", "a.p12", MANY, TOO_MANY, 6);
	refuses("a.p12", "secret", ENOTSUP, "MAC asks for more than 20000000 rounds");
	struct buf file = load("mac3.p12"); /* it ends with INTEGER 3 */
	file.p[file.n - 1] = 0;
	refuses_bytes(buf_bytes(&file), "secret", EBADMSG, "number of rounds is none",
		"a MAC of no rounds");
	buf_free(&file);
	patched("key.p12", "a.p12", MANY, TOO_MANY, 6);
	refuses("a.p12", "secret", ENOTSUP, "file asks for more than 20000000 rounds");
	patched("cert.p12", "a.p12", MANY, TOO_MANY, 6);
	refuses("a.p12", "secret", ENOTSUP, "file asks for more than 20000000 rounds");
	struct pkcs12_work w = {.rounds = PKCS12_ROUNDS_MAX - 1, .err = &err};
	ok(pkcs12_add_rounds(&w, 1) == 0 && pkcs12_add_rounds(&w, 1) < 0 && err.os == ENOTSUP,
		"refused: %s", err.what);
}

/* --- damage --------------------------------------------------------------------------------- */

/* Each octet changed, and each length cut to: nothing is taken, and nothing is called right. */
static void damaged(const char *name, size_t step)
{
	struct buf der = load(name);
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	size_t taken = 0, dumb = 0;
	for (size_t i = 0; i < der.n; i += step) {
		der.p[i] ^= 0x04;
		taken += read_bytes(&p, buf_bytes(&der), "secret", &err) == 0;
		dumb += err.os == 0 || err.what[0] == 0 || p.certs || p.keys;
		der.p[i] ^= 0x04;
	}
	ok(taken == 0 && dumb == 0, "%s: a changed octet is refused, wherever it stands", name);
	taken = dumb = 0;
	for (size_t n = 0; n < der.n; n++) {
		taken += read_bytes(&p, (struct bytes){der.p, n}, "secret", &err) == 0;
		dumb += err.os != EBADMSG || p.certs || p.keys;
	}
	ok(taken == 0 && dumb == 0, "%s: cut at any length it is damaged", name);
	ok(read_bytes(&p, buf_bytes(&der), "secret", &err) == 0, "%s: whole it is read", name);
	buf_add(&der, "", 1);
	refuses_bytes(buf_bytes(&der), "secret", EBADMSG, "bytes too many", "something behind it");
	pkcs12_free(&p);
	buf_free(&der);
}

static void damage(void)
{
	struct buf file, copy = BUF_INIT;
	ok(sh("openssl pkcs12 -export -in ec.crt -inkey ec.key -passout pass:secret -iter 1 "
	      "-nomaciter -out small.p12\n"
	      "openssl pkcs12 -export -in ec.crt -inkey ec.key -passout pass:secret -iter 1 "
	      "-nomaciter -macalg sha1 -keypbe PBE-SHA1-3DES -certpbe NONE -out small1.p12"),
		"openssl writes with one round");
	damaged("small.p12", 1);
	damaged("small1.p12", 1);
	file = load("small.p12");
	buf_add(&copy, file.p, file.n);
	copy.p[copy.n - 15] ^= 1; /* in the MAC, before its salt */
	refuses_bytes(buf_bytes(&copy), "secret", EBADMSG,
		"the passphrase is right, but the PKCS#12 file was altered", "a changed MAC");
	refuses_bytes(buf_bytes(&copy), "other", EACCES, "the passphrase does not open",
		"a changed MAC and a wrong passphrase");
	buf_free(&file);
	buf_free(&copy);
}

int main(void)
{
	make_dir();
	fixtures();
	not_supported();
	remedy();
	absurd();
	damage();
	return done();
}
