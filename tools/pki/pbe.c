// SPDX-License-Identifier: MIT
// pbe: the parameters of encryption by passphrase; pbe_crypt.c does it.
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "pki/der.h"
#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/oid.h"
#include "pki/pbe.h"

static int damaged(const struct pbe *p, struct error *err)
{
	return key_fail(err, EBADMSG, "use another copy of it",
		"the %s's encryption parameters are damaged", p->owner->name);
}

static int unsupported(const struct pbe *p, const char *what, struct bytes oid, struct error *err)
{
	static const struct {
		enum oid id;
		const char *name;
	} known[] = {
		{OID_SCRYPT, "scrypt"},
		{OID_PBE_RC4_128, "128-bit RC4"},
		{OID_PBE_RC4_40, "40-bit RC4"},
		{OID_PBE_RC2_128, "128-bit RC2"},
		{OID_PBE_RC2_40, "40-bit RC2"},
	};
	struct buf text = BUF_INIT;
	oid_text(&text, oid);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (oid_find(oid) == known[i].id)
			what = known[i].name;
	key_fail(err, ENOTSUP, p->owner->recode,
		"the %s is encrypted with %s (%s), which is not supported", p->owner->name, what,
		buf_text(&text));
	buf_free(&text);
	return -1;
}

int pbe_take_rounds(const struct pbe_owner *owner, struct der *d, long *rounds, struct error *err)
{
	if (der_small(d, "", LONG_MAX, rounds) < 0 || *rounds == 0)
		return key_fail(err, EBADMSG, "use another copy of it",
			"the %s is damaged: its number of rounds is none", owner->name);
	if (*rounds > KEY_ROUNDS_MAX)
		return key_fail(err, ENOTSUP, owner->recode, "the %s asks for more than %d rounds",
			owner->name, KEY_ROUNDS_MAX);
	return 0;
}

static int take_salt(struct pbe *p, struct der *d, struct error *err)
{
	struct der_tlv t;
	if (der_take(d, DER_OCTET_STRING, "", &t) < 0 || t.body.n == 0 || t.body.n > PBE_SALT_MAX)
		return damaged(p, err);
	p->salt = t.body;
	return 0;
}

static int take_prf(struct pbe *p, struct der *d, struct error *err)
{
	struct der prf;
	struct der_tlv oid, null;
	p->hash = PBE_SHA1;
	if (d->in.n == 0)
		return 0;
	if (der_enter(d, DER_SEQUENCE, "", &prf) < 0 || der_take(&prf, DER_OID, "", &oid) < 0 ||
		der_end(d, "") < 0)
		return damaged(p, err);
	enum oid id = oid_find(oid.body);
	if (id < OID_HMAC_SHA1 || id > OID_HMAC_SHA512)
		return unsupported(p, "a digest", oid.body, err);
	p->hash = PBE_SHA1 + (enum pbe_hash)(id - OID_HMAC_SHA1);
	if (der_optional(&prf, DER_NULL, "", &null) < 0 || der_end(&prf, "") < 0)
		return damaged(p, err);
	return 0;
}

static int parse_pbkdf2(struct pbe *p, struct der *kdf, struct error *err)
{
	struct der params;
	struct der_tlv oid;
	long length;
	if (der_take(kdf, DER_OID, "", &oid) < 0)
		return damaged(p, err);
	if (oid_find(oid.body) != OID_PBKDF2)
		return unsupported(p, "a key derivation", oid.body, err);
	if (der_enter(kdf, DER_SEQUENCE, "", &params) < 0)
		return damaged(p, err);
	if (take_salt(p, &params, err) < 0 ||
		pbe_take_rounds(p->owner, &params, &p->rounds, err) < 0)
		return -1;
	if (der_is(&params, DER_INTEGER) &&
		(der_small(&params, "", PBE_KEY_MAX, &length) < 0 ||
			(size_t)length != bearssl_pbe_key_size(p->cipher)))
		return damaged(p, err);
	return take_prf(p, &params, err);
}

