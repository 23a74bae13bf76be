/* SPDX-License-Identifier: MIT */
/*
 * passphrase: where a passphrase is wanted, it may be given as it is, or as shares of it (share.h).
 */
#ifndef CMD_PASSPHRASE_H
#define CMD_PASSPHRASE_H

#include "base/error.h"
#include "base/secret.h"

/* --passphrase-file: one passphrase, or as many shares as are needed, which are joined. */
int passphrase_from_file(struct secret *s, const char *path, struct error *err);

/*
 * Asks on the terminal, without echo. Where a share is typed it asks for the others, says which are
 * taken, and asks again for one that was mistyped.
 */
int passphrase_ask(struct secret *s, const char *question, struct error *err);

#endif
