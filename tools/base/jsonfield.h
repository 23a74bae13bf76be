/* SPDX-License-Identifier: MIT */
/*
 * jsonfield: an object's members by name and type, with messages that name the member and its line.
 * As in Go, null counts as absent and names match in any ASCII case.
 */
#ifndef BASE_JSONFIELD_H
#define BASE_JSONFIELD_H

#include "base/jsondoc.h"

/* d: an object. Each leaves *to as it is and returns 0 where the member is absent; -1: wrong type.
 */
int jsonfield_text(const struct jsondoc *d, const char *name, const char **to, struct error *err);
int jsonfield_bool(const struct jsondoc *d, const char *name, bool *to, struct error *err);
int jsonfield_int(const struct jsondoc *d, const char *name, int64_t *to, struct error *err);
/* As clock_duration reads them; an empty string counts as absent. */
int jsonfield_duration(
	const struct jsondoc *d, const char *name, int64_t *seconds, struct error *err);
/* RFC 3339; *has becomes true where there is one. */
int jsonfield_time(
	const struct jsondoc *d, const char *name, int64_t *t, bool *has, struct error *err);
/* kind: JSONDOC_ARRAY or JSONDOC_OBJECT. */
int jsonfield_list(const struct jsondoc *d, const char *name, enum jsondoc_kind kind,
	const struct jsondoc **to, struct error *err);

/* One value that must be a string without NUL; what: its name in messages. */
int jsonfield_string(const struct jsondoc *v, const char *what, const char **to, struct error *err);
/* Fails unless v is of this kind. */
int jsonfield_is(
	const struct jsondoc *v, const char *what, enum jsondoc_kind kind, struct error *err);
/* Fails with the first member of d that is not among names (NULL-terminated); where: "the CSR". */
int jsonfield_known(
	const struct jsondoc *d, const char *const *names, const char *where, struct error *err);

#endif
