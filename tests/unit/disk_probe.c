// SPDX-License-Identifier: MIT
// probe: every signature at its place; what is a part of something larger is that, whatever
// filesystem it looks like.
#include "disk/probe.h"
#include "disk/probe_parts.h"
#include "tap.h"

#define SIZE (1 << 20)
#define SECTORS (SIZE / 512)

static uint8_t disk[SIZE];
static uint64_t size;
static size_t reads;
static bool broken;
static struct probe p;

static bool read_disk(void *ctx, uint64_t offset, void *to, size_t n)
{
	(void)ctx;
	reads++;
	if (broken || offset > size || n > size - offset)
		return false;
	memcpy(to, disk + offset, n);
	return true;
}

static enum probe_kind look(void)
{
	struct probe_source src = {.read = read_disk, .size = size};
	reads = 0;
	memset(&p, 0xee, sizeof(p));
	probe_device(&src, &p);
	return p.kind;
}

static void blank(void)
{
	memset(disk, 0, sizeof(disk));
	size = SIZE;
	broken = false;
}

static void put(size_t at, const char *bytes, size_t n)
{
	memcpy(disk + at, bytes, n);
}

static void le(size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		disk[at + i] = (uint8_t)(v >> 8 * i);
}

static void be(size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		disk[at + n - 1 - i] = (uint8_t)(v >> 8 * i);
}

static void uuid(size_t at)
{
	for (uint8_t i = 0; i < 16; i++)
		disk[at + i] = (uint8_t)(i * 0x11);
}

/* A plain ext4 as mke2fs leaves it. */
static void ext4(void)
{
	blank();
	le(1024 + 4, 256, 4);
	le(1024 + 24, 2, 4);
	le(1024 + 44, 1700000000, 4);
	le(1024 + 48, 1700000001, 4);
	le(1024 + 56, 0xef53, 2);
	le(1024 + 58, 1, 2);
	le(1024 + 92, 0x4, 4);
	le(1024 + 96, 0x40, 4);
	uuid(1024 + 104);
	put(1024 + 120, "root", 4);
}

static void md1(size_t at, uint64_t sector, uint32_t level)
{
	memset(disk + at, 0, 256);
	le(at, 0xa92b4efc, 4);
	le(at + 4, 1, 4);
	uuid(at + 16);
	put(at + 32, "cp-1:0", 6);
	le(at + 72, level, 4);
	le(at + 144, sector, 8);
}

static void is_member(const char *name, const char *what)
{
	ok(look() == PROBE_MEMBER, "%s: is a part of something", what);
	has_str(p.name, name, what);
}

static void ext(void)
{
	ext4();
	is_int(look(), PROBE_EXT, "ext4");
	is_str(p.name, "ext4", "its name");
	is_str(p.label, "root", "its label");
	is_str(p.uuid, "00112233-4455-6677-8899-aabbccddeeff", "its UUID");
	ok(p.last_mounted == 1700000000 && p.last_written == 1700000001, "its times");
	ok(!p.needs_replay && !p.has_errors && !p.whole && !p.hibernated, "clean");
	le(1024 + 0x275, 1, 1);
	look();
	ok(p.last_mounted == 1700000000 + (1LL << 32), "a mount time after 2106");
	le(1024 + 96, 0x44, 4);
	look();
	ok(p.needs_replay && !p.has_errors, "a journal to replay");
	le(1024 + 58, 3, 2);
	look();
	ok(p.has_errors, "errors in its state");
	le(1024 + 58, 1, 2);
	le(1024 + 0x194, 2, 4);
	look();
	ok(p.has_errors, "a count of errors");
	le(1024 + 96, 0, 4);
	look();
	is_str(p.name, "ext3", "no extents, a journal: ext3");
	le(1024 + 92, 0, 4);
	look();
	is_str(p.name, "ext2", "no journal: ext2");
	le(1024 + 96, 8, 4);
	is_int(look(), PROBE_OTHER, "a device that is only a journal is no filesystem");
	ext4();
	le(1024 + 24, 7, 4);
	is_int(look(), PROBE_UNKNOWN, "a block size that cannot be");
	ext4();
	le(1024 + 4, 0, 4);
	is_int(look(), PROBE_UNKNOWN, "no blocks");
	ext4();
	memset(disk + 1024 + 120, 'x', 16);
	memset(disk + 1024 + 136, 'y', 16);
	look();
	is_str(p.label, "xxxxxxxxxxxxxxxx", "a label without an end is cut at its field");
}

