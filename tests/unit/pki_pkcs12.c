// SPDX-License-Identifier: MIT
// PKCS#12 files are read whole, as openssl writes and reads them.
#include "pkcs12.h"

#include "pki/oid.h"

/* The RSA CA's file, with so many certificates. */
static void reads(const char *name, const char *pass, size_t n_certs)
{
	struct buf file = load(name);
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	int rc = read_bytes(&p, buf_bytes(&file), pass, &err);
	ok(rc == 0 && p.n_certs == n_certs && p.n_keys == 1 && holds(&p, "ca.crt", "ca.key"),
		"read: %s %s", name, err.what);
	ok(pkcs12_like(buf_bytes(&file)), "and taken for PKCS#12: %s", name);
	pkcs12_free(&p);
	buf_free(&file);
}

static void variants(void)
{
	static const char *const macs[] = {"sha1", "sha224", "sha256", "sha384", "sha512"};
	static const char *const schemes[] = {"aes-128-cbc", "aes-192-cbc", "aes-256-cbc",
		"des-ede3-cbc", "PBE-SHA1-3DES", "PBE-SHA1-2DES", "NONE"};
	char name[40];
	ok(sh(EXPORT "-out default.p12\n" EXPORT "-nomac -out nomac.p12\n" EXPORT
		     "-certfile ec.crt -name the-name -caname etcd -out two.p12"),
		"openssl exports");
	reads("default.p12", "secret", 1);
	reads("nomac.p12", "secret", 1);
	reads("two.p12", "secret", 2);
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		snprintf(name, sizeof(name), "mac-%s.p12", macs[i]);
		sh(EXPORT "-macalg %s -iter 1 -out %s", macs[i], name);
		reads(name, "secret", 1);
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		snprintf(name, sizeof(name), "cert-%s.p12", schemes[i]);
		sh(EXPORT "-iter 3 -certpbe %s -out %s", schemes[i], name);
		reads(name, "secret", 1);
		snprintf(name, sizeof(name), "key-%s.p12", schemes[i]);
		sh(EXPORT "-iter 3 -keypbe %s -out %s", schemes[i], name);
		reads(name, "secret", 1);
	}
	ok(sh(EXPORT "-keypbe NONE -certpbe NONE -out plain.p12\n" EXPORT
		     "-keypbe NONE -certpbe NONE -nomac -out open.p12\n" EXPORT
		     "-nomaciter -out nomaciter.p12"),
		"openssl exports without encryption");
	reads("plain.p12", "secret", 1);
	reads("open.p12", NULL, 1);
	reads("open.p12", "any", 1);
	reads("nomaciter.p12", "secret", 1);
}

static void said(void)
{
	struct pkcs12 p = PKCS12_INIT;
	struct buf two = load("two.p12"), open = load("open.p12"), plain = load("plain.p12");
	struct buf keyopen = load("key-NONE.p12");
	struct error err;
	read_bytes(&p, buf_bytes(&two), "secret", &err);
	is_str(p.keys[0].name, "the-name", "the key's friendly name");
	is_str(p.certs[0].name, "the-name", "its certificate's");
	is_str(p.certs[1].name, "etcd", "the other certificate's");
	ok(p.has_mac && !p.plain_keys, "a MAC, and no plain key");
	read_bytes(&p, buf_bytes(&open), NULL, &err);
	ok(!p.has_mac && p.plain_keys, "no MAC, and a plain key");
	is_str(p.keys[0].name, "", "no friendly name");
	read_bytes(&p, buf_bytes(&plain), "secret", &err);
	ok(p.has_mac && p.plain_keys, "a MAC, and a plain key");
	read_bytes(&p, buf_bytes(&keyopen), "secret", &err);
	ok(p.plain_keys, "a plain key beside encrypted certificates");
	pkcs12_free(&p);
	buf_free(&two);
	buf_free(&open);
	buf_free(&plain);
	buf_free(&keyopen);
}

static void under(const char *pass, const char *options, const char *name)
{
	ok(sh("openssl pkcs12 -export -in ca.crt -inkey ca.key -passout 'pass:%s' %s -out %s", pass,
		   options, name),
		"openssl exports %s", name);
}

