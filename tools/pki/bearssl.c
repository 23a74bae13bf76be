// SPDX-License-Identifier: MIT
// bearssl: the only file that sees BearSSL's types.
#include <bearssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "pki/bearssl.h"

/* BearSSL keeps intermediate values there (up to 34 kB for RSA) and does not wipe them. */
__attribute__((noinline)) void bearssl_wipe_stack(void)
{
	uint8_t stack[48 << 10];
	wipe(stack, sizeof(stack));
}

/* BearSSL's structs point to bytes that it does not write, yet not to const ones. */
static unsigned char *unconst(struct bytes b)
{
	return (unsigned char *)(uintptr_t)b.p;
}

void sha256(struct bytes data, uint8_t digest[SHA256_SIZE])
{
	br_sha256_context ctx;
	br_sha256_init(&ctx);
	br_sha256_update(&ctx, data.p, data.n);
	br_sha256_out(&ctx, digest);
}

void sha256_hex(struct bytes data, char hex[2 * SHA256_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_SIZE];
	sha256(data, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * SHA256_SIZE] = 0;
}

void bearssl_sha1(struct bytes data, uint8_t digest[SHA1_SIZE])
{
	br_sha1_context ctx;
	br_sha1_init(&ctx);
	br_sha1_update(&ctx, data.p, data.n);
	br_sha1_out(&ctx, digest);
}

static const br_hash_class *hash_of(enum sig_alg sig, const unsigned char **oid)
{
	switch (sig) {
	case SIG_RSA_SHA256:
	case SIG_ECDSA_SHA256:
		*oid = BR_HASH_OID_SHA256;
		return &br_sha256_vtable;
	case SIG_RSA_SHA384:
	case SIG_ECDSA_SHA384:
		*oid = BR_HASH_OID_SHA384;
		return &br_sha384_vtable;
	case SIG_RSA_SHA512:
	case SIG_ECDSA_SHA512:
		*oid = BR_HASH_OID_SHA512;
		return &br_sha512_vtable;
	default:
		*oid = NULL;
		return NULL;
	}
}

