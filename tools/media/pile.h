/* SPDX-License-Identifier: MIT */
/*
 * pile: certificates and private keys as they are met: a directory with any names in it, one file
 * with several blocks, PKCS#12 files. What belongs together is not known here (see authority.h).
 *
 * Bounds are those of walk.h. Everything that is not taken in is noted with its path and reason.
 */
#ifndef MEDIA_PILE_H
#define MEDIA_PILE_H

#include "base/error.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/key.h"

enum pile_state {
	PILE_LOCKED,   /* encrypted, and no passphrase has opened it yet */
	PILE_OPEN,     /* read, and checked whole */
	PILE_DAMAGED,  /* why says what is wrong */
	PILE_UNUSABLE, /* of a kind that is not supported: why says which */
};

/* A file with at least one certificate or key in it; or a PKCS#12 file, which may be locked. */
struct pile_file {
	char *path;
	struct secret content;
	enum pile_state state;
};

enum pile_form {
	PILE_PEM,   /* a block of the file, from begin to end */
	PILE_DER,   /* the whole file */
	PILE_BOXED, /* inside a PKCS#12 file, where it cannot be replaced */
};

struct pile_cert {
	size_t file;
	enum pile_form form;
	size_t begin, end;
	struct buf der;
	struct cert cert;
	bool is_ca; /* by its basic constraints; of version 1: by its own signature */
};

struct pile_key {
	size_t file;
	enum pile_form form;
	size_t begin, end;
	bool encrypted;
	enum pile_state state;
	char *why; /* NULL while there is nothing to say */
	struct key key;
	struct secret passphrase; /* that opened it; empty if it is not encrypted */
};

/* Something that was met and not taken in. */
struct pile_note {
	char *path;
	char *text;
	bool damaged; /* a certificate or key may be in it */
};

struct pile {
	char *path; /* as the user named it, without slashes at the end */
	bool is_dir;
	struct pile_file *files;
	size_t n_files;
	struct pile_cert *certs;
	size_t n_certs;
	struct pile_key *keys;
	size_t n_keys;
	struct pile_note *notes;
	size_t n_notes;
};

#define PILE_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Reads a directory or a file; plain keys are opened at once. -1: it cannot be read; an empty pile
 * is no failure. pile_free in any case.
 */
int pile_read(struct pile *p, const char *path, struct error *err);
void pile_free(struct pile *p); /* wipes */
/* Takes in one file's content, which is copied; what is nothing to us is passed over. */
void pile_add(struct pile *p, const char *path, struct bytes text);

/*
 * Tries the passphrase on every key and PKCS#12 file that is still locked; returns how many are
 * afterwards.
 */
size_t pile_unlock(struct pile *p, const struct secret *passphrase);
size_t pile_locked(const struct pile *p);

/* The bytes of a key as they lie in its file; none for one in a PKCS#12 file. */
struct bytes pile_key_text(const struct pile *p, const struct pile_key *k);

/* New bytes for a certificate or key, in the place of the old ones. */
struct pile_edit {
	size_t file;
	size_t begin, end;
	struct buf with; /* owned by whoever makes the edit */
};
/*
 * Appends the content of a file as the edits of that file make it; they do not overlap. What stands
 * around them stays. The caller must wipe out.
 */
void pile_rewrite(struct buf *out, const struct pile *p, size_t file, const struct pile_edit *edits,
	size_t n);

#endif
