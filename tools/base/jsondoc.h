/* SPDX-License-Identifier: MIT */
/*
 * jsondoc: reads one JSON text (RFC 8259) whole: cfssl's CSR JSON and ca-config.json, plan files.
 *
 * Strict: UTF-8, no comments, no trailing comma, nothing behind the value; a key that stands twice
 * in one object (also in other case: Go's reader takes either) is refused, since what is meant is
 * not known. At most JSONDOC_MAX bytes, JSONDOC_DEPTH levels, JSONDOC_VALUES values.
 */
#ifndef BASE_JSONDOC_H
#define BASE_JSONDOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define JSONDOC_MAX (16 << 20)
#define JSONDOC_DEPTH 32
#define JSONDOC_VALUES 1000000

enum jsondoc_kind {
	JSONDOC_NULL,
	JSONDOC_BOOL,
	JSONDOC_NUMBER,
	JSONDOC_STRING,
	JSONDOC_ARRAY,
	JSONDOC_OBJECT,
};

struct jsondoc {
	enum jsondoc_kind kind;
	int line;          /* where the value begins, from 1 */
	char *key;         /* in an object: the member's name, NUL-terminated UTF-8; else NULL */
	struct buf text;   /* string: decoded (may hold NUL: see text.n); number: as written */
	bool yes;          /* bool */
	struct jsondoc *v; /* array, object: the values in their order */
	size_t n;
};

/* Reads text into d. The message says the line and what was expected. jsondoc_free in any case. */
int jsondoc_read(struct jsondoc *d, struct bytes text, struct error *err);
void jsondoc_free(struct jsondoc *d);

/* The member of that name, compared without regard to ASCII case, as Go's encoding/json does, or
 * NULL (also if d is NULL or no object). */
const struct jsondoc *jsondoc_get(const struct jsondoc *d, const char *key);
/* A whole number within a long: no fraction, no exponent. False: it is not one. */
bool jsondoc_int(const struct jsondoc *d, int64_t *value);
/* "string", "number", ... for messages. */
const char *jsondoc_kind_text(enum jsondoc_kind kind);

#endif