#define OLD "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES"
#define LONG "a-passphrase-that-takes-much-more-than-64-octets-in-UTF-16-big-endian"

static void passphrases(void)
{
	under("Grüße 東京 🔑", "", "utf8.p12");
	under("Grüße 東京 🔑", OLD, "utf8des.p12");
	under("Gr\374\337e", OLD, "latin1.p12");
	under(LONG, OLD, "long.p12");
	under("", "", "empty.p12");
	under("", OLD, "emptydes.p12");
	reads("utf8.p12", "Grüße 東京 🔑", 1);
	reads("utf8des.p12", "Grüße 東京 🔑", 1);
	reads("latin1.p12", "Gr\374\337e", 1);
	reads("long.p12", LONG, 1);
	reads("empty.p12", "", 1);
	reads("empty.p12", NULL, 1);
	reads("emptydes.p12", "", 1);
	refuses("utf8.p12", "Gruesse", EACCES, "the passphrase does not open");
	refuses("default.p12", "Secret", EACCES, "the passphrase does not open");
	refuses("default.p12", "", EACCES, "the passphrase does not open");
	refuses("default.p12", NULL, EACCES, "is encrypted");
	refuses("nomac.p12", "other", EACCES, "the passphrase does not open");
	refuses("plain.p12", "other", EACCES, "does not fit the PKCS#12 file's MAC");
}

/* What openssl computes with PKCS#12's derivation over no octets at all. */
#define KDF                                                                                        \
	"kdf() { openssl kdf -keylen $1 -kdfopt digest:SHA1 -kdfopt hexpass: -kdfopt hexsalt:$2 "  \
	"-kdfopt iter:1 -kdfopt id:$3 PKCS12KDF | tr -d :; }\n"

