// SPDX-License-Identifier: MIT
// pbe_crypt: encryption by passphrase done, and undone so that wrong is told from damaged (pbe.h).
#include <errno.h>
#include <string.h>

#include "base/random.h"
#include "pki/der.h"
#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/oid.h"
#include "pki/pbe.h"

#define SEAL_SALT 16

/* One code point of UTF-8; false: it is none. */
static bool next_point(struct bytes *in, uint32_t *point)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	uint8_t first = in->p[0];
	size_t more = first < 0x80 ? 0 : first < 0xc0 ? 4 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (more >= in->n || more > 3 || first >= 0xf8)
		return false;
	*point = more ? first & (0x3fU >> more) : first;
	for (size_t i = 1; i <= more; i++) {
		if ((in->p[i] & 0xc0) != 0x80)
			return false;
		*point = *point << 6 | (in->p[i] & 0x3f);
	}
	in->p += more + 1;
	in->n -= more + 1;
	return *point >= least[more] && *point < 0x110000 && (*point < 0xd800 || *point > 0xdfff);
}

static void put_unit(struct secret *to, uint32_t unit)
{
	to->p[to->n++] = (uint8_t)(unit >> 8);
	to->p[to->n++] = (uint8_t)unit;
}

void pbe_bmp(struct secret *bmp, const struct secret *passphrase)
{
	struct bytes in = secret_bytes(passphrase);
	uint32_t point;
	secret_alloc(bmp, 2 * passphrase->n + 2);
	while (in.n && next_point(&in, &point)) {
		if (point > 0xffff)
			put_unit(bmp, 0xd800 + ((point - 0x10000) >> 10));
		put_unit(bmp, point > 0xffff ? 0xdc00 + ((point - 0x10000) & 0x3ff) : point);
	}
	if (in.n) {
		bmp->n = 0;
		for (size_t i = 0; i < passphrase->n; i++)
			put_unit(bmp, passphrase->p[i]);
	}
	put_unit(bmp, 0);
}

/* What holds the key and the IV while they are used: no copies are left behind. */
struct derived {
	uint8_t key[PBE_KEY_MAX], iv[PBE_BLOCK_MAX];
};

static void derive(const struct pbe *p, struct bytes passphrase, struct derived *to)
{
	size_t n = bearssl_pbe_key_size(p->cipher), block = bearssl_pbe_block_size(p->cipher);
	struct bytes old_salt = {p->old_salt, sizeof(p->old_salt)};
	memcpy(to->iv, p->iv, sizeof(to->iv));
	switch (p->kdf) {
	case PBE_PBKDF2:
		bearssl_pbkdf2(p->hash, passphrase, p->salt, p->rounds, to->key, n);
		break;
	case PBE_PKCS12:
		bearssl_pkcs12_kdf(p->hash, passphrase, p->salt, 1, p->rounds, to->key, n);
		bearssl_pkcs12_kdf(p->hash, passphrase, p->salt, 2, p->rounds, to->iv, block);
		break;
	case PBE_MD5:
		bearssl_md5_kdf(passphrase, old_salt, to->key, n);
		break;
	}
}

static void decrypt(const struct pbe *p, struct bytes passphrase, struct secret *plain)
{
	struct derived d;
	derive(p, passphrase, &d);
	bearssl_cbc_decrypt(p->cipher, d.key, d.iv, plain->p, plain->n);
	wipe(&d, sizeof(d));
}

/* Does it begin as one SEQUENCE that ends in the last block? Its length, or 0. */
static size_t sequence_length(struct bytes plain, size_t block)
{
	struct der d = der_reader(plain, NULL);
	struct der_tlv t;
	if (der_take(&d, DER_SEQUENCE, "", &t) < 0 || d.in.n == 0 || d.in.n > block)
		return 0;
	return t.raw.n;
}

static bool padded(struct bytes plain, size_t length)
{
	for (size_t i = length; i < plain.n; i++)
		if (plain.p[i] != plain.n - length)
			return false;
	return true;
}

static int wrong(const struct pbe *p, struct error *err)
{
	return key_fail(err, EACCES,
		"give its passphrase; if it is the right one, use another copy",
		"the passphrase does not open the %s", p->owner->name);
}

/* Drops the padding; tells a wrong passphrase from damage. */
static int judge(const struct pbe *p, struct secret *plain, struct error *err)
{
	size_t block = bearssl_pbe_block_size(p->cipher);
	size_t length = sequence_length(secret_bytes(plain), block);
	if (length == 0)
		return wrong(p, err);
	if (!padded(secret_bytes(plain), length))
		return key_fail(err, EBADMSG, "use another copy of it",
			"the passphrase is right, but the encrypted %s is damaged", p->owner->name);
	wipe(plain->p + length, plain->n - length);
	plain->n = length;
	return 0;
}

