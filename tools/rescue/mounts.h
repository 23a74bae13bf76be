/* SPDX-License-Identifier: MIT */
/*
 * mounts: which directories of the node lie on one mount, so that a rename between them works; and
 * the mtimes of the directories above the state, to put them back after a failure.
 */
#ifndef RESCUE_MOUNTS_H
#define RESCUE_MOUNTS_H

#include <time.h>

#include "node/root.h"

/* Are two directories on the same file system, subvolume and mount? False with err where one is
 * gone. */
bool mounts_same(const struct root *r, const char *a, const char *b, struct error *err);
/* The topmost directory of the mount that dir (without links) lies on. */
int mounts_top(const struct root *r, const char *dir, char top[PATH_MAX], struct error *err);

/* Is something mounted on name in dir (a bind mount of a file)? False where the kernel does not
 * say. */
bool mounts_point(int dir, const char *name);

#define MOUNTS_TIMES 4
struct mounts_times {
	bool known[MOUNTS_TIMES];
	struct timespec mtime[MOUNTS_TIMES];
};
/* /, /var, /var/lib and /var/lib/certrescue, as far as they are there. */
void mounts_remember(const struct root *r, struct mounts_times *t);
void mounts_restore(const struct root *r, const struct mounts_times *t);

#endif
