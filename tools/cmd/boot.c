// SPDX-License-Identifier: MIT
// boot: the order of things on the booted image.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/args.h"
#include "cmd/boot.h"
#include "cmd/boot_console.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "disk/coldplug.h"
#include "disk/host.h"

#define HELP "/etc/help.txt"
#define SETTLE_MOST 15000  /* ms for the first sweep, whatever hardware does */
#define PATIENCE 2000      /* ms more for a disk that is missing still */
#define PATIENCE_USB 10000 /* the same with slow busses (USB) */

/* Shared by the session and the process that outlives it. */
struct shared {
	int mode, then; /* what the session has learnt */
	bool known;     /* mode and then are right */
	bool renewing;  /* the rescue has begun: the node may have been written to */
	bool told;      /* the RESULT line is out */
};

struct session {
	struct boot boot;
	struct shared *shared;
	const char *mode, *node, *cluster; /* from the command's own options */
	bool here;                         /* started by an operator, not by init */
};

static void read_text(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	while (fd >= 0 && (n = read(fd, buf_room(to, 4096), 4096)) > 0 && to->n < 65536)
		to->n += (size_t)n;
	if (fd >= 0)
		close(fd);
	buf_add(to, "", 0);
}

static bool unattended(const struct boot_args *a)
{
	return a->mode == BOOT_CHECK || a->mode == BOOT_RENEW;
}

static void share(struct session *s)
{
	s->shared->mode = s->boot.args.mode;
	s->shared->then = s->boot.args.then;
	s->shared->known = true;
}

/* A setting that cannot be understood leads to a console (boot_args.h), never to a rescue. */
static void not_understood(struct session *s, const struct error *err)
{
	boot_complain(err);
	share(s);
}

static void read_arguments(struct session *s)
{
	struct boot_args *a = &s->boot.args;
	struct buf line = BUF_INIT;
	struct error err = ERROR_INIT;
	read_text("/proc/cmdline", &line);
	if (boot_args_cmdline(a, buf_text(&line), &err))
		not_understood(s, &err);
	buf_free(&line);
	/* What the operator types on the console comes as such a line too, and wins. */
	if (s->mode)
		buf_printf(&line, "certrescue=\"%s\" ", s->mode);
	if (s->node)
		buf_printf(&line, "certrescue.node=\"%s\" ", s->node);
	if (s->cluster)
		buf_printf(&line, "certrescue.cluster=\"%s\" ", s->cluster);
	if (boot_args_cmdline(a, buf_text(&line), &err))
		not_understood(s, &err);
	buf_free(&line);
	share(s);
}

static void read_conf(struct session *s)
{
	const struct boot_args before = s->boot.args;
	struct buf conf = BUF_INIT;
	struct error err = ERROR_INIT;
	int fd = s->boot.medium ? host_open(BOOT_MEDIUM) : -1;
	if (fd < 0)
		return;
	if (host_read(fd, "certrescue.conf", 65536, &conf) &&
		boot_args_conf(&s->boot.args, buf_bytes(&conf), &err)) {
		if (s->mode) /* the operator has said what to do */
			s->boot.args = before;
		not_understood(s, &err);
	}
	close(fd);
	buf_free(&conf);
	share(s);
}

/*
 * The filesystems that are most likely, by a second processor while this one looks at the devices;
 * what is loaded already is no error to the mount that asks for it.
 */
static void load_filesystems(struct modules *m)
{
	struct error err = ERROR_INIT;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || fork() != 0)
		return;
	modules_load(m, "ext4", &err);
	modules_load(m, "vfat", &err);
	_exit(0);
}

