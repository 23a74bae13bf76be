// SPDX-License-Identifier: MIT
// A CSR JSON gives the subject and the hosts that cfssl makes of it; what cannot be meant is
// refused.
#include "pki.h"
#include "pki/csr.h"
#include "pki/csr_make.h"
#include "pki/oid.h"
#include "pki/request.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static int read_text(
	struct request *r, const char *text, const struct request_change *change, struct error *err)
{
	struct jsondoc doc;
	int rc = jsondoc_read(&doc, bytes_of(text), err);
	if (rc == 0)
		rc = request_read(r, &doc, change, err);
	else
		*r = (struct request){.cn = NULL};
	jsondoc_free(&doc);
	return rc;
}

/* The hosts as the certificate will have them: "DNS:a,IP:1.2.3.4". */
static void put_hosts(struct buf *out, const struct request *r)
{
	struct buf san = BUF_INIT;
	struct cert c = {.version = 3};
	struct bytes value;
	enum san_kind kind;
	san_put(&san, &r->hosts, SAN_KINDS_ALL);
	if (san.n > 2)
		c.san = (struct bytes){san.p + (san.p[1] < 0x80 ? 2 : san.p[1] - 0x80 + 2),
			san.n - (san.p[1] < 0x80 ? 2 : san.p[1] - 0x80 + 2)};
	for (struct bytes rest = c.san; cert_san_next(&rest, &kind, &value);) {
		if (out->n)
			buf_str(out, ",");
		cert_san_text(out, kind, value);
	}
	buf_free(&san);
}

static const struct {
	const char *json, *subject, *hosts;
} good[] = {
	{"{\"CN\":\"kubernetes\"}", "CN=kubernetes", ""},
	{"{\"cn\":\"a\",\"Hosts\":[\"b\"]}", "CN=a", "DNS:b"},
	{"{\"CN\":\"kubernetes-admin\",\"names\":[{\"O\":\"system:masters\"}]}",
		"O=system:masters,CN=kubernetes-admin", ""},
	{"{\"CN\":\"x\",\"names\":[{\"OU\":\"ou\",\"O\":\"o\",\"L\":\"l\",\"ST\":\"st\",\"C\":"
	 "\"DE\"}]}",
		"C=DE,ST=st,L=l,O=o,OU=ou,CN=x", ""},
	{"{\"CN\":\"x\",\"names\":[{\"O\":\"zz\"},{\"O\":\"a\",\"C\":\"DE\"},{\"O\":\"bbb*\"},{}]}",
		"C=DE,O=a+O=zz+O=bbb*,CN=x", ""}, /* DER's order of a SET: the shorter first */
	{"{\"CN\":\"x\",\"serialnumber\":\"7\",\"names\":[{\"E\":\"e@x\",\"OID\":{\"1.2.3.4\":"
	 "\"v\","
	 "\"2.5.4.9\":\"street\",\"2.5.4.17\":\"zip\"}},{\"O\":\"o\",\"E\":\"e2\"}]}",
		"STREET=street,POSTALCODE=zip,O=o,CN=x,SERIALNUMBER=7,1.2.3.4=v,emailAddress=e@x,"
		"emailAddress=e2",
		""},
	{"{\"CN\":\"\",\"names\":[{\"O\":\"\",\"OU\":null}],\"hosts\":[\"h\"]}", "", "DNS:h"},
	{"{\"CN\":\"x\",\"hosts\":[\"spiffe://td/"
	 "w\",\"b.c\",\"10.0.0.1\",\"*.w\",\"a_b\",\"x@y.z\",\"::1\","
	 "\"::ffff:1.2.3.4\",\"HTTP://Foo/Bar?x=%20\",\"urn:uuid:F81D\",\"system:node:a\"]}",
		"CN=x",
		"DNS:b.c,DNS:*.w,DNS:a_b,email:x@y.z,IP:10.0.0.1,IP:::1,IP:1.2.3.4,URI:spiffe://td/"
		"w,"
		"URI:http://Foo/Bar?x=%20,URI:urn:uuid:F81D,URI:system:node:a"},
	{"{\"CN\":\"x\",\"hosts\":[\"123\",\"xn--a.b\",\"A.B\"]}", "CN=x",
		"DNS:123,DNS:xn--a.b,DNS:A.B"},
	{"{\"CN\":\"x\",\"hosts\":null,\"names\":null,\"key\":null,\"ca\":null}", "CN=x", ""},
};

static void check_good(void)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct request r;
		struct error err = ERROR_INIT;
		struct buf subject = BUF_INIT, hosts = BUF_INIT;
		if (!ok(read_text(&r, good[i].json, NULL, &err) == 0, "read: %s", good[i].json))
			diag("%s", err.what);
		cert_name_text(&subject, buf_bytes(&r.subject));
		put_hosts(&hosts, &r);
		is_str(buf_text(&subject), good[i].subject, "the subject");
		is_str(buf_text(&hosts), good[i].hosts, "the hosts");
		buf_free(&subject);
		buf_free(&hosts);
		request_free(&r);
	}
}