static void members(void)
{
	ext4();
	put(0, "LUKS\xba\xbe\0\1", 8);
	put(168, "12345678-1234", 13);
	is_member("LUKS1", "LUKS1 over an old ext4");
	is_str(p.uuid, "12345678-1234", "with its UUID");
	put(0, "LUKS\xba\xbe\0\2", 8);
	put(24, "secret", 6);
	is_member("LUKS2", "LUKS2");
	is_str(p.label, "secret", "with its label");
	disk[7] = 3;
	is_member("LUKS", "a LUKS of a version to come");
	ext4();
	put(0x4000, "SKUL\xba\xbe", 6);
	is_member("damaged", "LUKS2 with its first header gone");
	for (size_t sector = 0; sector < 4; sector++) {
		ext4();
		memset(disk + 1024, 0, 1024);
		put(sector * 512, "LABELONE", 8);
		put(sector * 512 + 24, "LVM2 001", 8);
		is_member("LVM", "LVM in one of the first four sectors");
	}
	ext4();
	put(4 * 512, "LABELONE", 8);
	put(4 * 512 + 24, "LVM2 001", 8);
	is_int(look(), PROBE_EXT, "in the fifth it is none");
	ext4();
	put(0, "LABELONE", 8);
	is_int(look(), PROBE_EXT, "nor with half of its signature");
	ext4();
	put(3, "-FVE-FS-", 8);
	is_member("BitLocker", "BitLocker");
	ext4();
	put(4096 + 24, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81", 16);
	is_member("bcache", "bcache over an ext4");
	blank();
	put(0, "bluestore block device\n", 23);
	is_member("Ceph", "a Ceph OSD");
}

static void raid(void)
{
	const uint64_t v10 = (SECTORS - 16) & ~7ULL;
	ext4();
	md1(v10 * 512, v10, 1);
	is_member("half of an md mirror", "md 1.0 at the end of a plain ext4");
	ok(p.whole, "it spans the device");
	is_str(p.label, "cp-1:0", "its name");
	is_str(p.uuid, "00112233-4455-6677-8899-aabbccddeeff", "its UUID");
	md1(v10 * 512, v10 - 8, 1);
	is_int(look(), PROBE_EXT, "one that names another place is not this device's");
	md1(v10 * 512, v10, 1);
	disk[v10 * 512] ^= 1;
	is_int(look(), PROBE_EXT, "nor one with another magic");
	ext4();
	size = SIZE - 3 * 512; /* a size that is no multiple of 4 KiB */
	const uint64_t odd = (SECTORS - 3 - 16) & ~7ULL;
	md1(odd * 512, odd, 5);
	is_member("RAID4/5/6", "md 1.0 on a device of an odd size");
	blank();
	md1(0, 0, 0);
	is_member("stripe", "md 1.1 at the start");
	ok(!p.whole, "it does not span a partition table");
	ext4();
	md1(4096, 8, 10);
	is_member("RAID10", "md 1.2 at 4096 over an ext4");
	md1(4096, 8, (uint32_t)-1);
	is_member("linear", "a linear array");
	md1(4096, 8, 77);
	is_member("an md array", "a level to come");
	ext4();
	md1(4096, 0, 1);
	is_int(look(), PROBE_EXT, "1.1's place at 1.2's");
	for (int big = 0; big < 2; big++) {
		ext4();
		size_t at = SIZE - 0x10000;
		(big ? be : le)(at, 0xa92b4efc, 4);
		(big ? be : le)(at + 28, 1, 4);
		is_member("half of an md mirror", big ? "md 0.90, big-endian" : "md 0.90");
		ok(p.whole, "it spans the device");
		(big ? be : le)(at + 4, 1, 4);
		is_int(look(), PROBE_EXT, "another major version is not 0.90");
	}
	ext4();
	size = SIZE - 0x1000; /* 0.90 sits 64 to 128 KiB before the end, at a multiple of 64 KiB */
	le(SIZE - 0x20000, 0xa92b4efc, 4);
	is_member("md", "md 0.90 on a device of an odd size");
}

static void firmware(void)
{
	static const struct {
		size_t back, n;
		const char *magic, *name;
	} t[] = {
		{1024, 24, "Intel Raid ISM Cfg Sig. ", "Intel"},
		{8192, 24, "Intel Raid ISM Cfg Sig. ", "Intel"}, /* 4 KiB sectors */
		{512, 4, "\xde\x11\xde\x11", "DDF"},
		{257 * 512, 4, "\xde\x11\xde\x11", "DDF"},
		{1024, 6, "NVIDIA", "NVIDIA"},
		{512, 6, "$XIDE$", "LSI"},
		{4096 - 60, 4, "\x83\x74\x02\x6b", "DRBD"},
		{4096 - 60, 4, "\x83\x74\x02\x6c", "DRBD"},
		{4096 - 60, 4, "\x83\x74\x02\x6d", "DRBD"},
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ext4();
		put(SIZE - t[i].back, t[i].magic, t[i].n);
		is_member(t[i].name, "metadata at the end of a plain ext4");
		ok(p.whole, "it spans the disk");
		disk[SIZE - t[i].back] ^= 0x20;
		is_int(look(), PROBE_EXT, "with a bit of it changed it is none");
	}
}

static void swap(void)
{
	static const char *const asleep[] = {"S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001",
		"\xed\xc3\x02\xe9\x98\x56\xe5\x0c"};
	for (size_t page = 4096; page <= 65536; page *= 2) {
		blank();
		put(page - 10, "SWAPSPACE2", 10);
		put(1052, "mem", 3);
		is_int(look(), PROBE_SWAP, "swap");
		ok(!p.hibernated, "of a page of %zu, nobody sleeps", page);
		is_str(p.label, "mem", "its label");
		for (size_t i = 0; i < sizeof(asleep) / sizeof(asleep[0]); i++) {
			memset(disk + page - 10, 0, 10);
			put(page - 10, asleep[i], strlen(asleep[i]));
			ok(look() == PROBE_SWAP && p.hibernated,
				"a system sleeps there (%zu, page of %zu)", i, page);
		}
	}
	blank();
	put(4096 - 10, "SWAP-SPACE", 10);
	is_int(look(), PROBE_SWAP, "swap of old");
	blank();
	put(2048 - 10, "SWAPSPACE2", 10);
	is_int(look(), PROBE_UNKNOWN, "no machine has pages of 2048");
	blank();
	put(4096 - 10, "S1SUSPENX", 9);
	is_int(look(), PROBE_UNKNOWN, "a signature that only looks alike");
	ext4();
	put(8192 - 10, "S1SUSPEND", 9);
	look();
	ok(p.hibernated, "in doubt a system sleeps there");
}

static void fat(bool big)
{
	blank();
	put(0, "\xeb\x58\x90mkfs.fat", 11);
	le(11, 512, 2);
	disk[13] = 1;
	le(14, 32, 2);
	disk[16] = 2;
	disk[21] = 0xf8;
	le(32, SECTORS, 4);
	if (big) {
		le(36, 16, 4);
		le(44, 2, 4);
	} else {
		le(17, 16, 2);
		le(22, 16, 2);
	}
	size_t extended = big ? 64 : 36;
	disk[extended + 2] = 0x29;
	le(extended + 3, 0x1234abcd, 4);
	put(extended + 7, "BOOTSECTOR ", 11);
	put(510, "\x55\xaa", 2);
}

static void fats(void)
{
	const size_t root = (32 + 2 * 16) * 512; /* the root directory, of FAT32 cluster 2 */
	for (int big = 0; big < 2; big++) {
		fat(big);
		is_int(look(), PROBE_FAT, big ? "FAT32" : "FAT16");
		is_str(p.name, big ? "FAT32" : "FAT", "its name");
		is_str(p.label, "BOOTSECTOR", "the label of the boot sector");
		is_str(p.uuid, "1234-abcd", "its number");
		put(root, "FILE    TXT\x20", 12);
		put(root + 32, "CERTRESCUE \x08", 12);
		look();
		is_str(p.label, "CERTRESCUE", "before it the one of the root directory");
		disk[root + 32] = 0xe5;
		look();
		is_str(p.label, "BOOTSECTOR", "but not one that was deleted");
		put(root + 32, "CERTRESCUE \x0f", 12);
		look();
		is_str(p.label, "BOOTSECTOR", "nor a part of a long name");
	}
	/* FAT32's root directory goes on in cluster 3, then 5; the label is there. */
	for (size_t i = 0; i < 16; i++)
		put(root + i * 32, "FILE    TXT\x20", 12);
	memset(disk + root + 512, 'x', 512);
	for (size_t i = 0; i < 16; i++)
		disk[root + 512 + i * 32 + 11] = 0x20;
	le(32 * 512 + 2 * 4, 3, 4);
	le(32 * 512 + 3 * 4, 5, 4);
	put(root + 3 * 512, "CERTRESCUE \x08", 12);
	look();
	is_str(p.label, "CERTRESCUE", "a directory in several clusters");
	le(32 * 512 + 3 * 4, 2, 4);
	is_int(look(), PROBE_FAT, "a chain of clusters that is a ring");
	is_str(p.label, "BOOTSECTOR", "has no label");
	ok(reads < 1000, "and an end (%zu reads)", reads);
	le(32 * 512 + 2 * 4, 0x0ffffff0, 4);
	is_int(look(), PROBE_FAT, "a chain that leads out of the disk");

	static const struct {
		size_t at;
		uint8_t byte;
		const char *what;
	} wrong[] = {{510, 0, "no 55aa"}, {0, 0, "no jump"}, {12, 3, "a sector of 768"},
		{12, 0x20, "a sector of 8192"}, {13, 0, "clusters of 0 sectors"},
		{13, 3, "clusters of 3 sectors"}, {14, 0, "no reserved sectors"}, {16, 0, "no FAT"},
		{16, 3, "three FATs"}, {21, 0x12, "a strange medium"}, {36, 0, "FATs of 0 sectors"},
		{38, 0xff, "FATs larger than the disk"}};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fat(true);
		disk[wrong[i].at] = wrong[i].byte;
		ok(look() == PROBE_UNKNOWN, "no FAT: %s", wrong[i].what);
	}
	fat(true);
	le(44, 1, 4);
	ok(look() == PROBE_FAT && strcmp(p.label, "BOOTSECTOR") == 0,
		"a root directory in cluster 1, which there is not, is not read");
	fat(true);
	le(44, 0x0fffffff, 4);
	is_int(look(), PROBE_FAT, "nor one far past the end");
}

