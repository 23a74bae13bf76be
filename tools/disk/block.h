/* SPDX-License-Identifier: MIT */
/*
 * block: the disks and partitions that the kernel has, from /sys/block. Loop devices, RAM disks and
 * floppies are left out, and so are empty drives (size 0).
 */
#ifndef DISK_BLOCK_H
#define DISK_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_MAX 512

struct block_device {
	char name[64];   /* vda1 */
	char path[80];   /* /dev/vda1 */
	char parent[64]; /* of a partition: vda; else empty */
	uint64_t size;   /* bytes */
	bool removable;
	bool read_only;
	bool optical;
	bool partitioned; /* a whole disk in which the kernel found partitions */
	bool held;        /* something is built on it (md, device-mapper) */
	char wwid[128];   /* the disk's own identity, where the transport tells one */
};

struct block_list {
	struct block_device *v; /* sorted: a disk, then its partitions */
	size_t n;
};

#define BLOCK_LIST_INIT                                                                            \
	{                                                                                          \
		0                                                                                  \
	}

/* Reads sys ("/sys" but in tests) anew; what the list held is freed first. At most BLOCK_MAX. */
void block_scan(struct block_list *list, const char *sys);
void block_free(struct block_list *list);

#endif
