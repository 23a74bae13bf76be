// SPDX-License-Identifier: MIT
// jsondoc: a strict reader of one JSON text.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jsondoc.h"

struct reader {
	const uint8_t *p, *end;
	int line;
	size_t values;
	struct error *err;
};

static int fail(const struct reader *r, const char *what)
{
	return error_set(
		r->err, ERR_FAILED, NULL, "correct the JSON text", "line %d: %s", r->line, what);
}

/* The same, with what stands there instead. */
static int expected(const struct reader *r, const char *what)
{
	if (r->p == r->end)
		return error_set(r->err, ERR_FAILED, NULL, "correct the JSON text",
			"line %d: the text ends where %s should follow", r->line, what);
	if (*r->p > 0x20 && *r->p < 0x7f)
		return error_set(r->err, ERR_FAILED, NULL, "correct the JSON text",
			"line %d: %s should follow, there is '%c'", r->line, what, *r->p);
	return error_set(r->err, ERR_FAILED, NULL, "correct the JSON text",
		"line %d: %s should follow, there is byte 0x%02x", r->line, what, *r->p);
}

static void skip_space(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '\n')
			r->line++;
		else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\r')
			return;
	}
}

static bool take(struct reader *r, char ch)
{
	if (r->p == r->end || *r->p != (uint8_t)ch)
		return false;
	r->p++;
	return true;
}

/* --- strings -------------------------------------------------------------------------------- */

static void put_utf8(struct buf *out, uint32_t v)
{
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
	uint8_t s[4];
	for (size_t i = n; i-- > 1; v >>= 6)
		s[i] = (uint8_t)(0x80 | (v & 0x3f));
	s[0] = (uint8_t)(lead[n] | v);
	buf_add(out, s, n);
}

/* Four hex digits; the caller has seen \u. */
static bool hex4(struct reader *r, uint32_t *v)
{
	*v = 0;
	if (r->end - r->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		uint8_t ch = *r->p++;
		int digit = ch >= '0' && ch <= '9'   ? ch - '0'
			    : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
			    : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
						     : -1;
		if (digit < 0)
			return false;
		*v = *v << 4 | (uint32_t)digit;
	}
	return true;
}

static int read_unicode(struct reader *r, struct buf *out)
{
	uint32_t v, low;
	if (!hex4(r, &v))
		return fail(r, "\\u without four hexadecimal digits");
	if (v >= 0xdc00 && v < 0xe000)
		return fail(r, "half of a surrogate pair");
	if (v >= 0xd800 && v < 0xdc00) {
		if (!take(r, '\\') || !take(r, 'u') || !hex4(r, &low) || low < 0xdc00 ||
			low >= 0xe000)
			return fail(r, "half of a surrogate pair");
		v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
	}
	put_utf8(out, v);
	return 0;
}

static int read_escape(struct reader *r, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (r->p == r->end)
		return fail(r, "the text ends within a string");
	char ch = (char)*r->p++;
	if (ch == 'u')
		return read_unicode(r, out);
	const char *at = ch ? strchr(from, ch) : NULL;
	if (!at)
		return fail(r, "an escape in a string that JSON does not know");
	buf_add(out, to + (at - from), 1);
	return 0;
}

/* The length of the well-formed UTF-8 sequence at p (RFC 3629), or 0. */
static size_t sequence(const uint8_t *p, const uint8_t *end)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80                   ? 1
		   : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
		   : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
		   : (p[0] & 0xf8) == 0xf0       ? 4
						 : 0;
	if (n < 2 || n > (size_t)(end - p))
		return n == 1;
	uint32_t v = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	return v >= least[n] && v <= 0x10ffff && !(v >= 0xd800 && v < 0xe000) ? n : 0;
}

/* From behind the opening quote. */
static int read_string(struct reader *r, struct buf *out)
{
	buf_add(out, "", 0);
	while (r->p < r->end) {
		const uint8_t *start = r->p;
		while (r->p < r->end && *r->p >= 0x20 && *r->p < 0x80 && *r->p != '"' &&
			*r->p != '\\')
			r->p++;
		buf_add(out, start, (size_t)(r->p - start));
		if (r->p == r->end)
			break;
		if (take(r, '"'))
			return 0;
		if (take(r, '\\')) {
			if (read_escape(r, out))
				return -1;
			continue;
		}
		if (*r->p < 0x20)
			return fail(r, "a line end or control character within a string");
		size_t n = sequence(r->p, r->end);
		if (n == 0)
			return fail(r, "a string is not UTF-8");
		buf_add(out, r->p, n);
		r->p += n;
	}
	return fail(r, "the text ends within a string");
}

/* --- numbers and words ---------------------------------------------------------------------- */

static bool digits(struct reader *r)
{
	const uint8_t *start = r->p;
	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > start;
}

static int read_number(struct reader *r, struct jsondoc *d)
{
	const uint8_t *start = r->p;
	bool good;
	take(r, '-');
	good = take(r, '0') || digits(r);
	if (good && take(r, '.'))
		good = digits(r);
	if (good && (take(r, 'e') || take(r, 'E'))) {
		if (!take(r, '+'))
			take(r, '-');
		good = digits(r);
	}
	if (!good)
		return expected(r, "a digit");
	d->kind = JSONDOC_NUMBER;
	buf_add(&d->text, start, (size_t)(r->p - start));
	return 0;
}

static int read_word(struct reader *r, struct jsondoc *d)
{
	static const struct {
		const char *text;
		enum jsondoc_kind kind;
		bool yes;
	} words[] = {{"true", JSONDOC_BOOL, true}, {"false", JSONDOC_BOOL, false},
		{"null", JSONDOC_NULL, false}};
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i].text);
		if ((size_t)(r->end - r->p) < n || memcmp(r->p, words[i].text, n) != 0)
			continue;
		r->p += n;
		d->kind = words[i].kind;
		d->yes = words[i].yes;
		return 0;
	}
	return expected(r, "a value");
}

