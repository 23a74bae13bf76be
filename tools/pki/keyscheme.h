/* SPDX-License-Identifier: MIT */
/*
 * keyscheme: how a private key's file is encrypted, for people and reports. Read from its
 * parameters; nothing is decrypted.
 */
#ifndef PKI_KEYSCHEME_H
#define PKI_KEYSCHEME_H

#include "pki/keyfile.h"
#include "pki/seal.h"

struct keyscheme {
	char text[96]; /* "PBES2 AES-256-CBC, PBKDF2-HMAC-SHA-256" */
	long rounds;   /* of the key derivation; -1: not known */
	bool strong;   /* PBES2 with AES and PBKDF2 of SHA-2, SEAL_ROUNDS_MIN rounds at least */
};

/* False: the first private key in file is not encrypted, or there is none. */
bool keyscheme_read(struct keyscheme *s, struct bytes file);

#endif
