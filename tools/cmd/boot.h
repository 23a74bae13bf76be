/* SPDX-License-Identifier: MIT */
/*
 * boot: `certrescue boot`, which the image's init runs: drivers, medium, node, then check, renew or
 * a console as the kernel arguments say, and the RESULT line at the end.
 *
 * Until a rescue is about to take its inventory, no block device is written to. What is mounted
 * lies at BOOT_NODE, BOOT_MEDIUM and BOOT_KEYDISK.
 */
#ifndef CMD_BOOT_H
#define CMD_BOOT_H

#include <stdint.h>

#include "base/error.h"
#include "cmd/boot_args.h"
#include "disk/modules.h"
#include "disk/survey.h"

#define BOOT_NODE "/node"
#define BOOT_MEDIUM "/medium"
#define BOOT_KEYDISK "/run/second"
#define BOOT_RESULT "/run/result"

struct boot {
	struct boot_args args;
	struct modules *modules; /* NULL: none in this image */
	struct survey survey;
	const struct survey_disk *medium, *node; /* into survey */
	char host[256];                          /* the node's name, or "-" */
	char *passphrase;                        /* the file that holds it, or NULL: renew asks */
	bool local_clock;                        /* the hardware clock was in local time */
};

/* --- boot_find.c: which medium, which node ------------------------------------------------- */

/*
 * Finds the medium among the survey (the label CERTRESCUE; else a filesystem that holds ca/ with a
 * certificate) and mounts it read-only at BOOT_MEDIUM. None is no error: b->medium stays NULL. Two
 * are ERR_REFUSED.
 */
int boot_find_medium(struct boot *b, struct error *err);

/*
 * Finds the node among the ext4 and xfs filesystems, mounted read-only with nothing replayed, and
 * leaves it so at BOOT_NODE. None: ERR_FAILED; several and none named: ERR_REFUSED.
 */
int boot_find_node(struct boot *b, struct error *err);

/* Says of every device what it holds, a line each. */
void boot_show_disks(const struct boot *b);

/* --- boot_node.c: what must be known or true before the node is written to ------------------ */

/* No CA on the medium, a sleeping system, recorded errors: why a rescue must not begin. */
int boot_may_renew(struct boot *b, struct error *err);

/* Sets the system's clock if the node keeps its hardware clock in local time. Says so. */
void boot_set_clock(struct boot *b);

/* Mounts medium and node anew, to be written to. */
int boot_mount_for_renew(struct boot *b, struct error *err);

/* Where the passphrase comes from: sets b->passphrase, loads or mounts what that needs. */
int boot_passphrase(struct boot *b, struct error *err);

/* Writes all and unmounts all. */
int boot_unmount(struct error *err);

/* --- boot_run.c: the commands that do the work ---------------------------------------------- */

/* Runs check or renew on what is mounted; their exit code, or 128 and a signal. */
int boot_run_check(const struct boot *b);
int boot_run_renew(const struct boot *b);

/* Runs a login shell until the operator leaves it; the way to end that was chosen, or default. */
enum boot_then boot_run_shell(void);

/*
 * Prints the RESULT line with the exit code: renew's own numbers if it left a line for the code
 * that it ended with (ran; -1: none), else one without.
 */
void boot_result(const struct boot *b, int ran, int code);
/* own, a line that renew left when it ended with ran, with another exit code; false: not one. */
bool boot_result_line(const char *own, int ran, int code, struct buf *to);

/* --- boot_say.c ----------------------------------------------------------------------------- */

/* "certrescue: " and the text and a line end, on standard output; bytes of strangers escaped. */
void boot_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "certrescue: PATH: what; todo". */
void boot_complain(const struct error *err);

#endif