size_t bearssl_digest(enum sig_alg sig, struct bytes data, uint8_t digest[DIGEST_MAX])
{
	const unsigned char *oid;
	const br_hash_class *hash = hash_of(sig, &oid);
	br_hash_compat_context ctx;
	if (!hash)
		return 0;
	hash->init(&ctx.vtable);
	hash->update(&ctx.vtable, data.p, data.n);
	hash->out(&ctx.vtable, digest);
	return hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

/* One generator per call: nothing is shared between threads. */
static void drbg_start(br_hmac_drbg_context *rng)
{
	uint8_t seed[48];
	random_bytes(seed, sizeof(seed));
	br_hmac_drbg_init(rng, &br_sha256_vtable, seed, sizeof(seed));
	wipe(seed, sizeof(seed));
}

static br_hmac_drbg_context own_rng;

static void own_random(void *p, size_t n)
{
	br_hmac_drbg_generate(&own_rng, p, n);
}

void bearssl_random_start(void)
{
	drbg_start(&own_rng);
	random_from(own_random);
}

static int curve_of(enum key_alg alg)
{
	return alg == KEY_P256   ? BR_EC_secp256r1
	       : alg == KEY_P384 ? BR_EC_secp384r1
	       : alg == KEY_P521 ? BR_EC_secp521r1
				 : 0;
}

struct ec_made {
	br_ec_private_key sk;
	br_ec_public_key pk;
	br_hmac_drbg_context rng;
	uint8_t private[BR_EC_KBUF_PRIV_MAX_SIZE];
	uint8_t public[BR_EC_KBUF_PUB_MAX_SIZE];
};

static bool ec_make(struct ec_made *m, int curve, struct secret *der)
{
	const br_ec_impl *ec = br_ec_get_default();
	drbg_start(&m->rng);
	if (!br_ec_keygen(&m->rng.vtable, ec, &m->sk, m->private, curve) ||
		!br_ec_compute_pub(ec, &m->pk, m->public, &m->sk))
		return false;
	secret_alloc(der, br_encode_ec_raw_der(NULL, &m->sk, &m->pk));
	der->n = br_encode_ec_raw_der(der->p, &m->sk, &m->pk);
	return der->n > 0;
}

bool bearssl_ec_generate(enum key_alg alg, struct secret *der)
{
	struct secret memory = SECRET_INIT;
	int curve = curve_of(alg);
	if (!curve)
		return false;
	secret_alloc(&memory, sizeof(struct ec_made));
	bool ok = ec_make((void *)memory.p, curve, der);
	bearssl_wipe_stack();
	secret_free(&memory);
	return ok;
}

static uint32_t bit_length(struct bytes m)
{
	uint32_t bits = (uint32_t)m.n * 8;
	for (unsigned top = m.n ? m.p[0] : 0x80; !(top & 0x80) && bits; top <<= 1)
		bits--;
	return bits;
}

bool bearssl_modpow(uint8_t *x, struct bytes e, struct bytes n)
{
	br_rsa_public_key pk = {.n = unconst(n), .nlen = n.n, .e = unconst(e), .elen = e.n};
	br_rsa_public power = br_rsa_i62_public_get();
	if (!power)
		power = br_rsa_i31_public;
	bool ok = power(x, n.n, &pk);
	bearssl_wipe_stack();
	return ok;
}

bool bearssl_rsa_sign(
	const struct rsa_numbers *k, enum sig_alg sig, struct bytes data, struct buf *signature)
{
	const unsigned char *oid;
	const br_hash_class *hash = hash_of(sig, &oid);
	uint8_t digest[DIGEST_MAX];
	br_rsa_private_key sk = {
		.n_bitlen = bit_length(k->n),
		.p = unconst(k->p),
		.plen = k->p.n,
		.q = unconst(k->q),
		.qlen = k->q.n,
		.dp = unconst(k->dp),
		.dplen = k->dp.n,
		.dq = unconst(k->dq),
		.dqlen = k->dq.n,
		.iq = unconst(k->iq),
		.iqlen = k->iq.n,
	};
	if (!hash || sk.n_bitlen > BEARSSL_RSA_MAX || !k->p.n || !k->q.n)
		return false;
	br_rsa_pkcs1_sign sign = br_rsa_i62_pkcs1_sign_get();
	if (!sign)
		sign = br_rsa_i31_pkcs1_sign;
	size_t n = bearssl_digest(sig, data, digest);
	uint8_t *to = buf_room(signature, k->n.n);
	bool ok = sign(oid, digest, n, &sk, to);
	if (ok)
		signature->n += k->n.n;
	bearssl_wipe_stack();
	return ok;
}

bool bearssl_ec_sign(enum key_alg alg, struct bytes d, enum sig_alg sig, struct bytes data,
	struct buf *signature)
{
	const unsigned char *oid;
	const br_hash_class *hash = hash_of(sig, &oid);
	uint8_t digest[DIGEST_MAX];
	br_ec_private_key sk = {.curve = curve_of(alg), .x = unconst(d), .xlen = d.n};
	if (!hash || !sk.curve)
		return false;
	bearssl_digest(sig, data, digest);
	uint8_t *to = buf_room(signature, 144);
	size_t n = br_ecdsa_i31_sign_asn1(br_ec_get_default(), hash, digest, &sk, to);
	signature->n += n;
	bearssl_wipe_stack();
	return n > 0;
}

bool bearssl_ec_verify(enum key_alg alg, struct bytes point, enum sig_alg sig, struct bytes data,
	struct bytes signature)
{
	uint8_t digest[DIGEST_MAX];
	br_ec_public_key pk = {.curve = curve_of(alg), .q = unconst(point), .qlen = point.n};
	size_t n = bearssl_digest(sig, data, digest);
	/* Its point functions look at no length of their own: 4 and two coordinates, or nothing. */
	size_t want = alg == KEY_P256 ? 65 : alg == KEY_P384 ? 97 : 133;
	if (!pk.curve || !n || point.n != want || point.p[0] != 4)
		return false;
	return br_ecdsa_vrfy_asn1_get_default()(
		br_ec_get_default(), digest, n, &pk, signature.p, signature.n);
}