/* --- arrays and objects --------------------------------------------------------------------- */

static struct jsondoc *grow(struct jsondoc *d)
{
	if ((d->n & (d->n - 1)) == 0) /* full at each power of two */
		d->v = xrealloc(d->v, (d->n ? 2 * d->n : 1) * sizeof(*d->v));
	d->v[d->n] = (struct jsondoc){.kind = JSONDOC_NULL};
	return &d->v[d->n++];
}

static int by_key(const void *a, const void *b)
{
	const struct jsondoc *const *x = a, *const *y = b;
	int order = strcasecmp((*x)->key, (*y)->key);
	return order ? order : *x < *y ? -1 : 1;
}

static int check_twice(const struct reader *r, const struct jsondoc *d)
{
	int rc = 0;
	if (d->n < 2)
		return 0;
	const struct jsondoc **all = xmalloc(d->n * sizeof(*all));
	for (size_t i = 0; i < d->n; i++)
		all[i] = &d->v[i];
	qsort(all, d->n, sizeof(*all), by_key);
	for (size_t i = 1; i < d->n && rc == 0; i++)
		if (strcasecmp(all[i - 1]->key, all[i]->key) == 0)
			rc = error_set(r->err, ERR_FAILED, NULL, "leave one of them",
				"line %d: \"%s\" stands twice in one object (first in line %d)",
				all[i]->line, all[i]->key, all[i - 1]->line);
	free(all);
	return rc;
}

static int read_value(struct reader *r, struct jsondoc *d, int depth);

static int read_member(struct reader *r, struct jsondoc *d, int depth)
{
	struct buf key = BUF_INIT;
	struct jsondoc *member;
	int rc = -1;
	if (!take(r, '"'))
		return expected(r, "a member's name in quotes");
	if (read_string(r, &key) == 0) {
		if (memchr(buf_text(&key), 0, key.n)) {
			fail(r, "a member's name holds a NUL character");
		} else {
			member = grow(d);
			member->key = xstrdup(buf_text(&key));
			skip_space(r);
			rc = take(r, ':') ? read_value(r, member, depth) : expected(r, "':'");
		}
	}
	buf_free(&key);
	return rc;
}

/* From behind the opening bracket. */
static int read_list(struct reader *r, struct jsondoc *d, int depth)
{
	bool object = d->kind == JSONDOC_OBJECT;
	char close = object ? '}' : ']';
	if (depth == JSONDOC_DEPTH)
		return fail(r, "nested too deep");
	skip_space(r);
	if (take(r, close))
		return 0;
	for (;;) {
		skip_space(r);
		if (object ? read_member(r, d, depth + 1) : read_value(r, grow(d), depth + 1))
			return -1;
		skip_space(r);
		if (take(r, close))
			return object ? check_twice(r, d) : 0;
		if (!take(r, ','))
			return expected(r, object ? "',' or '}'" : "',' or ']'");
	}
}

static int read_value(struct reader *r, struct jsondoc *d, int depth)
{
	skip_space(r);
	d->line = r->line;
	if (++r->values > JSONDOC_VALUES)
		return fail(r, "too many values");
	if (r->p == r->end)
		return expected(r, "a value");
	switch (*r->p) {
	case '{':
	case '[':
		d->kind = *r->p++ == '{' ? JSONDOC_OBJECT : JSONDOC_ARRAY;
		return read_list(r, d, depth);
	case '"':
		r->p++;
		d->kind = JSONDOC_STRING;
		return read_string(r, &d->text);
	case '-':
		return read_number(r, d);
	default:
		if (*r->p >= '0' && *r->p <= '9')
			return read_number(r, d);
		return read_word(r, d);
	}
}

/* --- the whole ------------------------------------------------------------------------------ */

int jsondoc_read(struct jsondoc *d, struct bytes text, struct error *err)
{
	struct reader r = {.p = text.p, .end = text.p + text.n, .line = 1, .err = err};
	*d = (struct jsondoc){.kind = JSONDOC_NULL};
	if (text.n > JSONDOC_MAX)
		return error_set(err, ERR_FAILED, NULL, "split it",
			"the JSON text is longer than %d MiB", JSONDOC_MAX >> 20);
	if (read_value(&r, d, 0))
		return -1;
	skip_space(&r);
	return r.p < r.end ? expected(&r, "the end of the text") : 0;
}

void jsondoc_free(struct jsondoc *d)
{
	for (size_t i = 0; i < d->n; i++)
		jsondoc_free(&d->v[i]);
	free(d->v);
	free(d->key);
	buf_free(&d->text);
	*d = (struct jsondoc){.kind = JSONDOC_NULL};
}

const struct jsondoc *jsondoc_get(const struct jsondoc *d, const char *key)
{
	if (!d || d->kind != JSONDOC_OBJECT)
		return NULL;
	for (size_t i = 0; i < d->n; i++)
		if (strcasecmp(d->v[i].key, key) == 0)
			return &d->v[i];
	return NULL;
}

bool jsondoc_int(const struct jsondoc *d, int64_t *value)
{
	if (!d || d->kind != JSONDOC_NUMBER)
		return false;
	const char *s = buf_text(&d->text);
	bool minus = *s == '-';
	uint64_t v = 0, most = (uint64_t)INT64_MAX + minus;
	for (s += minus; *s; s++) {
		if (*s < '0' || *s > '9' || v > (most - (uint64_t)(*s - '0')) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*value = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

const char *jsondoc_kind_text(enum jsondoc_kind kind)
{
	static const char *const text[] = {"null", "bool", "number", "string", "array", "object"};
	return text[kind];
}
