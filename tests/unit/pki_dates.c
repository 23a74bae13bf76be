// SPDX-License-Identifier: MIT
// Validity up to the end of 9999 is written and read as openssl, mbedTLS and we agree; serial
// numbers are random and never come twice.
#include <math.h>

#include "base/clock.h"
#include "pki.h"
#include "pki/chain.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/opinion.h"

#define END_2049 2524607999
#define END_9999 253402300799

static struct buf old_der, ca_der;
static struct cert old, ca;
static struct key ca_key = KEY_INIT;

static void make_fixtures(void)
{
	ok(sh("for k in ca leaf; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; "
	      "done\n"
	      "mkdir db; : >db/index; printf '%%s\\n' '[ca]' default_ca=x '[x]' database=db/index "
	      "serial=db/serial "
	      "new_certs_dir=db default_md=sha256 policy=p '[p]' commonName=supplied '[e]' "
	      "basicConstraints=critical,CA:TRUE subjectKeyIdentifier=hash >cnf\n"
	      "openssl req -new -key ca.key -subj /CN=ca -out ca.csr\n"
	      "openssl ca -batch -notext -config cnf -create_serial -selfsign -keyfile ca.key -in "
	      "ca.csr -extensions e "
	      "-startdate 19600101000000Z -enddate 99991231235959Z -out ca.pem\n"
	      "openssl req -new -key leaf.key -subj /CN=leaf -out leaf.csr\n"
	      "printf 'subjectAltName=DNS:a\\nauthorityKeyIdentifier=keyid\\n' >ext\n"
	      "openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -extfile ext -days 1 -out "
	      "leaf.pem"),
		"openssl makes a CA that is valid from 1960 to the end of 9999");
	old = load_cert("leaf.pem", &old_der);
	ca = load_cert("ca.pem", &ca_der);
	load_key("ca.key", &ca_key);
	ok(ca.not_after == END_9999, "its end is read right");
}

static bool issued(int64_t begin, int64_t end, struct buf *der, struct error *err)
{
	struct issue what = {.old = &old,
		.ca = &ca,
		.not_before = begin,
		.not_after = end,
		.spki = old.spki,
		.sig = SIG_ECDSA_SHA256};
	struct buf tbs = BUF_INIT, signature = BUF_INIT, pem = BUF_INIT;
	issue_serial(what.serial);
	der->n = 0;
	bool good = issue_tbs(&what, &tbs, err) == 0 &&
		    key_sign(&ca_key, what.sig, buf_bytes(&tbs), &signature, err) == 0 &&
		    issue_finish(buf_bytes(&tbs), buf_bytes(&signature), der, err) == 0;
	pem_write(&pem, "CERTIFICATE", buf_bytes(der));
	save("new.pem", buf_bytes(&pem));
	buf_free(&tbs);
	buf_free(&signature);
	buf_free(&pem);
	return good;
}

/* The tag and length of the validity's two times. */
static bool forms(struct bytes der, unsigned begin, unsigned end)
{
	struct der d = der_reader(der, NULL), cert, tbs, times;
	struct der_tlv t;
	return der_enter(&d, DER_SEQUENCE, "", &cert) == 0 &&
	       der_enter(&cert, DER_SEQUENCE, "", &tbs) == 0 && der_any(&tbs, "", &t) == 0 &&
	       der_any(&tbs, "", &t) == 0 && der_any(&tbs, "", &t) == 0 &&
	       der_any(&tbs, "", &t) == 0 && der_enter(&tbs, DER_SEQUENCE, "", &times) == 0 &&
	       der_take(&times, begin, "", &t) == 0 &&
	       t.body.n == (begin == DER_UTC_TIME ? 13 : 15) &&
	       der_take(&times, end, "", &t) == 0 && t.body.n == (end == DER_UTC_TIME ? 13 : 15);
}

