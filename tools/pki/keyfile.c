// SPDX-License-Identifier: MIT
// keyfile: recognises and decrypts the files in which private keys are found.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/mbedtls.h"
#include "pki/oid.h"

int key_fail(struct error *err, int os, const char *todo, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(err, ERR_FAILED, NULL, todo, "%s", text);
	err->os = os;
	return -1;
}

enum keyfile_form keyfile_shape(struct bytes der)
{
	struct der d = der_reader(der, NULL), seq;
	struct der_tlv first, second;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 || d.in.n || der_any(&seq, "", &first) < 0 ||
		der_any(&seq, "", &second) < 0)
		return KEYFILE_UNKNOWN;
	if (first.tag == DER_SEQUENCE && second.tag == DER_OCTET_STRING && seq.in.n == 0)
		return KEYFILE_PKCS8_ENCRYPTED;
	if (first.tag != DER_INTEGER)
		return KEYFILE_UNKNOWN;
	bool one = first.body.n == 1 && first.body.p[0] == 1;
	if (one && second.tag == DER_OCTET_STRING)
		return KEYFILE_SEC1;
	if (second.tag == DER_SEQUENCE && der_is(&seq, DER_OCTET_STRING))
		return KEYFILE_PKCS8;
	for (int i = 2; i < 9; i++) /* version n e d p q dp dq iq */
		if (second.tag != DER_INTEGER || der_any(&seq, "", &second) < 0)
			return KEYFILE_UNKNOWN;
	return second.tag == DER_INTEGER ? KEYFILE_PKCS1 : KEYFILE_UNKNOWN;
}

static bool label_is_key(struct bytes label)
{
	static const char tail[] = "PRIVATE KEY";
	size_t n = sizeof(tail) - 1;
	return label.n >= n && memcmp(label.p + label.n - n, tail, n) == 0 &&
	       (label.n == n || label.p[label.n - n - 1] == ' ');
}

int keyfile_find(struct keyfile *f, struct bytes file, struct error *err)
{
	size_t at = 0;
	int rc;
	*f = (struct keyfile){.text = file};
	if (file.n > KEY_FILE_MAX)
		return 0;
	f->form = keyfile_shape(file);
	f->der = file;
	if (f->form != KEYFILE_UNKNOWN)
		return 1;
	while ((rc = pem_next(file, &at, &f->block, err)) != 0) {
		if (!label_is_key(f->block.label))
			continue;
		if (rc < 0)
			return -1;
		f->der = buf_bytes(&f->block.der);
		f->form = f->block.legacy_encrypted ? KEYFILE_LEGACY_ENCRYPTED
						    : keyfile_shape(f->der);
		return 1;
	}
	return 0;
}

bool keyfile_encrypted(const struct keyfile *f)
{
	return f->form == KEYFILE_PKCS8_ENCRYPTED || f->form == KEYFILE_LEGACY_ENCRYPTED;
}

void keyfile_free(struct keyfile *f)
{
	pem_block_free(&f->block);
	*f = (struct keyfile){0};
}

#define RECODE "write the key again with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"

static int unsupported(struct error *err, const char *what, struct bytes oid)
{
	struct buf text = BUF_INIT;
	oid_text(&text, oid);
	key_fail(err, ENOTSUP, RECODE, "the key is encrypted with %s that is not supported (%s)",
		what, buf_text(&text));
	buf_free(&text);
	return -1;
}

static int check_rounds(struct der *d, struct error *err)
{
	long rounds;
	if (der_small(d, "rounds", KEY_ROUNDS_MAX, &rounds) < 0)
		return key_fail(err, ENOTSUP, RECODE,
			"the key's encryption asks for more than %d rounds", KEY_ROUNDS_MAX);
	return 0;
}

static int damaged_params(struct error *err)
{
	return key_fail(err, EBADMSG, "use another copy of the key",
		"the key's encryption parameters are damaged");
}

static int check_pbkdf2(struct der *kdf, struct error *err)
{
	struct der_tlv oid, salt, skip;
	struct der params, prf;
	if (der_take(kdf, DER_OID, "", &oid) < 0)
		return damaged_params(err);
	if (oid_find(oid.body) != OID_PBKDF2)
		return unsupported(err, "a key derivation", oid.body);
	if (der_enter(kdf, DER_SEQUENCE, "", &params) < 0 ||
		der_take(&params, DER_OCTET_STRING, "", &salt) < 0)
		return damaged_params(err);
	if (check_rounds(&params, err) < 0)
		return -1;
	der_optional(&params, DER_INTEGER, "", &skip); /* keyLength */
	if (params.in.n == 0)
		return 0;
	if (der_enter(&params, DER_SEQUENCE, "", &prf) < 0 || der_take(&prf, DER_OID, "", &oid) < 0)
		return damaged_params(err);
	enum oid id = oid_find(oid.body);
	if (id < OID_HMAC_SHA1 || id > OID_HMAC_SHA512)
		return unsupported(err, "a digest", oid.body);
	return 0;
}