static void to_hex(const uint8_t *p, size_t n, char *text)
{
	for (size_t i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
}

/* Encrypts the key of m.p12 again, in place. */
static void encrypt_key(struct buf *file)
{
	char salt[33];
	/* ... PBE-SHA1-3DES, SEQUENCE { OCTET STRING salt, INTEGER 1 }, OCTET STRING, long */
	uint8_t *at = memmem(file->p, file->n, "\x01\x0c\x01\x03\x30", 5);
	size_t n = at ? at[7] : 99;
	if (n > 16 || at[8 + n] != 2 || at[11 + n] != 4 || at[12 + n] != 0x82)
		bail("m.p12 is not as expected");
	to_hex(at + 8, n, salt);
	at += 13 + n;
	ok(sh(KDF "openssl pkcs8 -topk8 -nocrypt -in ca.key -outform DER -out plain.p8\n"
		  "openssl enc -des-ede3-cbc -K $(kdf 24 %s 1) -iv $(kdf 8 %s 2) -in plain.p8 -out "
		  "cipher",
		   salt, salt),
		"openssl encrypts under an absent passphrase");
	struct buf cipher = load("cipher");
	if (cipher.n != (size_t)(at[0] << 8 | at[1]))
		bail("the cipher texts are of different lengths");
	memcpy(at + 2, cipher.p, cipher.n);
	buf_free(&cipher);
}

/* Some programs take an empty passphrase for no octets, some for two zeros. */
static void no_passphrase(void)
{
	under("", "-keypbe PBE-SHA1-3DES -certpbe NONE -macalg sha1 -iter 1 -nomaciter", "m.p12");
	struct buf file = load("m.p12"), mac;
	char salt[33];
	encrypt_key(&file);
	save("m.p12", buf_bytes(&file));
	/* MacData ends the file: OCTET STRING MAC, OCTET STRING salt; one round is left out */
	size_t n = file.p[file.n - 9] == 8 ? 8 : 16;
	uint8_t *at = file.p + file.n - n - 22;
	if (at[-2] != 4 || at[-1] != 20 || at[20] != 4 || at[21] != n)
		bail("m.p12's MAC is not as expected");
	to_hex(at + 22, n, salt);
	ok(sh(KDF "asn1() { openssl asn1parse -inform DER -in m.p12 \"$@\"; }\n"
		  "at=$(asn1 | sed -n 's/^ *\\([0-9]*\\):d=3 .*OCTET STRING.*/\\1/p' | head -1)\n"
		  "asn1 -strparse $at -noout -out content\n"
		  "openssl dgst -sha1 -mac HMAC -macopt hexkey:$(kdf 20 %s 3) -binary -out mac.new "
		  "content",
		   salt),
		"and computes the MAC");
	mac = load("mac.new");
	memcpy(at, mac.p, 20);
	save("absent.p12", buf_bytes(&file));
	ok(sh("openssl pkcs12 -in absent.p12 -passin pass: -noenc -nocerts | openssl pkey -noout"),
		"openssl takes the file");
	reads("absent.p12", NULL, 1);
	reads("absent.p12", "", 1);
	buf_free(&file);
	buf_free(&mac);
}

/* --- files that openssl reads and does not write -------------------------------------------- */

static void put_bag(struct buf *out, enum oid kind, struct bytes value)
{
	size_t bag = out->n, inside;
	der_put(out, DER_OID, oid_bytes(kind));
	inside = out->n;
	der_put_raw(out, value);
	der_wrap(out, inside, DER_EXPLICIT(0));
	der_wrap(out, bag, DER_SEQUENCE);
}

static void put_cert(struct buf *out, const char *name)
{
	struct buf der = load_der(name), bag = BUF_INIT;
	der_put(&bag, DER_OID, oid_bytes(OID_X509_CERT));
	der_put(&bag, DER_OCTET_STRING, buf_bytes(&der));
	der_wrap(&bag, 11 + 1, DER_EXPLICIT(0));
	der_wrap(&bag, 0, DER_SEQUENCE);
	put_bag(out, OID_BAG_CERT, buf_bytes(&bag));
	buf_free(&der);
	buf_free(&bag);
}

/* A file without a MAC of one SafeContents. */
static void save_safe(const char *name, struct bytes bags)
{
	struct buf out = BUF_INIT;
	der_put(&out, DER_SEQUENCE, bags);
	der_wrap(&out, 0, DER_OCTET_STRING);
	der_wrap(&out, 0, DER_EXPLICIT(0));
	struct buf info = BUF_INIT;
	der_put(&info, DER_OID, oid_bytes(OID_P7_DATA));
	der_put_raw(&info, buf_bytes(&out));
	der_wrap(&info, 0, DER_SEQUENCE);
	der_wrap(&info, 0, DER_SEQUENCE); /* AuthenticatedSafe */
	der_wrap(&info, 0, DER_OCTET_STRING);
	der_wrap(&info, 0, DER_EXPLICIT(0));
	buf_free(&out);
	der_put(&out, DER_OID, oid_bytes(OID_P7_DATA));
	der_put_raw(&out, buf_bytes(&info));
	der_wrap(&out, 0, DER_SEQUENCE);
	buf_free(&info);
	der_put_small(&info, 3);
	der_put_raw(&info, buf_bytes(&out));
	der_wrap(&info, 0, DER_SEQUENCE);
	save(name, buf_bytes(&info));
	buf_free(&out);
	buf_free(&info);
}

static void nest(struct buf *bags)
{
	struct buf out = BUF_INIT;
	der_wrap(bags, 0, DER_SEQUENCE);
	put_bag(&out, OID_BAG_NESTED, buf_bytes(bags));
	buf_free(bags);
	*bags = out;
}

/* Two keys, two certificates, one of each within other contents; and what is passed over. */
static void several(void)
{
	struct buf bags = BUF_INIT, key, file;
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	ok(sh("openssl pkcs8 -topk8 -v2 aes256 -iter 2 -passout pass:secret -in ec.key -outform "
	      "DER -out ec.p8e\n"
	      "openssl pkcs8 -topk8 -nocrypt -in ca.key -outform DER -out ca.p8"),
		"openssl writes the keys");
	key = load("ec.p8e");
	put_bag(&bags, OID_BAG_SHROUDED, buf_bytes(&key));
	put_cert(&bags, "ec.crt");
	nest(&bags);
	buf_free(&key);
	key = load("ca.p8");
	put_bag(&bags, OID_BAG_KEY, buf_bytes(&key));
	put_cert(&bags, "ca.crt");
	put_bag(&bags, OID_BAG_SECRET, bytes_of("\x30"));
	save_safe("several.p12", buf_bytes(&bags));
	buf_free(&key);
	bags.n = 0;
	key = load("ca.p8");
	put_bag(&bags, OID_BAG_KEY, buf_bytes(&key));
	put_cert(&bags, "ca.crt");
	for (int i = 0; i < 3; i++)
		nest(&bags);
	save_safe("deep.p12", buf_bytes(&bags));
	nest(&bags);
	save_safe("deeper.p12", buf_bytes(&bags));
	for (int i = 0; i < 2000; i++)
		nest(&bags);
	save_safe("abyss.p12", buf_bytes(&bags));
	file = load("several.p12");
	ok(read_bytes(&p, buf_bytes(&file), "secret", &err) == 0 && p.n_keys == 2 &&
			p.n_certs == 2 && p.passed_over == 1 && p.plain_keys && !p.has_mac,
		"two keys, two certificates, a secret passed over %s", err.what);
	ok(p.n_keys == 2 && holds(&p, "ca.crt", "ca.key") && holds(&p, "ec.crt", "ec.key"),
		"all of them as they were");
	reads("deep.p12", NULL, 1);
	refuses("deeper.p12", NULL, ENOTSUP, "contents within each other");
	refuses("abyss.p12", NULL, ENOTSUP, "contents within each other");
	ok(sh("openssl pkcs12 -in deep.p12 -passin pass: -noenc -nokeys | grep -q BEGIN"),
		"openssl reads the like");
	pkcs12_free(&p);
	buf_free(&bags);
	buf_free(&key);
	buf_free(&file);
}

static void too_many(void)
{
	struct buf bags = BUF_INIT, file;
	struct pkcs12 p = PKCS12_INIT;
	struct error err;
	for (int i = 0; i < PKCS12_ITEMS_MAX; i++)
		put_cert(&bags, "ec.crt");
	save_safe("full.p12", buf_bytes(&bags));
	put_cert(&bags, "ec.crt");
	save_safe("over.p12", buf_bytes(&bags));
	file = load("full.p12");
	ok(read_bytes(&p, buf_bytes(&file), NULL, &err) == 0 && p.n_certs == PKCS12_ITEMS_MAX &&
			p.n_keys == 0,
		"%d certificates and no key", PKCS12_ITEMS_MAX);
	refuses("over.p12", NULL, ENOTSUP, "more than 128");
	pkcs12_free(&p);
	buf_free(&bags);
	buf_free(&file);
}

/* Two keys that belong to no certificate of the file: read as they are, and seen not to match. */
static void strangers(void)
{
	struct pkcs12 p = PKCS12_INIT;
	struct buf bags = BUF_INIT, key, file, der;
	struct error err;
	struct cert c = load_cert("ca.crt", &der);
	struct key k = KEY_INIT;
	int matches = 0;
	ok(sh("openssl genrsa -out s1.key 2048\n"
	      "openssl pkcs8 -topk8 -nocrypt -in s1.key -outform DER -out s1.p8\n"
	      "openssl pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out s2.p8"),
		"two keys of others");
	for (int i = 1; i < 3; i++) {
		key = load(i == 1 ? "s1.p8" : "s2.p8");
		put_bag(&bags, OID_BAG_KEY, buf_bytes(&key));
		buf_free(&key);
	}
	put_cert(&bags, "ca.crt");
	save_safe("strangers.p12", buf_bytes(&bags));
	file = load("strangers.p12");
	read_bytes(&p, buf_bytes(&file), NULL, &err);
	for (size_t i = 0; i < p.n_keys; i++)
		matches += key_import(&k, secret_bytes(&p.keys[i].der), NULL, &err) == 0 &&
			   key_matches(&k, &c);
	ok(p.n_keys == 2 && matches == 0, "two keys, and none of the certificate");
	key_free(&k);
	pkcs12_free(&p);
	buf_free(&bags);
	buf_free(&file);
	buf_free(&der);
}

int main(void)
{
	make_dir();
	fixtures();
	variants();
	said();
	passphrases();
	no_passphrase();
	several();
	too_many();
	strangers();
	return done();
}
