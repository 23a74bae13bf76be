/* SPDX-License-Identifier: MIT */
/*
 * coldplug: gives every device its driver, first those that are there, then those that appear
 * because of it (a controller's disks), until nothing new comes.
 *
 * Devices that are there are read from /sys/bus; new ones announce themselves on the kernel's
 * uevent socket. No sleep: the waits are bounded and end early.
 */
#ifndef DISK_COLDPLUG_H
#define DISK_COLDPLUG_H

#include <stdbool.h>

#include "disk/modules.h"

struct coldplug {
	int fd; /* the uevent socket; -1 if the kernel gives none: then only waits are longer */
	struct modules *modules;
};

/* Opens the socket (before the sweep, so that nothing is missed). Never fails. */
void coldplug_open(struct coldplug *c, struct modules *m);
void coldplug_close(struct coldplug *c);

/* Loads the drivers of all devices that are there now. */
void coldplug_sweep(struct coldplug *c);

/*
 * Handles what appears until nothing has come for quiet_ms, at most for most_ms. Returns whether a
 * block device came, went or changed.
 */
bool coldplug_wait(struct coldplug *c, int quiet_ms, int most_ms);

/*
 * How long a silence, in ms, means that no more disks come: drivers that find their disks before
 * their module is loaded need next to none; NVMe, Hyper-V and Xen a little, USB a second.
 */
int coldplug_quiet(void);

#endif
