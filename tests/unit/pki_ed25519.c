// SPDX-License-Identifier: MIT
// A leaf's Ed25519 key is read, whatever wrote it, and its public key is the one that openssl and
// RFC 8032 say.
#include <errno.h>

#include "pki.h"
#include "pki/der.h"
#include "pki/ed25519.h"
#include "pki/opinion.h"

static void from_hex(const char *hex, uint8_t out[ED25519_SIZE])
{
	unsigned v;
	for (int i = 0; i < ED25519_SIZE; i++) {
		sscanf(hex + 2 * i, "%2x", &v);
		out[i] = (uint8_t)v;
	}
}

/* RFC 8032 7.1: tests 1, 2, 3, 1024 and SHA(abc). */
static void published(void)
{
	static const char *const pairs[][2] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
			"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"},
		{"f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
			"278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e"},
		{"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
			"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"}};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		uint8_t seed[ED25519_SIZE], want[ED25519_SIZE], public[ED25519_SIZE];
		from_hex(pairs[i][0], seed);
		from_hex(pairs[i][1], want);
		ed25519_public(seed, public);
		ok(memcmp(public, want, sizeof(want)) == 0, "RFC 8032, key %zu", i + 1);
	}
}

static void same_as_openssl(void)
{
	bool same = true;
	ok(sh("for i in $(seq 40); do openssl genpkey -algorithm ed25519 -out $i.key\n"
	      "openssl pkey -in $i.key -pubout -outform DER -out $i.spki; done"),
		"openssl makes keys");
	for (int i = 1; i <= 40; i++) {
		char name[32];
		struct key k = KEY_INIT;
		struct error err = ERROR_INIT;
		snprintf(name, sizeof(name), "%d.key", i);
		struct buf text = load(name);
		snprintf(name, sizeof(name), "%d.spki", i);
		struct buf spki = load(name);
		same &= key_import_leaf(&k, buf_bytes(&text), NULL, &err) == 0 &&
			bytes_equal(buf_bytes(&k.spki), buf_bytes(&spki));
		key_free(&k);
		buf_free(&text);
		buf_free(&spki);
	}
	ok(same, "the public keys of 40 are openssl's, byte for byte");
}

static void forms(void)
{
	struct key k = KEY_INIT, none = KEY_INIT;
	struct secret pass = SECRET_INIT;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT, old_der, signature = BUF_INIT;
	ok(sh("openssl pkcs8 -topk8 -in 1.key -passout pass:x -iter 2 -out enc.key\n"
	      "openssl req -x509 -key 1.key -subj /CN=a -out cert.pem\n"
	      "openssl req -x509 -key 2.key -subj /CN=a -out other.pem; cat cert.pem 1.key >both"),
		"openssl encrypts and certifies");
	struct cert c = load_cert("cert.pem", &old_der);
	struct buf enc = load("enc.key"), both = load("both"), other = load("other.pem");
	secret_set(&pass, "x", 1);
	ok(key_import_leaf(&k, buf_bytes(&enc), &pass, &err) == 0 && key_matches(&k, &c) &&
			k.was_encrypted,
		"encrypted: opened");
	ok(key_import_leaf(&none, buf_bytes(&enc), NULL, &err) < 0 && err.os == EACCES,
		"without its passphrase it is not");
	ok(key_import_leaf(&k, buf_bytes(&both), NULL, &err) == 0 && key_matches(&k, &c),
		"certificate and key in one file");
	key_write(&out, &k, KEY_FORM_TRADITIONAL);
	save("again.key", buf_bytes(&out));
	ok(sh("cmp again.key 1.key"), "written as openssl writes it");
	ok(opinion_pair(c.raw, buf_bytes(&out), &err) == 0, "it is its certificate's");
	ok(opinion_pair(buf_bytes(&other), buf_bytes(&out), &err) < 0 &&
			strstr(err.what, "does not belong"),
		"and not another's");
	ok(!key_can_sign(&k, SIG_ED25519) &&
			key_sign(&k, SIG_ED25519, bytes_of("x"), &signature, &err) < 0,
		"nothing is signed with it");
	ok(key_import(&none, buf_bytes(&both), NULL, &err) < 0 && err.os == ENOTSUP &&
			strstr(err.what, "Ed25519"),
		"where a key must sign it is refused (%s)", err.what);
	sh("openssl ecparam -name prime256v1 -genkey -noout -out ec.key");
	struct buf ec = load("ec.key");
	struct error clean = ERROR_INIT;
	ok(key_import_leaf(&k, buf_bytes(&ec), NULL, &clean) == 0 && k.alg == KEY_P256 &&
			!clean.kind && !clean.what[0],
		"another kind is read as ever, and no error is left behind %s", clean.what);
	buf_wipe(&ec);
	key_free(&k);
	secret_free(&pass);
	buf_wipe(&out);
	buf_free(&enc);
	buf_free(&both);
	buf_free(&other);
	buf_free(&old_der);
}

