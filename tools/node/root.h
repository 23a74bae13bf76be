/* SPDX-License-Identifier: MIT */
/*
 * root: every access to the node's files. A path is the node's own absolute path
 * ("/etc/kubernetes/pki/ca.crt"); it is resolved beneath one directory, absolute links are taken as
 * the node would take them (openat2 with RESOLVE_IN_ROOT, else step by step), and nothing outside
 * is ever opened. Reading is here; the system calls that change the node are in change.h.
 */
#ifndef NODE_ROOT_H
#define NODE_ROOT_H

#include <limits.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

#define ROOT_FILE_MAX (4 << 20) /* most bytes read of one file, unless the caller says less */
#define ROOT_LINKS_MAX 40

struct root {
	int fd;     /* the directory; -1: not open */
	char *path; /* as the user gave it, for messages */
};

#define ROOT_INIT                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}

int root_open(struct root *r, const char *path, struct error *err);
void root_close(struct root *r);
/* One certrescue at a time changes a node: held until root_close. -1: another one is at work. */
int root_lock(const struct root *r, struct error *err);

/*
 * Opens a file for reading, never a FIFO's wait or a device: the caller gets a descriptor of a
 * regular file (st tells) or -1 with err->os set: ENOENT, ELOOP, ENOTDIR, EACCES, or EINVAL where
 * it is not a regular file.
 */
int root_open_file(const struct root *r, const char *path, struct stat *st, struct error *err);
/* The whole content of a regular file of at most most bytes (err->os EFBIG where it is longer). */
int root_read(const struct root *r, const char *path, size_t most, struct buf *out, struct stat *st,
	struct error *err);
/* stat and lstat; -1 with err->os. */
int root_stat(const struct root *r, const char *path, struct stat *st, struct error *err);
int root_lstat(const struct root *r, const char *path, struct stat *st, struct error *err);
bool root_exists(const struct root *r, const char *path);
/* The text of the symlink at path itself; -1 with err->os EINVAL where it is none. */
int root_readlink(const struct root *r, const char *path, char text[PATH_MAX], struct error *err);

/*
 * The path with every link resolved as the node would: what a write to path would write to. The
 * last component need not exist (then its directory is resolved).
 */
int root_resolve(const struct root *r, const char *path, char real[PATH_MAX], struct error *err);
/* Opens the directory that holds path (links in it followed, beneath the root); O_PATH is not set.
 */
int root_open_dir(const struct root *r, const char *path, struct error *err);

/* Names in a directory, sorted, without . and ..; at most most are read (more: truncated is set).
 */
struct root_names {
	char **v;
	size_t n;
	bool truncated;
};
int root_list(const struct root *r, const char *dir, size_t most, struct root_names *names,
	struct error *err);
void root_names_free(struct root_names *names);

#endif
