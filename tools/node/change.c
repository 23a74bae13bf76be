// SPDX-License-Identifier: MIT
// change: the seam through which the node is changed.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "node/change.h"

#define EXCHANGE 2  /* RENAME_EXCHANGE, linux/fs.h */
#define NOREPLACE 1 /* RENAME_NOREPLACE */

int (*change_fault)(const char *call);

static bool faulty(const char *call)
{
	int e = change_fault ? change_fault(call) : 0;
	if (e > 0)
		errno = e;
	return e > 0;
}

int change_mkdir(int dir, const char *name, mode_t mode)
{
	return faulty("mkdir") ? -1 : mkdirat(dir, name, mode);
}

static int write_all(int fd, struct bytes b)
{
	while (b.n > 0) {
		if (faulty("write"))
			return -1;
		ssize_t n = write(fd, b.p, b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		b.p += n;
		b.n -= (size_t)n;
	}
	return 0;
}

int change_create(int dir, const char *name, struct bytes content)
{
	if (faulty("create"))
		return -1;
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write_all(fd, content)) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int change_symlink(int dir, const char *name, const char *text)
{
	return faulty("symlink") ? -1 : symlinkat(text, dir, name);
}

int change_owner(int fd, uid_t uid, gid_t gid)
{
	return faulty("chown") ? -1 : fchown(fd, uid, gid);
}

int change_mode(int fd, mode_t mode)
{
	return faulty("chmod") ? -1 : fchmod(fd, mode);
}

int change_link_owner(int dir, const char *name, uid_t uid, gid_t gid)
{
	return faulty("chown") ? -1 : fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int change_xattr(int fd, const char *name, const void *value, size_t n)
{
	return faulty("setxattr") ? -1 : fsetxattr(fd, name, value, n, 0);
}

int change_times(int dir, const char *name, const struct timespec times[2])
{
	return faulty("utimens") ? -1 : utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
}

int change_rename(int dir, const char *name, int to_dir, const char *to)
{
	return faulty("rename") ? -1 : renameat(dir, name, to_dir, to);
}

static int rename2(int dir, const char *name, int to_dir, const char *to, unsigned flags)
{
	return (int)syscall(SYS_renameat2, dir, name, to_dir, to, flags);
}

int change_move(int dir, const char *name, int to_dir, const char *to)
{
	if (faulty("move"))
		return -1;
	if (rename2(dir, name, to_dir, to, NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A kernel or file system without the flag: link refuses an existing name as well. */
	if (linkat(dir, name, to_dir, to, 0) < 0)
		return -1;
	return unlinkat(dir, name, 0);
}

int change_exchange(int dir, const char *name, int to_dir, const char *to)
{
	return faulty("exchange") ? -1 : rename2(dir, name, to_dir, to, EXCHANGE);
}

int change_unlink(int dir, const char *name)
{
	return faulty("unlink") ? -1 : unlinkat(dir, name, 0);
}

int change_rmdir(int dir, const char *name)
{
	return faulty("rmdir") ? -1 : unlinkat(dir, name, AT_REMOVEDIR);
}

int change_sync(int fd)
{
	if (faulty("fsync"))
		return -1;
	return fsync(fd);
}
