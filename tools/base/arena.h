/* SPDX-License-Identifier: MIT */
/*
 * arena: a heap of fixed size in one piece of locked memory. After arena_start everything that the
 * process allocates (malloc and its kin, by the linker's --wrap; struct secret) comes from it, with
 * no system call: that is what lets the signer run under a filter that allows none, and what keeps
 * every intermediate value of its work out of swap and core dumps. What is freed is overwritten.
 *
 * For a process of one thread. What was allocated before stays readable; freeing it does nothing.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* False: there is no memory of that size. Locking is best effort, as in secret.h. */
bool arena_start(size_t size);
bool arena_started(void);
/* Overwrites all of it: nothing in it may be used after that. */
void arena_wipe(void);

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

#endif