static const struct {
	const char *json;
	enum key_alg alg;
	int bits;
} keys[] = {
	{"{\"CN\":\"x\"}", KEY_P256, 256},
	{"{\"CN\":\"x\",\"key\":{}}", KEY_P256, 256},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"ecdsa\"}}", KEY_P256, 256},
	{"{\"CN\":\"x\",\"key\":{\"size\":384}}", KEY_P384, 384},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"ecdsa\",\"size\":521}}", KEY_P521, 521},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":2048}}", KEY_RSA, 2048},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":4096}}", KEY_RSA, 4096},
};

static void check_keys(void)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct request r;
		struct error err = ERROR_INIT;
		ok(read_text(&r, keys[i].json, NULL, &err) == 0 && r.key == keys[i].alg &&
				r.key_bits == keys[i].bits,
			"the key of %s", keys[i].json);
		request_free(&r);
	}
}

static const struct {
	const char *json;
	enum error_kind kind;
	const char *what;
} bad[] = {
	{"[]", ERR_FAILED, "must be of type object, it is array"},
	{"{}", ERR_FAILED, "names nobody"},
	{"{\"CN\":\"\",\"hosts\":[]}", ERR_FAILED, "names nobody"},
	{"{\"CN\":1}", ERR_FAILED, "\"CN\" must be of type string, it is number"},
	{"{\"CN\":\"x\",\n\"foo\":1}", ERR_FAILED, "line 2: the CSR has an unknown field \"foo\""},
	{"{\"CN\":\"x\",\"host\":[]}", ERR_FAILED, "unknown field \"host\""},
	{"{\"CN\":\"x\\u0000y\"}", ERR_FAILED, "NUL"},
	{"{\"CN\":\"x\\ny\"}", ERR_FAILED, "control character"},
	{"{\"CN\":\"x\",\"names\":{}}", ERR_FAILED, "\"names\" must be of type array"},
	{"{\"CN\":\"x\",\"names\":[\"O\"]}", ERR_FAILED, "\"names\" must be of type object"},
	{"{\"CN\":\"x\",\"names\":[{\"CN\":\"y\"}]}", ERR_FAILED,
		"\"names\" has an unknown field \"CN\""},
	{"{\"CN\":\"x\",\"names\":[{\"O\":[\"a\"]}]}", ERR_FAILED, "\"O\" must be of type string"},
	{"{\"CN\":\"x\",\"names\":[{\"OID\":{\"2.5.4.10\":\"o\"}}]}", ERR_FAILED,
		"2.5.4.10 has a field"},
	{"{\"CN\":\"x\",\"names\":[{\"OID\":{\"2.5.4.3\":\"o\"}}]}", ERR_FAILED,
		"2.5.4.3 has a field"},
	{"{\"CN\":\"x\",\"names\":[{\"OID\":{\"1\":\"o\"}}]}", ERR_FAILED,
		"not an object identifier: 1"},
	{"{\"CN\":\"x\",\"names\":[{\"OID\":{\"1.40\":\"o\"}}]}", ERR_FAILED,
		"not an object identifier"},
	{"{\"CN\":\"x\",\"names\":[{\"OID\":{\"1.2.x\":\"o\"}}]}", ERR_FAILED,
		"not an object identifier"},
	{"{\"CN\":\"x\",\"hosts\":\"a\"}", ERR_FAILED,
		"\"hosts\" must be of type array, it is string"},
	{"{\"CN\":\"x\",\"hosts\":[1]}", ERR_FAILED, "\"hosts\" must be of type string"},
	{"{\"CN\":\"x\",\"hosts\":[\"a\",\n\"\"]}", ERR_FAILED, "line 2: a host is empty"},
	{"{\"CN\":\"x\",\"hosts\":[\"a b\"]}", ERR_FAILED, "neither an address nor a DNS name"},
	{"{\"CN\":\"x\",\"hosts\":[\" a\"]}", ERR_FAILED, "neither an address nor a DNS name"},
	{"{\"CN\":\"x\",\"hosts\":[\"a..b\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"-a\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"a.\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"*\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"a.*.b\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"localhost:8443\"]}", ERR_FAILED, "has a port"},
	{"{\"CN\":\"x\",\"hosts\":[\"10.0.0.1:443\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"10.0.0.0/24\"]}", ERR_FAILED, "prefix length"},
	{"{\"CN\":\"x\",\"hosts\":[\"/abs\"]}", ERR_FAILED, "path"},
	{"{\"CN\":\"x\",\"hosts\":[\"010.0.0.1\"]}", ERR_FAILED, "looks like an IP address"},
	{"{\"CN\":\"x\",\"hosts\":[\"10.0.0\"]}", ERR_FAILED, "looks like an IP address"},
	{"{\"CN\":\"x\",\"hosts\":[\"[::1]\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"fe80::1%eth0\"]}", ERR_FAILED,
		"neither an address nor a name nor a URI"},
	{"{\"CN\":\"x\",\"hosts\":[\"http://h/a b\"]}", ERR_FAILED, "is not a URI"},
	{"{\"CN\":\"x\",\"hosts\":[\"http://h/a#b\"]}", ERR_FAILED, "is not a URI"},
	{"{\"CN\":\"x\",\"hosts\":[\"http://h/%zz\"]}", ERR_FAILED, "is not a URI"},
	{"{\"CN\":\"x\",\"hosts\":[\"spiffe://td%20\"]}", ERR_FAILED, "is not a URI"},
	{"{\"CN\":\"x\",\"hosts\":[\"b\xc3\xbc"
	 "cher.example\"]}",
		ERR_FAILED, "is not ASCII"},
	{"{\"CN\":\"x\",\"hosts\":[\"a@b@c\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"hosts\":[\"Bob <a@b>\"]}", ERR_FAILED, "neither"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":1024}}", ERR_REFUSED, "too weak"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":2047}}", ERR_REFUSED, "too weak"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":8192}}", ERR_REFUSED,
		"this size are not made"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\",\"size\":-2048}}", ERR_REFUSED, "too weak"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"rsa\"}}", ERR_FAILED, "\"key\" has no \"size\""},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"RSA\",\"size\":2048}}", ERR_FAILED,
		"no such key algorithm: RSA"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"ed25519\"}}", ERR_REFUSED, "ed25519 keys are not made"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"ecdsa\",\"size\":224}}", ERR_FAILED,
		"no such ECDSA key"},
	{"{\"CN\":\"x\",\"key\":{\"algo\":\"ecdsa\",\"size\":4294967552}}", ERR_FAILED,
		"no such ECDSA key"},
	{"{\"CN\":\"x\",\"key\":{\"size\":\"256\"}}", ERR_FAILED,
		"\"size\" must be of type number"},
	{"{\"CN\":\"x\",\"key\":{\"size\":256.0}}", ERR_FAILED,
		"must be a whole number, it is 256.0"},
	{"{\"CN\":\"x\",\"key\":{\"bits\":256}}", ERR_FAILED, "\"key\" has an unknown field"},
	{"{\"CN\":\"x\",\"ca\":{\"expiry\":\"1y\"}}", ERR_FAILED,
		"\"expiry\" is not a duration: 1y"},
	{"{\"CN\":\"x\",\"ca\":{\"expiry\":\"-1h\"}}", ERR_FAILED, "not a duration"},
	{"{\"CN\":\"x\",\"ca\":{\"expiry\":8760}}", ERR_FAILED,
		"\"expiry\" must be of type string"},
	{"{\"CN\":\"x\",\"ca\":{\"pathlen\":-2}}", ERR_FAILED, "\"pathlen\" is out of range"},
	{"{\"CN\":\"x\",\"ca\":{\"pathlen\":1000}}", ERR_FAILED, "\"pathlen\" is out of range"},
	{"{\"CN\":\"x\",\"ca\":{\"pathlen\":1,\"pathlenzero\":true}}", ERR_FAILED, "contradicts"},
	{"{\"CN\":\"x\",\"ca\":{\"max_path_len\":1}}", ERR_FAILED, "\"ca\" has an unknown field"},
	{"{\"CN\":\"x\",\"crl_url\":\"crl\"}", ERR_FAILED, "\"crl_url\" is not a URL"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3],\"Value\":\"x\"}]}", ERR_FAILED,
		"not one DER"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3],\"Value\":\"BQAFAA==\"}]}", ERR_FAILED,
		"not one DER"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[3,2,3],\"Value\":\"BQA=\"}]}", ERR_FAILED,
		"\"Id\" is not"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":\"1.2.3\",\"Value\":\"BQA=\"}]}", ERR_FAILED,
		"type array"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3]}]}", ERR_FAILED,
		"needs \"Id\" and \"Value\""},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[2,5,29,17],\"Value\":\"MAA=\"}]}", ERR_REFUSED,
		"business"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[2,5,29,19],\"Value\":\"MAMBAf8=\"}]}", ERR_REFUSED,
		"business"},
	{"{\"CN\":\"x\",\"extensions\":[{\"Id\":[1,2,3],\"Value\":\"BQA=\"},{\"Id\":[1,2,3],"
	 "\"Value\":\"BQA=\"}]}",
		ERR_FAILED, "stands there twice"},
};

