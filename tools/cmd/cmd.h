/* SPDX-License-Identifier: MIT */
/*
 * cmd: the commands. Each takes its own argc and argv (argv[0] is the command's name), prints, and
 * returns the exit code of the process. One file a command; flags in, calls below, exit code out.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#ifndef CERTRESCUE_VERSION
#define CERTRESCUE_VERSION "0.1.0"
#endif

int cmd_check(int argc, char **argv);
int cmd_renew(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_undo(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_issue(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_ca(int argc, char **argv); /* ca init | import | show | protect | renew */
int cmd_boot(int argc, char **argv); /* the image's init; not in the help */

#endif
