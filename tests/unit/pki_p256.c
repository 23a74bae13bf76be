// SPDX-License-Identifier: MIT
// P-256 sums as image/patches/bearssl-p256-verify.patch computes them: the same as BearSSL's own
// generic code does, also for points that are alike, opposite or none.
#include <bearssl.h>

#include "base/random.h"
#include "pki/bearssl.h"
#include "pki/key.h"
#include "pki/keyparts.h"
#include "pki/mbedtls.h"
#include "tap.h"

#define SIZE 32
#define POINT 65

/* The group's order less k. */
static void order_less(uint8_t out[SIZE], unsigned k)
{
	size_t n;
	const unsigned char *order = br_ec_p256_m31.order(BR_EC_secp256r1, &n);
	memcpy(out, order, SIZE);
	out[SIZE - 1] = (uint8_t)(out[SIZE - 1] - k);
}

static void small(uint8_t out[SIZE], unsigned k)
{
	memset(out, 0, SIZE);
	out[SIZE - 1] = (uint8_t)k;
}

/* k times the generator. */
static void multiple(uint8_t out[POINT], const uint8_t k[SIZE])
{
	br_ec_prime_i31.mulgen(out, k, SIZE, BR_EC_secp256r1);
}

/* x * a + y * generator, both ways. */
static bool alike(const uint8_t a[POINT], const uint8_t x[SIZE], const uint8_t y[SIZE])
{
	uint8_t p[POINT], q[POINT];
	memcpy(p, a, POINT);
	memcpy(q, a, POINT);
	uint32_t good = br_ec_p256_m31.muladd(p, NULL, POINT, x, SIZE, y, SIZE, BR_EC_secp256r1);
	uint32_t want = br_ec_prime_i31.muladd(q, NULL, POINT, x, SIZE, y, SIZE, BR_EC_secp256r1);
	return good == want && (!good || memcmp(p, q, POINT) == 0);
}

static void sums(void)
{
	uint8_t a[POINT], k[SIZE], x[SIZE], y[SIZE];
	bool same = true;
	for (int i = 0; i < 60; i++) {
		random_bytes(k, SIZE);
		random_bytes(x, SIZE);
		random_bytes(y, SIZE);
		k[0] = x[0] = y[0] = (uint8_t)i; /* below the order, with a leading zero nibble */
		multiple(a, k);
		same &= alike(a, x, y);
	}
	ok(same, "sums of 60 random multiples");
	same = true;
	for (unsigned i = 1; i < 40; i++) {
		small(k, 1 + i % 5);
		small(x, i);
		small(y, 40 - i);
		multiple(a, k);
		same &= alike(a, x, y);
	}
	ok(same, "of small multiples of small multiples, alike on the way");
}

static void special(void)
{
	static const struct {
		unsigned k, x, y; /* from 1000: the order less what is above that */
		const char *what;
	} cases[] = {{1, 1, 1, "G + G"}, {1, 1, 1001, "G - G: no point"}, {2, 1, 2, "2 G + 2 G"},
		{2, 1, 1002, "2 G - 2 G"}, {1, 16, 16, "16 G + 16 G"}, {1, 17, 1017, "17 G - 17 G"},
		{1, 1, 1002, "G - 2 G"}, {3, 1005, 15, "-15 G + 15 G"}, {1, 1001, 2, "-G + 2 G"},
		{1001, 1, 2, "-G + 2 G, the point opposite"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t a[POINT], number[3][SIZE];
		const unsigned v[3] = {cases[i].k, cases[i].x, cases[i].y};
		for (int j = 0; j < 3; j++)
			(v[j] < 1000 ? small : order_less)(number[j], v[j] % 1000);
		multiple(a, number[0]);
		ok(alike(a, number[1], number[2]), "%s", cases[i].what);
	}
}

/* Signatures: what mbedTLS takes, this takes, and what it does not, neither. */
static void signatures(void)
{
	bool good = true, bad = true;
	for (int i = 0; i < 40; i++) {
		struct key k = KEY_INIT;
		struct buf s = BUF_INIT;
		struct error err = ERROR_INIT;
		struct ec_numbers ec;
		uint8_t text[64];
		struct bytes data = {text, sizeof(text)};
		random_bytes(text, sizeof(text));
		if (key_generate(&k, KEY_P256, 0, &err) || keyparts_ec(secret_bytes(&k.der), &ec) ||
			!mbed_sign(secret_bytes(&k.der), SIG_ECDSA_SHA256, data, &s))
			bail("no signature %s", err.what);
		good &= bearssl_ec_verify(
			KEY_P256, ec.point, SIG_ECDSA_SHA256, data, buf_bytes(&s));
		text[i] ^= 1;
		bad &= !bearssl_ec_verify(
			KEY_P256, ec.point, SIG_ECDSA_SHA256, data, buf_bytes(&s));
		text[i] ^= 1;
		s.p[s.n - 1 - (size_t)i % 30] ^= 0x10;
		bad &= !bearssl_ec_verify(
			KEY_P256, ec.point, SIG_ECDSA_SHA256, data, buf_bytes(&s));
		key_free(&k);
		buf_free(&s);
	}
	ok(good, "what mbedTLS signs verifies");
	ok(bad, "not of other data, nor with another bit");
}

static void refused(void)
{
	uint8_t a[POINT], one[SIZE];
	small(one, 1);
	multiple(a, one);
	a[POINT - 1] ^= 1;
	ok(!br_ec_p256_m31.muladd(a, NULL, POINT, one, SIZE, one, SIZE, BR_EC_secp256r1),
		"a point beside the curve is refused");
	multiple(a, one);
	a[0] = 6;
	ok(!br_ec_p256_m31.muladd(a, NULL, POINT, one, SIZE, one, SIZE, BR_EC_secp256r1),
		"and one that is not plain");
}

int main(void)
{
	sums();
	special();
	signatures();
	refused();
	return done();
}
