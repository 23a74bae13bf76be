// SPDX-License-Identifier: MIT
// rsa: primes by sieve and Miller-Rabin, and the numbers of a key made of two of them.
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/rsa.h"

#define E 65537u
#define HALF_MAX (RSA_MAKE_MAX / 16) /* octets of a prime */
#define SMALL_END 65536              /* the sieve's primes are below */
#define SMALL_COUNT 6541             /* so many odd ones there are */
#define WINDOW 8192                  /* candidates of one start, 4 apart */

/* All that is secret while a key is made. */
struct work {
	uint8_t p[HALF_MAX], q[HALF_MAX], start[HALF_MAX];
	uint8_t x[HALF_MAX], exponent[HALF_MAX];
	uint8_t n[2 * HALF_MAX], phi[2 * HALF_MAX];
	uint8_t d[2 * HALF_MAX], dp[HALF_MAX], dq[HALF_MAX], iq[HALF_MAX];
	uint8_t composite[WINDOW];
	uint16_t small[SMALL_COUNT];
};

static void small_primes(uint16_t *small)
{
	uint8_t *composite = xmalloc(SMALL_END);
	size_t n = 0;
	for (uint32_t i = 3; i < SMALL_END; i += 2) {
		if (composite[i])
			continue;
		small[n++] = (uint16_t)i;
		for (uint32_t k = i * i; i < 256 && k < SMALL_END; k += 2 * i)
			composite[k] = 1;
	}
	free(composite);
}

/* v mod m; the octets are a multiple of 4. */
static uint32_t mod_small(const uint8_t *v, size_t len, uint32_t m)
{
	uint64_t r = 0;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t word = (uint32_t)v[i] << 24 | (uint32_t)v[i + 1] << 16 |
				(uint32_t)v[i + 2] << 8 | v[i + 3];
		r = (r << 32 | word) % m;
	}
	return (uint32_t)r;
}

/* v += add; false on a carry out. */
static bool add_small(uint8_t *v, size_t len, uint64_t add)
{
	for (size_t i = len; i-- > 0 && add; add >>= 8) {
		add += v[i];
		v[i] = (uint8_t)add;
	}
	return add == 0;
}

/* a -= b, of as many octets; wraps. */
static void subtract(uint8_t *a, const uint8_t *b, size_t len)
{
	int borrow = 0;
	for (size_t i = len; i-- > 0;) {
		int v = a[i] - b[i] - borrow;
		a[i] = (uint8_t)v;
		borrow = v < 0;
	}
}

/* out = a * b, of 2 * len octets. */
static void multiply(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t len)
{
	memset(out, 0, 2 * len);
	for (size_t i = len; i-- > 0;) {
		uint32_t carry = 0;
		for (size_t k = len; k-- > 0;) {
			carry += out[i + k + 1] + (uint32_t)a[i] * b[k];
			out[i + k + 1] = (uint8_t)carry;
			carry >>= 8;
		}
		out[i] = (uint8_t)carry;
	}
}

/* E to the power of -1 modulo m as (1 + k m) / E, where k = -1/m modulo E. */
static void inverse_of_e(uint8_t *out, const uint8_t *m, size_t len)
{
	uint64_t rest = mod_small(m, len, E), k = 1, carry = 0, r = 0;
	for (uint32_t e = E - 2; e; e >>= 1) { /* Fermat: E is prime */
		if (e & 1)
			k = k * rest % E;
		rest = rest * rest % E;
	}
	k = E - k;
	uint8_t product[2 * HALF_MAX + 4] = {0};
	carry = 1;
	for (size_t i = len; i-- > 0; carry >>= 8) {
		carry += k * m[i];
		product[i + 4] = (uint8_t)carry;
	}
	for (size_t i = 4; i-- > 0; carry >>= 8)
		product[i] = (uint8_t)carry;
	for (size_t i = 0; i < len + 4; i++) {
		r = r << 8 | product[i];
		if (i >= 4)
			out[i - 4] = (uint8_t)(r / E);
		r %= E;
	}
	wipe(product, sizeof(product));
}

/* Marks the window's candidates start + 4 i that a small prime divides, or that E rules out. */
static void sieve(struct work *w, size_t len)
{
	memset(w->composite, 0, WINDOW);
	for (size_t s = 0; s < SMALL_COUNT; s += 2) {
		/* Two primes at one division of the long number. */
		uint32_t a = w->small[s], b = s + 1 < SMALL_COUNT ? w->small[s + 1] : 1;
		uint32_t both = mod_small(w->start, len, a * b);
		for (int turn = 0; turn < 2 && (turn ? b : a) > 1; turn++) {
			uint32_t r = turn ? b : a;
			uint32_t quarter = r % 4 == 3 ? (r + 1) / 4 : (3 * r + 1) / 4;
			uint32_t first = (uint32_t)((uint64_t)(r - both % r) % r * quarter % r);
			for (uint32_t i = first; i < WINDOW; i += r)
				w->composite[i] = 1;
		}
	}
	uint32_t quarter = (3 * E + 1) / 4; /* E is 1 modulo 4; a prime may not be 1 modulo E */
	uint32_t rest = mod_small(w->start, len, E);
	uint64_t first = (uint64_t)((E + 1 - rest) % E) * quarter % E;
	if (first < WINDOW)
		w->composite[first] = 1;
}

