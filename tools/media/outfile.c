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

#define FEW 8 /* files that are synced one by one */
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
	return set_mode(fd, mode);
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

/* The file that is written: ".NAME.PID" in the directory of path. */
static char *temporary_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	int n = slash ? (int)(slash + 1 - path) : 0;
	return xasprintf("%.*s.%s.%ld", n, path, path + n, (long)getpid());
}

static int sync_parent(const char *path)
{
	const char *name;
	int dir = open_parent(path, &name);
	if (dir < 0)
		return -1;
	int rc = sync_fd(dir), saved = errno;
	close(dir);
	errno = saved;
	return rc;
}

/* A directory that is not there is said as such: the commonest mistake. */
static int no_parent(const char *path, struct error *err)
{
	return error_errno(err, path, "make the directory first",
		"the directory of the file cannot be opened");
}

/* Who could use the file that is replaced shall be able to use the new one; as far as we may. */
static void keep_owner(int fd, const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && fchown(fd, st.st_uid, st.st_gid))
		return; /* not ours to give away: then it is the user's own */
}

int outfile_stage(struct outfile *f, const char *path, struct bytes content, mode_t mode,
	bool replace, struct error *err)
{
	const char *name;
	int dir = open_parent(path, &name);
	if (dir < 0)
		return no_parent(path, err);
	close(dir);
	*f = (struct outfile){.path = xstrdup(path), .replace = replace};
	f->temporary = temporary_path(path);
	int rc = 0,
	    fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		rc = error_errno(err, path, ROOM, "the file cannot be written");
		free(f->temporary); /* somebody else's, if it is there */
		f->temporary = NULL;
	} else {
		if (replace)
			keep_owner(fd, path);
		if (fill(fd, content, mode))
			rc = error_errno(err, path, ROOM, "the file cannot be written");
		if (close(fd) && rc == 0)
			rc = error_errno(err, path, ROOM, "the file cannot be written");
	}
	if (rc)
		outfile_drop(f);
	return rc;
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int rc = sync_fd(fd), saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

/* Syncs each file system that the directories of v lie on, once. */
static int sync_systems(const struct outfile *v, size_t n, struct error *err)
{
	dev_t *seen = xmalloc(n * sizeof(*seen));
	size_t n_seen = 0;
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		const char *name;
		struct stat st;
		size_t k = 0;
		int dir = open_parent(v[i].path, &name);
		rc = dir < 0 || fstat(dir, &st);
		while (rc == 0 && k < n_seen && seen[k] != st.st_dev)
			k++;
		if (rc == 0 && k == n_seen) {
			seen[n_seen++] = st.st_dev;
			rc = syncfs(dir);
		}
		if (rc)
			error_errno(err, v[i].path, ROOM, "the file cannot be written");
		if (dir >= 0)
			close(dir);
	}
	free(seen);
	return rc ? -1 : 0;
}

int outfile_sync(const struct outfile *v, size_t n, struct error *err)
{
	if (n > FEW)
		return sync_systems(v, n, err);
	for (size_t i = 0; i < n; i++)
		if (sync_file(v[i].temporary))
			return error_errno(err, v[i].path, ROOM, "the file cannot be written");
	return 0;
}

int outfile_put(struct outfile *f, struct error *err)
{
	struct stat st;
	if (lstat(f->path, &st) == 0 && !(f->replace && S_ISREG(st.st_mode)))
		return exists(f->path, err);
	if (rename(f->temporary, f->path))
		return error_errno(err, f->path, ROOM, "the file cannot be written");
	free(f->temporary);
	f->temporary = NULL;
	return 0;
}

int outfile_sync_places(const struct outfile *v, size_t n, struct error *err)
{
	if (n > FEW)
		return sync_systems(v, n, err);
	for (size_t i = 0; i < n; i++)
		if (sync_parent(v[i].path))
			return error_errno(err, v[i].path, "look whether the medium is still there",
				"the file stands in its place, but the directory cannot be synced");
	return 0;
}

void outfile_drop(struct outfile *f)
{
	if (f->temporary)
		unlink(f->temporary);
	free(f->temporary);
	free(f->path);
	*f = (struct outfile)OUTFILE_INIT;
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
