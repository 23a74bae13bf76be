// SPDX-License-Identifier: MIT
// A damaged private key is refused, wherever the damage is, and what overflows BearSSL's decoder
// never gets there.
#include <errno.h>

#include "pki.h"
#include "pki/der.h"
#include "pki/keyparts.h"

/* 0: imported. -1: refused in due form, as damage; -2: in another way. */
static int import(struct bytes file, struct error *err)
{
	struct key k = KEY_INIT;
	*err = (struct error)ERROR_INIT;
	int rc = key_import(&k, file, NULL, err);
	if (rc < 0 &&
		(k.der.p || k.spki.p || !err->what[0] || (!err->todo[0] && err->os == EBADMSG)))
		rc = -2;
	key_free(&k);
	return rc < 0 && err->os != EBADMSG && err->os != ENOTSUP ? -2 : rc;
}

/* --- RSA ------------------------------------------------------------------------------------ */

#define NUMBERS 8
static const char *const names[NUMBERS] = {"n", "e", "d", "p", "q", "dp", "dq", "iq"};

static void take_apart(struct bytes der, struct bytes v[NUMBERS])
{
	struct rsa_numbers k;
	long version;
	if (keyparts_rsa(der, &k, &version) < 0)
		bail("openssl's key cannot be taken apart");
	const struct bytes all[NUMBERS] = {k.n, k.e, k.d, k.p, k.q, k.dp, k.dq, k.iq};
	memcpy(v, all, sizeof(all));
}

static void put(struct buf *out, const struct bytes v[NUMBERS])
{
	out->n = 0;
	der_put_small(out, 0);
	for (int i = 0; i < NUMBERS; i++)
		der_put_unsigned(out, v[i]);
	der_wrap(out, 0, DER_SEQUENCE);
}

/* Flips bits of the highest, the lowest and octets between, in place. */
static void flips(const char *file, const char *what, int places)
{
	struct buf der = load(file);
	struct bytes v[NUMBERS];
	struct error err;
	take_apart(buf_bytes(&der), v);
	for (int i = 0; i < NUMBERS; i++) {
		int taken = 0, tried = 0;
		for (int k = 0; k < places; k++) {
			size_t at = (v[i].n - 1) * (size_t)k / (size_t)(places - 1);
			uint8_t *octet = der.p + (v[i].p - der.p) + at;
			for (int bit = 0; bit < 8; bit += 3, tried++) {
				*octet ^= (uint8_t)(1 << bit);
				taken += import(buf_bytes(&der), &err) != -1;
				*octet ^= (uint8_t)(1 << bit);
			}
		}
		ok(taken == 0, "%s: a bit flipped in %s is refused (%d of them)", what, names[i],
			tried);
	}
	ok(import(buf_bytes(&der), &err) == 0, "%s: whole it is taken", what);
	buf_wipe(&der);
}

static void refuses(struct buf *out, const struct bytes v[NUMBERS], const char *what)
{
	struct error err;
	put(out, v);
	ok(import(buf_bytes(out), &err) == -1, "refused: %s: %s", what, err.what);
}

/* Whole numbers that are wrong: zero, one, another one of the key's, one of another key's. */
static void wrong_numbers(void)
{
	struct buf der = load("rsa.der"), other = load("other.der"), out = BUF_INIT;
	struct bytes good[NUMBERS], foreign[NUMBERS], v[NUMBERS];
	const struct bytes zero = {(const uint8_t *)"", 1}, one = {(const uint8_t *)"\1", 1},
			   even = {(const uint8_t *)"\1\0\0", 3};
	struct error err;
	char what[80];
	take_apart(buf_bytes(&der), good);
	take_apart(buf_bytes(&other), foreign);
	put(&out, good);
	ok(import(buf_bytes(&out), &err) == 0, "put together again it is taken");
	for (int i = 0; i < NUMBERS; i++) {
		memcpy(v, good, sizeof(v));
		v[i] = zero;
		snprintf(what, sizeof(what), "%s is zero", names[i]);
		refuses(&out, v, what);
		v[i] = one;
		snprintf(what, sizeof(what), "%s is one", names[i]);
		refuses(&out, v, what);
		if (i == 1)
			continue; /* e is 65537 in all keys */
		v[i] = foreign[i];
		snprintf(what, sizeof(what), "%s is another key's", names[i]);
		refuses(&out, v, what);
	}
	memcpy(v, good, sizeof(v));
	v[1] = even;
	refuses(&out, v, "e is even");
	memcpy(v, good, sizeof(v));
	v[3] = good[4];
	v[4] = good[3];
	refuses(&out, v, "p and q are swapped, the rest is not");
	memcpy(v, good, sizeof(v));
	v[5] = good[6];
	v[6] = good[5];
	refuses(&out, v, "dp and dq are swapped");
	memcpy(v, good, sizeof(v));
	v[3] = one;
	v[4] = good[0];
	refuses(&out, v, "p is one, and q is n");
	buf_wipe(&der);
	buf_wipe(&other);
	buf_wipe(&out);
}

