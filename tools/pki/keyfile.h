/* SPDX-License-Identifier: MIT */
/*
 * keyfile: finds a private key in a file and says of what form it is, by PEM label and DER shape
 * alone. Nothing is decrypted here but by keyfile_open.
 */
#ifndef PKI_KEYFILE_H
#define PKI_KEYFILE_H

#include "base/secret.h"
#include "pki/pbe.h"
#include "pki/pem.h"

enum keyfile_form {
	KEYFILE_UNKNOWN, /* labelled as a private key, but of no shape that is known */
	KEYFILE_PKCS1,
	KEYFILE_SEC1,
	KEYFILE_PKCS8,
	KEYFILE_PKCS8_ENCRYPTED,
	KEYFILE_LEGACY_ENCRYPTED, /* PEM with DEK-Info */
};

struct keyfile {
	enum keyfile_form form;
	struct bytes text;      /* the file */
	struct bytes der;       /* in the file or in block */
	struct pem_block block; /* empty if the file is DER */
};

/* The form of one DER value. */
enum keyfile_form keyfile_shape(struct bytes der);
/* 1: the first private key; 0: none; -1: its PEM block is damaged. keyfile_free after each. */
int keyfile_find(struct keyfile *f, struct bytes file, struct error *err);
bool keyfile_encrypted(const struct keyfile *f);
/* How an encrypted one is encrypted. err->os as key_import says. */
int keyfile_scheme(const struct keyfile *f, struct pbe *p, struct error *err);
/* Decrypts into plain. err->os as key_import says. */
int keyfile_open(const struct keyfile *f, const struct secret *passphrase, struct secret *plain,
	struct error *err);
void keyfile_free(struct keyfile *f);

/* error_set with err->os = os. */
int key_fail(struct error *err, int os, const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
