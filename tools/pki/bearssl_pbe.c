// SPDX-License-Identifier: MIT
// bearssl_pbe: keys from passphrases, HMAC and CBC; like bearssl.c it sees BearSSL's types.
#include <bearssl.h>
#include <string.h>

#include "base/secret.h"
#include "pki/bearssl.h"
#include "pki/bearssl_pbe.h"

static const br_hash_class *hash_of(enum pbe_hash hash)
{
	static const br_hash_class *const classes[] = {
		[PBE_SHA1] = &br_sha1_vtable,
		[PBE_SHA224] = &br_sha224_vtable,
		[PBE_SHA256] = &br_sha256_vtable,
		[PBE_SHA384] = &br_sha384_vtable,
		[PBE_SHA512] = &br_sha512_vtable,
	};
	return classes[hash];
}

static size_t size_of(const br_hash_class *c)
{
	return c->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

static size_t block_of(const br_hash_class *c)
{
	return (size_t)1 << (c->desc >> BR_HASHDESC_LBLEN_OFF & BR_HASHDESC_LBLEN_MASK);
}

size_t bearssl_pbe_hash_size(enum pbe_hash hash)
{
	return size_of(hash_of(hash));
}

static const struct {
	size_t key, block;
} ciphers[] = {
	[PBE_DES] = {8, 8},
	[PBE_DES2] = {16, 8},
	[PBE_DES3] = {24, 8},
	[PBE_AES128] = {16, 16},
	[PBE_AES192] = {24, 16},
	[PBE_AES256] = {32, 16},
};

size_t bearssl_pbe_key_size(enum pbe_cipher cipher)
{
	return ciphers[cipher].key;
}

size_t bearssl_pbe_block_size(enum pbe_cipher cipher)
{
	return ciphers[cipher].block;
}

/* One block of PBKDF2's output. The key's two halves of HMAC are hashed once, in k. */
static void pbkdf2_block(const br_hmac_key_context *k, struct bytes salt, uint32_t number,
	long rounds, uint8_t sum[PBE_HASH_MAX])
{
	uint8_t last[PBE_HASH_MAX], octets[4];
	br_hmac_context h;
	for (int i = 0; i < 4; i++)
		octets[i] = (uint8_t)(number >> (24 - 8 * i));
	br_hmac_init(&h, k, 0);
	br_hmac_update(&h, salt.p, salt.n);
	br_hmac_update(&h, octets, sizeof(octets));
	size_t size = br_hmac_out(&h, last);
	memcpy(sum, last, size);
	for (long r = 1; r < rounds; r++) {
		br_hmac_init(&h, k, 0);
		br_hmac_update(&h, last, size);
		br_hmac_out(&h, last);
		for (size_t i = 0; i < size; i++)
			sum[i] ^= last[i];
	}
	wipe(last, sizeof(last));
	wipe(&h, sizeof(h));
}

void bearssl_pbkdf2(enum pbe_hash hash, struct bytes passphrase, struct bytes salt, long rounds,
	uint8_t *out, size_t n)
{
	uint8_t sum[PBE_HASH_MAX];
	br_hmac_key_context k;
	size_t size = bearssl_pbe_hash_size(hash);
	br_hmac_key_init(&k, hash_of(hash), passphrase.p, passphrase.n);
	for (uint32_t number = 1; n > 0; number++) {
		size_t take = n < size ? n : size;
		pbkdf2_block(&k, salt, number, rounds, sum);
		memcpy(out, sum, take);
		out += take;
		n -= take;
	}
	wipe(sum, sizeof(sum));
	wipe(&k, sizeof(k));
	bearssl_wipe_stack();
}

static void digest(const br_hash_class *c, struct bytes a, struct bytes b, uint8_t *out)
{
	br_hash_compat_context ctx;
	c->init(&ctx.vtable);
	c->update(&ctx.vtable, a.p, a.n);
	c->update(&ctx.vtable, b.p, b.n);
	c->out(&ctx.vtable, out);
	wipe(&ctx, sizeof(ctx));
}

/* Appends in, repeated up to a whole number of blocks. */
static void put_repeated(struct secret *to, struct bytes in, size_t block)
{
	size_t n = (in.n + block - 1) / block * block;
	for (size_t i = 0; i < n; i++)
		to->p[to->n++] = in.p[i % in.n];
}

/* Each block of the input becomes itself + b + 1, as a big-endian number. */
static void step(struct secret *input, const uint8_t *b, size_t block)
{
	for (size_t at = 0; at < input->n; at += block) {
		unsigned carry = 1;
		for (size_t i = block; i-- > 0; carry >>= 8) {
			carry += (unsigned)input->p[at + i] + b[i];
			input->p[at + i] = (uint8_t)carry;
		}
	}
}

void bearssl_pkcs12_kdf(enum pbe_hash hash, struct bytes passphrase, struct bytes salt, uint8_t id,
	long rounds, uint8_t *out, size_t n)
{
	const br_hash_class *c = hash_of(hash);
	const struct bytes none = {NULL, 0};
	size_t size = size_of(c), block = block_of(c);
	uint8_t a[PBE_HASH_MAX], b[128], diversifier[128];
	struct secret input = SECRET_INIT;
	memset(diversifier, id, sizeof(diversifier));
	secret_alloc(&input, passphrase.n + salt.n + 2 * block);
	put_repeated(&input, salt, block);
	put_repeated(&input, passphrase, block);
	while (n > 0) {
		size_t take = n < size ? n : size;
		digest(c, (struct bytes){diversifier, block}, secret_bytes(&input), a);
		for (long r = 1; r < rounds; r++)
			digest(c, (struct bytes){a, size}, none, a);
		for (size_t i = 0; i < block; i++)
			b[i] = a[i % size];
		step(&input, b, block);
		memcpy(out, a, take);
		out += take;
		n -= take;
	}
	wipe(a, sizeof(a));
	wipe(b, sizeof(b));
	secret_free(&input);
	bearssl_wipe_stack();
}

void bearssl_md5_kdf(struct bytes passphrase, struct bytes salt, uint8_t *out, size_t n)
{
	uint8_t a[br_md5_SIZE];
	br_md5_context ctx;
	for (bool first = true; n > 0; first = false) {
		size_t take = n < sizeof(a) ? n : sizeof(a);
		br_md5_init(&ctx);
		if (!first)
			br_md5_update(&ctx, a, sizeof(a));
		br_md5_update(&ctx, passphrase.p, passphrase.n);
		br_md5_update(&ctx, salt.p, salt.n);
		br_md5_out(&ctx, a);
		memcpy(out, a, take);
		out += take;
		n -= take;
	}
	wipe(a, sizeof(a));
	wipe(&ctx, sizeof(ctx));
	bearssl_wipe_stack();
}

void bearssl_hmac(
	enum pbe_hash hash, struct bytes key, struct bytes data, uint8_t out[PBE_HASH_MAX])
{
	br_hmac_key_context k;
	br_hmac_context h;
	br_hmac_key_init(&k, hash_of(hash), key.p, key.n);
	br_hmac_init(&h, &k, 0);
	br_hmac_update(&h, data.p, data.n);
	br_hmac_out(&h, out);
	wipe(&k, sizeof(k));
	wipe(&h, sizeof(h));
	bearssl_wipe_stack();
}

/* The scheduled keys of any cipher, in either direction. */
union schedule {
	const br_block_cbcenc_class *enc;
	const br_block_cbcdec_class *dec;
	br_aes_ct64_cbcenc_keys aes_enc;
	br_aes_ct64_cbcdec_keys aes_dec;
	br_des_ct_cbcenc_keys des_enc;
	br_des_ct_cbcdec_keys des_dec;
};

void bearssl_cbc_encrypt(
	enum pbe_cipher cipher, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n)
{
	const br_block_cbcenc_class *c =
		cipher >= PBE_AES128 ? &br_aes_ct64_cbcenc_vtable : &br_des_ct_cbcenc_vtable;
	uint8_t chain[PBE_BLOCK_MAX];
	union schedule s;
	memcpy(chain, iv, ciphers[cipher].block);
	c->init(&s.enc, key, ciphers[cipher].key);
	c->run(&s.enc, chain, p, n);
	wipe(&s, sizeof(s));
	bearssl_wipe_stack();
}

void bearssl_cbc_decrypt(
	enum pbe_cipher cipher, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n)
{
	const br_block_cbcdec_class *c =
		cipher >= PBE_AES128 ? &br_aes_ct64_cbcdec_vtable : &br_des_ct_cbcdec_vtable;
	uint8_t chain[PBE_BLOCK_MAX];
	union schedule s;
	memcpy(chain, iv, ciphers[cipher].block);
	c->init(&s.dec, key, ciphers[cipher].key);
	c->run(&s.dec, chain, p, n);
	wipe(&s, sizeof(s));
	bearssl_wipe_stack();
}
