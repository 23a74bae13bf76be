// SPDX-License-Identifier: MIT
// host: a look beneath a mounted root.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk/host.h"

#define CA_DEPTH 3    /* ca/CLUSTER/pki/etcd */
#define CA_FILES 4096 /* entries looked at */
#define CA_HEAD 65536 /* bytes of a file: a bundle may begin with text */

int host_open(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_beneath(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

bool host_has_dir(int root, const char *path)
{
	int fd = open_beneath(root, path, O_DIRECTORY | O_PATH);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool read_fd(int fd, size_t most, struct buf *to)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	for (;;) {
		ssize_t n = read(fd, buf_room(to, 4096), 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		to->n += (size_t)n;
		if (to->n > most)
			return false;
	}
}

bool host_read(int root, const char *path, size_t most, struct buf *to)
{
	int fd = open_beneath(root, path, 0);
	if (fd < 0)
		return false;
	bool ok = read_fd(fd, most, to);
	close(fd);
	buf_add(to, "", 0);
	return ok;
}

static bool has_conf(int root)
{
	int fd = open_beneath(root, "etc/kubernetes", O_DIRECTORY);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	bool any = false;
	if (!d)
		return false;
	for (struct dirent *e; !any && (e = readdir(d));) {
		size_t n = strlen(e->d_name);
		any = n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0;
	}
	closedir(d);
	return any;
}

const char *host_is_node(int root)
{
	if (host_has_dir(root, "etc/kubernetes/pki"))
		return "/etc/kubernetes/pki";
	if (host_has_dir(root, "etc/kubernetes/manifests"))
		return "/etc/kubernetes/manifests";
	if (has_conf(root))
		return "/etc/kubernetes: *.conf";
	if (host_has_dir(root, "var/lib/kubelet/pki"))
		return "/var/lib/kubelet/pki";
	return NULL;
}

void host_name(int root, char *to, size_t cap)
{
	struct buf b = BUF_INIT;
	size_t n = 0;
	if (host_read(root, "etc/hostname", 4096, &b)) {
		const char *text = buf_text(&b);
		text += strspn(text, " \t\r\n");
		while (n + 1 < cap && (isalnum((unsigned char)text[n]) || text[n] == '.' ||
					      text[n] == '-' || text[n] == '_'))
			n++;
		if (text[n] && !isspace((unsigned char)text[n]))
			n = 0;
		memcpy(to, text, n);
	}
	to[n] = 0;
	if (n == 0)
		snprintf(to, cap, "-");
	buf_free(&b);
}

static bool is_certificate(int dir, const char *name)
{
	uint8_t head[CA_HEAD];
	struct stat st;
	ssize_t n = -1;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (n <= 64)
		return false;
	struct bytes b = {head, (size_t)n};
	/* DER: SEQUENCE { SEQUENCE { [0] ..., with two-byte lengths. */
	bool der = head[0] == 0x30 && head[1] == 0x82 && head[4] == 0x30 && head[5] == 0x82 &&
		   head[8] == 0xa0;
	return der || bytes_find(b, "-----BEGIN CERTIFICATE-----") != SIZE_MAX ||
	       bytes_find(b, "-----BEGIN TRUSTED CERTIFICATE-----") != SIZE_MAX;
}

/* Takes over fd. */
static bool find_ca(int fd, int depth, size_t *left)
{
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	bool found = false;
	if (!d)
		return false;
	for (struct dirent *e; !found && *left && (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(*left)--;
		found = is_certificate(dirfd(d), e->d_name);
		if (!found && depth)
			found = find_ca(openat(dirfd(d), e->d_name,
						O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				depth - 1, left);
	}
	closedir(d);
	return found;
}

bool host_has_ca(int root)
{
	size_t left = CA_FILES;
	return find_ca(open_beneath(root, "ca", O_DIRECTORY), CA_DEPTH, &left);
}
