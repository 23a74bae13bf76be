// SPDX-License-Identifier: MIT
// Private keys: any file is imported whole or refused with a reason.
#include <stdlib.h>
#include <string.h>

#include "pki/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = {data, size};
	struct secret passphrase = SECRET_INIT;
	struct key k = KEY_INIT;
	struct error err = ERROR_INIT;
	bool encrypted = key_is_encrypted(file);
	secret_set(&passphrase, "x", 1);
	if (key_import(&k, file, encrypted ? &passphrase : NULL, &err) == 0) {
		struct buf pem = BUF_INIT;
		struct key again = KEY_INIT;
		key_write(&pem, &k, KEY_FORM_PKCS8);
		if (!key_present(file) || key_import(&again, buf_bytes(&pem), NULL, &err) < 0 ||
			!bytes_equal(buf_bytes(&k.spki), buf_bytes(&again.spki)))
			abort();
		buf_wipe(&pem);
		key_free(&again);
	} else if (!err.what[0] || !err.os || k.der.p) {
		abort();
	}
	key_free(&k);
	secret_free(&passphrase);
	return 0;
}
