/* SPDX-License-Identifier: MIT */
/*
 * keyout: writes CA keys: encrypted or plain, and believed only when the file on the disk has been
 * opened again.
 */
#ifndef MEDIA_KEYOUT_H
#define MEDIA_KEYOUT_H

#include "media/outset.h"
#include "pki/key.h"

/*
 * Appends the key as PEM: PKCS#8 encrypted with the passphrase (see seal.h for rounds), or, where
 * the passphrase is empty, plain in the form that it was found in. The caller must wipe out.
 */
int keyout_text(struct buf *out, const struct key *k, const struct secret *passphrase, long rounds,
	struct error *err);

/*
 * Reads a staged file back from the disk: k must be in it, open with the passphrase, and without
 * one only if that is empty.
 */
int keyout_check(const struct outfile *f, const struct key *k, const struct secret *passphrase,
	struct error *err);

/* Both: stages a file (0600, replacing nothing) that holds the key alone. */
int keyout_add(struct outset *s, const char *path, const struct key *k,
	const struct secret *passphrase, long rounds, struct error *err);

#endif
