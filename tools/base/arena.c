// SPDX-License-Identifier: MIT
// arena: first fit in a row of blocks; neighbours that are free are joined on the way.
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/buf.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);

/* Lies before each block; size counts the bytes behind it, a multiple of ALIGN. */
struct head {
	size_t size;
	size_t used;
};

#define ALIGN sizeof(struct head)

static uint8_t *arena, *arena_end;

bool arena_start(size_t size)
{
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	mlock(p, size);
	madvise(p, size, MADV_DONTDUMP);
	*(struct head *)p = (struct head){size - sizeof(struct head), 0};
	arena = p;
	arena_end = arena + size;
	return true;
}

bool arena_started(void)
{
	return arena != NULL;
}

void arena_wipe(void)
{
	if (arena)
		wipe(arena, (size_t)(arena_end - arena));
}

static bool inside(const void *p)
{
	return arena && (const uint8_t *)p > arena && (const uint8_t *)p < arena_end;
}

static struct head *head_of(void *p)
{
	return (struct head *)p - 1;
}

static struct head *next_of(struct head *h)
{
	return (struct head *)((uint8_t *)(h + 1) + h->size);
}

static void join_free(struct head *h)
{
	struct head *next = next_of(h);
	while ((uint8_t *)next < arena_end && !next->used) {
		h->size += sizeof(*next) + next->size;
		next = next_of(h);
	}
}

/* The block keeps n bytes; the rest, where it is worth it, becomes a free one. */
static void *take(struct head *h, size_t n)
{
	if (h->size >= n + 2 * sizeof(*h)) {
		struct head *rest = (struct head *)((uint8_t *)(h + 1) + n);
		*rest = (struct head){h->size - n - sizeof(*rest), 0};
		h->size = n;
	}
	h->used = 1;
	return h + 1;
}

static void *allocate(size_t n)
{
	if (n > SIZE_MAX / 2)
		n = SIZE_MAX / 2;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	n = n ? n : ALIGN;
	for (struct head *h = (struct head *)arena; (uint8_t *)h < arena_end; h = next_of(h)) {
		if (h->used)
			continue;
		join_free(h);
		if (h->size >= n)
			return take(h, n);
	}
	errno = ENOMEM;
	return NULL;
}

void *__wrap_malloc(size_t n)
{
	return arena ? allocate(n) : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	if (!arena)
		return __real_calloc(n, size);
	size_t all;
	void *p = __builtin_mul_overflow(n, size, &all) ? NULL : allocate(all);
	return p ? memset(p, 0, all) : NULL;
}

void __wrap_free(void *p)
{
	if (inside(p)) {
		struct head *h = head_of(p);
		wipe(p, h->size);
		h->used = 0;
	} else if (!arena) {
		__real_free(p);
	}
}

/* What lies outside cannot grow here: nobody knows how long it is. */
void *__wrap_realloc(void *p, size_t n)
{
	if (!arena)
		return __real_realloc(p, n);
	if (p && !inside(p)) {
		errno = ENOMEM;
		return NULL;
	}
	void *to = allocate(n);
	if (p && to) {
		size_t old = head_of(p)->size;
		memcpy(to, p, old < n ? old : n);
		__wrap_free(p);
	}
	return to;
}
