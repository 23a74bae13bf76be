/* SPDX-License-Identifier: MIT */
/*
 * pem: textual encodings (RFC 7468), read as they are met in the field: several blocks in any
 * order, text before and after, CRLF, a BOM, legacy headers (Proc-Type, DEK-Info). Knows nothing of
 * what the blocks hold.
 */
#ifndef PKI_PEM_H
#define PKI_PEM_H

#include "base/buf.h"
#include "base/error.h"

#define PEM_BLOCK_MAX (1 << 20) /* most DER bytes of one block */

struct pem_block {
	struct bytes label; /* between "-----BEGIN " and "-----", in the text */
	size_t begin,
		end; /* the block in the text: its first dash; after the END line's line end */
	bool legacy_encrypted; /* a Proc-Type: 4,ENCRYPTED header: der is cipher text */
	struct buf der;        /* decoded; buf_wipe'd by pem_block_free */
};

/*
 * The next block of text at or after *at, which moves behind it. 1: found; 0: no further block; -1:
 * a block that begins but is damaged (err says the line; *at moves behind its BEGIN line so that
 * the caller may go on). block must be free or from an earlier call.
 */
int pem_next(struct bytes text, size_t *at, struct pem_block *block, struct error *err);
void pem_block_free(struct pem_block *block);

/* Appends a block with 64 characters a line and LF, as OpenSSL and Go write it. */
void pem_write(struct buf *out, const char *label, struct bytes der);

/* Base64 (RFC 4648, padded). Decoding skips white space and refuses everything else. */
void base64_encode(struct buf *out, struct bytes data);
int base64_decode(struct buf *out, struct bytes text, struct error *err);

#endif