/* An empty passphrase is, in PKCS#12, either two zero octets or none: programs differ. */
static int open_pkcs12(const struct pbe *p, const struct secret *passphrase, struct bytes data,
	struct secret *plain, struct error *err)
{
	struct secret bmp = SECRET_INIT;
	int rc;
	pbe_bmp(&bmp, passphrase);
	decrypt(p, secret_bytes(&bmp), plain);
	rc = judge(p, plain, err);
	if (rc < 0 && err->os == EACCES && passphrase->n == 0) {
		secret_set(plain, data.p, data.n);
		decrypt(p, (struct bytes){NULL, 0}, plain);
		rc = judge(p, plain, err);
	}
	secret_free(&bmp);
	return rc;
}

int pbe_open(const struct pbe *p, const struct secret *passphrase, struct bytes data,
	struct secret *plain, struct error *err)
{
	int rc;
	if (data.n == 0 || data.n % bearssl_pbe_block_size(p->cipher) != 0)
		return key_fail(err, EBADMSG, "use another copy of it",
			"the encrypted %s is damaged: its length is not one of whole blocks",
			p->owner->name);
	secret_set(plain, data.p, data.n);
	if (p->kdf == PBE_PKCS12) {
		rc = open_pkcs12(p, passphrase, data, plain, err);
	} else {
		decrypt(p, secret_bytes(passphrase), plain);
		rc = judge(p, plain, err);
	}
	if (rc < 0)
		secret_free(plain);
	return rc;
}

static void put_algorithm(struct buf *out, const uint8_t salt[SEAL_SALT],
	const uint8_t iv[PBE_BLOCK_MAX], long rounds)
{
	static const struct bytes none = {NULL, 0};
	size_t all = out->n, params, kdf, inner, at;
	uint8_t count[4];
	for (int i = 0; i < 4; i++)
		count[i] = (uint8_t)(rounds >> (24 - 8 * i));
	der_put(out, DER_OID, oid_bytes(OID_PBES2));
	params = kdf = out->n;
	der_put(out, DER_OID, oid_bytes(OID_PBKDF2));
	inner = out->n;
	der_put(out, DER_OCTET_STRING, (struct bytes){salt, SEAL_SALT});
	der_put_unsigned(out, (struct bytes){count, sizeof(count)});
	at = out->n;
	der_put(out, DER_OID, oid_bytes(OID_HMAC_SHA256));
	der_put(out, DER_NULL, none);
	der_wrap(out, at, DER_SEQUENCE);
	der_wrap(out, inner, DER_SEQUENCE);
	der_wrap(out, kdf, DER_SEQUENCE);
	at = out->n;
	der_put(out, DER_OID, oid_bytes(OID_AES256_CBC));
	der_put(out, DER_OCTET_STRING, (struct bytes){iv, PBE_BLOCK_MAX});
	der_wrap(out, at, DER_SEQUENCE);
	der_wrap(out, params, DER_SEQUENCE);
	der_wrap(out, all, DER_SEQUENCE);
}

void pbe_seal(struct buf *out, const struct secret *passphrase, long rounds, struct bytes plain)
{
	struct pbe p = {.kdf = PBE_PBKDF2, .hash = PBE_SHA256, .cipher = PBE_AES256};
	struct derived d;
	uint8_t salt[SEAL_SALT], pad = (uint8_t)(PBE_BLOCK_MAX - plain.n % PBE_BLOCK_MAX);
	struct secret text = SECRET_INIT;
	size_t start = out->n;
	random_bytes(salt, sizeof(salt));
	random_bytes(p.iv, sizeof(p.iv));
	p.salt = (struct bytes){salt, sizeof(salt)};
	p.rounds = rounds;
	secret_alloc(&text, plain.n + pad);
	memcpy(text.p, plain.p, plain.n);
	memset(text.p + plain.n, pad, pad);
	text.n = text.cap;
	derive(&p, secret_bytes(passphrase), &d);
	bearssl_cbc_encrypt(p.cipher, d.key, d.iv, text.p, text.n);
	wipe(&d, sizeof(d));
	put_algorithm(out, salt, p.iv, rounds);
	der_put(out, DER_OCTET_STRING, secret_bytes(&text));
	der_wrap(out, start, DER_SEQUENCE);
	secret_free(&text);
}
