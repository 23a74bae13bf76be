// SPDX-License-Identifier: MIT
// cert: reads the frame of a certificate; ext.c reads the extensions, spki.c the key.
#include <string.h>

#include "base/clock.h"
#include "pki/cert.h"
#include "pki/der.h"
#include "pki/ext.h"
#include "pki/oid.h"
#include "pki/spki.h"

/* n decimal digits at p, or -1. */
static int digits(const uint8_t *p, int n)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* "Z", or "+hhmm" as a few old tools write it; false for anything else. */
static bool read_zone(const uint8_t *p, size_t n, int64_t *offset)
{
	*offset = 0;
	if (n == 1)
		return p[0] == 'Z';
	if (n != 5 || (p[0] != '+' && p[0] != '-'))
		return false;
	int hours = digits(p + 1, 2), minutes = digits(p + 3, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*offset = (p[0] == '-' ? -1 : 1) * (int64_t)(hours * 3600 + minutes * 60);
	return true;
}

static bool time_value(const struct der_tlv *t, int64_t *value)
{
	size_t year = t->tag == DER_UTC_TIME ? 2 : 4, n = t->body.n;
	const uint8_t *p = t->body.p;
	int64_t offset;
	if (n < year + 9)
		return false;
	struct clock_date date = {.year = digits(p, (int)year)};
	if (date.year < 0)
		return false;
	if (year == 2)
		date.year += date.year < 50 ? 2000 : 1900;
	p += year;
	n -= year;
	date.month = digits(p, 2);
	date.day = digits(p + 2, 2);
	date.hour = digits(p + 4, 2);
	date.minute = digits(p + 6, 2);
	size_t done = 8;
	if (n >= 11 && digits(p + 8, 2) >= 0) {
		date.second = digits(p + 8, 2);
		done = 10;
	} else if (year == 4) {
		return false; /* only UTCTime was ever written without seconds */
	}
	if (!clock_date_valid(date) || !read_zone(p + done, n - done, &offset))
		return false;
	*value = clock_from_date(date) - offset;
	return true;
}

static int read_time(struct der *d, const char *what, int64_t *value)
{
	struct der_tlv t;
	if (der_any(d, what, &t) < 0)
		return -1;
	if ((t.tag != DER_UTC_TIME && t.tag != DER_GENERALIZED_TIME) || !time_value(&t, value))
		return der_fail(d, t.raw.p, "%s: not a time of RFC 5280", what);
	return 0;
}

static int read_validity(struct der *d, struct cert *c)
{
	struct der_tlv t;
	if (der_take(d, DER_SEQUENCE, "validity", &t) < 0)
		return -1;
	struct der seq = der_inside(d, &t);
	c->validity = t.raw;
	if (read_time(&seq, "notBefore", &c->not_before) < 0 ||
		read_time(&seq, "notAfter", &c->not_after) < 0)
		return -1;
	return der_end(&seq, "validity");
}

static int read_algorithm(struct der *d, struct bytes *raw, enum sig_alg *sig)
{
	struct der_tlv t, oid, params;
	if (der_take(d, DER_SEQUENCE, "signature algorithm", &t) < 0)
		return -1;
	struct der seq = der_inside(d, &t);
	if (der_take(&seq, DER_OID, "signature algorithm", &oid) < 0)
		return -1;
	if (seq.in.n && der_any(&seq, "signature parameters", &params) < 0)
		return -1;
	*raw = t.raw;
	*sig = oid_signature(oid.body);
	return der_end(&seq, "signature algorithm");
}

/* Name ::= SEQUENCE OF SET OF SEQUENCE { OID, any } */
static int read_name(struct der *d, const char *what, struct bytes *raw)
{
	struct der_tlv name, type, value;
	struct der rdn, pair;
	if (der_take(d, DER_SEQUENCE, what, &name) < 0)
		return -1;
	struct der rdns = der_inside(d, &name);
	while (rdns.in.n) {
		if (der_enter(&rdns, DER_SET, what, &rdn) < 0)
			return -1;
		while (rdn.in.n) {
			if (der_enter(&rdn, DER_SEQUENCE, what, &pair) < 0 ||
				der_take(&pair, DER_OID, what, &type) < 0 ||
				der_any(&pair, what, &value) < 0 || der_end(&pair, what) < 0)
				return -1;
		}
	}
	*raw = name.raw;
	return 0;
}

static int read_version(struct der *tbs, struct cert *c)
{
	struct der explicit;
	long version = 0;
	if (der_is(tbs, DER_EXPLICIT(0))) {
		if (der_enter(tbs, DER_EXPLICIT(0), "version", &explicit) < 0 ||
			der_small(&explicit, "version", 2, &version) < 0 ||
			der_end(&explicit, "version") < 0)
			return -1;
	}
	c->version = (int)version + 1;
	return 0;
}

static int read_key(struct der *tbs, struct cert *c)
{
	struct spki s;
	const uint8_t *start = tbs->in.p;
	if (spki_read(tbs, &s) < 0)
		return -1;
	c->spki = (struct bytes){start, (size_t)(tbs->in.p - start)};
	c->key = s.alg;
	c->key_bits = s.bits;
	return 0;
}

static int read_tail(struct der *tbs, struct cert *c)
{
	struct der_tlv t;
	struct der explicit;
	const uint8_t *start = tbs->in.p;
	for (unsigned tag = DER_CONTEXT(1); tag <= DER_CONTEXT(2); tag++)
		if (der_optional(tbs, tag, "unique id", &t) < 0)
			return -1;
	c->unique_ids = (struct bytes){start, (size_t)(tbs->in.p - start)};
	if (tbs->in.n) {
		if (der_enter(tbs, DER_EXPLICIT(3), "extensions", &explicit) < 0 ||
			der_take(&explicit, DER_SEQUENCE, "extensions", &t) < 0 ||
			der_end(&explicit, "extensions") < 0)
			return -1;
		c->extensions = t.body;
	}
	return der_end(tbs, "to-be-signed part");
}

#define SERIAL_MAX 64 /* RFC 5280 allows 20; lint judges, this only bounds */

static int read_tbs(struct der *d, struct cert *c)
{
	struct der_tlv t, serial;
	if (der_take(d, DER_SEQUENCE, "to-be-signed part", &t) < 0)
		return -1;
	struct der tbs = der_inside(d, &t);
	c->tbs = t.raw;
	if (read_version(&tbs, c) < 0 || der_take(&tbs, DER_INTEGER, "serial number", &serial) < 0)
		return -1;
	if (serial.body.n > SERIAL_MAX)
		return der_fail(&tbs, serial.raw.p, "serial number: %zu octets", serial.body.n);
	c->serial = serial.body;
	if (read_algorithm(&tbs, &c->sigalg, &c->sig) < 0 ||
		read_name(&tbs, "issuer", &c->issuer) < 0 || read_validity(&tbs, c) < 0 ||
		read_name(&tbs, "subject", &c->subject) < 0 || read_key(&tbs, c) < 0 ||
		read_tail(&tbs, c) < 0)
		return -1;
	return ext_read_all(d, c);
}

int cert_parse(struct cert *c, struct bytes der, struct error *err)
{
	struct der d = der_reader(der, err), seq;
	enum sig_alg outer;
	*c = (struct cert){.path_len = -1};
	if (der.n > CERT_MAX)
		return der_fail(&d, NULL, "certificate: larger than %d bytes", CERT_MAX);
	if (der_enter(&d, DER_SEQUENCE, "certificate", &seq) < 0 ||
		der_end(&d, "certificate") < 0 || read_tbs(&seq, c) < 0 ||
		read_algorithm(&seq, &c->sigalg_outer, &outer) < 0 ||
		der_bits(&seq, "signature", &c->signature) < 0)
		return -1;
	c->raw = der;
	return der_end(&seq, "certificate");
}