static void others(void)
{
	static const struct {
		size_t at, n;
		const char *magic, *name;
	} t[] = {{65600, 8, "_BHRfS_M", "btrfs"}, {3, 8, "NTFS    ", "ntfs"},
		{3, 8, "EXFAT   ", "exfat"}, {1024, 4, "\x10\x20\xf5\xf2", "f2fs"},
		{0, 4, "hsqs", "squashfs"}, {1024, 4, "\xe2\xe1\xf5\xe0", "erofs"},
		{32768, 4, "JFS1", "jfs"}, {65588, 9, "ReIsEr2Fs", "reiserfs"}};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		blank();
		put(t[i].at, t[i].magic, t[i].n);
		ok(look() == PROBE_OTHER && strstr(p.name, t[i].name), "%s is told and not opened",
			t[i].name);
		size = t[i].at + t[i].n - 1;
		ok(look() != PROBE_OTHER, "and not where the device ends within its signature");
	}
	blank();
	put(0, "XFSB", 4);
	be(4, 4096, 4);
	be(8, 100, 8);
	uuid(32);
	put(108, "data", 4);
	is_int(look(), PROBE_XFS, "xfs");
	is_str(p.label, "data", "its label");
	be(4, 256, 4);
	is_int(look(), PROBE_UNKNOWN, "xfs with blocks of 256");
	be(4, 4096, 4);
	be(8, 0, 8);
	is_int(look(), PROBE_UNKNOWN, "xfs with none");
	blank();
	put(32768, "\1CD001", 6);
	put(32768 + 40, "CERTRESCUE_SYS                  ", 32);
	is_int(look(), PROBE_ISO9660, "a CD");
	is_str(p.label, "CERTRESCUE_SYS", "its label without the blanks");
}

