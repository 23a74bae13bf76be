/* SPDX-License-Identifier: MIT */
/*
 * index: finds elements of an array again by what they hold, without a look at each: a hash table
 * of (hash, position). What is found by hash must still be compared: hashes are not secret, and
 * whoever chooses names can make them alike (then it is as slow as looking at each).
 *
 *   for (size_t i = index_first(&x, hash); i != INDEX_END; i = index_next(&x, i))
 *           if (same(&array[index_at(&x, i)], wanted)) ...
 *
 * goes through the positions of one hash in the order in which they were added.
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include "base/buf.h"

#define INDEX_END SIZE_MAX

struct index_entry {
	uint64_t hash;
	size_t at, next;
};

struct index {
	struct index_entry *entries;
	size_t n, cap;
	size_t *first, *last; /* by the hash's low bits, cap of them (a power of two) */
};

#define INDEX_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* The hash of a, or of what was hashed before (start: 0) and a. */
uint64_t index_hash(uint64_t start, struct bytes a);
void index_add(struct index *x, uint64_t hash, size_t at);
size_t index_first(const struct index *x, uint64_t hash);
size_t index_next(const struct index *x, size_t entry);
size_t index_at(const struct index *x, size_t entry);
void index_free(struct index *x);

#endif
