// SPDX-License-Identifier: MIT
// probe: the order in which signatures are asked, and how bytes are read.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk/probe_parts.h"

uint16_t probe_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t probe_le32(const uint8_t *p)
{
	return (uint32_t)probe_le16(p) | (uint32_t)probe_le16(p + 2) << 16;
}

uint64_t probe_le64(const uint8_t *p)
{
	return (uint64_t)probe_le32(p) | (uint64_t)probe_le32(p + 4) << 32;
}

uint32_t probe_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t probe_be64(const uint8_t *p)
{
	return (uint64_t)probe_be32(p) << 32 | probe_be32(p + 4);
}

bool probe_at(struct bytes head, size_t offset, const char *magic, size_t n)
{
	return offset + n <= head.n && memcmp(head.p + offset, magic, n) == 0;
}

void probe_text(struct bytes head, size_t offset, size_t n, char *to, size_t cap)
{
	size_t k = 0;
	while (k < n && k + 1 < cap && offset + k < head.n && head.p[offset + k]) {
		to[k] = (char)head.p[offset + k];
		k++;
	}
	while (k && to[k - 1] == ' ')
		k--;
	to[k] = 0;
}

void probe_uuid(struct bytes head, size_t offset, char to[40])
{
	static const uint8_t none[16];
	char *out = to;
	*out = 0;
	if (offset + 16 > head.n || memcmp(head.p + offset, none, 16) == 0)
		return;
	for (size_t i = 0; i < 16; i++)
		out += sprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			head.p[offset + i]);
}

void probe_device(const struct probe_source *src, struct probe *p)
{
	static uint8_t first[PROBE_HEAD];
	struct bytes head = {first, src->size < PROBE_HEAD ? (size_t)src->size : PROBE_HEAD};
	*p = (struct probe){.kind = PROBE_UNKNOWN};
	if (!src->read(src->ctx, 0, first, head.n)) {
		p->kind = PROBE_UNREADABLE;
		snprintf(p->name, sizeof(p->name), "unreadable");
		return;
	}
	if (probe_raid(src, head, p) || probe_member(head, p) || probe_swap(head, p) ||
		probe_ext(head, p) || probe_xfs(head, p) || probe_other(head, p) ||
		probe_fat(src, head, p) || probe_iso9660(head, p))
		return;
	snprintf(p->name, sizeof(p->name), "nothing known");
}

static bool read_fd(void *ctx, uint64_t offset, void *to, size_t n)
{
	uint8_t *p = to;
	while (n) {
		ssize_t got = pread(*(int *)ctx, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

void probe_path(const char *path, uint64_t size, struct probe *p)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct probe_source src = {.read = read_fd, .ctx = &fd, .size = size};
	if (fd < 0) {
		*p = (struct probe){.kind = PROBE_UNREADABLE};
		snprintf(p->name, sizeof(p->name), "unreadable (%s)", strerror(errno));
		return;
	}
	probe_device(&src, p);
	close(fd);
}