static void check_bad(void)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct request r;
		struct error err = ERROR_INIT;
		int rc = read_text(&r, bad[i].json, NULL, &err);
		if (!ok(rc < 0 && err.kind == bad[i].kind && strstr(err.what, bad[i].what),
			    "refused: %s", bad[i].what))
			diag("%d %s: %s", (int)err.kind, err.what, bad[i].json);
		request_free(&r);
	}
}

static void check_changes(void)
{
	static const char json[] = "{\"CN\":\"x\",\"hosts\":[\"a b\",\"old\"]}";
	struct request r;
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct request_change change = {"other", "q, 1.2.3.4 ,z"};
	ok(read_text(&r, json, &change, &err) == 0,
		"hosts on the command line stand for the JSON's");
	put_hosts(&text, &r);
	is_str(buf_text(&text), "DNS:q,DNS:z,IP:1.2.3.4", "with spaces around them");
	text.n = 0;
	cert_name_text(&text, buf_bytes(&r.subject));
	is_str(buf_text(&text), "CN=other", "and the CN too");
	request_free(&r);
	change.hosts = "a,,b";
	ok(read_text(&r, json, &change, &err) < 0 && strstr(err.what, "empty"),
		"an empty one is refused");
	request_free(&r);
	ok(read_text(&r, "{\"CN\":\"x\",\"names\":[{\"SerialNumber\":\"1\"}]}", NULL, &err) == 0 &&
			strstr(buf_text(&r.notes),
				"\"SerialNumber\" among \"names\" has no effect"),
		"what has no effect is said");
	request_free(&r);
	buf_free(&text);
}

