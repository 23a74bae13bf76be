// SPDX-License-Identifier: MIT
// pkcs12: the frame of a PKCS#12 file: its MAC, and the contents that pkcs12_bags.c reads.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/oid.h"
#include "pki/pbe.h"
#include "pki/pkcs12_bags.h"

#define REWRITE "take out what it holds, and give that: openssl pkcs12 -legacy -in OLD -out NEW.pem"

static const struct pbe_owner owner = {.name = "PKCS#12 file", .recode = REWRITE};
static const struct pbe_owner mac_owner = {.name = "PKCS#12 file's MAC", .recode = REWRITE};

int pkcs12_unsupported(struct pkcs12_work *w, const char *what)
{
	return key_fail(
		w->err, ENOTSUP, REWRITE, "the PKCS#12 file %s, which is not supported", what);
}

int pkcs12_add_rounds(struct pkcs12_work *w, long rounds)
{
	w->rounds += rounds;
	return w->rounds > PKCS12_ROUNDS_MAX
		       ? key_fail(w->err, ENOTSUP, REWRITE,
				 "the PKCS#12 file asks for more than %d rounds in all",
				 PKCS12_ROUNDS_MAX)
		       : 0;
}

int pkcs12_decrypt(
	struct pkcs12_work *w, struct bytes algorithm, struct bytes data, struct secret *plain)
{
	struct pbe p;
	if (pbe_parse(&p, &owner, algorithm, w->err) < 0 || pkcs12_add_rounds(w, p.rounds) < 0 ||
		pbe_open(&p, w->passphrase, data, plain, w->err) < 0)
		return -1;
	w->decrypted = true;
	return 0;
}

/* --- MAC ------------------------------------------------------------------------------------ */

struct mac {
	enum pbe_hash hash;
	struct bytes value, salt;
	long rounds;
};

static int parse_mac(struct pkcs12_work *w, struct der *d, struct mac *m)
{
	struct der data, info, alg;
	struct der_tlv oid, value, salt, null;
	m->rounds = 1;
	if (der_enter(d, DER_SEQUENCE, "the MAC", &data) < 0 ||
		der_enter(&data, DER_SEQUENCE, "the MAC", &info) < 0 ||
		der_enter(&info, DER_SEQUENCE, "the MAC's algorithm", &alg) < 0 ||
		der_take(&alg, DER_OID, "the MAC's algorithm", &oid) < 0 ||
		der_take(&info, DER_OCTET_STRING, "the MAC's value", &value) < 0 ||
		der_take(&data, DER_OCTET_STRING, "the MAC's salt", &salt) < 0)
		return -1;
	m->value = value.body;
	m->salt = salt.body;
	if (oid_find(oid.body) == OID_PBMAC1)
		return pkcs12_unsupported(w, "has a MAC of the kind PBMAC1 (RFC 9579)");
	if (!pbe_hash_of(oid.body, &m->hash))
		return pkcs12_unsupported(w, "has a MAC with an unknown digest");
	if (der_optional(&alg, DER_NULL, "the MAC's algorithm", &null) < 0 ||
		der_end(&alg, "the MAC's algorithm") < 0 || der_end(&info, "the MAC") < 0)
		return -1;
	if (m->value.n != bearssl_pbe_hash_size(m->hash) || m->salt.n == 0 ||
		m->salt.n > PBE_SALT_MAX)
		return der_fail(d, value.raw.p, "the MAC: its value or salt is of a wrong length");
	if (!der_is(&data, DER_INTEGER))
		return der_end(&data, "the MAC");
	if (pbe_take_rounds(&mac_owner, &data, &m->rounds, w->err) < 0)
		return -1;
	return der_end(&data, "the MAC") < 0 ? -1 : pkcs12_add_rounds(w, m->rounds);
}

