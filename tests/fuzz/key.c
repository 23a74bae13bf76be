// SPDX-License-Identifier: MIT
// Private keys: any file is imported whole or refused with a reason.
#include <stdlib.h>
#include <string.h>

#include "pki/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Written and read again it is the same key; one that cannot sign is no CA's. */
static void again(const struct key *k, struct bytes file, const struct secret *passphrase)
{
	struct buf pem = BUF_INIT;
	struct key other = KEY_INIT;
	struct error err = ERROR_INIT;
	key_write(&pem, k, KEY_FORM_PKCS8);
	require(key_present(file) && key_import_leaf(&other, buf_bytes(&pem), NULL, &err) == 0);
	require(bytes_equal(buf_bytes(&k->spki), buf_bytes(&other.spki)));
	require(key_import(&other, file, passphrase, &err) < 0 ? k->alg == KEY_ED25519
							       : k->alg == other.alg);
	buf_wipe(&pem);
	key_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = {data, size};
	struct secret passphrase = SECRET_INIT;
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	secret_set(&passphrase, "x", 1);
	const struct secret *pass = key_is_encrypted(file) ? &passphrase : NULL;
	if (key_import_leaf(&k, file, pass, &err) == 0)
		again(&k, file, pass);
	else
		require(err.what[0] && err.os && !k.der.p);
	key_free(&k);
	secret_free(&passphrase);
	return 0;
}
