// SPDX-License-Identifier: MIT
// PEM is read as it is met in the field, and written as OpenSSL writes it.
#include "pki.h"

static int next(const char *text, size_t *at, struct pem_block *b, struct error *err)
{
	return pem_next(bytes_of(text), at, b, err);
}

static void read_one(const char *text, const char *what)
{
	struct pem_block b = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	int rc = next(text, &at, &b, &err);
	ok(rc == 1 && b.der.n == 5 && memcmp(b.der.p, "hello", 5) == 0 &&
			bytes_is(b.label, "CERTIFICATE"),
		"read: %s", what);
	if (rc < 0)
		diag("%s", err.what);
	ok(text[b.begin] == '-', "begin is the first dash: %s", what);
	pem_block_free(&b);
}

static void refuse(const char *text, const char *reason, const char *what)
{
	struct pem_block b = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	int rc = next(text, &at, &b, &err);
	ok(rc == -1 && strstr(err.what, reason), "refused: %s (%s)", what, err.what);
	ok(at > 0 && at <= strlen(text), "and reading may go on: %s", what);
	pem_block_free(&b);
}

#define B "-----BEGIN CERTIFICATE-----"
#define E "-----END CERTIFICATE-----"

static void several(void)
{
	static const char text[] = "before\n" B "\naGVsbG8=\n" E "\nbetween\n"
				   "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
				   "DEK-Info: AES-256-CBC,00\n\nd29ybGQ=\n"
				   "-----END RSA PRIVATE KEY-----\nafter";
	struct pem_block b = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	ok(next(text, &at, &b, &err) == 1 && b.begin == 7 && !b.legacy_encrypted,
		"text before the first block is passed over");
	ok(strncmp(text + b.end, "between", 7) == 0, "end lies behind the END line's line end");
	ok(next(text, &at, &b, &err) == 1 && b.legacy_encrypted && b.der.n == 5 &&
			bytes_is(b.label, "RSA PRIVATE KEY"),
		"the second block: legacy headers are noted and are not data");
	ok(next(text, &at, &b, &err) == 0, "then there is none");
	ok(next(text, &at, &b, &err) == 0, "and none again");
	pem_block_free(&b);
}

static void go_on(void)
{
	static const char text[] = B "\n!!!!\n" E "\n" B "\naGVsbG8=\n" E "\n";
	struct pem_block b = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	ok(next(text, &at, &b, &err) == -1, "a damaged block is an error");
	ok(next(text, &at, &b, &err) == 1 && b.der.n == 5, "and the good one behind it is found");
	pem_block_free(&b);
}

static void written(void)
{
	make_dir();
	struct buf der = BUF_INIT, pem = BUF_INIT;
	for (int n = 0; n < 200; n++) {
		struct pem_block b = {0};
		struct error err = ERROR_INIT;
		size_t at = 0;
		uint8_t ch = (uint8_t)(n * 7);
		pem.n = 0;
		pem_write(&pem, "X", buf_bytes(&der));
		if (pem_next(buf_bytes(&pem), &at, &b, &err) != 1 ||
			!bytes_equal(buf_bytes(&der), buf_bytes(&b.der)) || b.end != pem.n)
			ok(false, "%d bytes written and read are the same", n);
		pem_block_free(&b);
		buf_add(&der, &ch, 1);
	}
	ok(true, "0 to 199 bytes written and read are the same");
	if (!sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out c.pem"))
		return;
	struct buf theirs = load("c.pem"), cert = load_der("c.pem");
	pem.n = 0;
	pem_write(&pem, "CERTIFICATE", buf_bytes(&cert));
	ok(bytes_equal(buf_bytes(&pem), buf_bytes(&theirs)), "written as OpenSSL writes it");
	buf_free(&der);
	buf_free(&pem);
	buf_free(&theirs);
	buf_free(&cert);
}

static void base64(void)
{
	static const char *const bad[] = {"a", "ab", "abc", "a===", "ab=c", "ab==cd==", "=",
		"====", "abcd=", "ab$d", "ab-_", "abc=="};
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(base64_decode(&out, bytes_of(bad[i]), &err) < 0, "not base64: %s", bad[i]);
	ok(base64_decode(&out, bytes_of(" a G\tV\r\ns\nbG8 = "), &err) == 0 && out.n == 5,
		"white space in base64 is skipped");
	out.n = 0;
	ok(base64_decode(&out, bytes_of(""), &err) == 0 && out.n == 0,
		"nothing is base64 of nothing");
	buf_free(&out);
}

int main(void)
{
	read_one(B "\naGVsbG8=\n" E "\n", "plain");
	read_one(B "\r\naGVsbG8=\r\n" E "\r\n", "CRLF");
	read_one(B "\raGVsbG8=\r" E "\r", "CR");
	read_one("\xef\xbb\xbf" B "\naGVsbG8=\n" E "\n", "a BOM before it");
	read_one("  " B "\n  aGVs\n  bG8=\n  " E "\n", "indented");
	read_one(B "  \naGVsbG8=  \n" E " \t\n", "blanks at the line ends");
	read_one(B "\naGVsbG8=\n" E, "no line end at the end");
	read_one(B "\n\naGVsbG8=\n\n" E "\n", "empty lines");
	read_one(B "\nComment: x\n\naGVsbG8=\n" E "\n", "a header");
	read_one("subject=CN = x\n" B "\naGVsbG8=\n" E "\n", "text before");
	refuse(B "\naGVsbG8=\n", "no END", "no END line");
	refuse(B "\naGVs\n" B "\naGVsbG8=\n" E "\n", "does not end", "a BEGIN in a block");
	refuse(B "\naGVsbG8=\n-----END KEY-----\n", "another label", "END of another label");
	refuse(B "\naGVsbG8\n" E "\n", "base64", "base64 cut short");
	refuse(B "\naGV*bG8=\n" E "\n", "base64", "a character that is not base64");
	refuse("-----BEGIN CERTIFICATE\naGVsbG8=\n" E "\n", "not complete", "half a BEGIN line");
	refuse(B "\naGVsbG8=\n" E B "\n", "does not end", "two blocks run together");
	several();
	go_on();
	base64();
	written();
	return done();
}