/* --- EC ------------------------------------------------------------------------------------- */

struct curve {
	const char *name;
	size_t size;
	const char *order; /* hexadecimal, of SEC 2 */
};

static const struct curve curves[] = {
	{"prime256v1", 32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
	{"secp384r1", 48,
		"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
		"581a0db248b0a77aecec196accc52973"},
	{"secp521r1", 66,
		"01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
};

static void from_hex(const char *text, uint8_t *to)
{
	for (; *text; text += 2) {
		unsigned v = 0;
		sscanf(text, "%2x", &v);
		*to++ = (uint8_t)v;
	}
}

static void ec_case(struct buf *der, bool taken, const char *curve, const char *what)
{
	struct error err;
	int rc = import(buf_bytes(der), &err);
	ok(rc == (taken ? 0 : -1), "%s: %s: %s: %s", curve, taken ? "taken" : "refused", what,
		taken ? "" : err.what);
}

/* SEC1, with and without the public half: the secret number's octets are changed in place. */
static void secret_numbers(const struct curve *c)
{
	static const char *const files[] = {"ec.der", "ecnopub.der"};
	uint8_t order[66], before[66];
	from_hex(c->order, order);
	for (int i = 0; i < 2; i++) {
		struct buf der = load(files[i]);
		struct ec_numbers k;
		char what[60];
#define CASE(taken, text)                                                                          \
	do {                                                                                       \
		snprintf(                                                                          \
			what, sizeof(what), "%s, %s", text, i ? "no public half" : "public half"); \
		ec_case(&der, taken, c->name, what);                                               \
	} while (0)
		if (keyparts_ec(buf_bytes(&der), &k) < 0 || k.d.n != c->size)
			bail("openssl's key cannot be taken apart");
		uint8_t *d = der.p + (k.d.p - der.p);
		memcpy(before, d, c->size);
		CASE(true, "as it is");
		memset(d, 0, c->size);
		CASE(false, "the secret number is zero");
		memcpy(d, order, c->size);
		CASE(false, "it is the order");
		d[c->size - 1]++;
		CASE(false, "it is above the order");
		memset(d, 0xff, c->size);
		CASE(false, "it is all ones");
		memcpy(d, order, c->size);
		d[c->size - 1]--;
		CASE(i == 1, "it is the order less one");
		memcpy(d, before, c->size);
		d[c->size / 2] ^= 1;
		CASE(i == 1, "a bit is flipped");
		buf_wipe(&der);
	}
}

static void public_points(const struct curve *c)
{
	struct buf der = load("ec.der"), other = load("ec2.der");
	struct ec_numbers k, stranger;
	struct error err;
	int taken = 0;
	if (keyparts_ec(buf_bytes(&der), &k) < 0 || keyparts_ec(buf_bytes(&other), &stranger) < 0 ||
		k.point.n != 2 * c->size + 1)
		bail("openssl's key cannot be taken apart");
	uint8_t *point = der.p + (k.point.p - der.p);
	for (size_t i = 0; i < k.point.n; i++) {
		point[i] ^= 0x20;
		taken += import(buf_bytes(&der), &err) != -1;
		point[i] ^= 0x20;
	}
	ok(taken == 0, "%s: a bit flipped in any octet of the point is refused", c->name);
	memcpy(point, stranger.point.p, k.point.n);
	ec_case(&der, false, c->name, "another key's point");
	point[0] = 0;
	ec_case(&der, false, c->name, "the point at infinity");
	buf_wipe(&der);
	buf_wipe(&other);
}

/* Any octet of a key with its public half: a bit is flipped in each, header and all. */
static void everywhere(const struct curve *c, const char *file)
{
	struct buf der = load(file);
	struct error err;
	int taken = 0, odd = 0;
	for (size_t i = 0; i < der.n; i++)
		for (int bit = 0; bit < 8; bit += 7) {
			der.p[i] ^= (uint8_t)(1 << bit);
			int rc = import(buf_bytes(&der), &err);
			taken += rc == 0;
			odd += rc == -2 && err.os != ENOENT;
			der.p[i] ^= (uint8_t)(1 << bit);
		}
	ok(taken == 0 && odd == 0, "%s: no octet of %s can be changed unseen", c->name, file);
	taken = 0;
	for (size_t n = 0; n < der.n; n++)
		taken += import((struct bytes){der.p, n}, &err) == 0;
	ok(taken == 0, "%s: cut anywhere it is refused (%s)", c->name, file);
	buf_wipe(&der);
}

static void ec(void)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		const struct curve *c = &curves[i];
		if (!sh("openssl ecparam -name %s -genkey -noout -out ec.pem\n"
			"openssl ecparam -name %s -genkey -noout -outform DER -out ec2.der\n"
			"openssl ec -in ec.pem -outform DER -out ec.der\n"
			"openssl ec -in ec.pem -no_public -outform DER -out ecnopub.der\n"
			"openssl pkcs8 -topk8 -nocrypt -in ec.pem -outform DER -out ec.p8",
			    c->name, c->name))
			bail("openssl makes no key");
		secret_numbers(c);
		public_points(c);
		everywhere(c, "ec.der");
		everywhere(c, "ec.p8");
	}
}

