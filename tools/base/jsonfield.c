// SPDX-License-Identifier: MIT
// jsonfield: members of JSON objects with the type that they must have.
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/jsonfield.h"

int jsonfield_is(
	const struct jsondoc *v, const char *what, enum jsondoc_kind kind, struct error *err)
{
	if (v->kind == kind)
		return 0;
	return error_set(err, ERR_FAILED, NULL, "correct it",
		"line %d: \"%s\" must be of type %s, it is %s", v->line, what,
		jsondoc_kind_text(kind), jsondoc_kind_text(v->kind));
}

int jsonfield_string(const struct jsondoc *v, const char *what, const char **to, struct error *err)
{
	if (jsonfield_is(v, what, JSONDOC_STRING, err))
		return -1;
	if (memchr(buf_text(&v->text), 0, v->text.n))
		return error_set(err, ERR_FAILED, NULL, "correct it",
			"line %d: \"%s\" holds a NUL character", v->line, what);
	*to = buf_text(&v->text);
	return 0;
}

static const struct jsondoc *find(const struct jsondoc *d, const char *name)
{
	const struct jsondoc *v = jsondoc_get(d, name);
	return v && v->kind != JSONDOC_NULL ? v : NULL;
}

int jsonfield_text(const struct jsondoc *d, const char *name, const char **to, struct error *err)
{
	const struct jsondoc *v = find(d, name);
	return v ? jsonfield_string(v, name, to, err) : 0;
}

int jsonfield_bool(const struct jsondoc *d, const char *name, bool *to, struct error *err)
{
	const struct jsondoc *v = find(d, name);
	if (!v)
		return 0;
	if (jsonfield_is(v, name, JSONDOC_BOOL, err))
		return -1;
	*to = v->yes;
	return 0;
}

int jsonfield_int(const struct jsondoc *d, const char *name, int64_t *to, struct error *err)
{
	const struct jsondoc *v = find(d, name);
	if (!v)
		return 0;
	if (jsonfield_is(v, name, JSONDOC_NUMBER, err))
		return -1;
	if (!jsondoc_int(v, to))
		return error_set(err, ERR_FAILED, NULL, "correct it",
			"line %d: \"%s\" must be a whole number, it is %s", v->line, name,
			buf_text(&v->text));
	return 0;
}

int jsonfield_duration(
	const struct jsondoc *d, const char *name, int64_t *seconds, struct error *err)
{
	const char *text = "";
	if (jsonfield_text(d, name, &text, err))
		return -1;
	if (!*text || clock_duration(text, seconds))
		return 0;
	return error_set(err, ERR_FAILED, NULL, "write it as 8760h, 90m or 365d",
		"line %d: \"%s\" is not a duration: %.100s", jsondoc_get(d, name)->line, name,
		text);
}

int jsonfield_time(
	const struct jsondoc *d, const char *name, int64_t *t, bool *has, struct error *err)
{
	const char *text = NULL;
	if (jsonfield_text(d, name, &text, err))
		return -1;
	if (!text)
		return 0;
	*has = true;
	if (clock_parse(text, t))
		return 0;
	return error_set(err, ERR_FAILED, NULL,
		"write it as 2026-11-23T17:45:00Z, not past the year 9999",
		"line %d: \"%s\" is not a time: %.100s", jsondoc_get(d, name)->line, name, text);
}

int jsonfield_list(const struct jsondoc *d, const char *name, enum jsondoc_kind kind,
	const struct jsondoc **to, struct error *err)
{
	const struct jsondoc *v = find(d, name);
	if (!v)
		return 0;
	if (jsonfield_is(v, name, kind, err))
		return -1;
	*to = v;
	return 0;
}

int jsonfield_known(
	const struct jsondoc *d, const char *const *names, const char *where, struct error *err)
{
	for (size_t i = 0; i < d->n; i++) {
		const char *const *name = names;
		while (*name && strcasecmp(*name, d->v[i].key) != 0)
			name++;
		if (!*name)
			return error_set(err, ERR_FAILED, NULL, "correct its name, or leave it out",
				"line %d: %s has an unknown field \"%s\"", d->v[i].line, where,
				d->v[i].key);
	}
	return 0;
}
