// SPDX-License-Identifier: MIT
// walk: reads a bounded number of small files beneath a directory of the medium.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "media/store.h"
#include "media/walk.h"

#define NAMES_MAX 4096 /* entries read of one directory */

struct walk {
	const char *cluster;
	void (*seen)(void *to, const char *cluster, const char *path, struct bytes content);
	void (*passed)(void *to, const char *path, const char *why); /* or NULL */
	void *to;
	size_t files;
};

static void pass(struct walk *w, const char *path, const char *why)
{
	if (w->passed)
		w->passed(w->to, path, why);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void walk_names_free(struct walk_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct walk_names){.n = 0};
}

int walk_names(int fd, const char *path, struct walk_names *names, struct error *err)
{
	*names = (struct walk_names){.n = 0};
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	if (!d) {
		error_errno(err, path, NULL, "the directory cannot be read");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	int rc = 0;
	const struct dirent *e;
	for (errno = 0; rc == 0 && (e = readdir(d)); errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names->n == NAMES_MAX) {
			rc = error_set(err, ERR_FAILED, path, "keep only the CAs there",
				"there are more than %d names in this directory", NAMES_MAX);
			break;
		}
		names->v = xrealloc(names->v, (names->n + 1) * sizeof(*names->v));
		names->v[names->n++] = xstrdup(e->d_name);
	}
	if (rc == 0 && errno)
		rc = error_errno(err, path, NULL, "the directory cannot be read");
	closedir(d);
	if (rc)
		walk_names_free(names);
	else if (names->n > 1)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
	return rc;
}

bool walk_is_dir(int fd, const char *name)
{
	struct stat st;
	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int read_all(int fd, const char *path, struct secret *out, struct error *err)
{
	ssize_t got = 1;
	while (out->n < out->cap && got > 0) {
		got = read(fd, out->p + out->n, out->cap - out->n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			out->n += (size_t)got;
	}
	return got < 0 ? error_errno(err, path, "try another medium", "read error") : 0;
}

/* 1: read; 0: nothing for us (long, or no regular file); -1: error. Closes fd. */
static int slurp(int fd, const char *path, struct secret *out, struct error *err)
{
	struct stat st;
	int rc = 0;
	if (fd < 0)
		return error_errno(err, path, "run as root, or make it readable (ls -l)",
			"the file cannot be opened");
	if (fstat(fd, &st)) {
		rc = error_errno(err, path, "check the medium", "the file cannot be read");
	} else if (S_ISREG(st.st_mode) && st.st_size <= WALK_FILE_MAX) {
		secret_alloc(out, (size_t)st.st_size);
		rc = read_all(fd, path, out, err) ? -1 : 1;
	}
	close(fd);
	return rc;
}

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int walk_file(const char *path,
	void (*seen)(void *to, const char *cluster, const char *path, struct bytes content),
	void *to, struct error *err)
{
	struct secret content = SECRET_INIT;
	int rc = slurp(open(path, OPEN_FLAGS), path, &content, err);
	if (rc > 0)
		seen(to, "", path, secret_bytes(&content));
	else if (rc == 0)
		rc = error_set(err, ERR_FAILED, path, "name a file with a certificate or key",
			"is no regular file of at most %d KiB", WALK_FILE_MAX >> 10);
	secret_free(&content);
	return rc < 0 ? -1 : 0;
}

static int see_file(struct walk *w, int dir, const char *name, const char *path, struct error *err)
{
	if (w->files++ == STORE_FILES_MAX)
		return error_set(err, ERR_FAILED, path, "keep only the CAs there",
			"there are more than %d files in this cluster's directory",
			STORE_FILES_MAX);
	struct secret content = SECRET_INIT;
	int rc = slurp(openat(dir, name, OPEN_FLAGS | O_NOFOLLOW), path, &content, err);
	if (rc == 0)
		pass(w, path, "it is longer than 256 KiB");
	if (rc > 0 && content.n > 0)
		w->seen(w->to, w->cluster, path, secret_bytes(&content));
	secret_free(&content);
	return rc < 0 ? -1 : 0;
}

static int descend(struct walk *w, int fd, const char *path, int depth, struct error *err)
{
	struct walk_names names;
	if (walk_names(fd, path, &names, err))
		return -1;
	int rc = 0;
	for (size_t i = 0; i < names.n && rc == 0; i++) {
		struct stat st;
		if (fstatat(fd, names.v[i], &st, AT_SYMLINK_NOFOLLOW))
			continue;
		char *sub = xasprintf("%s/%s", path, names.v[i]);
		if (S_ISREG(st.st_mode)) {
			rc = see_file(w, fd, names.v[i], sub, err);
		} else if (S_ISDIR(st.st_mode) && depth + 1 < STORE_DEPTH) {
			int next = openat(
				fd, names.v[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			rc = next < 0 ? error_errno(err, sub, NULL, "cannot be opened")
				      : descend(w, next, sub, depth + 1, err);
			if (next >= 0)
				close(next);
		} else if (S_ISDIR(st.st_mode)) {
			pass(w, sub, "it lies too deep");
		} else if (S_ISLNK(st.st_mode)) {
			pass(w, sub, "it is a symbolic link");
		}
		free(sub);
	}
	walk_names_free(&names);
	return rc;
}

int walk_files(int fd, const char *path, const char *cluster,
	void (*seen)(void *to, const char *cluster, const char *path, struct bytes content),
	void (*passed)(void *to, const char *path, const char *why), void *to, struct error *err)
{
	struct walk w = {.cluster = cluster, .seen = seen, .passed = passed, .to = to};
	return descend(&w, fd, path, 0, err);
}
