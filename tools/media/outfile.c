// SPDX-License-Identifier: MIT
// outfile: writes one file whole, or not at all.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/outfile.h"

#define ROOM "make room, or write to another place"

static int sync_fd(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}

/* Some media (FAT) have one mode for all: that it cannot be set there is no failure. */
static int set_mode(int fd, mode_t mode)
{
	return fchmod(fd, mode) == 0 || errno == EPERM || errno == ENOTSUP ? 0 : -1;
}

static int fill(int fd, struct bytes b, mode_t mode)
{
	while (b.n > 0) {
		ssize_t n = write(fd, b.p, b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		b.p += n;
		b.n -= (size_t)n;
	}
	return set_mode(fd, mode) || sync_fd(fd) ? -1 : 0;
}

static int exists(const char *path, struct error *err)
{
	error_set(err, ERR_FAILED, path, "move it away or write to another place",
		"the file is there already and is not overwritten");
	err->os = EEXIST;
	return -1;
}

int outfile_absent(const char *path, struct error *err)
{
	struct stat st;
	return lstat(path, &st) == 0 ? exists(path, err) : 0;
}

/* Opens the directory of path; *name is the last part of it. */
static int open_parent(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	char *dir =
		!slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	return fd;
}

/* The temporary file takes the target's place; the target must be absent or a regular file. */
static int put(int dir, const char *temporary, const char *name, bool replace)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		!(replace && S_ISREG(st.st_mode))) {
		errno = EEXIST;
		return -1;
	}
	return renameat(dir, temporary, dir, name) || sync_fd(dir) ? -1 : 0;
}

static int write_in(int dir, const char *name, struct bytes content, mode_t mode, bool replace)
{
	char *temporary = xasprintf(".%s.%ld", name, (long)getpid());
	int rc = -1, saved;
	int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0) {
		rc = fill(fd, content, mode);
		saved = errno;
		if (close(fd) && rc == 0) {
			rc = -1;
			saved = errno;
		}
		errno = saved;
		if (rc == 0)
			rc = put(dir, temporary, name, replace);
		saved = errno;
		if (rc)
			unlinkat(dir, temporary, 0);
		errno = saved;
	}
	saved = errno;
	free(temporary);
	errno = saved;
	return rc;
}

int outfile_write(
	const char *path, struct bytes content, mode_t mode, bool replace, struct error *err)
{
	const char *name;
	int dir = open_parent(path, &name);
	if (dir < 0)
		return error_errno(err, path, "make the directory first",
			"the directory of the file cannot be opened");
	int rc = write_in(dir, name, content, mode, replace), saved = errno;
	close(dir);
	errno = saved;
	if (rc == 0)
		return 0;
	if (errno == EEXIST)
		return exists(path, err);
	return error_errno(err, path, ROOM, "the file cannot be written");
}

int outfile_mkdir(const char *path, struct error *err)
{
	struct stat st;
	if (mkdir(path, 0700) == 0 ||
		(errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	return error_errno(
		err, path, "name a directory that can be made", "the directory cannot be made");
}
