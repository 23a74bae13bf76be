/* SPDX-License-Identifier: MIT */
/*
 * change: every system call that changes the node, one thin function each, so that a test can make
 * each of them fail or end the process there. Names are relative to directories that root.h opened;
 * no function follows a link. Those that a commit calls (exchange, rename, sync) allocate nothing.
 */
#ifndef NODE_CHANGE_H
#define NODE_CHANGE_H

#include <sys/stat.h>

#include "base/buf.h"

/*
 * Called before each change with its name ("exchange", "fsync", ...); a value above 0 is the errno
 * with which the call fails instead of being made. NULL outside tests.
 */
extern int (*change_fault)(const char *call);

/* All: 0 (or a descriptor), or -1 with errno. */
int change_mkdir(int dir, const char *name, mode_t mode);
/* A new file, O_EXCL, mode 0600 from its first byte; the content written whole. */
int change_create(int dir, const char *name, struct bytes content);
int change_symlink(int dir, const char *name, const char *text);
int change_owner(int fd, uid_t uid, gid_t gid);
int change_mode(int fd, mode_t mode);
int change_link_owner(int dir, const char *name, uid_t uid, gid_t gid);
int change_xattr(int fd, const char *name, const void *value, size_t n);
int change_times(int dir, const char *name, const struct timespec times[2]); /* a link's own */
int change_rename(int dir, const char *name, int to_dir, const char *to);    /* replaces */
int change_move(int dir, const char *name, int to_dir, const char *to);      /* never replaces */
int change_exchange(int dir, const char *name, int to_dir, const char *to);
int change_unlink(int dir, const char *name);
int change_rmdir(int dir, const char *name);
int change_sync(int fd);

#endif
