// SPDX-License-Identifier: MIT
// medium: writes reports to the medium so that a pulled stick leaves whole files.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/medium.h"

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
