// SPDX-License-Identifier: MIT
// Shares: any text is joined, refused with a reason, or no share; what is read is written the same.
#include <stdlib.h>
#include <string.h>

#include "pki/share_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = {data, size};
	struct secret passphrase = SECRET_INIT, line = SECRET_INIT;
	struct error err = ERROR_INIT;
	struct share s, again;
	int rc = share_join_text(text, &passphrase, &err);
	if ((rc == 1) != (passphrase.n == 39) || (rc < 0) != (err.what[0] != 0))
		abort();
	if (share_read(&s, text, &err) == 0) {
		share_write(&line, &s);
		if (!share_like(secret_bytes(&line)) ||
			share_read(&again, secret_bytes(&line), &err) < 0 ||
			memcmp(&s, &again, sizeof(s)) != 0)
			abort();
	}
	secret_free(&passphrase);
	secret_free(&line);
	return 0;
}