/* PKCS#8 of key 1, written by a shell script in one way or another. */
static void reads(const char *what, const char *script, int os)
{
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	sh("seed() { openssl pkey -in 1.key -outform DER | tail -c 32; }\n"
	   "public() { openssl pkey -in 1.key -pubout -outform DER | tail -c 32; }\n"
	   "oid='\\60\\5\\6\\3\\53\\145\\160'\n"
	   "{ %s; } >case.der",
		script);
	struct buf der = load("case.der"), spki = load("1.spki");
	int rc = key_import_leaf(&k, buf_bytes(&der), NULL, &err);
	if (os)
		ok(rc < 0 && err.os == os && !k.der.p, "refused: %s (%s)", what, err.what);
	else
		ok(rc == 0 && bytes_equal(buf_bytes(&k.spki), buf_bytes(&spki)), "read: %s %s",
			what, err.what);
	key_free(&k);
	buf_wipe(&der);
	buf_free(&spki);
}

int main(void)
{
	make_dir();
	published();
	same_as_openssl();
	forms();
	reads("version 1", "printf '\\60\\56\\2\\1\\0'$oid'\\4\\42\\4\\40'; seed", 0);
	reads("version 2 with the public key",
		"printf '\\60\\121\\2\\1\\1'$oid'\\4\\42\\4\\40'; seed; printf '\\201\\41\\0'; "
		"public",
		0);
	reads("with attributes",
		"printf '\\60\\60\\2\\1\\0'$oid'\\4\\42\\4\\40'; seed; printf '\\240\\0'", 0);
	reads("version 2 with another public key",
		"printf '\\60\\121\\2\\1\\1'$oid'\\4\\42\\4\\40'; seed; printf '\\201\\41\\0'; "
		"seed",
		EBADMSG);
	reads("version 1 with a public key",
		"printf '\\60\\121\\2\\1\\0'$oid'\\4\\42\\4\\40'; seed; printf '\\201\\41\\0'; "
		"public",
		EBADMSG);
	reads("31 octets", "printf '\\60\\55\\2\\1\\0'$oid'\\4\\41\\4\\37'; seed | tail -c 31",
		EBADMSG);
	reads("33 octets", "printf '\\60\\57\\2\\1\\0'$oid'\\4\\43\\4\\41x'; seed", EBADMSG);
	reads("one octet behind the secret",
		"printf '\\60\\57\\2\\1\\0'$oid'\\4\\43\\4\\40'; seed; printf x", EBADMSG);
	reads("parameters",
		"printf '\\60\\60\\2\\1\\0\\60\\7\\6\\3\\53\\145\\160\\5\\0\\4\\42\\4\\40'; seed",
		EBADMSG);
	reads("Ed448's identifier",
		"printf '\\60\\56\\2\\1\\0\\60\\5\\6\\3\\53\\145\\161\\4\\42\\4\\40'; seed",
		ENOTSUP);
	return done();
}
