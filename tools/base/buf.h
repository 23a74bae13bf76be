/* SPDX-License-Identifier: MIT */
/*
 * buf: bytes that grow, bytes that are looked at, and allocation that dies cleanly.
 *
 * struct bytes is untrusted input: a pointer and a length, never NUL-terminated. struct buf owns
 * its memory. Running out of memory ends the process with exit code 1 and a message (nothing
 * allocates between the first exchange and the end of a commit, so the node is never left half
 * changed by it).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *p;
	size_t n;
};

struct buf {
	uint8_t *p; /* NULL while empty; a NUL byte always follows the n bytes */
	size_t n;   /* bytes used */
	size_t cap;
};

#define BUF_INIT                                                                                   \
	{                                                                                          \
		0                                                                                  \
	}

_Noreturn void out_of_memory(void);
void *xmalloc(size_t n);           /* zeroed; never NULL */
void *xrealloc(void *p, size_t n); /* never NULL */
/* Room for one element more of an array that has n; only to be used for all of its elements. */
void *xgrow(void *p, size_t n, size_t size);
char *xstrdup(const char *s);      /* never NULL; s may not be NULL */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes, returned; the caller writes them and adds to b->n itself. */
uint8_t *buf_room(struct buf *b, size_t n);
/* Frees. buf_wipe overwrites first (for text that holds a private key). Both leave BUF_INIT. */
void buf_free(struct buf *b);
void buf_wipe(struct buf *b);
/* The text of b, never NULL. Valid until b changes. */
const char *buf_text(const struct buf *b);
struct bytes buf_bytes(const struct buf *b);

bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_is(struct bytes a, const char *text);
struct bytes bytes_of(const char *text);
/* The first place of needle in a, or SIZE_MAX. */
size_t bytes_find(struct bytes a, const char *needle);
/* A copy, NUL-terminated, owned by the caller (a NUL byte inside cuts what %s shows). */
char *bytes_dup(struct bytes a);

/*
 * Appends text with everything that a terminal could act on made visible: control bytes, DEL, C1
 * controls and bytes that are not UTF-8 become \xNN, a backslash becomes \\.
 */
void buf_escaped(struct buf *b, const char *text);

void wipe(void *p, size_t n); /* memset that the compiler keeps */

#endif