static int parse_pbes2(struct pbe *p, struct der *params, struct error *err)
{
	static const struct {
		enum oid id;
		enum pbe_cipher cipher;
	} ciphers[] = {
		{OID_AES128_CBC, PBE_AES128},
		{OID_AES192_CBC, PBE_AES192},
		{OID_AES256_CBC, PBE_AES256},
		{OID_3DES_CBC, PBE_DES3},
	};
	struct der kdf, cipher;
	struct der_tlv oid, iv;
	size_t i = 0;
	if (der_enter(params, DER_SEQUENCE, "", &kdf) < 0 ||
		der_enter(params, DER_SEQUENCE, "", &cipher) < 0 || der_end(params, "") < 0 ||
		der_take(&cipher, DER_OID, "", &oid) < 0)
		return damaged(p, err);
	while (i < 4 && ciphers[i].id != oid_find(oid.body))
		i++;
	if (i == 4)
		return unsupported(p, "a cipher", oid.body, err);
	p->kdf = PBE_PBKDF2;
	p->cipher = ciphers[i].cipher;
	if (der_take(&cipher, DER_OCTET_STRING, "", &iv) < 0 ||
		iv.body.n != bearssl_pbe_block_size(p->cipher))
		return damaged(p, err);
	memcpy(p->iv, iv.body.p, iv.body.n);
	return parse_pbkdf2(p, &kdf, err);
}

static int parse_pbes1(struct pbe *p, enum pbe_cipher cipher, struct der *params, struct error *err)
{
	p->kdf = PBE_PKCS12;
	p->hash = PBE_SHA1;
	p->cipher = cipher;
	if (take_salt(p, params, err) < 0 || pbe_take_rounds(p->owner, params, &p->rounds, err) < 0)
		return -1;
	return der_end(params, "") < 0 ? damaged(p, err) : 0;
}

int pbe_parse(
	struct pbe *p, const struct pbe_owner *owner, struct bytes algorithm, struct error *err)
{
	struct der d = der_reader(algorithm, NULL), params;
	struct der_tlv oid;
	*p = (struct pbe){.owner = owner};
	if (der_take(&d, DER_OID, "", &oid) < 0)
		return damaged(p, err);
	enum oid id = oid_find(oid.body);
	if (id != OID_PBES2 && id != OID_PBE_SHA1_3DES && id != OID_PBE_SHA1_2DES)
		return unsupported(p, "a scheme", oid.body, err);
	if (der_enter(&d, DER_SEQUENCE, "", &params) < 0 || der_end(&d, "") < 0)
		return damaged(p, err);
	if (id == OID_PBES2)
		return parse_pbes2(p, &params, err);
	return parse_pbes1(p, id == OID_PBE_SHA1_3DES ? PBE_DES3 : PBE_DES2, &params, err);
}

static int hex_digit(uint8_t ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bool from_hex(struct bytes text, uint8_t *out, size_t n)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

int pbe_parse_dek(struct pbe *p, const struct pbe_owner *owner, struct bytes dek, struct error *err)
{
	static const struct {
		const char *name;
		enum pbe_cipher cipher;
	} known[] = {
		{"DES-CBC", PBE_DES},
		{"DES-EDE3-CBC", PBE_DES3},
		{"AES-128-CBC", PBE_AES128},
		{"AES-192-CBC", PBE_AES192},
		{"AES-256-CBC", PBE_AES256},
	};
	const uint8_t *comma = dek.n ? memchr(dek.p, ',', dek.n) : NULL;
	struct bytes name = {dek.p, comma ? (size_t)(comma - dek.p) : dek.n};
	size_t i = 0;
	*p = (struct pbe){.owner = owner, .kdf = PBE_MD5};
	while (i < 5 && !bytes_is(name, known[i].name))
		i++;
	if (i == 5)
		return key_fail(err, ENOTSUP, owner->recode,
			"the %s is encrypted with a cipher (DEK-Info) that is not supported",
			owner->name);
	p->cipher = known[i].cipher;
	struct bytes hex = {comma ? comma + 1 : NULL, comma ? dek.n - name.n - 1 : 0};
	if (!from_hex(hex, p->iv, bearssl_pbe_block_size(p->cipher)))
		return damaged(p, err);
	memcpy(p->old_salt, p->iv, sizeof(p->old_salt));
	return 0;
}

bool pbe_hash_of(struct bytes oid, enum pbe_hash *hash)
{
	enum oid id = oid_find(oid);
	if (id < OID_SHA1 || id > OID_SHA512)
		return false;
	*hash = PBE_SHA1 + (enum pbe_hash)(id - OID_SHA1);
	return true;
}
