/* SPDX-License-Identifier: MIT */
/*
 * mount: filesystems of strangers, mounted so that nothing on them can act: always nodev, nosuid,
 * noexec, noatime.
 */
#ifndef DISK_MOUNT_H
#define DISK_MOUNT_H

#include <stdbool.h>

#include "base/error.h"
#include "disk/modules.h"
#include "disk/probe.h"

enum mount_how {
	MOUNT_LOOK,  /* read-only, no journal replayed; the device itself is set read-only */
	MOUNT_READ,  /* read-only; for media without a journal */
	MOUNT_WRITE, /* read-write; a journal is replayed by the kernel */
};

/*
 * Mounts the device at dir (which exists). kind is what probe found: its driver is loaded from m
 * (NULL: no modules). links: whether symbolic links on it are followed (a node has some, a medium
 * needs none). With MOUNT_LOOK the kernel cannot write to the device, whatever the driver thinks.
 */
int mount_device(const char *device, const struct probe *what, const char *dir, enum mount_how how,
	bool links, struct modules *m, struct error *err);

/* Writes all that is pending and unmounts. Busy is an error. */
int mount_end(const char *dir, struct error *err);

#endif
