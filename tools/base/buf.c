// SPDX-License-Identifier: MIT
// buf: growing byte strings and allocation that never returns NULL.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

_Noreturn void out_of_memory(void)
{
	static const char text[] = "certrescue: out of memory; use a machine with more memory\n";
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

static void *checked(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

void *xmalloc(size_t n)
{
	return checked(calloc(1, n ? n : 1));
}

void *xrealloc(void *p, size_t n)
{
	return checked(realloc(p, n ? n : 1));
}

/* The array is as large as the next power of two: it is full where n is one. */
void *xgrow(void *p, size_t n, size_t size)
{
	if (n > SIZE_MAX / 4 / size)
		out_of_memory();
	return n & (n - 1) ? p : xrealloc(p, (n ? 2 * n : 1) * size);
}

char *xstrndup(const char *s, size_t n)
{
	size_t have = strnlen(s, n);
	char *copy = xmalloc(have + 1);
	memcpy(copy, s, have);
	return copy;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	vsnprintf((char *)buf_room(&b, (size_t)n + 1), (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (char *)b.p;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
	if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		out_of_memory();
	size_t want = b->n + n + 1;
	if (want > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < want)
			cap *= 2;
		/* Not realloc: what moves may hold a key, and realloc leaves the old copy behind.
		 */
		uint8_t *p = xmalloc(cap);
		if (b->n)
			memcpy(p, b->p, b->n);
		if (b->p)
			wipe(b->p, b->cap);
		free(b->p);
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = buf_room(b, n);
	if (n)
		memcpy(to, p, n);
	to[n] = 0;
	b->n += n;
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	uint8_t *to = buf_room(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf((char *)to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_INIT;
}

void buf_wipe(struct buf *b)
{
	if (b->p)
		wipe(b->p, b->cap);
	buf_free(b);
}

const char *buf_text(const struct buf *b)
{
	return b->p ? (const char *)b->p : "";
}

struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){b->p, b->n};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_is(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of(text));
}

struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

size_t bytes_find(struct bytes a, const char *needle)
{
	size_t n = strlen(needle);
	if (a.n < n || !n)
		return n ? SIZE_MAX : 0;
	for (size_t i = 0; i + n <= a.n; i++) {
		const uint8_t *q = memchr(a.p + i, needle[0], a.n - n - i + 1);
		if (!q)
			return SIZE_MAX;
		i = (size_t)(q - a.p);
		if (memcmp(q, needle, n) == 0)
			return i;
	}
	return SIZE_MAX;
}

char *bytes_dup(struct bytes a)
{
	char *s = xmalloc(a.n + 1);
	if (a.n)
		memcpy(s, a.p, a.n);
	return s;
}

/* Length of the well-formed UTF-8 sequence at s that is printable, else 0 (RFC 3629, no C1). */
static size_t utf8_printable(const unsigned char *s)
{
	unsigned c = s[0];
	size_t n = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;
	static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000};
	if (n == 1)
		return c >= 0x20 && c != 0x7f;
	if (n == 4 && (c & 0xf8) != 0xf0)
		return 0;
	uint32_t v = c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	bool direction = (v >= 0x200b && v <= 0x200f) || (v >= 0x2028 && v <= 0x202e) ||
			 (v >= 0x2060 && v <= 0x2069) || v == 0xfeff;
	return v >= least[n] && v <= 0x10ffff && !(v >= 0xd800 && v < 0xe000) && !direction ? n : 0;
}

void buf_escaped(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	while (*s) {
		size_t n = utf8_printable(s);
		if (n == 0) {
			buf_printf(b, "\\x%02x", *s);
			n = 1;
		} else if (*s == '\\') {
			buf_str(b, "\\\\");
		} else {
			buf_add(b, s, n);
		}
		s += n;
	}
}

void wipe(void *p, size_t n)
{
	if (!p)
		return;
	memset(p, 0, n);
	__asm__ __volatile__("" : : "r"(p) : "memory");
}
