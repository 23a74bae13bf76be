// SPDX-License-Identifier: MIT
// ed25519: the curve -x^2 + y^2 = 1 + d x^2 y^2 over the numbers modulo p = 2^255 - 19.
#include <errno.h>
#include <string.h>

#include "pki/bearssl.h"
#include "pki/der.h"
#include "pki/ed25519.h"
#include "pki/keyfile.h"
#include "pki/oid.h"

/*
 * A number modulo p: the sum of v[i] * 2^(51 i). Limbs may be a little larger than 51 bits: a
 * product's are below 2^52, a sum or difference of two products below 2^54, which is what a product
 * takes.
 */
struct field {
	uint64_t v[5];
};
#define LIMB (((uint64_t)1 << 51) - 1)

static struct field add(struct field a, struct field b)
{
	for (int i = 0; i < 5; i++)
		a.v[i] += b.v[i];
	return a;
}

/* 4 p is added, so that no limb gets negative. */
static struct field subtract(struct field a, struct field b)
{
	for (int i = 0; i < 5; i++)
		a.v[i] += 4 * (i ? LIMB : LIMB - 18) - b.v[i];
	return a;
}

static struct field multiply(struct field a, struct field b)
{
	unsigned __int128 sum[5] = {0}, carry = 0;
	struct field out;
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < 5; k++) /* 2^255 is 19 */
			sum[(i + k) % 5] +=
				(unsigned __int128)a.v[i] * (i + k < 5 ? b.v[k] : 19 * b.v[k]);
	for (int i = 0; i < 5; i++) {
		sum[i] += carry;
		out.v[i] = (uint64_t)sum[i] & LIMB;
		carry = sum[i] >> 51;
	}
	carry = carry * 19 + out.v[0];
	out.v[0] = (uint64_t)carry & LIMB;
	out.v[1] += (uint64_t)(carry >> 51);
	return out;
}

/* 1 / a = a^(p - 2); p - 2 is 255 ones but for bits 2 and 4. */
static struct field invert(struct field a)
{
	struct field x = {{1}};
	for (int bit = 254; bit >= 0; bit--) {
		x = multiply(x, x);
		if (bit != 2 && bit != 4)
			x = multiply(x, a);
	}
	return x;
}

/* The number from 0 to p - 1, little-endian. */
static void write_field(struct field a, uint8_t out[ED25519_SIZE])
{
	for (int round = 0; round < 3; round++) {
		/* The last round tries with 19 more: from p on, that carries into bit 255. */
		uint64_t carry = round == 2 ? 19 : 0;
		struct field b = a;
		for (int i = 0; i < 5; i++) {
			b.v[i] += carry;
			carry = b.v[i] >> 51;
			b.v[i] &= LIMB;
		}
		if (round == 2) { /* take b where carry is 1 */
			for (int i = 0; i < 5; i++)
				a.v[i] ^= (a.v[i] ^ b.v[i]) & -carry;
		} else {
			b.v[0] += 19 * carry;
			a = b;
		}
	}
	memset(out, 0, ED25519_SIZE);
	for (int bit = 0; bit < 255; bit++)
		out[bit / 8] |= (uint8_t)((a.v[bit / 51] >> bit % 51 & 1) << bit % 8);
}

/* x = X / Z, y = Y / Z, x y = T / Z */
struct point {
	struct field x, y, z, t;
};

