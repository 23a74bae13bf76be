// SPDX-License-Identifier: MIT
// root: walks the node's paths step by step, never through a link that leaves the root.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/root.h"

/* Where a path ends: an open directory, a name in it, and the path without links. */
struct spot {
	int dir;
	char name[NAME_MAX + 1]; /* "." for the root itself */
	char real[PATH_MAX];
	bool exists;
	struct stat st; /* lstat of name, where it exists */
};

int root_open(struct root *r, const char *path, struct error *err)
{
	r->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->fd < 0)
		return error_errno(err, path, "name the directory where the node's disk is mounted",
			"the node's root directory cannot be opened");
	r->path = xstrdup(path);
	return 0;
}

void root_close(struct root *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	*r = (struct root)ROOT_INIT;
}

int root_lock(const struct root *r, struct error *err)
{
	/* On the directory itself: nothing is written, and it ends with the process. */
	if (flock(r->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return 0;
	return error_set(err, ERR_FAILED, r->path, "wait until it has ended, then start again",
		"another certrescue is at work on this node; nothing was changed");
}

/* Opens a path that holds no links, component by component. -1 with errno. */
static int open_real(const struct root *r, const char *real)
{
	int dir = fcntl(r->fd, F_DUPFD_CLOEXEC, 0);
	while (dir >= 0 && *real) {
		char name[NAME_MAX + 1];
		size_t n;
		real += strspn(real, "/");
		n = strcspn(real, "/");
		if (n == 0)
			break;
		if (n > NAME_MAX) {
			close(dir);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, real, n);
		name[n] = 0;
		real += n;
		int next = openat(dir, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		int saved = errno;
		close(dir);
		errno = saved;
		dir = next;
	}
	return dir;
}

/* The rest of the path that is still to be walked; links put their text before it. */
struct walk {
	char rest[2 * PATH_MAX];
	int links;
};

static int next_name(struct walk *w, char name[NAME_MAX + 1], bool *last)
{
	char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, p, n);
	name[n] = 0;
	p += n;
	*last = p[strspn(p, "/")] == 0;
	memmove(w->rest, p, strlen(p) + 1);
	return (int)n;
}

static int put_link(struct walk *w, int dir, const char *name, bool *absolute)
{
	char text[PATH_MAX];
	size_t len = strlen(w->rest);
	ssize_t n = readlinkat(dir, name, text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	if (++w->links > ROOT_LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	text[n] = 0;
	*absolute = text[0] == '/';
	if ((size_t)n + 1 + len + 1 > sizeof(w->rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(w->rest + n + 1, w->rest, len + 1);
	memcpy(w->rest, text, (size_t)n);
	w->rest[n] = '/';
	return 0;
}

static int enter(struct spot *s, int dir)
{
	int saved = errno;
	if (s->dir >= 0)
		close(s->dir);
	errno = saved;
	s->dir = dir;
	return dir < 0 ? -1 : 0;
}

static int append(struct spot *s, const char *name)
{
	size_t at = strlen(s->real);
	if (at + 1 + strlen(name) + 1 > sizeof(s->real)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(s->real + at, sizeof(s->real) - at, "/%s", name);
	return 0;
}

/* One component: enters it, takes its link, or ends at it (*end). -1 with errno. */
static int step(const struct root *r, struct walk *w, struct spot *s, bool follow, bool *end)
{
	bool last, absolute;
	int n = next_name(w, s->name, &last);
	if (n < 0)
		return -1;
	if (n == 0 || strcmp(s->name, ".") == 0) {
		*end = n == 0 || last;
		if (*end) { /* the directory itself */
			strcpy(s->name, ".");
			s->exists = true;
			return fstat(s->dir, &s->st);
		}
		return 0;
	}
	if (strcmp(s->name, "..") == 0) {
		char *slash = strrchr(s->real, '/');
		if (slash)
			*slash = 0;
		return enter(s, open_real(r, s->real)); /* above the root is the root */
	}
	if (fstatat(s->dir, s->name, &s->st, AT_SYMLINK_NOFOLLOW) < 0) {
		*end = errno == ENOENT && last;
		s->exists = false;
		return *end ? append(s, s->name) : -1;
	}
	if (S_ISLNK(s->st.st_mode) && (!last || follow)) {
		if (put_link(w, s->dir, s->name, &absolute))
			return -1;
		if (absolute) {
			s->real[0] = 0;
			return enter(s, open_real(r, ""));
		}
		return 0;
	}
	if (append(s, s->name))
		return -1;
	if (last) {
		s->exists = *end = true;
		return 0;
	}
	return enter(s, openat(s->dir, s->name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC));
}

static int walk(
	const struct root *r, const char *path, bool follow, struct spot *s, struct error *err)
{
	struct walk w = {.links = 0};
	bool end = false;
	*s = (struct spot){.dir = -1};
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		goto fail;
	}
	strcpy(w.rest, path);
	if (enter(s, open_real(r, "")))
		goto fail;
	while (!end)
		if (step(r, &w, s, follow, &end))
			goto fail;
	if (!s->real[0])
		strcpy(s->real, "/");
	return 0;
fail:
	error_errno(err, path, NULL, "the path cannot be followed");
	if (s->dir >= 0)
		close(s->dir);
	s->dir = -1;
	return -1;
}

static int missing(const struct spot *s, const char *path, struct error *err)
{
	if (s->exists)
		return 0;
	errno = ENOENT;
	return error_errno(err, path, NULL, "cannot be opened");
}

int root_open_file(const struct root *r, const char *path, struct stat *st, struct error *err)
{
	struct spot s;
	int fd = -1;
	if (walk(r, path, true, &s, err))
		return -1;
	if (missing(&s, path, err))
		goto out;
	if (!S_ISREG(s.st.st_mode)) {
		errno = EINVAL;
		error_errno(err, path, NULL, "is not a regular file");
		goto out;
	}
	fd = openat(s.dir, s.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) < 0) {
		error_errno(err, path, NULL, "cannot be opened");
	} else if (!S_ISREG(st->st_mode)) { /* it changed in between */
		errno = EINVAL;
		error_errno(err, path, NULL, "is not a regular file");
	} else {
		goto out;
	}
	if (fd >= 0)
		close(fd);
	fd = -1;
out:
	close(s.dir);
	return fd;
}

int root_read(const struct root *r, const char *path, size_t most, struct buf *out, struct stat *st,
	struct error *err)
{
	struct stat own;
	size_t before = out->n;
	if (!st)
		st = &own;
	int rc = -1, fd = root_open_file(r, path, st, err);
	if (fd < 0)
		return -1;
	size_t size = (size_t)st->st_size;
	for (;;) {
		/* As large as it says it is, and one to see that it ends: else in pieces. */
		size_t done = out->n - before, room = 65536;
		if (size && done <= size && size - done < room)
			room = size - done + 1;
		ssize_t got = read(fd, buf_room(out, room), room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_errno(err, path, NULL, "cannot be read");
			break;
		}
		out->n += (size_t)got;
		if (out->n - before > most) {
			errno = EFBIG;
			error_errno(err, path, NULL, "is longer than the %zu bytes that are read",
				most);
			break;
		}
		if (got == 0) {
			*buf_room(out, 0) = 0;
			rc = 0;
			break;
		}
	}
	close(fd);
	if (rc) {
		wipe(out->p + before, out->n - before);
		out->n = before;
	}
	return rc;
}

static int get_stat(
	const struct root *r, const char *path, bool follow, struct stat *st, struct error *err)
{
	struct spot s;
	if (walk(r, path, follow, &s, err))
		return -1;
	int rc = missing(&s, path, err);
	*st = s.st;
	close(s.dir);
	return rc;
}

int root_stat(const struct root *r, const char *path, struct stat *st, struct error *err)
{
	return get_stat(r, path, true, st, err);
}

int root_lstat(const struct root *r, const char *path, struct stat *st, struct error *err)
{
	return get_stat(r, path, false, st, err);
}

bool root_exists(const struct root *r, const char *path)
{
	struct error err = ERROR_INIT;
	struct stat st;
	return root_stat(r, path, &st, &err) == 0;
}

int root_readlink(const struct root *r, const char *path, char text[PATH_MAX], struct error *err)
{
	struct spot s;
	if (walk(r, path, false, &s, err))
		return -1;
	int rc = missing(&s, path, err);
	ssize_t n = rc ? -1 : readlinkat(s.dir, s.name, text, PATH_MAX - 1);
	if (n >= 0)
		text[n] = 0;
	else if (rc == 0)
		rc = error_errno(err, path, NULL, "is not a symlink");
	close(s.dir);
	return rc;
}

int root_resolve(const struct root *r, const char *path, char real[PATH_MAX], struct error *err)
{
	struct spot s;
	if (walk(r, path, true, &s, err))
		return -1;
	memcpy(real, s.real, PATH_MAX);
	close(s.dir);
	return 0;
}

int root_open_dir(const struct root *r, const char *path, struct error *err)
{
	struct spot s;
	if (walk(r, path, true, &s, err))
		return -1;
	int fd = -1;
	if (missing(&s, path, err) == 0) {
		fd = openat(s.dir, s.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			error_errno(err, path, NULL, "the directory cannot be opened");
	}
	close(s.dir);
	return fd;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int root_list(const struct root *r, const char *path, size_t most, struct root_names *names,
	struct error *err)
{
	*names = (struct root_names){0};
	int fd = root_open_dir(r, path, err);
	if (fd < 0)
		return -1;
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return error_errno(err, path, NULL, "the directory cannot be read");
	}
	size_t cap = 0;
	for (struct dirent *e; (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names->n == most) {
			names->truncated = true;
			break;
		}
		if (names->n == cap)
			names->v = xrealloc(names->v, (cap = cap ? 2 * cap : 16) * sizeof(char *));
		names->v[names->n++] = xstrdup(e->d_name);
	}
	closedir(d);
	if (names->n)
		qsort(names->v, names->n, sizeof(char *), by_name);
	return 0;
}

void root_names_free(struct root_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct root_names){0};
}
