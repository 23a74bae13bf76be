/* SPDX-License-Identifier: MIT */
/*
 * modules: kernel modules, by name and by modalias, from the indexes that depmod wrote
 * (modules.dep, modules.alias, modules.softdep; text, see modules.dep(5)). Dependencies come first,
 * soft ones too (ext4 cannot be mounted without crc32c, which is only a soft one). Parameters on
 * the kernel command line (usb_storage.delay_use=0) are handed to their module, as modprobe does.
 *
 * It has no list of what to load: the devices say it (coldplug.h), or the caller by name.
 */
#ifndef DISK_MODULES_H
#define DISK_MODULES_H

#include <stddef.h>

#include "base/error.h"

struct modules;

/*
 * Reads the indexes in dir (/lib/modules/VERSION). cmdline is the kernel command line, or NULL. A
 * directory without indexes is an error. The result belongs to the caller: modules_close.
 */
int modules_open(struct modules **to, const char *dir, const char *cmdline, struct error *err);
void modules_close(struct modules *m);

/*
 * Loads a module (- and _ are the same in a name) and what it needs. What is loaded already, or is
 * built into the kernel (no file of that name in the image), is no error; a file that the kernel
 * refuses is.
 */
int modules_load(struct modules *m, const char *name, struct error *err);

/*
 * Loads every module that says it drives the device of this modalias. Failures are kept quiet (a
 * driver may find that the device is not for it); returns how many modules were loaded, with those
 * that they needed.
 */
size_t modules_match(struct modules *m, const char *modalias);

/* How many modules this process has loaded. */
size_t modules_loaded(const struct modules *m);

#endif
