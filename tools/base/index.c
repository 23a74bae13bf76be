// SPDX-License-Identifier: MIT
// index: a hash table with chains, as large as it has entries.
#include <stdlib.h>

#include "base/index.h"

#define CAP_FIRST 64

/* FNV-1a; its low bits are mixed with the high ones, as they alone choose the chain. */
uint64_t index_hash(uint64_t start, struct bytes a)
{
	uint64_t h = start ^ 0xcbf29ce484222325;
	for (size_t i = 0; i < a.n; i++)
		h = (h ^ a.p[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

static void link_entry(struct index *x, size_t entry)
{
	size_t chain = x->entries[entry].hash & (x->cap - 1);
	x->entries[entry].next = INDEX_END;
	if (x->first[chain] == INDEX_END)
		x->first[chain] = entry;
	else
		x->entries[x->last[chain]].next = entry;
	x->last[chain] = entry;
}

static void grow(struct index *x)
{
	x->cap = x->cap ? 2 * x->cap : CAP_FIRST;
	x->entries = xrealloc(x->entries, x->cap * sizeof(*x->entries));
	x->first = xrealloc(x->first, x->cap * sizeof(*x->first));
	x->last = xrealloc(x->last, x->cap * sizeof(*x->last));
	for (size_t i = 0; i < x->cap; i++)
		x->first[i] = INDEX_END;
	for (size_t i = 0; i < x->n; i++)
		link_entry(x, i);
}

void index_add(struct index *x, uint64_t hash, size_t at)
{
	if (x->n == x->cap)
		grow(x);
	x->entries[x->n] = (struct index_entry){.hash = hash, .at = at};
	link_entry(x, x->n++);
}

static size_t same_hash(const struct index *x, size_t entry, uint64_t hash)
{
	while (entry != INDEX_END && x->entries[entry].hash != hash)
		entry = x->entries[entry].next;
	return entry;
}

size_t index_first(const struct index *x, uint64_t hash)
{
	return x->cap ? same_hash(x, x->first[hash & (x->cap - 1)], hash) : INDEX_END;
}

size_t index_next(const struct index *x, size_t entry)
{
	return same_hash(x, x->entries[entry].next, x->entries[entry].hash);
}

size_t index_at(const struct index *x, size_t entry)
{
	return x->entries[entry].at;
}

void index_free(struct index *x)
{
	free(x->entries);
	free(x->first);
	free(x->last);
	*x = (struct index)INDEX_INIT;
}
