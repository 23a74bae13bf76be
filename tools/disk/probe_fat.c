// SPDX-License-Identifier: MIT
// probe_fat: FAT12/16/32, and its label: the one in the root directory, which Windows and macOS
// write, before the one in the boot sector, which mkfs writes and nobody changes.
#include <stdio.h>
#include <string.h>

#include "disk/probe_parts.h"

#define ENTRY 32
#define ROOT_MOST 65536 /* bytes of the root directory that are looked at */

struct fat {
	uint64_t sector, cluster; /* bytes */
	uint64_t fat_start, data_start, root_start;
	uint32_t root_cluster; /* FAT32; else 0 */
	uint64_t root_size;    /* FAT12/16 */
	uint32_t clusters;
};

static bool power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* The BIOS parameter block; false if it is not one (Microsoft FAT specification 1.03). */
static bool read_geometry(const uint8_t *b, struct fat *f)
{
	uint32_t reserved = probe_le16(b + 14), fats = b[16], roots = probe_le16(b + 17);
	uint32_t total = probe_le16(b + 19), per_fat = probe_le16(b + 22);
	f->sector = probe_le16(b + 11);
	f->cluster = f->sector * b[13];
	if (b[510] != 0x55 || b[511] != 0xaa || (b[0] != 0xeb && b[0] != 0xe9))
		return false;
	if (!power_of_two(f->sector) || f->sector < 512 || f->sector > 4096 ||
		!power_of_two(b[13]) || reserved == 0 || fats == 0 || fats > 2 ||
		(b[21] < 0xf8 && b[21] != 0xf0))
		return false;
	if (total == 0)
		total = probe_le32(b + 32);
	if (per_fat == 0) {
		per_fat = probe_le32(b + 36);
		f->root_cluster = probe_le32(b + 44) & 0x0fffffff;
	}
	f->fat_start = reserved * f->sector;
	f->root_start = f->fat_start + (uint64_t)fats * per_fat * f->sector;
	f->root_size = (uint64_t)roots * ENTRY;
	f->data_start = f->root_start + (f->root_size + f->sector - 1) / f->sector * f->sector;
	if (per_fat == 0 || f->data_start / f->sector >= total)
		return false;
	f->clusters = (uint32_t)((total - f->data_start / f->sector) / b[13]);
	return true;
}

/* Looks through a piece of the root directory; true when the search is over. */
static bool label_in(const uint8_t *dir, size_t n, struct probe *p)
{
	for (size_t i = 0; i + ENTRY <= n; i += ENTRY) {
		uint8_t kind = dir[i + 11];
		if (dir[i] == 0)
			return true;
		if (dir[i] == 0xe5 || (kind & 0x3f) == 0x0f || !(kind & 0x08))
			continue;
		probe_text((struct bytes){dir + i, 11}, 0, 11, p->label, sizeof(p->label));
		return true;
	}
	return false;
}

static void label_of_root(const struct probe_source *src, const struct fat *f, struct probe *p)
{
	uint8_t piece[4096];
	uint64_t at = f->root_start, left = f->root_size, read = 0;
	uint32_t cluster = f->root_cluster;
	if (cluster) {
		at = f->data_start + (uint64_t)(cluster - 2) * f->cluster;
		left = f->cluster;
	}
	while (read < ROOT_MOST && left && (!cluster || cluster >= 2)) {
		size_t n = left < sizeof(piece) ? (size_t)left : sizeof(piece);
		if (!src->read(src->ctx, at, piece, n) || label_in(piece, n, p))
			return;
		at += n;
		left -= n;
		read += n;
		if (left || !cluster)
			continue;
		if (!src->read(src->ctx, f->fat_start + (uint64_t)cluster * 4, piece, 4))
			return;
		cluster = probe_le32(piece) & 0x0fffffff;
		if (cluster < 2 || cluster - 2 >= f->clusters)
			return;
		at = f->data_start + (uint64_t)(cluster - 2) * f->cluster;
		left = f->cluster;
	}
}

bool probe_fat(const struct probe_source *src, struct bytes head, struct probe *p)
{
	struct fat f = {0};
	if (head.n < 512 || !read_geometry(head.p, &f))
		return false;
	size_t extended = f.root_cluster ? 64 : 36; /* where drive number, 0x29, id and label are */
	p->kind = PROBE_FAT;
	snprintf(p->name, sizeof(p->name), "%s", f.root_cluster ? "FAT32" : "FAT");
	label_of_root(src, &f, p);
	if (head.p[extended + 2] == 0x29) {
		uint32_t id = probe_le32(head.p + extended + 3);
		snprintf(p->uuid, sizeof(p->uuid), "%04x-%04x", id >> 16, id & 0xffff);
		if (!p->label[0] && !probe_at(head, extended + 7, "NO NAME    ", 11))
			probe_text(head, extended + 7, 11, p->label, sizeof(p->label));
	}
	return true;
}
