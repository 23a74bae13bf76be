// SPDX-License-Identifier: MIT
// block: /sys/block as a sorted list.
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "disk/block.h"

/* The first line of dir/name, without spaces at its ends; empty if there is none. */
static void attribute(int dir, const char *name, char *to, size_t cap)
{
	ssize_t n = -1;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, to, cap - 1);
		close(fd);
	}
	to[n > 0 ? n : 0] = 0;
	to[strcspn(to, "\n")] = 0;
	n = (ssize_t)strlen(to);
	while (n > 0 && isspace((unsigned char)to[n - 1]))
		to[--n] = 0;
}

static uint64_t number(int dir, const char *name)
{
	char text[32];
	attribute(dir, name, text, sizeof(text));
	return strtoull(text, NULL, 10);
}

static bool has_entries(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	bool any = false;
	if (!d)
		return false;
	for (struct dirent *e; !any && (e = readdir(d));)
		any = e->d_name[0] != '.';
	closedir(d);
	return any;
}

/* sysfs writes ! for a / in a name (cciss!c0d0 is /dev/cciss/c0d0). */
static struct block_device *append(struct block_list *list, const char *name)
{
	struct block_device *b = &list->v[list->n++];
	*b = (struct block_device){0};
	snprintf(b->name, sizeof(b->name), "%s", name);
	snprintf(b->path, sizeof(b->path), "/dev/%s", b->name);
	for (char *p = b->path; *p; p++)
		if (*p == '!')
			*p = '/';
	return b;
}

static void scan_partitions(struct block_list *list, size_t disk, int dir)
{
	int fd = dup(dir);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d)) && list->n < BLOCK_MAX;) {
		size_t len = strlen(list->v[disk].name);
		if (strncmp(e->d_name, list->v[disk].name, len) != 0)
			continue;
		int part = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (part < 0)
			continue;
		if (faccessat(part, "partition", F_OK, 0) == 0) {
			struct block_device *b = append(list, e->d_name);
			memcpy(b->parent, list->v[disk].name, sizeof(b->parent));
			b->size = number(part, "size") * 512;
			b->read_only = number(part, "ro") != 0;
			b->removable = list->v[disk].removable;
			b->held = has_entries(part, "holders");
			list->v[disk].partitioned = true;
		}
		close(part);
	}
	closedir(d);
}

static void scan_disk(struct block_list *list, int block, const char *name)
{
	static const char *const skip[] = {"loop", "ram", "zram", "fd"};
	for (size_t i = 0; i < sizeof(skip) / sizeof(skip[0]); i++)
		if (strncmp(name, skip[i], strlen(skip[i])) == 0)
			return;
	int dir = openat(block, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	uint64_t size = number(dir, "size") * 512;
	if (size) {
		size_t disk = list->n;
		struct block_device *b = append(list, name);
		b->size = size;
		b->removable = number(dir, "removable") != 0;
		b->read_only = number(dir, "ro") != 0;
		b->optical = strncmp(name, "sr", 2) == 0;
		b->held = has_entries(dir, "holders");
		attribute(dir, "device/wwid", b->wwid, sizeof(b->wwid));
		if (!b->wwid[0])
			attribute(dir, "wwid", b->wwid, sizeof(b->wwid));
		scan_partitions(list, disk, dir);
	}
	close(dir);
}

/* vda, vda1, vda2, vda10, vdb: digits as numbers. */
static int compare(const void *a, const void *b)
{
	const struct block_device *x = a, *y = b;
	return strverscmp(x->name, y->name);
}

void block_scan(struct block_list *list, const char *sys)
{
	block_free(list);
	char *path = xasprintf("%s/block", sys);
	DIR *d = opendir(path);
	free(path);
	if (!d)
		return;
	list->v = xmalloc(BLOCK_MAX * sizeof(*list->v));
	for (struct dirent *e; (e = readdir(d)) && list->n < BLOCK_MAX;)
		if (e->d_name[0] != '.')
			scan_disk(list, dirfd(d), e->d_name);
	closedir(d);
	qsort(list->v, list->n, sizeof(*list->v), compare);
}

void block_free(struct block_list *list)
{
	free(list->v);
	*list = (struct block_list)BLOCK_LIST_INIT;
}