static void load_drivers(struct boot *b, struct coldplug *c)
{
	struct utsname u;
	struct buf line = BUF_INIT;
	struct error err = ERROR_INIT;
	uname(&u);
	char *dir = xasprintf("/lib/modules/%s", u.release);
	read_text("/proc/cmdline", &line);
	if (modules_open(&b->modules, dir, buf_text(&line), &err))
		boot_complain(&err);
	buf_free(&line);
	free(dir);
	if (!b->modules)
		return;
	load_filesystems(b->modules);
	coldplug_open(c, b->modules);
	coldplug_sweep(c);
	coldplug_wait(c, 0, SETTLE_MOST);
	coldplug_wait(c, coldplug_quiet(), SETTLE_MOST);
	boot_say("drivers: %zu kernel modules loaded", modules_loaded(b->modules));
}

static bool has_system(const struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (survey_mountable(&s->v[i]) &&
			(s->v[i].what.kind == PROBE_EXT || s->v[i].what.kind == PROBE_XFS))
			return true;
	return false;
}

/*
 * Slow controllers and sticks plugged in late: waits on while no disk could be the node's or the
 * medium's, and ends with the first that changes that.
 */
static void wait_for_disks(struct boot *b, struct coldplug *c)
{
	int quiet = coldplug_quiet();
	int left = quiet >= 1000 ? PATIENCE_USB : PATIENCE;
	survey_take(&b->survey, "/sys");
	while (left > 0 && b->modules &&
		(!has_system(&b->survey) || !survey_find(&b->survey, "LABEL=CERTRESCUE"))) {
		if (has_system(&b->survey) && left > PATIENCE / 4)
			left = PATIENCE / 4; /* only the medium is missing, or has no label */
		int step = left < 100 ? left : 100;
		if (coldplug_wait(c, step, step)) {
			coldplug_wait(c, quiet, SETTLE_MOST);
			survey_take(&b->survey, "/sys");
		}
		left -= step;
	}
}

static int renew(struct session *s, struct error *err)
{
	struct boot *b = &s->boot;
	if (boot_may_renew(b, err) || boot_passphrase(b, err))
		return -1;
	boot_set_clock(b);
	boot_say("do not remove the stick and do not switch off before the last line (RESULT)");
	s->shared->renewing = true;
	if (boot_mount_for_renew(b, err))
		return -1;
	return boot_run_renew(b);
}

static int check(struct session *s)
{
	struct boot *b = &s->boot;
	boot_set_clock(b);
	if (b->node->what.needs_replay || b->node->what.kind == PROBE_XFS)
		boot_say("%s: its journal is not replayed for a look, so this view may be stale",
			b->node->dev.path);
	return boot_run_check(b);
}

/* Medium and node are found, then the work; the exit code. */
static int work(struct session *s)
{
	struct boot *b = &s->boot;
	struct error err = ERROR_INIT;
	int code = boot_find_medium(b, &err);
	if (code == 0)
		read_conf(s);
	if (code == 0 && b->args.mode != BOOT_SHELL)
		code = boot_find_node(b, &err);
	if (code && !b->node)
		boot_show_disks(b);
	if (code == 0 && b->node)
		code = b->args.mode == BOOT_RENEW ? renew(s, &err) : check(s);
	if (code < 0) {
		boot_complain(&err);
		code = (int)err.kind;
	}
	return code;
}

static void show_help(void)
{
	struct buf b = BUF_INIT;
	read_text(HELP, &b);
	printf("%s", buf_text(&b));
	fflush(stdout);
	buf_free(&b);
}

/*
 * Unmounts, and says so if that fails: a rescue whose bytes did not reach the disk is not done. A
 * child that was killed may have been killed after its commit record.
 */
static int finish(const struct session *s, int code)
{
	struct error err = ERROR_INIT;
	bool renew = s->boot.args.mode == BOOT_RENEW;
	if (code >= 128)
		code = renew ? ERR_PENDING : ERR_FAILED;
	if (boot_unmount(&err) == 0)
		return code;
	boot_complain(&err);
	return renew && (code == ERR_NONE || code == ERR_PARTIAL) ? ERR_PENDING : code;
}

