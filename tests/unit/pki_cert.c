// SPDX-License-Identifier: MIT
// Certificates are read as openssl says they are, and damage of any kind fails cleanly.
#include "base/clock.h"
#include "pki.h"
#include "pki/der.h"

static void make_certificates(void)
{
	ok(sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -days 3650 "
	      "-set_serial 0x7fffffffffffffffffffffffffffffffffffffff "
	      "-subj '/O=system:masters/CN=kubernetes-admin' "
	      "-addext 'subjectAltName=DNS:cp-1,DNS:*.example.com,IP:10.0.0.1,IP:fd00::1,"
	      "URI:https://a/b,email:a@b.c,RID:1.2.3' "
	      "-addext 'keyUsage=critical,digitalSignature,keyCertSign,decipherOnly' "
	      "-addext 'extendedKeyUsage=serverAuth,clientAuth,1.2.3.4' "
	      "-addext 'basicConstraints=critical,CA:TRUE,pathlen:3'\n"
	      "for k in P-256 P-384 P-521; do openssl req -x509 -newkey ec "
	      "-pkeyopt ec_paramgen_curve:$k -nodes -keyout $k.key -out $k.pem -subj /CN=$k "
	      "-sha384; done\n"
	      "openssl req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.pem -subj /CN=ed\n"
	      "openssl req -x509 -newkey rsa-pss -nodes -keyout pss.key -out pss.pem -subj "
	      "/CN=pss\n"
	      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes "
	      "-keyout bp.key -out bp.pem -subj /CN=bp\n" OPENSSL_V1_CNF OPENSSL_V1
	      "-key rsa.key -subj /CN=v1 -sha1 -days 1 -out v1.pem\n"
	      "openssl req -x509 -key rsa.key -subj /CN=nc -out nc.pem -addext "
	      "'nameConstraints=critical,permitted;DNS:a.b' -addext '1.2.3.4=critical,ASN1:NULL'\n"
	      "openssl req -x509 -key rsa.key -subj /CN=late -out late.pem -days 1000000"),
		"openssl makes the certificates");
}

static void names_text(void)
{
	ok(sh("openssl req -x509 -key rsa.key -out odd.pem "
	      "-subj '/O=group a+O=group,b+O=#c/OU=x;y/CN=a'\n"
	      "openssl req -x509 -key rsa.key -subj '/CN=K\xc3\xb6ln/O=\xe4\xb8\xad' -utf8 -out "
	      "u8.pem"),
		"openssl makes certificates with odd names");
	struct buf der, text = BUF_INIT;
	struct cert c = load_cert("odd.pem", &der);
	cert_name_text(&text, c.subject);
	has_str(buf_text(&text), "O=group a+O=", "a multi-valued RDN has + between its parts");
	has_str(buf_text(&text), "group\\,b", "commas in values are escaped");
	has_str(buf_text(&text), "\\#c", "# at the start is escaped");
	has_str(buf_text(&text), "x\\;y", "semicolons are escaped");
	text.n = 0;
	cert_name_values(&text, c.subject, "O");
	has_str(buf_text(&text), "group,b", "values of a type are not escaped");
	buf_free(&der);
	c = load_cert("u8.pem", &der);
	text.n = 0;
	cert_name_text(&text, c.subject);
	is_str(buf_text(&text), "CN=K\xc3\xb6ln,O=\xe4\xb8\xad", "UTF-8 stays UTF-8");
	text.n = 0;
	cert_common_name(&text, c.subject);
	is_str(buf_text(&text), "K\xc3\xb6ln", "the common name");
	buf_free(&der);
	buf_free(&text);
}

#define NAME(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

static void check_name(struct bytes name, const char *want, const char *what)
{
	struct buf text = BUF_INIT;
	cert_name_text(&text, name);
	is_str(buf_text(&text), want, what);
	buf_free(&text);
}

/* One attribute CN with one value of 4 octets. */
#define CN4(tag, v) "\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03" tag "\x04" v

