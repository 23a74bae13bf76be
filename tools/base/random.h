/* SPDX-License-Identifier: MIT */
/*
 * random: bytes from the kernel's generator (getrandom(2), never /dev/urandom, never RDRAND alone).
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/*
 * Fills p with n random bytes. Blocks until the kernel's pool is ready (a machine just started);
 * the process ends with exit code 1 and a message if the kernel refuses, since no key may be made
 * then.
 */
void random_bytes(void *p, size_t n);

/* From now on random_bytes takes its bytes from fill: for a process that may not ask the kernel. */
void random_from(void (*fill)(void *p, size_t n));

#endif
