// SPDX-License-Identifier: MIT
// boot_node: what must be known and true before a node is written to, and its mounts.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/boot.h"
#include "disk/host.h"
#include "disk/hwclock.h"
#include "disk/mount.h"

#define FW_CFG "/sys/firmware/qemu_fw_cfg/by_name/opt/certrescue/passphrase/raw"
#define PASS_LABEL "CRPASS"

static int check_ca(const struct boot *b, struct error *err)
{
	static const char todo[] = "put a copy of the cluster's CA into ca/CLUSTER/ on a FAT32 "
				   "medium with the label CERTRESCUE";
	if (!b->medium)
		return error_set(err, ERR_FAILED, NULL, todo,
			"no medium with a CA was found (no label CERTRESCUE, no ca/ with a "
			"certificate)");
	int fd = host_open(BOOT_MEDIUM);
	bool ca = fd >= 0 && host_has_ca(fd);
	if (fd >= 0)
		close(fd);
	if (ca)
		return 0;
	return error_set(err, ERR_FAILED, b->medium->dev.path, todo,
		"there is no CA on the medium: ca/ holds no certificate");
}

int boot_may_renew(struct boot *b, struct error *err)
{
	for (size_t i = 0; i < b->survey.n; i++)
		if (b->survey.v[i].what.hibernated)
			return error_set(err, ERR_REFUSED, b->survey.v[i].dev.path,
				"start that system and shut it down, or make its swap anew "
				"(mkswap), then come back",
				"a system is hibernated there: it would wake up with its old view "
				"of the disk and destroy what was changed");
	if (b->node->what.has_errors)
		return error_set(err, ERR_REFUSED, b->node->dev.path,
			"run e2fsck on it from another system first; this version has none",
			"the kernel has recorded errors in this filesystem%s",
			b->args.fsck == BOOT_FSCK_PREEN ? " (certrescue.fsck=preen cannot be done)"
							: "");
	return check_ca(b, err);
}

static bool local_time(int root, int64_t wall, int64_t *utc, bool *local)
{
	struct buf adjtime = BUF_INIT, zone = BUF_INIT;
	bool known = false;
	*local = host_read(root, "etc/adjtime", 4096, &adjtime) &&
		 hwclock_is_local(buf_bytes(&adjtime));
	if (*local)
		known = host_read(root, "etc/localtime", 65536, &zone) &&
			hwclock_to_utc(buf_bytes(&zone), wall, utc);
	buf_free(&adjtime);
	buf_free(&zone);
	return known;
}

void boot_set_clock(struct boot *b)
{
	char was[CLOCK_TEXT], is[CLOCK_TEXT];
	int64_t wall = clock_now(), utc = wall;
	bool local = false;
	int root = host_open(BOOT_NODE);
	if (root < 0 || b->local_clock)
		return;
	bool known = local_time(root, wall, &utc, &local);
	close(root);
	if (!local)
		return;
	if (!known) {
		boot_say("warning: the node keeps its hardware clock in local time (/etc/adjtime), "
			 "but its /etc/localtime cannot be read: the clock is taken as UTC");
		return;
	}
	struct timeval tv = {.tv_sec = (time_t)utc};
	if (settimeofday(&tv, NULL) < 0) {
		boot_say("warning: the clock cannot be set to %s: %s", clock_text(utc, is),
			strerror(errno));
		return;
	}
	b->local_clock = true;
	boot_say(
		"clock: the node keeps its hardware clock in local time (/etc/adjtime says LOCAL): "
		"%.19s there is %s",
		clock_text(wall, was), clock_text(utc, is));
}

static int medium_for_renew(struct boot *b, struct error *err)
{
	const struct survey_disk *m = b->medium;
	struct error why = ERROR_INIT;
	bool fixed = m->dev.optical || m->what.kind == PROBE_ISO9660;
	if (mount_end(BOOT_MEDIUM, err))
		return -1;
	if (!fixed && mount_device(m->dev.path, &m->what, BOOT_MEDIUM, MOUNT_WRITE, false,
			      b->modules, &why) == 0)
		return 0;
	if (!fixed)
		boot_complain(&why);
	boot_say("warning: the medium cannot be written to: no report and no ledger entry will be "
		 "written to it");
	return mount_device(m->dev.path, &m->what, BOOT_MEDIUM, MOUNT_READ, false, b->modules, err);
}

int boot_mount_for_renew(struct boot *b, struct error *err)
{
	const struct survey_disk *n = b->node;
	if (medium_for_renew(b, err) || mount_end(BOOT_NODE, err))
		return -1;
	if (n->what.needs_replay)
		boot_say("%s was not unmounted cleanly: its journal is replayed", n->dev.path);
	return mount_device(n->dev.path, &n->what, BOOT_NODE, MOUNT_WRITE, true, b->modules, err);
}

static int from_fw_cfg(struct boot *b, struct error *err)
{
	if (b->modules && modules_load(b->modules, "qemu_fw_cfg", err))
		return -1;
	if (access(FW_CFG, R_OK) < 0)
		return error_set(err, ERR_FAILED, NULL,
			"start QEMU with -fw_cfg name=opt/certrescue/passphrase,file=FILE",
			"certrescue.passphrase=fw_cfg, but the virtual machine was given no "
			"opt/certrescue/passphrase");
	b->passphrase = xstrdup(FW_CFG);
	return 0;
}

static int from_second(struct boot *b, struct error *err)
{
	const struct survey_disk *d = survey_find(&b->survey, "LABEL=" PASS_LABEL);
	if (!d || !survey_mountable(d))
		return error_set(err, ERR_FAILED, NULL,
			"connect it, alone, or use certrescue.passphrase=ask",
			"certrescue.passphrase=second, but there is no single disk with the "
			"label " PASS_LABEL);
	mkdir(BOOT_KEYDISK, 0700);
	if (mount_device(d->dev.path, &d->what, BOOT_KEYDISK, MOUNT_LOOK, false, b->modules, err))
		return -1;
	boot_say("warning: the passphrase comes from a disk, %s: whoever has that and the medium "
		 "has the CA",
		d->dev.path);
	b->passphrase = xstrdup(BOOT_KEYDISK "/passphrase");
	return 0;
}

int boot_passphrase(struct boot *b, struct error *err)
{
	free(b->passphrase);
	b->passphrase = NULL;
	switch (b->args.passphrase) {
	case BOOT_FW_CFG:
		return from_fw_cfg(b, err);
	case BOOT_SECOND:
		return from_second(b, err);
	default:
		return 0;
	}
}

static bool is_mounted(const char *dir)
{
	struct stat at, above;
	char parent[64];
	snprintf(parent, sizeof(parent), "%s/..", dir);
	return stat(dir, &at) == 0 && stat(parent, &above) == 0 && at.st_dev != above.st_dev;
}

int boot_unmount(struct error *err)
{
	static const char *const dirs[] = {BOOT_KEYDISK, BOOT_NODE, BOOT_MEDIUM};
	int rc = 0;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (is_mounted(dirs[i]) && mount_end(dirs[i], err))
			rc = -1;
	return rc;
}
