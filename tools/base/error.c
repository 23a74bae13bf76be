// SPDX-License-Identifier: MIT
// error: fills the struct that carries a failure to the command that prints it.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static int fill(struct error *err, enum error_kind kind, int os, const char *path, const char *todo,
	const char *fmt, va_list ap)
{
	/* A copy: path and arguments may lie in *err itself. */
	struct error e = {.kind = kind, .os = os};
	vsnprintf(e.what, sizeof(e.what), fmt, ap);
	size_t n = strlen(e.what);
	if (os)
		snprintf(e.what + n, sizeof(e.what) - n, ": %s", strerror(os));
	snprintf(e.path, sizeof(e.path), "%s", path ? path : "");
	snprintf(e.todo, sizeof(e.todo), "%s", todo ? todo : "");
	*err = e;
	return -1;
}

int error_set(struct error *err, enum error_kind kind, const char *path, const char *todo,
	const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = fill(err, kind, 0, path, todo, fmt, ap);
	va_end(ap);
	return rc;
}

int error_errno(struct error *err, const char *path, const char *todo, const char *fmt, ...)
{
	int os = errno;
	va_list ap;
	va_start(ap, fmt);
	int rc = fill(err, ERR_FAILED, os, path, todo, fmt, ap);
	va_end(ap);
	return rc;
}
