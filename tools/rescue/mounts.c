// SPDX-License-Identifier: MIT
// mounts: compares directories by device and mount.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/change.h"
#include "node/path.h"
#include "rescue/journal.h"
#include "rescue/mounts.h"

struct spot {
	dev_t dev;
	uint64_t mount; /* 0 where the kernel does not say (before 5.8) */
};

/* struct statx as the kernel fills it (linux/stat.h), up to what is read here. */
struct kernel_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, spare0;
	uint64_t ino, size, blocks, attributes_mask;
	uint64_t times[8];
	uint32_t rdev[2], dev[2];
	uint64_t mnt_id;
	uint64_t spare[13];
};
#define WANT_MOUNT_ID 0x1000 /* STATX_MNT_ID */

/* 0 where the kernel does not say. */
static uint64_t mount_id(int dir, const char *name, int flags)
{
	struct kernel_statx x;
	memset(&x, 0, sizeof(x));
	if (syscall(SYS_statx, dir, name, flags, WANT_MOUNT_ID, &x) || !(x.mask & WANT_MOUNT_ID))
		return 0;
	return x.mnt_id;
}

static int look(const struct root *r, const char *dir, struct spot *s, struct error *err)
{
	struct stat st;
	int fd = root_open_dir(r, dir, err);
	if (fd < 0)
		return -1;
	int rc = fstat(fd, &st);
	s->mount = mount_id(fd, "", AT_EMPTY_PATH);
	s->dev = st.st_dev;
	close(fd);
	return rc;
}

bool mounts_point(int dir, const char *name)
{
	uint64_t outer = mount_id(dir, "", AT_EMPTY_PATH);
	uint64_t inner = mount_id(dir, name, AT_SYMLINK_NOFOLLOW);
	return outer && inner && outer != inner;
}

static bool same(const struct spot *a, const struct spot *b)
{
	return a->dev == b->dev && a->mount == b->mount;
}

bool mounts_same(const struct root *r, const char *a, const char *b, struct error *err)
{
	struct spot x, y;
	return look(r, a, &x, err) == 0 && look(r, b, &y, err) == 0 && same(&x, &y);
}

int mounts_top(const struct root *r, const char *dir, char top[PATH_MAX], struct error *err)
{
	struct spot own, above;
	snprintf(top, PATH_MAX, "%s", dir);
	if (look(r, dir, &own, err))
		return -1;
	while (strcmp(top, "/") != 0) {
		char parent[PATH_MAX];
		path_parent(top, parent);
		if (look(r, parent, &above, err))
			return -1;
		if (!same(&own, &above))
			break;
		memcpy(top, parent, PATH_MAX);
	}
	return 0;
}

static const char *const above_state[MOUNTS_TIMES] = {"/", "/var", "/var/lib", STATE_DIR};

void mounts_remember(const struct root *r, struct mounts_times *t)
{
	struct error ignored = ERROR_INIT;
	struct stat st;
	for (size_t i = 0; i < MOUNTS_TIMES; i++) {
		t->known[i] = root_stat(r, above_state[i], &st, &ignored) == 0;
		if (t->known[i])
			t->mtime[i] = st.st_mtim;
	}
}

void mounts_restore(const struct root *r, const struct mounts_times *t)
{
	struct error ignored = ERROR_INIT;
	for (size_t i = 0; i < MOUNTS_TIMES; i++) {
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, t->mtime[i]};
		int fd = t->known[i] ? root_open_dir(r, above_state[i], &ignored) : -1;
		if (fd < 0)
			continue;
		change_times(fd, ".", times);
		close(fd);
	}
}