/* --- what overflows BearSSL's key decoder --------------------------------------------------- */

/* Five CRT numbers of 311 octets each; as PKCS#1 and PKCS#8, as DER and PEM. */
static void crafted(void)
{
	static uint8_t octets[311];
	struct buf der = BUF_INIT, out = BUF_INIT;
	struct error err;
	memset(octets, 0x5a, sizeof(octets));
	const struct bytes big = {octets, sizeof(octets)}, n = {octets, 256},
			   e = {(const uint8_t *)"\1\0\1", 3};
	const struct bytes v[NUMBERS] = {n, e, n, big, big, big, big, big};
	put(&der, v);
	ok(import(buf_bytes(&der), &err) == -1, "refused as PKCS#1: %s", err.what);
	pem_write(&out, "RSA PRIVATE KEY", buf_bytes(&der));
	ok(import(buf_bytes(&out), &err) == -1, "and in PEM");
	out.n = 0;
	der_put_small(&out, 0);
	der_put_raw(&out, (struct bytes){(const uint8_t *)"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d"
							  "\x01\x01\x01\x05\x00",
				  15});
	der_put(&out, DER_OCTET_STRING, buf_bytes(&der));
	der_wrap(&out, 0, DER_SEQUENCE);
	ok(import(buf_bytes(&out), &err) == -1, "refused as PKCS#8: %s", err.what);
	der.n = 0;
	pem_write(&der, "PRIVATE KEY", buf_bytes(&out));
	ok(import(buf_bytes(&der), &err) == -1, "and in PEM");
	buf_free(&der);
	buf_free(&out);
}

/* This program holds all of the library that key_import reaches; the decoder is not in it. */
static void never_called(void)
{
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0)
		bail("/proc/self/exe cannot be read");
	self[n] = 0;
	ok(sh("nm '%s' | grep -qw mbedtls_pk_parse_key && nm '%s' | grep -qw key_import", self,
		   self),
		"nm sees what is called");
	ok(sh("! nm '%s' | grep -q br_skey_decoder", self), "BearSSL's key decoder is not linked");
}

int main(void)
{
	make_dir();
	if (!sh("openssl genrsa -traditional -out rsa.pem 2048\n"
		"openssl genrsa -traditional -out r4096.pem 4096\n"
		"openssl rsa -in rsa.pem -traditional -outform DER -out rsa.der\n"
		"openssl rsa -in r4096.pem -traditional -outform DER -out r4096.der\n"
		"openssl genrsa -traditional 2048 | openssl rsa -traditional -outform DER -out "
		"other.der"))
		bail("openssl makes no keys");
	flips("rsa.der", "RSA-2048", 9);
	flips("r4096.der", "RSA-4096", 3);
	wrong_numbers();
	ec();
	crafted();
	never_called();
	return done();
}
