// SPDX-License-Identifier: MIT
// boot_find: the medium and the node among the disks, by looking and never by guessing.
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/boot.h"
#include "disk/host.h"
#include "disk/mount.h"

#define LABEL "CERTRESCUE"
#define ANOTHER "/run/look"      /* while BOOT_NODE is taken */
#define OWN_ISO "CERTRESCUE_SYS" /* what this image was started from */

static bool is_system(const struct survey_disk *d)
{
	return d->what.kind == PROBE_EXT || d->what.kind == PROBE_XFS;
}

/* Mounts d at dir to look at it; false (and a line about it) if that fails. */
static bool look(struct boot *b, const struct survey_disk *d, const char *dir)
{
	struct error err = ERROR_INIT;
	mkdir(dir, 0700);
	if (mount_device(d->dev.path, &d->what, dir, MOUNT_LOOK, strcmp(dir, BOOT_MEDIUM) != 0,
		    b->modules, &err) == 0)
		return true;
	boot_complain(&err);
	return false;
}

static void leave(const char *dir)
{
	struct error err = ERROR_INIT;
	if (mount_end(dir, &err))
		boot_complain(&err);
}

static bool holds_ca(struct boot *b, const struct survey_disk *d)
{
	if (!look(b, d, BOOT_MEDIUM))
		return false;
	int fd = host_open(BOOT_MEDIUM);
	bool ca = fd >= 0 && host_has_ca(fd);
	if (fd >= 0)
		close(fd);
	leave(BOOT_MEDIUM);
	return ca;
}

/* Adds "DEVICE (what), " to the list of those that are too many. */
static void add_name(struct buf *list, const struct survey_disk *d, const char *what)
{
	buf_printf(list, "%s%s (%s)", list->n ? ", " : "", d->dev.path, what);
}

static int one_medium(struct boot *b, bool labelled, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t n = 0;
	int rc = 0;
	for (size_t i = 0; i < b->survey.n; i++) {
		const struct survey_disk *d = &b->survey.v[i];
		if (!survey_mountable(d) || strcmp(d->what.label, OWN_ISO) == 0)
			continue;
		if (labelled ? strcmp(d->what.label, LABEL) != 0 : !holds_ca(b, d))
			continue;
		add_name(&names, d, labelled ? "label " LABEL : "holds ca/");
		b->medium = d;
		n++;
	}
	if (n > 1)
		rc = error_set(err, ERR_REFUSED, NULL, "leave only one of them in the machine",
			"there is more than one medium: %s", buf_text(&names));
	if (n != 1)
		b->medium = NULL;
	buf_free(&names);
	return rc;
}

int boot_find_medium(struct boot *b, struct error *err)
{
	b->medium = NULL;
	if (one_medium(b, true, err) || (!b->medium && one_medium(b, false, err)))
		return -1;
	if (b->medium && !look(b, b->medium, BOOT_MEDIUM))
		return error_set(err, ERR_FAILED, b->medium->dev.path,
			"prepare another medium: FAT32 with the label " LABEL,
			"the medium cannot be mounted");
	if (b->medium)
		boot_say("medium: %s (%s, label \"%s\")", b->medium->dev.path, b->medium->what.name,
			b->medium->what.label);
	return 0;
}

/* Whether a node lives there; the mount at dir stays if so. about: "node NAME, it has EVIDENCE". */
static bool is_node(struct boot *b, const struct survey_disk *d, const char *dir, struct buf *about)
{
	const char *evidence = NULL;
	char host[sizeof(b->host)];
	if (!look(b, d, dir))
		return false;
	int fd = host_open(dir);
	if (fd >= 0) {
		evidence = host_is_node(fd);
		host_name(fd, host, sizeof(host));
		close(fd);
	}
	if (!evidence) {
		leave(dir);
		return false;
	}
	buf_printf(about, "node %s, it has %s", host, evidence);
	memcpy(b->host, host, sizeof(b->host));
	return true;
}

/* certrescue.node=: that device and no other. */
static int named_node(struct boot *b, struct error *err)
{
	struct buf about = BUF_INIT;
	const struct survey_disk *d = survey_find(&b->survey, b->args.node);
	if (!d)
		return error_set(err, ERR_FAILED, b->args.node,
			"name one of the devices above, as /dev/NAME or UUID=...",
			"the device that certrescue.node= names is not there (or not the only "
			"one)");
	if (d->refused || !is_system(d))
		return error_set(err, ERR_REFUSED, d->dev.path,
			d->refused ? d->refused : "name the filesystem of the node",
			"certrescue.node= names a device that is not opened: %s", d->what.name);
	if (!is_node(b, d, BOOT_NODE, &about))
		return error_set(err, ERR_FAILED, d->dev.path,
			"name the filesystem that holds /etc/kubernetes",
			"no Kubernetes node lives on the device that certrescue.node= names");
	b->node = d;
	boot_say("node: %s (%s, %s)", d->dev.path, d->what.name, buf_text(&about));
	buf_free(&about);
	return 0;
}

static int only_node(struct boot *b, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t n = 0;
	int rc = 0;
	for (size_t i = 0; i < b->survey.n; i++) {
		const struct survey_disk *d = &b->survey.v[i];
		struct buf about = BUF_INIT;
		const char *dir = n ? ANOTHER : BOOT_NODE;
		if (!survey_mountable(d) || !is_system(d) || d == b->medium)
			continue;
		if (is_node(b, d, dir, &about)) {
			boot_say("node: %s (%s, %s)", d->dev.path, d->what.name, buf_text(&about));
			add_name(&names, d, b->host);
			b->node = d;
			if (n++)
				leave(dir);
		}
		buf_free(&about);
	}
	if (n > 1) {
		leave(BOOT_NODE);
		b->node = NULL;
		rc = error_set(err, ERR_REFUSED, NULL,
			"name one with the kernel argument certrescue.node=DEVICE (or node: below "
			"boot: in certrescue.conf)",
			"there is more than one node: %s", buf_text(&names));
	}
	buf_free(&names);
	return rc;
}

int boot_find_node(struct boot *b, struct error *err)
{
	int rc = b->args.node[0] ? named_node(b, err) : only_node(b, err);
	if (b->node)
		return 0;
	strcpy(b->host, "-");
	if (rc)
		return rc;
	return error_set(err, ERR_FAILED, NULL,
		"connect the disk of a control-plane node; what each device holds stands above",
		"no Kubernetes node was found on any disk (looked for /etc/kubernetes and "
		"/var/lib/kubelet/pki on every ext4 and xfs filesystem)");
}

void boot_show_disks(const struct boot *b)
{
	if (b->survey.n == 0)
		boot_say("there is no disk: no controller was found, or no driver for it is in "
			 "this image");
	for (size_t i = 0; i < b->survey.n; i++) {
		const struct survey_disk *d = &b->survey.v[i];
		double size = (double)d->dev.size / (1 << 20);
		boot_say("  %s: %.0f %s, %s%s%s%s%s%s", d->dev.path,
			size < 10240 ? size : size / 1024, size < 10240 ? "MiB" : "GiB",
			d->what.name, d->what.label[0] ? ", label \"" : "", d->what.label,
			d->what.label[0] ? "\"" : "", d->refused ? ": not opened; " : "",
			d->refused ? d->refused : "");
	}
}
