// SPDX-License-Identifier: MIT
// keyfile: recognises and decrypts the files in which private keys are found.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pki/der.h"
#include "pki/key.h"
#include "pki/keyfile.h"
#include "pki/pbe.h"

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

static const struct pbe_owner key_owner = {
	.name = "key",
	.recode = "write the key again with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW",
};

/* The value of the DEK-Info header, which a block with Proc-Type: 4,ENCRYPTED has. */
static struct bytes dek_info(const struct keyfile *f)
{
	static const char name[] = "DEK-Info:";
	struct bytes block = {f->text.p + f->block.begin, f->block.end - f->block.begin};
	size_t at = bytes_find(block, name), end;
	if (at == SIZE_MAX)
		return (struct bytes){NULL, 0};
	at += sizeof(name) - 1;
	while (at < block.n && (block.p[at] == ' ' || block.p[at] == '\t'))
		at++;
	for (end = at; end < block.n && block.p[end] > ' ';)
		end++;
	return (struct bytes){block.p + at, end - at};
}

/* How it is encrypted, and what: the cipher text. */
static int parse_scheme(
	const struct keyfile *f, struct pbe *p, struct bytes *data, struct error *err)
{
	struct der d = der_reader(f->der, NULL), seq;
	struct der_tlv alg, octets;
	*data = f->der;
	if (f->form == KEYFILE_LEGACY_ENCRYPTED)
		return pbe_parse_dek(p, &key_owner, dek_info(f), err);
	if (der_enter(&d, DER_SEQUENCE, "", &seq) < 0 ||
		der_take(&seq, DER_SEQUENCE, "", &alg) < 0 ||
		der_take(&seq, DER_OCTET_STRING, "", &octets) < 0)
		return key_fail(err, EBADMSG, "use another copy of the key",
			"the encrypted key (PKCS#8) is damaged");
	*data = octets.body;
	return pbe_parse(p, &key_owner, alg.body, err);
}

int keyfile_scheme(const struct keyfile *f, struct pbe *p, struct error *err)
{
	struct bytes data;
	return parse_scheme(f, p, &data, err);
}

int keyfile_open(const struct keyfile *f, const struct secret *passphrase, struct secret *plain,
	struct error *err)
{
	struct bytes data;
	struct pbe p;
	if (parse_scheme(f, &p, &data, err) < 0)
		return -1;
	return pbe_open(&p, passphrase, data, plain, err);
}
