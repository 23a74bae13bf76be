/* SPDX-License-Identifier: MIT */
/*
 * ca: the subcommands that work on an offline CA's directory, one file each, and what they share:
 * passphrases (ca_ask.c), the clock, and what is said.
 */
#ifndef CMD_CA_H
#define CMD_CA_H

#include "cmd/common.h"
#include "media/authority.h"

/* argv[0] is the subcommand's name; the exit code of the process is returned. */
int ca_init(int argc, char **argv);
int ca_show(int argc, char **argv);
int ca_renew(int argc, char **argv);
int ca_import(int argc, char **argv);
int ca_protect(int argc, char **argv);

/* --- ca_ask.c: passphrases ------------------------------------------------------------------- */

/*
 * Opens the keys of p that are locked: with the passphrase in file, or, where file is NULL and
 * there is a terminal, with what is typed there (three tries). Keys that stay locked are no
 * failure: authorities_find says whose they are. -1: the file cannot be read, or the question was
 * interrupted.
 */
int ca_unlock(struct pile *p, const char *file, struct error *err);
/*
 * The passphrase for keys that are to be encrypted: from file, or, where file is NULL, asked twice
 * at the terminal. A short one gets a warning; an empty one, and two that differ, fail.
 */
int ca_new_passphrase(struct secret *s, const char *file, struct error *err);
/* Is there a person to ask? */
bool ca_interactive(void);

/*
 * Is the clock of this machine plausible? Not before this program was built, nor before the newest
 * certificate of cas (may be NULL) was issued. --now passes. -1: ERR_REFUSED.
 */
int ca_clock(const struct common *c, const struct authorities *cas, struct error *err);

/*
 * With --format json: what ca show --format json says of dir, as the result of a command that wrote
 * there; else nothing. 0, or the exit code after saying what failed.
 */
int ca_report(const struct common *c, const char *dir);

/* For people: a line on standard output, escaped; nothing with --quiet or --format json. */
void ca_say(const struct common *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "certrescue: warning: PATH: what; todo". */
void ca_warn(const char *path, const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