/* Complete: also for equal points and the neutral one (Hisil and others, 2008, 3.1, a = -1). */
static struct point sum(const struct point *p, const struct point *q, struct field d2)
{
	struct field a = multiply(subtract(p->y, p->x), subtract(q->y, q->x));
	struct field b = multiply(add(p->y, p->x), add(q->y, q->x));
	struct field c = multiply(multiply(p->t, d2), q->t);
	struct field d = multiply(p->z, q->z);
	d = add(d, d);
	struct field e = subtract(b, a), f = subtract(d, c), g = add(d, c), h = add(b, a);
	return (struct point){multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

/* The generator: y = 4 / 5, and the even x. */
static struct point generator(void)
{
	static const uint8_t x[ED25519_SIZE] = {0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9,
		0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69, 0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2,
		0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21};
	struct point g = {.z = {{1}}};
	for (int bit = 0; bit < 255; bit++)
		g.x.v[bit / 51] |= (uint64_t)(x[bit / 8] >> bit % 8 & 1) << bit % 51;
	g.y = multiply((struct field){{4}}, invert((struct field){{5}}));
	g.t = multiply(g.x, g.y);
	return g;
}

void ed25519_public(const uint8_t seed[ED25519_SIZE], uint8_t public[ED25519_SIZE])
{
	uint8_t h[DIGEST_MAX], x[ED25519_SIZE];
	struct point p = {.y = {{1}}, .z = {{1}}}, more, g = generator();
	/* 2 d = -2 * 121665 / 121666 */
	struct field d2 = subtract((struct field){{0}},
		multiply((struct field){{2 * 121665}}, invert((struct field){{121666}})));
	bearssl_digest(SIG_RSA_SHA512, (struct bytes){seed, ED25519_SIZE}, h);
	h[0] &= 0xf8;
	h[31] = (h[31] & 0x7f) | 0x40;
	for (int bit = 254; bit >= 0; bit--) {
		p = sum(&p, &p, d2);
		more = sum(&p, &g, d2);
		uint64_t take = -(uint64_t)(h[bit / 8] >> bit % 8 & 1);
		uint64_t *to = p.x.v, *from = more.x.v;
		for (size_t i = 0; i < sizeof(p) / sizeof(*to); i++)
			to[i] ^= (to[i] ^ from[i]) & take;
	}
	struct field z = invert(p.z);
	write_field(multiply(p.x, z), x);
	write_field(multiply(p.y, z), public);
	public[31] |= (uint8_t)(x[0] << 7); /* the sign of x */
	wipe(h, sizeof(h));
	wipe(&p, sizeof(p));
	wipe(&more, sizeof(more));
}

static int damaged(struct error *err)
{
	return key_fail(err, EBADMSG, "use another copy of the key",
		"the private key (Ed25519) is damaged");
}

int ed25519_read(struct bytes der, struct bytes *seed, struct error *err)
{
	struct der d = der_reader(der, NULL), seq, alg, inside;
	struct der_tlv oid, octets, secret, more;
	uint8_t public[ED25519_SIZE];
	long version;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || der_small(&seq, "", 1, &version) < 0 ||
		der_enter(&seq, DER_SEQUENCE, "", &alg) < 0 ||
		der_take(&alg, DER_OID, "", &oid) < 0 || oid_find(oid.body) != OID_ED25519)
		return key_fail(err, ENOTSUP, NULL, "the private key is not an Ed25519 one");
	if (der_end(&d, "") < 0 || der_end(&alg, "") < 0 ||
		der_enter(&seq, DER_OCTET_STRING, "", &inside) < 0 ||
		der_take(&inside, DER_OCTET_STRING, "", &secret) < 0 || der_end(&inside, "") < 0 ||
		secret.body.n != ED25519_SIZE || der_optional(&seq, DER_EXPLICIT(0), "", &more) < 0)
		return damaged(err);
	ed25519_public(secret.body.p, public);
	if (version == 1 && der_is(&seq, DER_CONTEXT(1))) { /* a BIT STRING, tagged implicitly */
		der_any(&seq, "", &octets);
		if (octets.body.n != 1 + ED25519_SIZE || octets.body.p[0] ||
			memcmp(octets.body.p + 1, public, ED25519_SIZE) != 0)
			return damaged(err);
	}
	if (der_end(&seq, "") < 0)
		return damaged(err);
	*seed = secret.body;
	return 0;
}
