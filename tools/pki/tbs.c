// SPDX-License-Identifier: MIT
// tbs: validity, serial number and algorithm identifiers of what is to be signed.
#include <stdio.h>

#include "base/clock.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/tbs.h"

static int refuse(struct error *err, const char *todo, const char *what)
{
	return error_set(err, ERR_REFUSED, NULL, todo, "%s", what);
}

int tbs_check_validity(int64_t not_before, int64_t not_after, struct error *err)
{
	static const int64_t first = -631152000; /* 1950: earlier has no UTCTime */
	static const int64_t end = 253402300800; /* 10000-01-01 */
	if (not_before >= not_after)
		return refuse(err, NULL, "the validity would end before it begins");
	if (not_before < first || not_after >= end)
		return refuse(
			err, "check the clock", "the validity lies outside the years 1950 to 9999");
	return 0;
}

int tbs_check_signature(enum sig_alg sig, struct error *err)
{
	if (oid_of_signature(sig).n == 0 || sig == SIG_RSA_SHA1 || sig == SIG_ECDSA_SHA1 ||
		sig >= SIG_RSA_PSS)
		return refuse(
			err, NULL, "certificates are not issued with this signature algorithm");
	return 0;
}

int tbs_check_serial(struct bytes serial, struct error *err)
{
	if (der_magnitude(serial).n == 0 || serial.p[0] & 0x80)
		return refuse(err, NULL, "the serial number is zero or negative");
	return 0;
}

static void put_time(struct buf *out, int64_t t)
{
	struct clock_date d = clock_to_date(t);
	char text[64];
	bool utc = d.year < 2050;
	int n = snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", d.year, d.month, d.day,
		d.hour, d.minute, d.second);
	size_t skip = utc ? 2 : 0;
	der_put(out, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME,
		(struct bytes){(uint8_t *)text + skip, (size_t)n - skip});
}

void tbs_put_validity(struct buf *out, int64_t not_before, int64_t not_after)
{
	size_t start = out->n;
	put_time(out, not_before);
	put_time(out, not_after);
	der_wrap(out, start, DER_SEQUENCE);
}

void tbs_put_algorithm(struct buf *out, enum sig_alg sig)
{
	size_t start = out->n;
	der_put(out, DER_OID, oid_of_signature(sig));
	if (sig >= SIG_RSA_SHA1 && sig <= SIG_RSA_SHA512)
		der_put(out, DER_NULL, (struct bytes){NULL, 0});
	der_wrap(out, start, DER_SEQUENCE);
}
