// SPDX-License-Identifier: MIT
// probe_fs: filesystems, swap, and containers that begin with their signature.
#include <stdio.h>
#include <string.h>

#include "disk/probe_parts.h"

static bool found(struct probe *p, enum probe_kind kind, const char *name)
{
	p->kind = kind;
	snprintf(p->name, sizeof(p->name), "%s", name);
	return true;
}

struct magic {
	size_t offset, n;
	const char *magic, *name;
	size_t label, label_n; /* 0: none */
};

static bool by_magic(
	struct bytes head, const struct magic *t, size_t n, enum probe_kind kind, struct probe *p)
{
	for (size_t i = 0; i < n; i++) {
		if (!probe_at(head, t[i].offset, t[i].magic, t[i].n))
			continue;
		if (t[i].label_n)
			probe_text(head, t[i].label, t[i].label_n, p->label, sizeof(p->label));
		return found(p, kind, t[i].name);
	}
	return false;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool probe_member(struct bytes head, struct probe *p)
{
	static const struct magic luks[] = {
		{0, 8, "LUKS\xba\xbe\0\1", "LUKS1 encryption", 0, 0},
		{0, 8, "LUKS\xba\xbe\0\2", "LUKS2 encryption", 24, 48},
		{0x4000, 6, "SKUL\xba\xbe", "LUKS2 encryption (its first header is damaged)", 0, 0},
		{0, 6, "LUKS\xba\xbe", "LUKS encryption of an unknown version", 0, 0},
	};
	static const struct magic others[] = {
		{3, 8, "-FVE-FS-", "BitLocker encryption", 0, 0},
		{4096 + 24, 16, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81",
			"a bcache device", 0, 0},
		{0, 22, "bluestore block device", "a Ceph OSD", 0, 0},
	};
	for (size_t sector = 0; sector < 4; sector++)
		if (probe_at(head, sector * 512, "LABELONE", 8) &&
			probe_at(head, sector * 512 + 24, "LVM2 001", 8))
			return found(p, PROBE_MEMBER, "an LVM physical volume");
	if (by_magic(head, luks, COUNT(luks), PROBE_MEMBER, p)) {
		probe_text(head, 168, 40, p->uuid, sizeof(p->uuid));
		return true;
	}
	return by_magic(head, others, COUNT(others), PROBE_MEMBER, p);
}

/* The signature ends the first page, and the page's size is that of the machine that wrote it. */
bool probe_swap(struct bytes head, struct probe *p)
{
	static const char *const asleep[] = {"S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001",
		"\xed\xc3\x02\xe9\x98\x56\xe5\x0c"};
	for (size_t page = 4096; page <= 65536; page *= 2) {
		size_t at = page - 10;
		bool plain = probe_at(head, at, "SWAPSPACE2", 10) ||
			     probe_at(head, at, "SWAP-SPACE", 10);
		for (size_t i = 0; i < COUNT(asleep); i++)
			p->hibernated |= probe_at(head, at, asleep[i], strlen(asleep[i]));
		if (!plain && !p->hibernated)
			continue;
		probe_uuid(head, 1036, p->uuid);
		probe_text(head, 1052, 16, p->label, sizeof(p->label));
		return found(
			p, PROBE_SWAP, p->hibernated ? "swap with a hibernated system" : "swap");
	}
	return false;
}

#define EXT_JOURNAL 0x4    /* compatible */
#define EXT_RECOVER 0x4    /* incompatible: the journal must be replayed */
#define EXT_EXTENTS 0x40   /* incompatible */
#define EXT_OTHERS_LOG 0x8 /* incompatible: this device is only a journal */
#define EXT_STATE_ERRORS 2

/* linux/fs/ext4/ext4.h, struct ext4_super_block, at 1024. */
bool probe_ext(struct bytes head, struct probe *p)
{
	if (head.n < 2048 || !probe_at(head, 1024 + 56, "\x53\xef", 2))
		return false;
	const uint8_t *sb = head.p + 1024;
	uint32_t compat = probe_le32(sb + 92), incompat = probe_le32(sb + 96);
	if (probe_le32(sb + 24) > 6 || probe_le32(sb + 4) == 0)
		return false;
	if (incompat & EXT_OTHERS_LOG)
		return found(p, PROBE_OTHER, "the external journal of an ext4 filesystem");
	found(p, PROBE_EXT,
		incompat & EXT_EXTENTS ? "ext4"
		: compat & EXT_JOURNAL ? "ext3"
				       : "ext2");
	probe_uuid(head, 1024 + 104, p->uuid);
	probe_text(head, 1024 + 120, 16, p->label, sizeof(p->label));
	p->last_mounted = (int64_t)probe_le32(sb + 44) | (int64_t)sb[0x275] << 32;
	p->last_written = (int64_t)probe_le32(sb + 48) | (int64_t)sb[0x274] << 32;
	p->needs_replay = (incompat & EXT_RECOVER) != 0;
	p->has_errors = (probe_le16(sb + 58) & EXT_STATE_ERRORS) || probe_le32(sb + 0x194) != 0;
	return true;
}

/* linux/fs/xfs/libxfs/xfs_format.h, struct xfs_dsb, at 0; big-endian. */
bool probe_xfs(struct bytes head, struct probe *p)
{
	if (head.n < 512 || !probe_at(head, 0, "XFSB", 4))
		return false;
	uint32_t block = probe_be32(head.p + 4);
	if (block < 512 || block > 65536 || probe_be64(head.p + 8) == 0)
		return false;
	probe_uuid(head, 32, p->uuid);
	probe_text(head, 108, 12, p->label, sizeof(p->label));
	return found(p, PROBE_XFS, "xfs");
}

bool probe_iso9660(struct bytes head, struct probe *p)
{
	if (!probe_at(head, 32768, "\1CD001", 6))
		return false;
	probe_text(head, 32768 + 40, 32, p->label, sizeof(p->label));
	return found(p, PROBE_ISO9660, "iso9660");
}

bool probe_other(struct bytes head, struct probe *p)
{
	static const struct magic table[] = {
		{65536 + 64, 8, "_BHRfS_M", "btrfs (not opened by this version)", 65536 + 299, 256},
		{3, 8, "NTFS    ", "ntfs", 0, 0},
		{3, 8, "EXFAT   ", "exfat (not opened by this version)", 0, 0},
		{1024, 4, "\x10\x20\xf5\xf2", "f2fs (not opened by this version)", 0, 0},
		{0, 4, "hsqs", "squashfs", 0, 0},
		{1024, 4, "\xe2\xe1\xf5\xe0", "erofs", 0, 0},
		{32768, 4, "JFS1", "jfs (not opened by this version)", 0, 0},
		{65536 + 52, 8, "ReIsErFs", "reiserfs (not opened by this version)", 0, 0},
		{65536 + 52, 9, "ReIsEr2Fs", "reiserfs (not opened by this version)", 0, 0},
		{65536 + 52, 9, "ReIsEr3Fs", "reiserfs (not opened by this version)", 0, 0},
	};
	if (by_magic(head, table, COUNT(table), PROBE_OTHER, p))
		return true;
	/* ZFS: a pool member has no first sector of its own; the name/value list says it. */
	for (size_t at = 16384; at + 4 <= head.n && at < 16384 + 64; at++)
		if (probe_at(head, at, "version", 7))
			return found(p, PROBE_OTHER, "a ZFS pool member");
	return false;
}
