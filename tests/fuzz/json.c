// SPDX-License-Identifier: MIT
// json: what is read, written again and read again is the same.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsondoc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* depth: the writer knows fewer levels than the reader. */
static bool write_again(struct json *j, const struct jsondoc *d, int depth)
{
	bool object = d->kind == JSONDOC_OBJECT, whole = true;
	if (depth + 2 > JSON_DEPTH)
		return false;
	switch (d->kind) {
	case JSONDOC_NULL:
	case JSONDOC_NUMBER:
		json_null(j);
		return d->kind == JSONDOC_NULL;
	case JSONDOC_BOOL:
		json_bool(j, d->yes);
		return true;
	case JSONDOC_STRING:
		json_bytes(j, buf_bytes(&d->text));
		return true;
	default:
		if (object)
			json_object(j);
		else
			json_array(j);
		for (size_t i = 0; i < d->n && whole; i++) {
			if (object)
				json_key(j, d->v[i].key);
			whole = write_again(j, &d->v[i], depth + 1);
		}
		if (whole)
			json_end(j, object ? '}' : ']');
		return whole;
	}
}

static bool same(const struct jsondoc *a, const struct jsondoc *b)
{
	if (a->kind != b->kind || a->yes != b->yes || a->n != b->n ||
		!bytes_equal(buf_bytes(&a->text), buf_bytes(&b->text)) ||
		(a->key && strcmp(a->key, b->key) != 0))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same(&a->v[i], &b->v[i]))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jsondoc d, again;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out);
	int64_t v;
	if (jsondoc_read(&d, (struct bytes){data, size}, &err) < 0) {
		if (!err.what[0])
			abort(); /* what is refused has a reason */
	} else if (write_again(&j, &d, 0)) {
		if (jsondoc_read(&again, buf_bytes(&out), &err) < 0 || !same(&d, &again))
			abort();
		jsondoc_free(&again);
	}
	jsondoc_int(&d, &v);
	buf_free(&out);
	jsondoc_free(&d);
	return 0;
}
