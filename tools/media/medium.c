// SPDX-License-Identifier: MIT
// medium: writes reports to the medium so that a pulled stick leaves whole files.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/medium.h"
#include "media/walk.h"

#define NAME_BYTES 128
#define REMEDY "the node is not touched by this; make room or use another medium"

/* FAT drops dots at the end and takes none of "<>:|?*; . and .. would lead elsewhere. */
static const char *safe(const char *name, char out[NAME_BYTES])
{
	size_t n = 0;
	for (; name && name[n] && n < NAME_BYTES - 1; n++) {
		unsigned char c = (unsigned char)name[n];
		bool good = (c < 0x80 && isalnum(c)) || c == '_' || c == '-' || (c == '.' && n > 0);
		out[n] = good ? (char)c : '-';
	}
	out[n] = 0;
	if (n > 0 && out[n - 1] == '.')
		out[n - 1] = '-';
	return n ? out : strcpy(out, "unknown");
}

void medium_report_path(struct buf *out, const char *node, const char *id, const char *name)
{
	char n[NAME_BYTES], i[NAME_BYTES], f[NAME_BYTES];
	buf_printf(out, "reports/%s/%s/%s", safe(node, n), safe(id, i), safe(name, f));
}

/* Some file systems (9p, FUSE) cannot sync a directory and say so with EINVAL. */
static int sync_fd(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}

/* Opens at/name, made if it is not there; closes at. */
static int enter(int at, const char *name)
{
	int made = mkdirat(at, name, 0755), fd = -1;
	if (made == 0 || errno == EEXIST)
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && made == 0 && sync_fd(at)) {
		close(fd);
		fd = -1;
	}
	int saved = errno;
	close(at);
	errno = saved;
	return fd;
}

static int write_all(int fd, struct bytes b)
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
	return sync_fd(fd);
}

static int put(int dir, const char *name, struct bytes content)
{
	char temporary[NAME_BYTES + 8];
	snprintf(temporary, sizeof(temporary), "%s.new", name);
	if (unlinkat(dir, temporary, 0) && errno != ENOENT)
		return -1;
	int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	int rc = write_all(fd, content), saved = errno;
	if (close(fd) && rc == 0) {
		rc = -1;
		saved = errno;
	}
	if (rc == 0 && renameat(dir, temporary, dir, name)) {
		rc = -1;
		saved = errno;
	}
	if (rc)
		unlinkat(dir, temporary, 0);
	errno = saved;
	return rc ? rc : sync_fd(dir);
}

int medium_write_report(const char *media, const char *node, const char *id, const char *name,
	struct bytes content, struct error *err)
{
	char n[NAME_BYTES], i[NAME_BYTES], f[NAME_BYTES];
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s/", media);
	medium_report_path(&path, node, id, name);
	int fd = open(media, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *const parts[] = {"reports", safe(node, n), safe(id, i)};
	for (size_t k = 0; k < 3 && fd >= 0; k++)
		fd = enter(fd, parts[k]);
	int rc = 0;
	if (fd < 0 || put(fd, safe(name, f), content))
		rc = error_errno(
			err, buf_text(&path), REMEDY, "the report cannot be written to the medium");
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	return rc;
}

static void ledger_name(const char *cluster, char name[NAME_BYTES + 8])
{
	char safe_name[NAME_BYTES];
	snprintf(name, NAME_BYTES + 8, "%s.jsonl", safe(cluster, safe_name));
}

void medium_ledger_path(struct buf *out, const char *media, const char *cluster)
{
	char name[NAME_BYTES + 8];
	ledger_name(cluster, name);
	buf_printf(out, "%s/ledger/%s", media, name);
}

/* The file is new, or begins where at says: both its content and its name are synced. */
static int append(int dir, const char *name, off_t at, struct bytes content)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	int rc = ftruncate(fd, at) || lseek(fd, at, SEEK_SET) < 0 ? -1 : write_all(fd, content);
	int saved = errno;
	if (close(fd) && rc == 0) {
		rc = -1;
		saved = errno;
	}
	errno = saved;
	return rc ? rc : sync_fd(dir);
}

int medium_append_ledger(
	const char *media, const char *cluster, off_t at, struct bytes content, struct error *err)
{
	char name[NAME_BYTES + 8];
	struct buf path = BUF_INIT;
	ledger_name(cluster, name);
	int rc = 0, fd = open(media, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fd = enter(fd, "ledger");
	if (fd < 0 || append(fd, name, at, content)) {
		medium_ledger_path(&path, media, cluster);
		rc = error_errno(err, buf_text(&path), REMEDY, "the ledger cannot be written");
	}
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	return rc;
}

int medium_ledgers(const char *media, const char *cluster, void (*seen)(void *to, const char *path),
	void *to, struct error *err)
{
	char name[NAME_BYTES + 8];
	struct walk_names names;
	char *dir = xasprintf("%s/ledger", media);
	int rc = 0, fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cluster)
		ledger_name(cluster, name);
	if (fd >= 0 && walk_names(fd, dir, &names, err) == 0) {
		for (size_t i = 0; i < names.n; i++) {
			size_t n = strlen(names.v[i]);
			if (n < 7 || strcmp(names.v[i] + n - 6, ".jsonl") != 0 ||
				(cluster && strcmp(names.v[i], name) != 0))
				continue;
			char *path = xasprintf("%s/%s", dir, names.v[i]);
			seen(to, path);
			free(path);
		}
		walk_names_free(&names);
	} else if (fd >= 0 || errno != ENOENT) {
		rc = fd >= 0 ? -1 : error_errno(err, dir, "check the medium", "cannot be opened");
	}
	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

/* Calls each with the path of every name in the directory. */
static void each_in(const char *dir, void (*each)(void *to, const char *path), void *to)
{
	struct walk_names names;
	struct error ignored;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (walk_names(fd, dir, &names, &ignored) == 0) {
		for (size_t i = 0; i < names.n; i++) {
			char *path = xasprintf("%s/%s", dir, names.v[i]);
			each(to, path);
			free(path);
		}
		walk_names_free(&names);
	}
	close(fd);
}

struct report_search {
	const char *name;
	void (*seen)(void *to, const char *path, struct bytes content);
	void *to;
};

static void seen_report(void *to, const char *cluster, const char *path, struct bytes content)
{
	const struct report_search *s = to;
	(void)cluster;
	s->seen(s->to, path, content);
}

static void in_rescue(void *to, const char *dir)
{
	const struct report_search *s = to;
	struct error ignored;
	char *path = xasprintf("%s/%s", dir, s->name);
	walk_file(path, seen_report, to, &ignored);
	free(path);
}

static void in_node(void *to, const char *dir)
{
	each_in(dir, in_rescue, to);
}

void medium_reports(const char *media, const char *name,
	void (*seen)(void *to, const char *path, struct bytes content), void *to)
{
	struct report_search search = {name, seen, to};
	char *dir = xasprintf("%s/reports", media);
	each_in(dir, in_node, &search);
	free(dir);
}