static int check_pbes2(struct bytes body, struct error *err)
{
	struct der params = der_reader(body, NULL), kdf, cipher;
	struct der_tlv oid;
	if (der_enter(&params, DER_SEQUENCE, "", &kdf) < 0 ||
		der_enter(&params, DER_SEQUENCE, "", &cipher) < 0 ||
		der_take(&cipher, DER_OID, "", &oid) < 0)
		return damaged_params(err);
	enum oid id = oid_find(oid.body);
	if (id < OID_AES128_CBC || id > OID_3DES_CBC)
		return unsupported(err, "a cipher", oid.body);
	return check_pbkdf2(&kdf, err);
}

static int check_pbes1(struct bytes body, struct error *err)
{
	struct der params = der_reader(body, NULL);
	struct der_tlv salt;
	if (der_take(&params, DER_OCTET_STRING, "", &salt) < 0)
		return damaged_params(err);
	return check_rounds(&params, err);
}

static int wrong_passphrase(struct error *err)
{
	return key_fail(
		err, EACCES, "give the key's passphrase", "the passphrase does not open the key");
}

static int open_pkcs8(
	struct bytes der, const struct secret *passphrase, struct secret *plain, struct error *err)
{
	struct der d = der_reader(der, NULL), seq, alg;
	struct der_tlv oid, params, data;
	enum mbed_pbe scheme = MBED_PBES2;
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 ||
		der_enter(&seq, DER_SEQUENCE, "", &alg) < 0 ||
		der_take(&alg, DER_OID, "", &oid) < 0 ||
		der_take(&seq, DER_OCTET_STRING, "", &data) < 0)
		return damaged_params(err);
	enum oid id = oid_find(oid.body);
	if (id == OID_PBE_SHA1_3DES)
		scheme = MBED_PBE_3DES;
	else if (id == OID_PBE_SHA1_2DES)
		scheme = MBED_PBE_2DES;
	else if (id != OID_PBES2)
		return unsupported(err, "a scheme", oid.body);
	if (der_take(&alg, DER_SEQUENCE, "", &params) < 0)
		return damaged_params(err);
	int rc = scheme == MBED_PBES2 ? check_pbes2(params.body, err)
				      : check_pbes1(params.body, err);
	if (rc < 0)
		return -1;
	if (!mbed_pbe_open(scheme, params.body, passphrase, data.body, plain))
		return wrong_passphrase(err);
	return 0;
}

/* The block as mbedTLS wants it: no blanks at line starts, LF, a NUL at the end. */
static void clean_block(const struct keyfile *f, struct buf *out)
{
	bool start = true;
	for (size_t i = f->block.begin; i < f->block.end; i++) {
		char ch = (char)f->text.p[i];
		if (ch == 0 || (start && (ch == ' ' || ch == '\t')))
			continue;
		if (ch == '\r') {
			if (i + 1 < f->text.n && f->text.p[i + 1] == '\n')
				continue;
			ch = '\n';
		}
		start = ch == '\n';
		buf_add(out, &ch, 1);
	}
	buf_add(out, "\n", 1);
}

static int open_legacy(const struct keyfile *f, const struct secret *passphrase,
	struct secret *plain, struct error *err)
{
	static const char *const known[] = {
		"DES-CBC", "DES-EDE3-CBC", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};
	struct buf text = BUF_INIT;
	char *label = bytes_dup(f->block.label);
	bool supported = false;
	int rc = -1;
	clean_block(f, &text);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char info[40];
		snprintf(info, sizeof(info), "DEK-Info: %s,", known[i]);
		supported |= bytes_find(buf_bytes(&text), info) != SIZE_MAX;
	}
	if (!supported)
		key_fail(err, ENOTSUP, RECODE,
			"the key is encrypted with a cipher (DEK-Info) that is not supported");
	else if (!mbed_pem_open(buf_text(&text), label, passphrase, plain))
		wrong_passphrase(err);
	else
		rc = 0;
	free(label);
	buf_wipe(&text);
	return rc;
}

int keyfile_open(const struct keyfile *f, const struct secret *passphrase, struct secret *plain,
	struct error *err)
{
	if (f->form == KEYFILE_LEGACY_ENCRYPTED) {
		if (open_legacy(f, passphrase, plain, err) < 0)
			return -1;
	} else if (open_pkcs8(f->der, passphrase, plain, err) < 0) {
		return -1;
	}
	/* A wrong passphrase passes the padding's check once in 256 times. */
	enum keyfile_form form = keyfile_shape(secret_bytes(plain));
	if (form == KEYFILE_PKCS1 || form == KEYFILE_SEC1 || form == KEYFILE_PKCS8)
		return 0;
	secret_free(plain);
	return wrong_passphrase(err);
}
