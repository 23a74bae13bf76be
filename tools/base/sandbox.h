/* SPDX-License-Identifier: MIT */
/*
 * sandbox: takes every system call away from this process but read(2) and write(2) on one file
 * descriptor, and exit. Any other ends it at once (SIGSYS). Needs a kernel with seccomp filters
 * (3.5; CONFIG_SECCOMP_FILTER). What must be allocated or opened must be so before: see arena.h.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

/* False: this kernel cannot (errno says why); nothing was taken away. */
bool sandbox_enter(int fd);

#endif
