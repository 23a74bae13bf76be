/* SPDX-License-Identifier: MIT */
/*
 * secret: memory for passphrases and CA keys: locked (no swap), left out of core dumps, wiped when
 * freed. Nothing here is ever printed.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct secret {
	uint8_t *p; /* NULL while empty; a NUL byte always follows the n bytes */
	size_t n;   /* bytes used */
	size_t cap; /* bytes usable, without the NUL */
};

#define SECRET_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Makes this process undumpable (PR_SET_DUMPABLE 0, no core file). Called once, first in main. */
void secret_process(void);

void secret_alloc(struct secret *s, size_t cap); /* s is freed first; never fails to give memory */
void secret_set(struct secret *s, const void *p, size_t n);
void secret_free(struct secret *s); /* wipes; leaves SECRET_INIT */
struct bytes secret_bytes(const struct secret *s);

#define SECRET_PASSPHRASE_MAX 1024 /* of one that is typed */
#define SECRET_FILE_MAX (16 << 10) /* a file may hold shares of it, with remarks */

/*
 * Reads a passphrase file (at most SECRET_FILE_MAX bytes; one line end at the end, LF or CRLF, is
 * dropped). Fails if the file cannot be read, is empty or is longer. What it holds is told by
 * cmd/passphrase.h.
 */
int secret_from_file(struct secret *s, const char *path, struct error *err);
/*
 * Asks on the controlling terminal (else standard input if that is a terminal) without echo; the
 * terminal is restored also when a signal ends the question. Fails if there is no terminal.
 */
int secret_ask(struct secret *s, const char *question, struct error *err);

#endif
