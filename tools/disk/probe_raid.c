// SPDX-License-Identifier: MIT
// probe_raid: RAID metadata at a device's start and end: md, firmware RAID, DRBD.
#include <stdio.h>
#include <string.h>

#include "disk/probe_parts.h"

#define MD_MAGIC 0xa92b4efcU

static const char *level_name(int32_t level)
{
	switch (level) {
	case 0:
		return "a part of an md stripe set (RAID0)";
	case 1:
		return "half of an md mirror (RAID1)";
	case 4:
	case 5:
	case 6:
		return "a part of an md array (RAID4/5/6)";
	case 10:
		return "a part of an md array (RAID10)";
	case -1:
		return "a part of an md linear array";
	default:
		return "a part of an md array";
	}
}

static bool found(struct probe *p, const char *name)
{
	p->kind = PROBE_MEMBER;
	snprintf(p->name, sizeof(p->name), "%s", name);
	return true;
}

/* Metadata 1.x: 256 bytes at sector "where"; the superblock repeats its own place. */
static bool md_v1(struct bytes sb, uint64_t where, struct probe *p)
{
	if (sb.n < 256 || probe_le32(sb.p) != MD_MAGIC || probe_le32(sb.p + 4) != 1)
		return false;
	/* A copy at another place: that of the disk whose last partition this is, or the reverse.
	 */
	if (probe_le64(sb.p + 144) != where)
		return false;
	found(p, level_name((int32_t)probe_le32(sb.p + 72)));
	probe_uuid(sb, 16, p->uuid);
	probe_text(sb, 32, 32, p->label, sizeof(p->label));
	return true;
}

/* Metadata 0.90 is written in the byte order of the host that made it. */
static bool md_v0(const uint8_t *sb, struct probe *p)
{
	bool little = probe_le32(sb) == MD_MAGIC;
	if (!little && probe_be32(sb) != MD_MAGIC)
		return false;
	uint32_t major = little ? probe_le32(sb + 4) : probe_be32(sb + 4);
	if (major != 0)
		return false;
	return found(p, level_name((int32_t)(little ? probe_le32(sb + 28) : probe_be32(sb + 28))));
}

static bool md(const struct probe_source *src, struct bytes head, struct probe *p)
{
	uint8_t sb[256];
	uint64_t sectors = src->size / 512;
	if (md_v1(head, 0, p)) /* 1.1 */
		return true;
	if (head.n > 4096 && md_v1((struct bytes){head.p + 4096, head.n - 4096}, 8, p)) /* 1.2 */
		return true;
	if (sectors < 256) /* smaller than what 0.90 sets aside */
		return false;
	uint64_t v10 = (sectors - 16) & ~(uint64_t)7;
	if (src->read(src->ctx, v10 * 512, sb, sizeof(sb)) &&
		md_v1((struct bytes){sb, sizeof(sb)}, v10, p))
		return p->whole = true;
	uint64_t v090 = (src->size & ~(uint64_t)0xffff) - 0x10000;
	if (src->read(src->ctx, v090, sb, sizeof(sb)) && md_v0(sb, p))
		return p->whole = true;
	return false;
}

/* Firmware RAID ("fake RAID") and DRBD keep their metadata in the last sectors. */
static bool at_end(const struct probe_source *src, struct probe *p)
{
	static const struct {
		uint64_t back; /* bytes from the end */
		size_t n;
		const char *magic, *name;
	} known[] = {
		{1024, 24, "Intel Raid ISM Cfg Sig. ", "a part of an Intel RST (IMSM) RAID"},
		{8192, 24, "Intel Raid ISM Cfg Sig. ", "a part of an Intel RST (IMSM) RAID"},
		{512, 4, "\xde\x11\xde\x11", "a part of a DDF RAID"},
		{257 * 512, 4, "\xde\x11\xde\x11", "a part of a DDF RAID"},
		{1024, 6, "NVIDIA", "a part of an NVIDIA firmware RAID"},
		{512, 6, "$XIDE$", "a part of an LSI firmware RAID"},
		{4096 - 60, 4, "\x83\x74\x02\x6b", "a DRBD device"},
		{4096 - 60, 4, "\x83\x74\x02\x6c", "a DRBD device"},
		{4096 - 60, 4, "\x83\x74\x02\x6d", "a DRBD device"},
	};
	uint8_t got[24];
	uint64_t size = src->size & ~(uint64_t)511;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (size < known[i].back)
			continue;
		if (src->read(src->ctx, size - known[i].back, got, known[i].n) &&
			memcmp(got, known[i].magic, known[i].n) == 0)
			return p->whole = found(p, known[i].name);
	}
	return false;
}

bool probe_raid(const struct probe_source *src, struct bytes head, struct probe *p)
{
	return md(src, head, p) || at_end(src, p);
}
