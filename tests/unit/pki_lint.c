// SPDX-License-Identifier: MIT
// Lint finds what Go's crypto/x509 refuses in certificates that other libraries take.
#include "pki.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/lint.h"
#include "pki/oid.h"
#include "pki/spki.h"

#define BYTES(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* P-256's base point. */
static const uint8_t point[65] = {4, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc,
	0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
	0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b,
	0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
	0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
static struct buf good_name, good_spki;

/* A certificate is put together out of these; its signature is none. */
struct parts {
	struct bytes serial, issuer, subject, spki, sigalg, outer;
	struct buf extensions;
};

#define SHA256_RSA "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"

static struct parts good(void)
{
	return (struct parts){
		.serial = BYTES("\x01"),
		.issuer = buf_bytes(&good_name),
		.subject = buf_bytes(&good_name),
		.spki = buf_bytes(&good_spki),
		.sigalg = BYTES(SHA256_RSA),
		.outer = BYTES(SHA256_RSA),
	};
}

static void build(const struct parts *p, struct buf *out)
{
	out->n = 0;
	der_put_small(out, 2);
	der_wrap(out, 0, DER_EXPLICIT(0));
	der_put(out, DER_INTEGER, p->serial);
	der_put_raw(out, p->sigalg);
	der_put_raw(out, p->issuer);
	size_t mark = out->n;
	der_put(out, DER_UTC_TIME, BYTES("260101000000Z"));
	der_put(out, DER_UTC_TIME, BYTES("270101000000Z"));
	der_wrap(out, mark, DER_SEQUENCE);
	der_put_raw(out, p->subject);
	der_put_raw(out, p->spki);
	if (p->extensions.n) {
		mark = out->n;
		der_put_raw(out, buf_bytes(&p->extensions));
		der_wrap(out, mark, DER_SEQUENCE);
		der_wrap(out, mark, DER_EXPLICIT(3));
	}
	der_wrap(out, 0, DER_SEQUENCE);
	der_put_raw(out, p->outer);
	der_put_bits(out, BYTES("sig"));
	der_wrap(out, 0, DER_SEQUENCE);
}

/* reason NULL: good. Frees the extensions. */
static void lint(struct parts *p, const char *reason, const char *what)
{
	struct buf der = BUF_INIT;
	struct cert c;
	struct error err = ERROR_INIT;
	build(p, &der);
	if (cert_parse(&c, buf_bytes(&der), &err) < 0) {
		ok(false, "%s: does not even parse: %s", what, err.what);
	} else {
		int rc = lint_cert(&c, &err);
		ok(reason ? rc < 0 && strstr(err.what, reason) : rc == 0, "%s: %s (%s)",
			reason ? "refused" : "good", what, err.what);
	}
	buf_free(&p->extensions);
	buf_free(&der);
}

static void put_name(struct buf *out, unsigned tag, struct bytes value)
{
	der_put(out, DER_OID, BYTES("\x55\x04\x03"));
	der_put(out, tag, value);
	der_wrap(out, 0, DER_SEQUENCE);
	der_wrap(out, 0, DER_SET);
	der_wrap(out, 0, DER_SEQUENCE);
}

static void serial(struct bytes value, const char *reason, const char *what)
{
	struct parts p = good();
	p.serial = value;
	lint(&p, reason, what);
}

static void name(unsigned tag, struct bytes value, const char *reason, const char *what)
{
	struct buf b = BUF_INIT;
	put_name(&b, tag, value);
	struct parts p = good();
	p.subject = buf_bytes(&b);
	lint(&p, reason, what);
	p = good();
	p.issuer = buf_bytes(&b);
	lint(&p, reason, what);
	buf_free(&b);
}

static void extension(
	enum oid id, bool critical, struct bytes value, const char *reason, const char *what)
{
	struct parts p = good();
	ext_put(&p.extensions, oid_bytes(id), critical, value);
	lint(&p, reason, what);
}

static void raw_extension(struct bytes raw, const char *reason, const char *what)
{
	struct parts p = good();
	der_put_raw(&p.extensions, raw);
	lint(&p, reason, what);
}

static void key(struct bytes spki, const char *reason, const char *what)
{
	struct parts p = good();
	p.spki = spki;
	lint(&p, reason, what);
}

static void serials(void)
{
	serial(BYTES("\x01"), NULL, "serial 1");
	serial(BYTES("\x00\x80"), NULL, "serial 128");
	serial(BYTES(""), "empty", "an empty serial");
	serial(BYTES("\x00\x01"), "minimal", "a serial with a zero before it");
	serial(BYTES("\x80"), "negative", "a negative serial");
	serial(BYTES("\xff\xff"), "minimal", "a negative serial that is too long");
}

static void names(void)
{
	name(DER_PRINTABLE_STRING, BYTES("kube-apiserver *&"), NULL,
		"PrintableString as Go has it");
	name(DER_PRINTABLE_STRING, BYTES("a@b"), "PrintableString", "@ in a PrintableString");
	name(DER_PRINTABLE_STRING, BYTES("a_b"), "PrintableString", "_ in a PrintableString");
	name(DER_PRINTABLE_STRING, BYTES("a\0b"), "PrintableString", "NUL in a PrintableString");
	name(DER_UTF8_STRING, BYTES("\xc3\xb6\xf0\x9f\x98\x80"), NULL, "UTF-8");
	name(DER_UTF8_STRING, BYTES("\xc3"), "UTF-8", "UTF-8 cut short");
	name(DER_UTF8_STRING, BYTES("\xc0\x80"), "UTF-8", "overlong UTF-8");
	name(DER_UTF8_STRING, BYTES("\xed\xa0\x80"), "UTF-8", "a surrogate in UTF-8");
	name(DER_UTF8_STRING, BYTES("\xf5\x80\x80\x80"), "UTF-8", "UTF-8 past the last character");
	name(DER_IA5_STRING, BYTES("a@b"), NULL, "IA5String");
	name(DER_IA5_STRING, BYTES("\xe9"), "ASCII", "an IA5String with Latin-1");
	name(DER_NUMERIC_STRING, BYTES("1 2"), NULL, "NumericString");
	name(DER_NUMERIC_STRING, BYTES("1a"), "NumericString", "a letter in a NumericString");
	name(DER_BMP_STRING, BYTES("\x4e\x2d"), NULL, "BMPString");
	name(DER_BMP_STRING, BYTES("\x4e"), "BMPString", "half a BMPString");
	name(DER_BMP_STRING, BYTES("\xd8\x00\xdc\x00"), "BMPString", "surrogates in a BMPString");
	name(DER_T61_STRING, BYTES("\xe9"), NULL, "T61String");
	name(DER_UNIVERSAL_STRING, BYTES("\0\0\0a"), "type", "UniversalString");
	name(DER_OCTET_STRING, BYTES("a"), "type", "an OCTET STRING in a name");
}

static void extensions(void)
{
	extension(OID_EXT_SKI, false, BYTES("\x04\x01x"), NULL, "subject key id");
	extension(OID_EXT_SKI, true, BYTES("\x04\x01x"), "critical", "a critical subject key id");
	extension(OID_EXT_AKI, false, BYTES("\x30\x03\x80\x01x"), NULL, "authority key id");
	extension(OID_EXT_AKI, true, BYTES("\x30\x03\x80\x01x"), "critical",
		"a critical authority key id");
	extension(
		OID_EXT_AIA, true, BYTES("\x30\x00"), "critical", "a critical information access");
	extension(OID_EXT_BC, true, BYTES("\x30\x03\x01\x01\xff"), NULL, "CA:TRUE");
	extension(OID_EXT_BC, true, BYTES("\x30\x03\x01\x01\x01"), "BOOLEAN", "CA as BOOLEAN 01");
	raw_extension(BYTES("\x30\x0c\x06\x03\x55\x1d\x13\x01\x01\x01\x04\x02\x30\x00"), "BOOLEAN",
		"critical as BOOLEAN 01");
	raw_extension(BYTES("\x30\x09\x06\x03\x55\x1d\x13\x04\x02\x30\x00"
			    "\x30\x09\x06\x03\x55\x1d\x13\x04\x02\x30\x00"),
		"twice", "an extension that comes twice");
	extension(OID_EXT_KU, true, BYTES("\x03\x02\x05\xa0"), NULL, "key usage");
	extension(OID_EXT_KU, true, BYTES("\x03\x02\x05\xa1"), "unused bits",
		"padding bits that are set");
	extension(OID_EXT_SAN, false,
		BYTES("\x30\x06\x82\x04"
		      "cp-1"),
		NULL, "a DNS name");
	extension(OID_EXT_SAN, false, BYTES("\x30\x03\x82\x01\xe9"), "ASCII",
		"a DNS name in Latin-1");
	extension(OID_EXT_SAN, false, BYTES("\x30\x03\x81\x01\xe9"), "ASCII",
		"a mail address in Latin-1");
	extension(
		OID_EXT_SAN, false, BYTES("\x30\x06\x87\x04\x0a\0\0\x01"), NULL, "an IPv4 address");
	extension(OID_EXT_SAN, false, BYTES("\x30\x07\x87\x05\x0a\0\0\x01\0"), "wrong length",
		"an address of 5 octets");
	extension(OID_EXT_SAN, false, BYTES("\x30\x0a\x86\x08http://a"), NULL, "a URI");
	extension(
		OID_EXT_SAN, false, BYTES("\x30\x06\x86\x04http"), NULL, "a URI without a scheme");
	extension(OID_EXT_SAN, false, BYTES("\x30\x06\x86\x04://a"), "URI",
		"a URI that begins with :");
	extension(OID_EXT_SAN, false,
		BYTES("\x30\x07\x86\x05"
		      "a:/%z"),
		"URI", "a URI with a bad %");
	extension(OID_EXT_SAN, false,
		BYTES("\x30\x05\x86\x03"
		      "a:\n"),
		"URI", "a URI with a line end");
}

static void constraints(void)
{
	static const struct {
		struct bytes value;
		const char *reason, *what;
	} cases[] = {
		{BYTES("\x30\x0a\xa0\x08\x30\x06\x82\x04.org"), NULL, "a DNS constraint"},
		{BYTES("\x30\x07\xa0\x05\x30\x03\x82\x01."), "malformed", "a dot alone"},
		{BYTES("\x30\x08\xa0\x06\x30\x04\x82\x02"
		       "a."),
			"malformed", "a dot at the end"},
		{BYTES("\x30\x0e\xa1\x0c\x30\x0a\x87\x08\x0a\0\0\0\xff\0\xff\0"), "malformed",
			"a mask with a hole"},
		{BYTES("\x30\x0b\xa1\x09\x30\x07\x87\x05\x0a\0\0\0\xff"), "malformed",
			"an address of 5 octets"},
		{BYTES("\x30\x0b\xa0\x09\x30\x07\x81\x05\"a\"@b"), NULL, "a mailbox"},
		{BYTES("\x30\x0a\xa0\x08\x30\x06\x81\x04.a@b"), "malformed", "no mailbox"},
		{BYTES("\x30\x0d\xa0\x0b\x30\x09\x86\x07"
		       "1.2.3.4"),
			"malformed", "an address as a URI's domain"},
		{BYTES("\x30\x02\xa0\x00"), "empty", "empty name constraints"},
		{BYTES("\x30\x00"), "empty", "no name constraints"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		extension(
			OID_EXT_CONSTRAINTS, true, cases[i].value, cases[i].reason, cases[i].what);
}

static void rsa(
	struct bytes params, struct bytes n, struct bytes e, const char *reason, const char *what)
{
	struct buf b = BUF_INIT, inner = BUF_INIT;
	der_put(&b, DER_OID, oid_bytes(OID_RSA));
	der_put_raw(&b, params);
	der_wrap(&b, 0, DER_SEQUENCE);
	der_put(&inner, DER_INTEGER, n);
	der_put(&inner, DER_INTEGER, e);
	der_wrap(&inner, 0, DER_SEQUENCE);
	der_put_bits(&b, buf_bytes(&inner));
	der_wrap(&b, 0, DER_SEQUENCE);
	key(buf_bytes(&b), reason, what);
	buf_free(&b);
	buf_free(&inner);
}

static void keys(void)
{
	struct buf b = BUF_INIT;
	struct bytes null = BYTES("\x05\x00"), n = BYTES("\x7f\x01"), e = BYTES("\x03");
	rsa(null, n, e, NULL, "an RSA key");
	rsa(BYTES(""), n, e, "NULL", "an RSA key without NULL");
	rsa(null, BYTES("\x80\x01"), e, "positive", "a negative modulus");
	rsa(null, BYTES("\x00\x01"), e, "minimal", "a modulus that is not minimal");
	rsa(null, n, BYTES("\x00"), "positive", "exponent 0");
	rsa(null, n, BYTES("\x01\0\0\0\0\0\0\0\1"), "63 bits", "an exponent of 9 octets");
	rsa(null, n, BYTES(""), "positive", "an empty exponent");
	spki_put_ec(&b, KEY_P256, (struct bytes){point, 65});
	key(buf_bytes(&b), NULL, "an EC point");
	b.p[b.n - 1] ^= 1;
	key(buf_bytes(&b), "on its curve", "a point beside the curve");
	b.n = 0;
	spki_put_ec(&b, KEY_P384, (struct bytes){point, 65});
	key(buf_bytes(&b), "wrong length", "a P-256 point on P-384");
	b.n = 0;
	spki_put_ec(&b, KEY_P256, BYTES("\x02xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
	key(buf_bytes(&b), "compressed", "a compressed point");
	key(BYTES("\x30\x0c\x30\x05\x06\x03\x2b\x65\x70\x03\x03\x00xx"), "Ed25519",
		"an Ed25519 key of 2 octets");
	key(BYTES("\x30\x16\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a"
		  "\x03\x02\x00x"),
		"curve", "secp256k1");
	buf_free(&b);
}

int main(void)
{
	put_name(&good_name, DER_PRINTABLE_STRING, BYTES("kubernetes"));
	spki_put_rsa(&good_spki, BYTES("\x7f\x01"), BYTES("\x03"));
	struct parts p = good();
	lint(&p, NULL, "the certificate that the cases are made of");
	p = good();
	p.outer = BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00");
	lint(&p, "differ", "two signature algorithms");
	p = good();
	p.outer = BYTES("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b");
	lint(&p, "differ", "signature algorithms with other parameters");
	serials();
	names();
	extensions();
	constraints();
	keys();
	buf_free(&good_name);
	buf_free(&good_spki);
	return done();
}