/* openssl reads the request and finds its signature good. */
static void check_csr(void)
{
	static const char json[] =
		"{\"CN\":\"x\",\"names\":[{\"O\":\"b\"},{\"O\":\"a\",\"OID\":{\"2.5.4.9\":\"s\"}}],"
		"\"hosts\":[\"h.example\",\"10.0.0.1\"],\"ca\":{\"pathlen\":0,\"pathlenzero\":true}"
		","
		"\"delegation_enabled\":true,\"extensions\":[{\"Id\":[1,2,3,4],\"Critical\":true,"
		"\"Value\":\"BQA=\"}]}";
	static const struct {
		enum key_alg alg;
		int bits;
	} kinds[] = {{KEY_RSA, 2048}, {KEY_P256, 256}, {KEY_P384, 384}, {KEY_P521, 521}};
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct request r;
		struct key k = KEY_INIT;
		struct error err = ERROR_INIT;
		struct buf der = BUF_INIT, pem = BUF_INIT;
		struct csr csr;
		ok(read_text(&r, json, NULL, &err) == 0 &&
				key_generate(&k, kinds[i].alg, kinds[i].bits, &err) == 0 &&
				csr_make(&der, &r, &k, &err) == 0 &&
				csr_parse(&csr, buf_bytes(&der), &err) == 0,
			"a request with a key of %d bits", kinds[i].bits);
		pem_write(&pem, "CERTIFICATE REQUEST", buf_bytes(&der));
		save("csr.pem", buf_bytes(&pem));
		ok(sh("openssl req -in csr.pem -noout -verify\n"
		      "openssl req -in csr.pem -noout -text -nameopt RFC2253 >text\n"
		      "grep -q 'Subject: street=s,CN=x,O=b+O=a' text\n"
		      "grep -q 'DNS:h.example, IP Address:10.0.0.1' text\n"
		      "grep -q 'CA:TRUE, pathlen:0' text\n"
		      "grep -q '1.3.6.1.4.1.44363.44' text\n"
		      "grep -q '1.2.3.4: critical' text"),
			"openssl finds it good");
		request_free(&r);
		key_free(&k);
		buf_free(&der);
		buf_free(&pem);
	}
}

static void check_oids(void)
{
	static const char *const texts[] = {
		"0.0", "2.5.4.3", "1.2.840.113549.1.1.1", "2.999.1", "1.39.128.16384"};
	static const char *const none[] = {"", "1", "1.", ".1", "3.1", "1.40", "0.40.1", "1.2.",
		"1..2", "1.2.03", "1.2.x", "1.2 ", "1.-2", "1.2.99999999999999999999"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf oid = BUF_INIT, text = BUF_INIT;
		ok(oid_parse(&oid, texts[i]), "an identifier: %s", texts[i]);
		oid_text(&text, buf_bytes(&oid));
		is_str(buf_text(&text), texts[i], "and back");
		buf_free(&oid);
		buf_free(&text);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		struct buf oid = BUF_INIT;
		ok(!oid_parse(&oid, none[i]) && oid.n == 0, "no identifier: \"%s\"", none[i]);
		buf_free(&oid);
	}
}

int main(void)
{
	make_dir();
	check_good();
	check_keys();
	check_bad();
	check_changes();
	check_csr();
	check_oids();
	return done();
}
