/* SPDX-License-Identifier: MIT */
/*
 * boot_args: what the booted image shall do: the kernel command line, and its twins below "boot:"
 * in the medium's certrescue.conf, where the command line wins. Pure: text in, struct out.
 */
#ifndef CMD_BOOT_ARGS_H
#define CMD_BOOT_ARGS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

enum boot_mode { BOOT_CONSOLE, BOOT_CHECK, BOOT_RENEW, BOOT_SHELL };
enum boot_fsck { BOOT_FSCK_ASK, BOOT_FSCK_PREEN };
enum boot_then { BOOT_THEN_DEFAULT, BOOT_THEN_POWEROFF, BOOT_THEN_REBOOT, BOOT_THEN_SHELL };
enum boot_passphrase { BOOT_ASK, BOOT_FW_CFG, BOOT_SECOND };

struct boot_args {
	int mode;       /* enum boot_mode */
	int fsck;       /* enum boot_fsck */
	int then;       /* enum boot_then */
	int passphrase; /* enum boot_passphrase */
	char cluster[128];
	char node[128];
	char now[64];
	char id[64];
	unsigned given; /* keys that were given, a bit each: later sources leave them alone */
};

/*
 * The kernel command line: words "certrescue=MODE" and "certrescue.KEY=VALUE", quoted as the kernel
 * has it; others are the kernel's. Of two with one key the last counts. An unknown key or value is
 * ERR_USAGE (a misspelt node= must not rescue another node): then the mode is BOOT_CONSOLE, and no
 * certrescue.conf changes that.
 */
int boot_args_cmdline(struct boot_args *a, const char *text, struct error *err);

/*
 * certrescue.conf: indented lines "KEY: VALUE" below a line "boot:", with the keys of the command
 * line (certrescue, cluster, node, ...); comments, empty lines and other top-level keys are passed
 * over. What is more YAML than that is ERR_USAGE with its line, and leads to a console likewise.
 */
int boot_args_conf(struct boot_args *a, struct bytes conf, struct error *err);

const char *boot_mode_name(int mode);

#endif
