/* SPDX-License-Identifier: MIT */
/*
 * probe: what a block device holds, told from its bytes. Only reads; mounts nothing, replays
 * nothing. All bytes are untrusted: every offset is checked against the size, the number of reads
 * and their sizes are bounded.
 *
 * A RAID, LVM or LUKS signature (RAID is looked for at the device's end too) always wins over a
 * filesystem: half of a mirror looks like a plain ext4, and writing to it destroys the other half.
 */
#ifndef DISK_PROBE_H
#define DISK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the bytes come from: reads exactly n bytes at offset; false on an error or past the end. */
struct probe_source {
	bool (*read)(void *ctx, uint64_t offset, void *to, size_t n);
	void *ctx;
	uint64_t size; /* bytes */
};

enum probe_kind {
	PROBE_UNKNOWN, /* nothing that is known here */
	PROBE_UNREADABLE,
	PROBE_MEMBER, /* a part of something: RAID, LVM, LUKS, ...: never mounted as it is */
	PROBE_EXT,    /* ext2, ext3, ext4 */
	PROBE_XFS,
	PROBE_FAT,
	PROBE_ISO9660,
	PROBE_SWAP,
	PROBE_OTHER, /* a filesystem that certrescue does not open (yet) */
};

struct probe {
	enum probe_kind kind;
	char name[96]; /* for people: "half of an md mirror (RAID1)", "ext4", "LUKS2 encryption" */
	char label[272];                    /* as it stands there, without padding; not escaped */
	char uuid[40];                      /* lower case with dashes where it is one; else empty */
	int64_t last_mounted, last_written; /* seconds since 1970; 0: not known */
	bool needs_replay; /* ext3/4: its journal holds changes. xfs does not tell cheaply: false */
	bool has_errors;   /* ext: the kernel recorded errors, e2fsck is wanted */
	bool hibernated;   /* swap: it holds the image of a sleeping system */
	bool whole;        /* a RAID member whose metadata spans the disk, with its partitions */
};

/* Fills p; never fails (what cannot be read is PROBE_UNREADABLE). */
void probe_device(const struct probe_source *src, struct probe *p);

/* probe_device for a file or device at path, opened read-only; size as block_device has it. */
void probe_path(const char *path, uint64_t size, struct probe *p);

#endif
