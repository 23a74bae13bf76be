// SPDX-License-Identifier: MIT
// mount: mount(2) with the flags that keep a stranger's filesystem harmless.
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "disk/mount.h"

#define NO_SYMLINKS 256 /* MS_NOSYMFOLLOW, since Linux 5.10 */

struct driver {
	enum probe_kind kind;
	const char *type;
	const char *look;       /* options that keep the journal as it is */
	const char *options;    /* else */
	const char *modules[4]; /* what no dependency says */
};

/* The names on a FAT medium are Unicode; its files have no owner and are nobody else's to read. */
#define FAT_OPTIONS "codepage=437,iocharset=ascii,utf8=1,umask=0077,shortname=mixed"

static const struct driver drivers[] = {
	{PROBE_EXT, "ext4", "noload", "", {"ext4"}},
	{PROBE_XFS, "xfs", "norecovery,nouuid", "", {"xfs"}},
	{PROBE_FAT, "vfat", FAT_OPTIONS, FAT_OPTIONS, {"vfat", "nls_cp437", "nls_ascii"}},
	{PROBE_ISO9660, "iso9660", "mode=0400,dmode=0500", "mode=0400,dmode=0500", {"isofs"}},
};

static const struct driver *driver_of(enum probe_kind kind)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (drivers[i].kind == kind)
			return &drivers[i];
	return NULL;
}

/* Best effort: a device that cannot be set either way says so when it is mounted. */
static void set_read_only(const char *device, int read_only)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ioctl(fd, BLKROSET, &read_only);
	close(fd);
}

static int explain(const char *device, const struct driver *d, struct error *err)
{
	int error = errno;
	const char *todo = "look at dmesg; check the disk and its cable";
	if (error == EUCLEAN || error == EBADMSG || error == EINVAL)
		todo = "the filesystem is damaged or newer than this kernel: check it with the "
		       "system's own tools (fsck), see dmesg";
	else if (error == EROFS || error == EACCES)
		todo = "the disk is write-protected: take the protection off";
	else if (error == EBUSY)
		todo = "something is built on it or it is mounted already: unmount that first";
	else if (error == ENODEV)
		todo = "this image has no driver for it";
	errno = error;
	return error_errno(err, device, todo, "the %s filesystem cannot be mounted", d->type);
}

int mount_device(const char *device, const struct probe *what, const char *dir, enum mount_how how,
	bool links, struct modules *m, struct error *err)
{
	const struct driver *d = driver_of(what->kind);
	unsigned long flags = MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME;
	if (!d)
		return error_set(err, ERR_FAILED, device, "name another device",
			"it holds no filesystem that certrescue opens, but %s", what->name);
	for (size_t i = 0; m && d->modules[i]; i++)
		if (modules_load(m, d->modules[i], err))
			return -1;
	if (how != MOUNT_WRITE)
		flags |= MS_RDONLY;
	if (!links)
		flags |= NO_SYMLINKS;
	if (what->kind != PROBE_ISO9660)
		set_read_only(device, how == MOUNT_LOOK);
	if (mount(device, dir, d->type, flags, how == MOUNT_LOOK ? d->look : d->options) == 0)
		return 0;
	return explain(device, d, err);
}

int mount_end(const char *dir, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int bad = fd >= 0 ? syncfs(fd) : 0;
	if (fd >= 0)
		close(fd);
	if (bad)
		return error_errno(err, dir, "check the disk: what was written may be lost",
			"writing to the disk failed");
	if (umount2(dir, UMOUNT_NOFOLLOW) < 0)
		return error_errno(
			err, dir, "end what still uses it", "the filesystem cannot be unmounted");
	return 0;
}
