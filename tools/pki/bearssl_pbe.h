/* SPDX-License-Identifier: MIT */
/*
 * bearssl_pbe: what encryption by passphrase is made of, by BearSSL: keys from passphrases, HMAC,
 * and CBC in constant time. What is a sensible number of rounds, and what the bytes mean, is the
 * caller's business (pbe.h).
 */
#ifndef PKI_BEARSSL_PBE_H
#define PKI_BEARSSL_PBE_H

#include "base/buf.h"

enum pbe_hash { PBE_SHA1, PBE_SHA224, PBE_SHA256, PBE_SHA384, PBE_SHA512 };
enum pbe_cipher { PBE_DES, PBE_DES2, PBE_DES3, PBE_AES128, PBE_AES192, PBE_AES256 };

#define PBE_HASH_MAX 64
#define PBE_KEY_MAX 32
#define PBE_BLOCK_MAX 16

size_t bearssl_pbe_hash_size(enum pbe_hash hash);
size_t bearssl_pbe_key_size(enum pbe_cipher cipher);
size_t bearssl_pbe_block_size(enum pbe_cipher cipher);

/* PBKDF2 with HMAC (RFC 8018, 5.2): n bytes to out. */
void bearssl_pbkdf2(enum pbe_hash hash, struct bytes passphrase, struct bytes salt, long rounds,
	uint8_t *out, size_t n);
/* PKCS#12's own way (RFC 7292, appendix B.2); passphrase: as BMPString; id: 1 key, 2 IV, 3 MAC. */
void bearssl_pkcs12_kdf(enum pbe_hash hash, struct bytes passphrase, struct bytes salt, uint8_t id,
	long rounds, uint8_t *out, size_t n);
/* OpenSSL's EVP_BytesToKey with MD5 and one round: what DEK-Info stands for. */
void bearssl_md5_kdf(struct bytes passphrase, struct bytes salt, uint8_t *out, size_t n);
/* The MAC to out, of bearssl_pbe_hash_size bytes. */
void bearssl_hmac(
	enum pbe_hash hash, struct bytes key, struct bytes data, uint8_t out[PBE_HASH_MAX]);
/* In place; n is a multiple of the block; key of the cipher's size, iv of a block. No padding. */
void bearssl_cbc_encrypt(
	enum pbe_cipher cipher, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n);
void bearssl_cbc_decrypt(
	enum pbe_cipher cipher, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n);

#endif