static void valid(const char *begin, const char *end, unsigned begin_form, unsigned end_form)
{
	struct buf der = BUF_INIT;
	struct cert made;
	struct error err = ERROR_INIT;
	int64_t from, to;
	if (!clock_parse(begin, &from) || !clock_parse(end, &to))
		bail("no dates: %s %s", begin, end);
	struct chain_ask ask = {.now = to, .purpose = EKU_ANY, .roots = &ca, .n_roots = 1};
	ok(issued(from, to, &der, &err) && cert_parse(&made, buf_bytes(&der), &err) == 0 &&
			made.not_before == from && made.not_after == to,
		"from %s to %s %s", begin, end, err.what);
	ok(forms(buf_bytes(&der), begin_form, end_form),
		"UTCTime up to 2049, then GeneralizedTime");
	ok(sh("openssl x509 -in new.pem -noout -startdate -enddate -dateopt iso_8601 >dates\n"
	      "grep -q 'notBefore=%.10s %.8sZ' dates && grep -q 'notAfter=%.10s %.8sZ' dates\n"
	      "openssl verify -attime %lld -CAfile ca.pem new.pem",
		   begin, begin + 11, end, end + 11, (long long)to - 1),
		"as openssl reads them, and good up to the last second but one (it takes the end "
		"for "
		"expired)");
	ok(lint_cert(&made, &err) == 0 && chain_verify(&made, &ask, &err) == 0 &&
			opinion_chain(made.raw, ca.raw, to, &err) == 0 &&
			opinion_chain(made.raw, ca.raw, from, &err) == 0,
		"for us and mbedTLS up to the last %s", err.what);
	ask.now++;
	ok(chain_verify(&made, &ask, &err) < 0 &&
			opinion_chain(made.raw, ca.raw, to + 1, &err) < 0 &&
			opinion_chain(made.raw, ca.raw, from - 1, &err) < 0,
		"and no longer (%s)", err.what);
	buf_free(&der);
}

static void refused(int64_t begin, int64_t end, const char *what)
{
	struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;
	ok(!issued(begin, end, &der, &err) && der.n == 0 && err.kind == ERR_REFUSED,
		"refused: %s (%s)", what, err.what);
	buf_free(&der);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, ISSUE_SERIAL_SIZE);
}

#define SERIALS 20000

/* Each bit is set about as often as not; the top one never, and 1 in 128 first octets is drawn
 * anew. */
static void serials(void)
{
	static uint8_t all[SERIALS][ISSUE_SERIAL_SIZE];
	static int set[8 * ISSUE_SERIAL_SIZE];
	bool even = true, twice = false, minimal = true;
	for (int i = 0; i < SERIALS; i++) {
		struct buf der = BUF_INIT;
		issue_serial(all[i]);
		for (int bit = 0; bit < 8 * ISSUE_SERIAL_SIZE; bit++)
			set[bit] += all[i][bit / 8] >> (7 - bit % 8) & 1;
		der_put_unsigned(&der, (struct bytes){all[i], ISSUE_SERIAL_SIZE});
		minimal &= der.n == 2 + ISSUE_SERIAL_SIZE && der.p[2] > 0 && der.p[2] < 0x80;
		buf_free(&der);
	}
	for (int bit = 1; bit < 8 * ISSUE_SERIAL_SIZE; bit++) {
		double mean = SERIALS * (bit < 8 ? 64.0 / 127 : 0.5);
		even &= fabs(set[bit] - mean) < 6 * sqrt(SERIALS) / 2; /* once in 3 million runs */
	}
	qsort(all, SERIALS, ISSUE_SERIAL_SIZE, compare);
	for (int i = 1; i < SERIALS; i++)
		twice |= memcmp(all[i - 1], all[i], ISSUE_SERIAL_SIZE) == 0;
	ok(minimal && set[0] == 0, "%d serial numbers: positive, 20 octets, none too many",
		SERIALS);
	ok(even, "each of their 159 bits is set in half of them");
	ok(!twice, "none comes twice");
}

int main(void)
{
	make_dir();
	make_fixtures();
	valid("2026-11-25T00:00:00Z", "2049-12-31T23:59:59Z", DER_UTC_TIME, DER_UTC_TIME);
	valid("2026-11-25T00:00:00Z", "2050-01-01T00:00:00Z", DER_UTC_TIME, DER_GENERALIZED_TIME);
	valid("2049-12-31T23:59:59Z", "2100-02-28T23:59:59Z", DER_UTC_TIME, DER_GENERALIZED_TIME);
	valid("2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z", DER_GENERALIZED_TIME,
		DER_GENERALIZED_TIME);
	valid("2000-02-29T00:00:00Z", "2400-02-29T12:00:00Z", DER_UTC_TIME, DER_GENERALIZED_TIME);
	valid("1960-01-01T00:00:00Z", "1999-12-31T23:59:59Z", DER_UTC_TIME, DER_UTC_TIME);
	refused(END_2049, END_2049, "one second that has not passed");
	refused(END_2049 + 1, END_2049, "an end before the beginning");
	refused(0, END_9999 + 1, "the year 10000");
	refused(-631152001, END_2049, "the year 1949");
	ca.not_after = END_2049;
	refused(0, END_2049 + 1, "past the CA's end");
	serials();
	key_free(&ca_key);
	buf_free(&old_der);
	buf_free(&ca_der);
	return done();
}
