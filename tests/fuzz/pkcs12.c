// SPDX-License-Identifier: MIT
// PKCS#12: any file is read whole or refused with a reason, and with nothing left.
#include <stdlib.h>
#include <string.h>

#include "pki/key.h"
#include "pki/pkcs12.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = {data, size};
	struct secret passphrase = SECRET_INIT;
	struct pkcs12 p = PKCS12_INIT;
	struct error err = ERROR_INIT;
	secret_set(&passphrase, "x", 1);
	if (pkcs12_read(&p, file, &passphrase, &err) == 0) {
		require(pkcs12_like(file));
		for (size_t i = 0; i < p.n_certs; i++)
			require(p.certs[i].name != NULL);
		for (size_t i = 0; i < p.n_keys; i++) {
			struct key k = KEY_INIT;
			require(p.keys[i].name != NULL);
			if (key_import(&k, secret_bytes(&p.keys[i].der), NULL, &err) == 0)
				key_free(&k);
		}
	} else {
		require(err.what[0] && err.os && !p.n_certs && !p.n_keys && !p.certs && !p.keys);
	}
	pkcs12_free(&p);
	secret_free(&passphrase);
	return 0;
}