static int run_session(struct session *s)
{
	struct coldplug c = {.fd = -1};
	struct boot *b = &s->boot;
	strcpy(b->host, "-");
	read_arguments(s);
	load_drivers(b, &c);
	wait_for_disks(b, &c);
	int code = work(s);
	coldplug_close(&c);
	if (!unattended(&b->args))
		return code;
	int ended = finish(s, code);
	boot_result(b, code, ended);
	s->shared->told = true;
	return ended;
}

/* In a terminal of its own, started by init: stays until the operator or the arguments end it. */
static int in_console(void *arg)
{
	struct session *s = arg;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 1);
	int code = run_session(s);
	if (unattended(&s->boot.args) && s->boot.args.then != BOOT_THEN_SHELL)
		return code;
	show_help();
	enum boot_then then;
	while ((then = boot_run_shell()) == BOOT_THEN_DEFAULT)
		boot_say("the shell has ended; type poweroff or reboot to leave");
	finish(s, 0);
	s->shared->then = (int)then;
	return code;
}

/* The kernel's own last words would come after RESULT. */
static void silence_kernel(void)
{
	int fd = open("/proc/sys/kernel/printk", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0)
		boot_say("the kernel cannot be told to be quiet: %s", strerror(errno));
	close(fd);
}

static int end(struct session *s, int status)
{
	struct shared *sh = s->shared;
	if (!WIFEXITED(status)) {
		struct error err = ERROR_INIT;
		boot_say("the program ended unexpectedly (signal %d)", WTERMSIG(status));
		boot_unmount(&err);
		if (!sh->known || (sh->mode != BOOT_CHECK && sh->mode != BOOT_RENEW))
			return 1; /* init goes on with a shell */
		s->boot.args.mode = sh->mode;
		strcpy(s->boot.host, "-");
		unlink(BOOT_RESULT);
		if (!sh->told)
			boot_result(&s->boot, -1, sh->renewing ? ERR_PENDING : ERR_FAILED);
	}
	sync();
	silence_kernel();
	reboot(sh->then == BOOT_THEN_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF);
	boot_say("the machine cannot be switched off: %s", strerror(errno));
	return 1;
}

int cmd_boot(int argc, char **argv)
{
	static const struct common_help help = {
		.usage = "boot [option...]",
		.summary =
			"What the booted image runs: drivers, medium, node, then what the kernel\n"
			"arguments say. On the image's console: certrescue boot --here --mode "
			"renew",
		.exit_codes = "  as those of check and renew\n",
		.example = "certrescue boot --here --mode renew --node /dev/vda1",
	};
	struct session s = {.here = false};
	struct common common = COMMON_INIT;
	struct args_list operands = {.n = 0};
	const struct args_option own[] = {
		{"here", ARGS_FLAG, &s.here, NULL,
			"in this terminal; do not switch off at the end"},
		{"mode", ARGS_TEXT, &s.mode, "MODE", "check or renew instead of the kernel's"},
		{"node", ARGS_TEXT, &s.node, "DEVICE", "the device that holds the node"},
		{"cluster", ARGS_TEXT, &s.cluster, "NAME", "the folder below ca/"},
		{0},
	};
	int rc = common_parse(&common, argc, argv, own, &operands, 0, &help);
	if (rc >= 0)
		return rc;
	s.shared = mmap(
		NULL, sizeof(*s.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.shared == MAP_FAILED)
		out_of_memory();
	mkdir(BOOT_NODE, 0700);
	mkdir(BOOT_MEDIUM, 0700);
	if (s.here) {
		struct error err = ERROR_INIT;
		if (boot_unmount(&err) == 0) /* what an earlier look has left mounted */
			return run_session(&s);
		boot_complain(&err);
		return ERR_FAILED;
	}
	mkdir("/dev/pts",
		0755); /* for the console; not in fstab, since devtmpfs comes without it */
	mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=0600,ptmxmode=0600");
	return end(&s, boot_console_run(in_console, &s));
}
