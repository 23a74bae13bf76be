/* SPDX-License-Identifier: MIT */
/*
 * walk: the files beneath one cluster's directory on the medium, within bounds (STORE_DEPTH,
 * STORE_FILES_MAX). Links are not followed, other things than regular files are never opened for
 * long, and what is longer than WALK_FILE_MAX is passed over. Contents are held in secret memory
 * and wiped.
 */
#ifndef MEDIA_WALK_H
#define MEDIA_WALK_H

#include "base/buf.h"
#include "base/error.h"

#define WALK_FILE_MAX (256 << 10)

struct walk_names {
	char **v;
	size_t n;
};

/* Names in the directory fd, sorted, without . and ..; fails where there are too many. */
int walk_names(int fd, const char *path, struct walk_names *names, struct error *err);
void walk_names_free(struct walk_names *names);
/* Is name in the directory fd a directory itself (not a link to one)? */
bool walk_is_dir(int fd, const char *name);

/*
 * Calls seen for each file beneath the directory fd, in the order of names, with its path
 * (path/...) and its bytes, which are wiped when seen returns; and passed (may be NULL) with what
 * is not looked at, and why: links, long files, what lies too deep. An unreadable file ends the
 * walk with an error: it may be the one that matters.
 */
int walk_files(int fd, const char *path, const char *cluster,
	void (*seen)(void *to, const char *cluster, const char *path, struct bytes content),
	void (*passed)(void *to, const char *path, const char *why), void *to, struct error *err);
/* The same for one file that the user named (links are followed; too long is an error). */
int walk_file(const char *path,
	void (*seen)(void *to, const char *cluster, const char *path, struct bytes content),
	void *to, struct error *err);

#endif
