// SPDX-License-Identifier: MIT
// survey: what may be mounted and what must not, and why; from a made-up /sys whose devices are
// files in /dev/shm.
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "disk/survey.h"
#include "tap.h"

static char *sys, *shm; /* shm: the name of a folder in /dev/shm */
static struct survey s;

static void sh(const char *fmt, ...)
{
	va_list ap;
	char text[1024];
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (system(text) != 0)
		bail("%s", text);
}

/* sysfs writes / in a name as !, so these are /dev/shm/FOLDER/NAME. */
static char *sysfs(const char *name)
{
	return xasprintf("shm!%s!%s", shm, name);
}

static void disk(const char *name, const char *content)
{
	char *n = sysfs(name);
	sh("mkdir -p '%s/block/%s/device' /dev/shm/%s && echo 2048 >'%s/block/%s/size'", sys, n,
		shm, sys, n);
	sh("truncate -s 1M /dev/shm/%s/%s && %s", shm, name, content ? content : "true");
	free(n);
}

static void part(const char *disk_name, const char *name)
{
	char *d = sysfs(disk_name), *n = sysfs(name);
	sh("mkdir -p '%s/block/%s/%s' && cd '%s/block/%s/%s' && echo 2048 >size && echo 1 "
	   ">partition",
		sys, d, n, sys, d, n);
	sh("truncate -s 1M /dev/shm/%s/%s", shm, name);
	free(d);
	free(n);
}

/* A superblock of an ext4 with a label, by hand. */
static void ext4(const char *name, const char *label)
{
	char *path = xasprintf("/dev/shm/%s/%s", shm, name);
	FILE *f = fopen(path, "r+");
	if (!f)
		bail("%s", path);
	uint8_t sb[1024] = {0};
	sb[5] = 1;
	sb[24] = 2;
	sb[56] = 0x53;
	sb[57] = 0xef;
	sb[96] = 0x40;
	memcpy(sb + 104, "0123456789abcdef", 16);
	memcpy(sb + 120, label, strlen(label));
	fseek(f, 1024, SEEK_SET);
	fwrite(sb, sizeof(sb), 1, f);
	fclose(f);
	free(path);
}

static void poke(const char *name, long at, const char *bytes, size_t n)
{
	char *path = xasprintf("/dev/shm/%s/%s", shm, name);
	FILE *f = fopen(path, "r+");
	if (!f)
		bail("%s", path);
	fseek(f, at, SEEK_SET);
	fwrite(bytes, n, 1, f);
	fclose(f);
	free(path);
}

static const struct survey_disk *of(const char *name)
{
	char *path = xasprintf("/dev/shm/%s/%s", shm, name);
	const struct survey_disk *d = survey_find(&s, path);
	free(path);
	if (!d)
		bail("%s is not there", name);
	return d;
}

static void mountable(void)
{
	disk("a", NULL);
	part("a", "a1");
	part("a", "a2");
	part("a", "a10");
	ext4("a", "table");
	ext4("a1", "root");
	disk("b", NULL);
	ext4("b", "root");
	survey_take(&s, sys);
	is_int((long long)s.n, 5, "disks and partitions are listed");
	ok(&s.v[0] == of("a") && &s.v[1] == of("a1") && &s.v[2] == of("a2") &&
			&s.v[3] == of("a10") && &s.v[4] == of("b"),
		"a disk, then its partitions by number, then the next");
	ok(survey_mountable(of("a1")), "a partition with an ext4 can be mounted");
	ok(survey_mountable(of("b")), "a whole disk with one too");
	ok(!survey_mountable(of("a2")), "one with nothing known cannot");
	ok(!survey_mountable(of("a")) && strstr(of("a")->refused, "partitions"),
		"nor what has partitions, whatever it looks like");
	ok(survey_find(&s, "LABEL=root") == NULL, "of two with one label neither is found by it");
	ok(survey_find(&s, "LABEL=none") == NULL, "nor one that is not there");
	ok(survey_find(&s, "LABEL=") == NULL, "nor by no label, which several have");
	ok(survey_find(&s, "UUID=") == NULL, "nor by no UUID");
}

static void refused(void)
{
	char *n = sysfs("b");
	sh("mkdir -p '%s/block/%s/holders/dm-0'", sys, n);
	survey_take(&s, sys);
	ok(!survey_mountable(of("b")) && strstr(of("b")->refused, "built on it"),
		"a disk that is a part of something now is refused");
	sh("rm -r '%s/block/%s/holders'", sys, n);
	free(n);

	poke("a", 1024, "\0", 1);
	poke("a", (2048 - 16) * 512, "\xfc\x4e\x2b\xa9\1\0\0", 8);
	poke("a", (2048 - 16) * 512 + 144, "\xf0\x07", 2);
	survey_take(&s, sys);
	ok(!survey_mountable(of("a")) && of("a")->what.kind == PROBE_MEMBER,
		"a whole disk in a mirror");
	ok(!survey_mountable(of("a1")) && strstr(of("a1")->refused, "RAID"),
		"refuses its partitions too, plain as they look");
	poke("a", (2048 - 16) * 512, "\0\0\0", 4);
	poke("a", 0, "LUKS\xba\xbe\0\2", 8);
	survey_take(&s, sys);
	ok(survey_mountable(of("a1")), "an old LUKS header before a partition table does not");
	poke("a1", 0, "LUKS\xba\xbe\0\2", 8);
	survey_take(&s, sys);
	ok(!survey_mountable(of("a1")) && strstr(of("a1")->refused, "assemble"),
		"an encrypted partition is refused with a reason");

	char *a = sysfs("a"), *b = sysfs("b");
	sh("echo naa.5000 >'%s/block/%s/device/wwid'; echo naa.5001 >'%s/block/%s/device/wwid'",
		sys, a, sys, b);
	survey_take(&s, sys);
	ok(survey_mountable(of("b")), "disks of different identity are different disks");
	sh("echo naa.5000 >'%s/block/%s/device/wwid'", sys, b);
	survey_take(&s, sys);
	ok(!survey_mountable(of("b")) && strstr(of("b")->refused, "multipath"),
		"two paths to one disk are refused");
	sh("rm /dev/shm/%s/b", shm);
	survey_take(&s, sys);
	ok(of("b")->what.kind == PROBE_UNREADABLE && !survey_mountable(of("b")),
		"what cannot be read is named and not mounted");
	free(a);
	free(b);
}

static void skipped(void)
{
	sh("rm -r '%s/block' && cd %s && mkdir -p block/loop0 block/ram0 block/zram0 block/fd0 "
	   "block/sr0 "
	   "&& for d in block/*; do echo 100 >$d/size; done && echo 0 >block/sr0/size",
		sys, sys);
	survey_take(&s, sys);
	is_int((long long)s.n, 0,
		"loop devices, RAM disks, floppies and empty drives are left out");
	survey_take(&s, "/nonexistent");
	is_int((long long)s.n, 0, "without /sys there is no disk, and no crash");
}

int main(void)
{
	char dir[] = "/tmp/certrescue-survey.XXXXXX";
	if (access("/dev/shm", W_OK) < 0) {
		printf("1..0 # SKIP no /dev/shm\n");
		return 0;
	}
	sys = mkdtemp(dir);
	shm = xasprintf("certrescue-%d", getpid());
	mountable();
	refused();
	skipped();
	survey_free(&s);
	sh("rm -rf %s /dev/shm/%s", sys, shm);
	free(shm);
	return done();
}
