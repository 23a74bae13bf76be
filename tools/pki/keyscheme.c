// SPDX-License-Identifier: MIT
// keyscheme: names the encryption of a private key.
#include <stdio.h>

#include "pki/keyscheme.h"

static void describe(struct keyscheme *s, const struct pbe *p)
{
	static const char *const ciphers[] = {
		[PBE_DES] = "DES-CBC",
		[PBE_DES2] = "2DES-CBC",
		[PBE_DES3] = "3DES-CBC",
		[PBE_AES128] = "AES-128-CBC",
		[PBE_AES192] = "AES-192-CBC",
		[PBE_AES256] = "AES-256-CBC",
	};
	static const char *const hashes[] = {
		[PBE_SHA1] = "SHA-1",
		[PBE_SHA224] = "SHA-224",
		[PBE_SHA256] = "SHA-256",
		[PBE_SHA384] = "SHA-384",
		[PBE_SHA512] = "SHA-512",
	};
	if (p->kdf == PBE_PBKDF2)
		snprintf(s->text, sizeof(s->text), "PBES2 %s, PBKDF2-HMAC-%s", ciphers[p->cipher],
			hashes[p->hash]);
	else if (p->kdf == PBE_PKCS12)
		snprintf(s->text, sizeof(s->text), "PBES1 %s, PKCS#12 %s", ciphers[p->cipher],
			hashes[p->hash]);
	else
		snprintf(s->text, sizeof(s->text), "DEK-Info %s, MD5", ciphers[p->cipher]);
	s->rounds = p->kdf == PBE_MD5 ? 1 : p->rounds;
	s->strong = p->kdf == PBE_PBKDF2 && p->hash != PBE_SHA1 && p->cipher >= PBE_AES128 &&
		    p->rounds >= SEAL_ROUNDS_MIN;
}

bool keyscheme_read(struct keyscheme *s, struct bytes file)
{
	struct keyfile f;
	struct pbe p;
	struct error ignored = ERROR_INIT;
	*s = (struct keyscheme){.text = "a scheme that is not supported", .rounds = -1};
	bool encrypted = keyfile_find(&f, file, &ignored) > 0 && keyfile_encrypted(&f);
	if (encrypted && keyfile_scheme(&f, &p, &ignored) == 0)
		describe(s, &p);
	keyfile_free(&f);
	return encrypted;
}