static void string_types(void)
{
	check_name(NAME("\x30\x00"), "", "an empty name is empty text");
	check_name(NAME("\x30\x02\x31\x00"), "", "an empty RDN is empty text");
	check_name(NAME(CN4("\x14", "a\xe9z!")), "CN=a\xc3\xa9z!", "T61String is read as Latin-1");
	check_name(NAME(CN4("\x1e", "\x4e\x2d\x00z")), "CN=\xe4\xb8\xadz", "BMPString");
	check_name(NAME(CN4("\x1e", "\xd8\x3d\xde\x00")), "CN=\xf0\x9f\x98\x80", "BMPString, pair");
	check_name(NAME(CN4("\x1c", "\x00\x01\xf6\x00")), "CN=\xf0\x9f\x98\x80", "UniversalString");
	check_name(NAME(CN4("\x12", "1 23")), "CN=1 23", "NumericString");
	check_name(NAME(CN4("\x13", "ab\x00z")), "CN=ab\\00z", "a NUL byte cuts nothing");
	check_name(NAME(CN4("\x04", "abcd")), "CN=#040461626364", "other types as #hex");
	check_name(NAME("\x30\x0f\x31\x0d\x30\x0b\x06\x03\x2a\x03\x04\x0c\x04"
			"abcd"),
		"1.2.3.4=abcd", "an unknown type is written in dots");
	check_name(NAME("\x30\x05\x31"), "", "a damaged name does not crash");
}

static void rsa_fields(void)
{
	struct buf der, text = BUF_INIT;
	struct cert c = load_cert("rsa.pem", &der);
	char key[32];
	ok(c.version == 3 && c.key == KEY_RSA && c.key_bits == 2048 && c.sig == SIG_RSA_SHA256,
		"version, key and signature algorithm");
	is_str(cert_key_text(c.key, c.key_bits, key), "RSA-2048", "the key as text");
	is_str(cert_sig_text(c.sig), "SHA256-RSA", "the signature algorithm as Go names it");
	ok(c.has_bc && c.is_ca && c.path_len == 3, "basic constraints");
	is_int(c.ku, KU_DIGITAL_SIGNATURE | KU_CERT_SIGN | KU_DECIPHER_ONLY,
		"key usage, nine bits");
	is_int(c.eku, EKU_SERVER | EKU_CLIENT | EKU_OTHER, "extended key usage");
	ok(c.ski.n == 20 && c.aki.n == 20 && bytes_equal(c.ski, c.aki), "key ids");
	ok(!c.unknown_critical, "no critical extension is unknown");
	is_int(c.not_after - c.not_before, 3650LL * CLOCK_DAY, "validity");
	cert_name_text(&text, c.subject);
	is_str(buf_text(&text), "O=system:masters,CN=kubernetes-admin", "subject, in order");
	text.n = 0;
	cert_serial_decimal(&text, c.serial);
	is_str(buf_text(&text), "730750818665451459101842416358141509827966271487",
		"serial number in decimal");
	text.n = 0;
	cert_serial_hex(&text, c.serial);
	is_str(buf_text(&text), "7fffffffffffffffffffffffffffffffffffffff", "and in hex");
	text.n = 0;
	struct bytes rest = c.san, value;
	enum san_kind kind;
	while (cert_san_next(&rest, &kind, &value)) {
		cert_san_text(&text, kind, value);
		buf_str(&text, " ");
	}
	is_str(buf_text(&text),
		"DNS:cp-1 DNS:*.example.com IP:10.0.0.1 IP:fd00::1 URI:https://a/b email:a@b.c "
		"other:#88022a03 ",
		"subject alternative names");
	buf_free(&text);
	buf_free(&der);
}

static void serials(void)
{
	static const struct {
		const char *p;
		size_t n;
		const char *want;
	} cases[] = {{"", 0, "0"}, {"\0", 1, "0"}, {"\xff", 1, "-1"}, {"\x80", 1, "-128"},
		{"\0\x80", 2, "128"}, {"\x80\0\0\0\0\0\0\0", 8, "-9223372036854775808"}};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text.n = 0;
		cert_serial_decimal(&text, (struct bytes){(const uint8_t *)cases[i].p, cases[i].n});
		is_str(buf_text(&text), cases[i].want, "serial number");
	}
	buf_free(&text);
}

