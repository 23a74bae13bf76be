// SPDX-License-Identifier: MIT
// json: the writer.
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

static void before_value(struct json *j)
{
	if (!j->after_key && j->comma[j->depth])
		buf_str(j->out, ",");
	j->comma[j->depth] = true;
	j->after_key = false;
}

static void open_bracket(struct json *j, const char *bracket)
{
	before_value(j);
	buf_str(j->out, bracket);
	assert(j->depth + 1 < JSON_DEPTH);
	j->comma[++j->depth] = false;
}

void json_object(struct json *j)
{
	open_bracket(j, "{");
}

void json_array(struct json *j)
{
	open_bracket(j, "[");
}

void json_end(struct json *j, char bracket)
{
	assert(j->depth > 0);
	j->depth--;
	buf_add(j->out, &bracket, 1);
}

/* Length of the well-formed UTF-8 sequence at p, or 0 (RFC 3629). */
static size_t sequence(const uint8_t *p, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80   ? 1
		     : p[0] < 0xc0 ? 0
		     : p[0] < 0xe0 ? 2
		     : p[0] < 0xf0 ? 3
		     : p[0] < 0xf8 ? 4
				   : 0;
	if (len == 0 || len > n)
		return 0;
	if (len == 1)
		return 1;
	uint32_t v = p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	return v >= least[len] && v <= 0x10ffff && !(v >= 0xd800 && v < 0xe000) ? len : 0;
}

static void quoted(struct buf *b, struct bytes s)
{
	buf_str(b, "\"");
	for (size_t i = 0; i < s.n;) {
		size_t len = sequence(s.p + i, s.n - i);
		uint8_t c = s.p[i];
		if (len == 0) {
			buf_str(b, "\xef\xbf\xbd");
			len = 1;
		} else if (c == '"' || c == '\\') {
			buf_printf(b, "\\%c", c);
		} else if (c == '\n') {
			buf_str(b, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(b, "\\u%04x", c);
		} else {
			buf_add(b, s.p + i, len);
		}
		i += len;
	}
	buf_str(b, "\"");
}

void json_key(struct json *j, const char *key)
{
	before_value(j);
	quoted(j->out, bytes_of(key));
	buf_str(j->out, ":");
	j->after_key = true;
}

void json_bytes(struct json *j, struct bytes s)
{
	before_value(j);
	quoted(j->out, s);
}

void json_string(struct json *j, const char *s)
{
	if (s)
		json_bytes(j, bytes_of(s));
	else
		json_null(j);
}

void json_int(struct json *j, int64_t v)
{
	before_value(j);
	buf_printf(j->out, "%" PRId64, v);
}

void json_bool(struct json *j, bool v)
{
	before_value(j);
	buf_str(j->out, v ? "true" : "false");
}

void json_null(struct json *j)
{
	before_value(j);
	buf_str(j->out, "null");
}

void json_put(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_string(j, s);
}

void json_put_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void json_put_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_put_time(struct json *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT];
	json_put(j, key, clock_text(t, text));
}
