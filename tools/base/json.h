/* SPDX-License-Identifier: MIT */
/*
 * json: writes JSON (RFC 8259) into a buf. Commas, colons and escapes are its work; the order of
 * calls is the caller's. Strings may hold any bytes: what is not UTF-8 is written as U+FFFD.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define JSON_DEPTH 16

struct json {
	struct buf *out;
	int depth;
	bool comma[JSON_DEPTH]; /* a value stands already at this depth */
	bool after_key;
};

#define JSON_INIT(b)                                                                               \
	{                                                                                          \
		.out = (b)                                                                         \
	}

void json_object(struct json *j);            /* { */
void json_array(struct json *j);             /* [ */
void json_end(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);
void json_string(struct json *j, const char *s); /* NULL writes null */
void json_bytes(struct json *j, struct bytes s);
void json_int(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/* A key and its value in one call. */
void json_put(struct json *j, const char *key, const char *s);
void json_put_int(struct json *j, const char *key, int64_t v);
void json_put_bool(struct json *j, const char *key, bool v);
void json_put_time(struct json *j, const char *key, int64_t t); /* RFC 3339 */

#endif
