/* SPDX-License-Identifier: MIT */
/*
 * entry: one file of the node that a rescue writes, as a whole: what it will hold and what it was.
 */
#ifndef RESCUE_ENTRY_H
#define RESCUE_ENTRY_H

#include <sys/stat.h>

#include "base/buf.h"
#include "pki/cert.h"

struct entry {
	char *path;         /* on the node, links resolved (the last one too, unless link is set) */
	bool link;          /* a symlink is put there */
	struct buf content; /* the file's bytes, or the link's text; wiped when freed */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	char *like;  /* the file whose extended attributes it gets; NULL: none */
	bool mended; /* its mode or owner is mended: no access list, which would widen it again */
	bool only_mode; /* nothing else changes: the content is the old one */
	/* What must be there when it is replaced; had_old false: nothing may be there. */
	bool had_old;
	struct stat old;
	uint8_t old_sha[SHA256_SIZE]; /* of a file's bytes, or of a link's text */
};

struct entries {
	struct entry *v;
	size_t n;
};

/* Appends an empty one; its path is copied. The pointer is valid until the next call. */
struct entry *entries_add(struct entries *e, const char *path);
void entries_free(struct entries *e);

#endif
