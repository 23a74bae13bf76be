// SPDX-License-Identifier: MIT
// PEM: any bytes are read to their end; what was read and is written again is the same.
#include <stdlib.h>

#include "pki/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct pem_block *block)
{
	struct buf text = BUF_INIT;
	struct pem_block same = {0};
	struct error err = ERROR_INIT;
	size_t at = 0;
	pem_write(&text, "X", buf_bytes(&block->der));
	if (pem_next(buf_bytes(&text), &at, &same, &err) != 1 ||
		!bytes_equal(buf_bytes(&same.der), buf_bytes(&block->der)))
		abort();
	pem_block_free(&same);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pem_block block = {0};
	struct error err = ERROR_INIT;
	size_t at = 0, before = 0;
	int rc;
	while ((rc = pem_next((struct bytes){data, size}, &at, &block, &err)) != 0) {
		if (at <= before || at > size)
			abort(); /* no progress */
		if (rc > 0) {
			if (block.begin >= block.end || block.end > size)
				abort();
			again(&block);
		}
		before = at;
	}
	pem_block_free(&block);
	return 0;
}