static void ends(void)
{
	static const uint64_t sizes[] = {
		0, 1, 2, 511, 512, 1023, 1024, 1100, 2047, 4095, 4096, 4097, 65536, 131071, 131072};
	static const uint8_t fill[] = {0, 0xff, 0x29, 'L', 0xfc};
	bool told = false;
	for (size_t f = 0; f < sizeof(fill); f++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			memset(disk, fill[f], sizeof(disk));
			size = sizes[i];
			broken = false;
			told |= look() != PROBE_UNKNOWN;
			told |= strcmp(p.name, "nothing known") != 0 || p.label[0] || p.uuid[0];
		}
	ok(!told, "short devices of one byte's repetition hold nothing");
	for (uint64_t n = 0; n < 2048; n += n < 1000 || n > 1020 ? 23 : 1) {
		ext4();
		size = n;
		told |= look() != PROBE_UNKNOWN;
	}
	ok(!told, "an ext4 whose superblock is cut off is none");
	ext4();
	put(4096 - 10, "S1SUSPEND", 9);
	size = 4096 - 2;
	look();
	ok(!p.hibernated, "a signature cut off by the end is none");
	ext4();
	broken = true;
	is_int(look(), PROBE_UNREADABLE, "a device that cannot be read is said to be that");
	uint32_t x = 12345;
	size_t most = 0;
	for (int round = 0; round < 200; round++) {
		blank();
		for (size_t i = 0; i < sizeof(disk); i++)
			disk[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
		if (round % 2)
			put(510, "\x55\xaa", 2);
		look();
		most = reads > most ? reads : most;
		told |= p.name[0] == 0;
	}
	ok(!told && most < 1000, "garbage is something or nothing, in few reads");
	probe_path("/nonexistent", 4096, &p);
	is_int(p.kind, PROBE_UNREADABLE, "a path that is not there");
	probe_path("/dev/null", 4096, &p);
	is_int(p.kind, PROBE_UNREADABLE, "a device shorter than the kernel said");
}

int main(void)
{
	ext();
	members();
	raid();
	firmware();
	swap();
	fats();
	others();
	ends();
	return done();
}
