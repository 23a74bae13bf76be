/* SPDX-License-Identifier: MIT */
/*
 * keymill: makes many private keys at once, one thread for each core, in the background.
 */
#ifndef RESCUE_KEYMILL_H
#define RESCUE_KEYMILL_H

#include "pki/key.h"

struct keymill;

struct keymill *keymill_new(size_t most_orders);
/* key is empty and must stay where it is until keymill_wait has returned. Before keymill_start. */
void keymill_order(struct keymill *m, struct key *key, enum key_alg alg, int bits);
/* The same for other work that takes long: run is called from any thread. */
void keymill_job(struct keymill *m, int (*run)(void *arg, struct error *err), void *arg);
void keymill_start(struct keymill *m);
/*
 * From now on progress is called (from any thread, one at a time) whenever a key is made, and now
 * with what is made so far.
 */
void keymill_watch(struct keymill *m, void (*progress)(size_t made, size_t all));
/* Waits for all. -1: err of the first, in the order of orders, that could not be made. */
int keymill_wait(struct keymill *m, struct error *err);
void keymill_free(struct keymill *m); /* lets the keys under way finish; NULL is allowed */

#endif