static void kinds(void)
{
	static const struct {
		const char *name;
		enum key_alg key;
		int bits;
		enum sig_alg sig;
	} cases[] = {
		{"P-256.pem", KEY_P256, 256, SIG_ECDSA_SHA384},
		{"P-384.pem", KEY_P384, 384, SIG_ECDSA_SHA384},
		{"P-521.pem", KEY_P521, 521, SIG_ECDSA_SHA384},
		{"ed.pem", KEY_ED25519, 256, SIG_ED25519},
		{"pss.pem", KEY_OTHER, 0, SIG_RSA_PSS},
		{"bp.pem", KEY_OTHER, 0, SIG_ECDSA_SHA256},
		{"v1.pem", KEY_RSA, 2048, SIG_RSA_SHA1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf der;
		struct cert c = load_cert(cases[i].name, &der);
		ok(c.key == cases[i].key && c.key_bits == cases[i].bits && c.sig == cases[i].sig,
			"read: %s", cases[i].name);
		buf_free(&der);
	}
	struct buf der;
	struct cert c = load_cert("v1.pem", &der);
	ok(c.version == 1 && c.extensions.n == 0 && !c.ski.p && !c.san.p,
		"version 1, no extensions");
	buf_free(&der);
	c = load_cert("nc.pem", &der);
	ok(c.constraints.p && c.unknown_critical,
		"name constraints; an unknown critical one is noted");
	buf_free(&der);
	c = load_cert("late.pem", &der);
	struct clock_date d = clock_to_date(c.not_after);
	ok(d.year > 4000, "GeneralizedTime past 2049 (year %d)", d.year);
	buf_free(&der);
}

/* Replaces one time's octets in the certificate, which must not change in length. */
static void time_case(const char *utc, bool good, int64_t want)
{
	struct buf der;
	struct cert c = load_cert("rsa.pem", &der), changed;
	struct error err = ERROR_INIT;
	uint8_t *at = (uint8_t *)memmem(der.p, der.n, "\x17\x0d", 2);
	memcpy(at + 2, utc, 13);
	bool read = cert_parse(&changed, buf_bytes(&der), &err) == 0;
	ok(read == good && (!good || changed.not_before == want), "UTCTime %s is %s", utc,
		good ? "read" : "refused");
	(void)c;
	buf_free(&der);
}

static void times(void)
{
	time_case("700101000000Z", true, 0);
	time_case("491231235959Z", true, 2524607999);
	time_case("500101000000Z", true, -631152000);
	time_case("7001010100+0", false, 0);
	time_case("700101010000+", false, 0);
	time_case("700229000000Z", false, 0);
	time_case("701301000000Z", false, 0);
	time_case("700101240000Z", false, 0);
	time_case("7001010000 0Z", false, 0);
	time_case("700101000000z", false, 0);
}

static void damage(const char *name)
{
	struct buf der;
	struct cert c = load_cert(name, &der);
	struct error err = ERROR_INIT;
	size_t accepted = 0;
	for (size_t n = 0; n < der.n; n++) {
		uint8_t *exact = xmalloc(n ? n : 1); /* ASan sees a byte read behind it */
		memcpy(exact, der.p, n);
		accepted += cert_parse(&c, (struct bytes){exact, n}, &err) == 0;
		free(exact);
	}
	ok(accepted == 0, "%s: every truncation is refused", name);
	has_str(err.what, "at byte", "with the offset");
	buf_add(&der, "", 1);
	ok(cert_parse(&c, buf_bytes(&der), &err) < 0, "%s: a byte behind it is refused", name);
	buf_free(&der);
}

/* All that is done with a certificate that was read. */
static void use(const struct cert *c)
{
	struct buf text = BUF_INIT;
	struct bytes rest = c->san, value;
	struct cert_ext ext;
	enum san_kind kind;
	cert_name_text(&text, c->subject);
	cert_common_name(&text, c->issuer);
	cert_serial_decimal(&text, c->serial);
	while (cert_san_next(&rest, &kind, &value))
		cert_san_text(&text, kind, value);
	rest = c->extensions;
	while (cert_ext_next(&rest, &ext))
		cert_serial_hex(&text, ext.oid);
	buf_free(&text);
}

static void flips(const char *name)
{
	struct buf der;
	struct cert c = load_cert(name, &der);
	struct error err = ERROR_INIT;
	uint32_t seed = 1;
	int read = 0;
	for (int i = 0; i < 20000; i++) {
		struct buf copy = BUF_INIT;
		buf_add(&copy, der.p, der.n);
		for (int k = 0; k <= i % 3; k++) {
			seed = seed * 1664525 + 1013904223;
			copy.p[(seed >> 8) % copy.n] ^= (uint8_t)(1u << (seed >> 29));
		}
		if (cert_parse(&c, buf_bytes(&copy), &err) == 0) {
			use(&c);
			read++;
		}
		buf_free(&copy);
	}
	ok(read > 0 && read < 20000, "%s: 20000 times flipped bits: no crash (%d read)", name,
		read);
	buf_free(&der);
}

static void refuse(struct bytes der, const char *what)
{
	struct cert c;
	struct error err = ERROR_INIT;
	ok(cert_parse(&c, der, &err) < 0, "refused: %s (%s)", what, err.what);
}

static void forms(void)
{
	refuse(NAME(""), "nothing");
	refuse(NAME("\x30"), "one byte");
	refuse(NAME("\x30\x80\0\0"), "indefinite length");
	refuse(NAME("\x30\x81\x05\x30\x00\x30\x00\x00"), "length that is not minimal");
	refuse(NAME("\x30\x84\xff\xff\xff\xff\0"), "length of 4 GiB");
	refuse(NAME("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff\0"), "length of 8 octets");
	refuse(NAME("\x3f\x81\x01\x00"), "tag of several octets");
	struct buf big = BUF_INIT;
	buf_room(&big, CERT_MAX + 10);
	memset(big.p, 0, CERT_MAX + 10);
	memcpy(big.p, "\x30\x83\x04\x00\x05", 5);
	refuse((struct bytes){big.p, CERT_MAX + 10}, "larger than CERT_MAX");
	buf_free(&big);
}

static void element(struct bytes in, bool good, const char *what)
{
	struct der d = der_reader(in, NULL);
	struct der_tlv t;
	ok((der_any(&d, "x", &t) == 0) == good, "%s: %s", good ? "read" : "refused", what);
}

static void elements(void)
{
	struct buf b = BUF_INIT, der = BUF_INIT, longer = BUF_INIT;
	struct cert c;
	element(NAME("\x04\x01x"), true, "a short length");
	element(NAME("\x04\x81\x01x"), false, "a short length written long");
	element(NAME("\x04\x82\x00\x80"), false, "a length with a zero before it");
	element(NAME("\x04\x80x\0\0"), false, "an indefinite length");
	element(NAME("\x04\x02x"), false, "a length past the end");
	element(NAME("\x04"), false, "no length");
	element(NAME("\x04\x81"), false, "half a length");
	element(NAME("\x1f\x01x"), false, "a tag of several octets");
	buf_room(&b, 70000);
	memset(b.p, 'x', 70000);
	for (size_t n = 0; n < 70000; n += n < 300 ? 1 : 6007) {
		der.n = 0;
		der_put(&der, DER_OCTET_STRING, (struct bytes){b.p, n});
		struct der d = der_reader(buf_bytes(&der), NULL);
		struct der_tlv t;
		if (der_any(&d, "x", &t) < 0 || t.body.n != n || d.in.n)
			ok(false, "%zu octets written are read", n);
	}
	ok(true, "what is written is read, with lengths of one to four octets");
	buf_free(&der);
	c = load_cert("P-256.pem", &der);
	buf_add(&longer, der.p + 4, der.n - 4);
	buf_add(&longer, "\5\0", 2);
	der_wrap(&longer, 0, DER_SEQUENCE);
	refuse(buf_bytes(&longer), "an element behind the signature");
	longer.n = 0;
	buf_add(&longer, "\x30\x83\x00", 3);
	buf_add(&longer, der.p + 2, der.n - 2);
	refuse(buf_bytes(&longer), "a certificate whose length is not minimal");
	(void)c;
	buf_free(&b);
	buf_free(&der);
	buf_free(&longer);
}

static void digests(void)
{
	char hex[65];
	sha256_hex(bytes_of("abc"), hex);
	is_str(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256");
}

int main(void)
{
	make_dir();
	make_certificates();
	rsa_fields();
	serials();
	kinds();
	names_text();
	string_types();
	times();
	forms();
	elements();
	digests();
	damage("rsa.pem");
	damage("ed.pem");
	damage("v1.pem");
	flips("rsa.pem");
	flips("P-521.pem");
	return done();
}
