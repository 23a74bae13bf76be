/* SPDX-License-Identifier: MIT */
/*
 * boot_console: one session on every console that the kernel has (screen and serial): a
 * pseudo-terminal whose output goes to all of them and whose input comes from any. A console that
 * is not there or stands still is given up, never waited for.
 */
#ifndef CMD_BOOT_CONSOLE_H
#define CMD_BOOT_CONSOLE_H

/*
 * Runs session(arg) in a child that leads a session with the pseudo-terminal as its terminal and as
 * descriptors 0, 1 and 2, until it ends, and all it wrote is on the consoles. Returns its status as
 * waitpid has it; -1 if it could not be started. Without a pseudo-terminal it runs on the
 * descriptors that are there.
 */
int boot_console_run(int (*session)(void *arg), void *arg);

#endif