static bool is_one(const uint8_t *v, size_t len)
{
	uint8_t any = 0;
	for (size_t i = 0; i + 1 < len; i++)
		any |= v[i];
	return any == 0 && v[len - 1] == 1;
}

/*
 * Miller-Rabin with random bases, as many as FIPS 186-5 B.1 asks for at the length. For c = 3
 * modulo 4 it comes down to a^((c-1)/2) being 1 or -1.
 */
static bool probably_prime(struct work *w, const uint8_t *c, size_t len)
{
	int rounds = len <= 128 ? 5 : 4;
	unsigned carry = 0;
	for (size_t i = 0; i < len; i++) {
		w->exponent[i] = (uint8_t)(carry | c[i] >> 1);
		carry = (c[i] & 1u) << 7;
	}
	while (rounds--) {
		random_bytes(w->x, len);
		w->x[0] &= 0x3f; /* c has the two top bits */
		w->x[1] |= 1;    /* and no base is 0 or 1 */
		if (!bearssl_modpow(w->x, (struct bytes){w->exponent, len}, (struct bytes){c, len}))
			return false;
		if (is_one(w->x, len))
			continue;
		if (!add_small(w->x, len, 1) || memcmp(w->x, c, len) != 0)
			return false;
	}
	return true;
}

static void make_prime(struct work *w, uint8_t *out, size_t len)
{
	for (;;) {
		random_bytes(w->start, len);
		w->start[0] |= 0xc0;
		w->start[len - 1] |= 3;
		sieve(w, len);
		for (uint64_t i = 0; i < WINDOW; i++) {
			if (w->composite[i])
				continue;
			memcpy(out, w->start, len);
			if (add_small(out, len, 4 * i) && probably_prime(w, out, len))
				return;
		}
	}
}

/* All of a key but p and q, p being the larger. */
static bool derive(struct work *w, size_t len)
{
	uint8_t *wide = w->d; /* room, until d itself is made */
	multiply(w->n, w->p, w->q, len);
	memcpy(w->phi, w->n, 2 * len);
	memset(wide, 0, len);
	memcpy(wide + len, w->p, len);
	subtract(w->phi, wide, 2 * len);
	memcpy(wide + len, w->q, len);
	subtract(w->phi, wide, 2 * len);
	if (!add_small(w->phi, 2 * len, 1))
		return false;
	inverse_of_e(w->d, w->phi, 2 * len);
	memcpy(w->x, w->p, len);
	w->x[len - 1] &= 0xfe; /* p - 1 */
	inverse_of_e(w->dp, w->x, len);
	memcpy(w->x, w->q, len);
	w->x[len - 1] &= 0xfe;
	inverse_of_e(w->dq, w->x, len);
	memcpy(w->iq, w->q, len); /* q^(p-2) is 1/q modulo p */
	memcpy(w->exponent, w->p, len);
	w->exponent[len - 1] = (uint8_t)(w->p[len - 1] - 2); /* p ends in 3, 7, ... : no borrow */
	return bearssl_modpow(w->iq, (struct bytes){w->exponent, len}, (struct bytes){w->p, len});
}

static void encode(const struct work *w, size_t len, struct secret *der)
{
	static const uint8_t e[] = {1, 0, 1};
	struct buf out = BUF_INIT;
	buf_room(&out, 16 * len);
	der_put_small(&out, 0);
	der_put_unsigned(&out, (struct bytes){w->n, 2 * len});
	der_put_unsigned(&out, (struct bytes){e, sizeof(e)});
	der_put_unsigned(&out, (struct bytes){w->d, 2 * len});
	der_put_unsigned(&out, (struct bytes){w->p, len});
	der_put_unsigned(&out, (struct bytes){w->q, len});
	der_put_unsigned(&out, (struct bytes){w->dp, len});
	der_put_unsigned(&out, (struct bytes){w->dq, len});
	der_put_unsigned(&out, (struct bytes){w->iq, len});
	der_wrap(&out, 0, DER_SEQUENCE);
	secret_set(der, out.p, out.n);
	buf_wipe(&out);
}

bool rsa_generate(int bits, struct secret *der)
{
	struct secret memory = SECRET_INIT;
	if (bits < 1024 || bits > RSA_MAKE_MAX || bits % 64)
		return false;
	size_t len = (size_t)bits / 16;
	secret_alloc(&memory, sizeof(struct work));
	struct work *w = (void *)memory.p;
	small_primes(w->small);
	do {
		make_prime(w, w->p, len);
		make_prime(w, w->q, len);
		if (memcmp(w->p, w->q, len) < 0) {
			memcpy(w->x, w->p, len);
			memcpy(w->p, w->q, len);
			memcpy(w->q, w->x, len);
		}
		/* FIPS 186-5 A.1.3: they differ within the first 100 bits. */
	} while (memcmp(w->p, w->q, 12) == 0 || !derive(w, len));
	encode(w, len, der);
	secret_free(&memory);
	return true;
}