static bool mac_fits(const struct mac *m, struct bytes bmp, struct bytes content)
{
	uint8_t key[PBE_HASH_MAX], value[PBE_HASH_MAX], differ = 0;
	bearssl_pkcs12_kdf(m->hash, bmp, m->salt, 3, m->rounds, key, m->value.n);
	bearssl_hmac(m->hash, (struct bytes){key, m->value.n}, content, value);
	for (size_t i = 0; i < m->value.n; i++)
		differ |= value[i] ^ m->value.p[i];
	wipe(key, sizeof(key));
	return differ == 0;
}

static int check_mac(struct pkcs12_work *w, const struct mac *m, struct bytes content)
{
	struct secret bmp = SECRET_INIT;
	pbe_bmp(&bmp, w->passphrase);
	bool fits = mac_fits(m, secret_bytes(&bmp), content) ||
		    (w->passphrase->n == 0 && mac_fits(m, (struct bytes){NULL, 0}, content));
	secret_free(&bmp);
	w->to->has_mac = fits;
	if (fits)
		return 0;
	if (w->decrypted)
		return key_fail(w->err, EBADMSG, "use another copy of it",
			"the passphrase is right, but the PKCS#12 file was altered or damaged: its "
			"MAC does not fit");
	return key_fail(w->err, EACCES,
		"give its passphrase; if it is the right one, use another copy",
		"the passphrase does not fit the PKCS#12 file's MAC");
}

/* --- contents ------------------------------------------------------------------------------- */

static int read_encrypted(struct pkcs12_work *w, struct der *d)
{
	struct der data, info;
	struct der_tlv type, alg, octets;
	struct secret plain = SECRET_INIT;
	long version;
	if (der_enter(d, DER_SEQUENCE, "encrypted data", &data) < 0 ||
		der_small(&data, "version", 2, &version) < 0 ||
		der_enter(&data, DER_SEQUENCE, "encrypted content", &info) < 0 ||
		der_take(&info, DER_OID, "content type", &type) < 0 ||
		der_take(&info, DER_SEQUENCE, "algorithm", &alg) < 0 ||
		der_take(&info, DER_CONTEXT(0), "encrypted content", &octets) < 0 ||
		der_end(&info, "encrypted content") < 0)
		return -1;
	if (oid_find(type.body) != OID_P7_DATA)
		return der_fail(d, type.raw.p, "encrypted content: not data");
	int rc = pkcs12_decrypt(w, alg.body, octets.body, &plain);
	w->sealed = true;
	if (rc == 0)
		rc = pkcs12_bags(w, secret_bytes(&plain), 0);
	w->sealed = false;
	secret_free(&plain);
	return rc;
}

/* One ContentInfo of the AuthenticatedSafe. */
static int read_content(struct pkcs12_work *w, struct der *safe)
{
	struct der info, inside;
	struct der_tlv oid, octets;
	if (der_enter(safe, DER_SEQUENCE, "content", &info) < 0 ||
		der_take(&info, DER_OID, "content type", &oid) < 0 ||
		der_enter(&info, DER_EXPLICIT(0), "content", &inside) < 0 ||
		der_end(&info, "content") < 0)
		return -1;
	switch (oid_find(oid.body)) {
	case OID_P7_DATA:
		if (der_take(&inside, DER_OCTET_STRING, "content", &octets) < 0 ||
			der_end(&inside, "content") < 0)
			return -1;
		return pkcs12_bags(w, octets.body, 0);
	case OID_P7_ENCRYPTED:
		return read_encrypted(w, &inside);
	case OID_P7_ENVELOPED:
		return pkcs12_unsupported(w, "is encrypted for a public key");
	default:
		return pkcs12_unsupported(w, "has contents of an unknown kind");
	}
}

static int read_safe(struct pkcs12_work *w, struct bytes content)
{
	struct der d = der_reader(content, w->err), safe;
	if (der_enter(&d, DER_SEQUENCE, "contents", &safe) < 0 || der_end(&d, "contents") < 0)
		return -1;
	while (safe.in.n)
		if (read_content(w, &safe) < 0)
			return -1;
	return 0;
}

static int read_file(struct pkcs12_work *w, struct bytes file)
{
	struct der d = der_reader(file, w->err), pfx, info, inside;
	struct der_tlv oid, content;
	struct mac mac;
	long version;
	if (der_enter(&d, DER_SEQUENCE, "file", &pfx) < 0 || der_end(&d, "file") < 0 ||
		der_small(&pfx, "version", 3, &version) < 0 ||
		der_enter(&pfx, DER_SEQUENCE, "contents", &info) < 0 ||
		der_take(&info, DER_OID, "content type", &oid) < 0)
		return -1;
	if (oid_find(oid.body) == OID_P7_SIGNED)
		return pkcs12_unsupported(w, "is signed instead of having a MAC");
	if (oid_find(oid.body) != OID_P7_DATA)
		return der_fail(&pfx, oid.raw.p, "contents: of an unknown kind");
	if (der_enter(&info, DER_EXPLICIT(0), "contents", &inside) < 0 ||
		der_end(&info, "contents") < 0 ||
		der_take(&inside, DER_OCTET_STRING, "contents", &content) < 0 ||
		der_end(&inside, "contents") < 0)
		return -1;
	bool has_mac = pfx.in.n > 0;
	if (has_mac && (parse_mac(w, &pfx, &mac) < 0 || der_end(&pfx, "file") < 0))
		return -1;
	if (read_safe(w, content.body) < 0)
		return -1;
	return has_mac ? check_mac(w, &mac, content.body) : 0;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* The header of a SEQUENCE and a version 3 behind it; lengths of any form. */
bool pkcs12_like(struct bytes file)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 3, DER_SEQUENCE};
	size_t skip = file.n < 2 || file.p[1] <= 0x80 ? 2 : 2 + (file.p[1] & 0x7fU);
	return file.n > skip + sizeof(version) && file.p[0] == DER_SEQUENCE && skip <= 6 &&
	       memcmp(file.p + skip, version, sizeof(version)) == 0;
}

static bool indefinite(struct bytes file)
{
	return pkcs12_like(file) && file.p[1] == 0x80;
}

int pkcs12_read(
	struct pkcs12 *p, struct bytes file, const struct secret *passphrase, struct error *err)
{
	const struct secret none = SECRET_INIT;
	struct pkcs12_work w = {.to = p, .passphrase = passphrase ? passphrase : &none, .err = err};
	pkcs12_free(p);
	*err = (struct error)ERROR_INIT;
	if (file.n > PKCS12_FILE_MAX)
		return key_fail(err, ENOTSUP, REWRITE, "it is longer than %d kB, more than is read",
			PKCS12_FILE_MAX >> 10);
	if (!pkcs12_like(file))
		return key_fail(err, EBADMSG, "name a file that openssl pkcs12 -in FILE reads",
			"it is not a PKCS#12 file, or only a piece of one");
	if (indefinite(file))
		return pkcs12_unsupported(&w, "is written as BER (with indefinite lengths)");
	if (read_file(&w, file) == 0)
		return 0;
	pkcs12_free(p);
	if (err->os == 0) {
		char what[200];
		snprintf(what, sizeof(what), "%.199s", err->what);
		key_fail(err, EBADMSG, "use another copy of it", "the PKCS#12 file is damaged: %s",
			what);
	} else if (err->os == EACCES && !passphrase) {
		key_fail(err, EACCES, "give its passphrase", "the PKCS#12 file is encrypted");
	}
	return -1;
}

void pkcs12_free(struct pkcs12 *p)
{
	for (size_t i = 0; i < p->n_certs; i++) {
		buf_free(&p->certs[i].der);
		free(p->certs[i].name);
	}
	for (size_t i = 0; i < p->n_keys; i++) {
		secret_free(&p->keys[i].der);
		free(p->keys[i].name);
	}
	free(p->certs);
	free(p->keys);
	*p = (struct pkcs12)PKCS12_INIT;
}
