/* SPDX-License-Identifier: MIT */
/*
 * error: what a failing function tells its caller: which file, what is wrong, what to do next.
 *
 * A function that can fail returns 0, or -1 with the caller's struct error filled. Nothing below
 * cmd/ prints or exits. The kind is the exit code that a command ends with if this error ends it.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error_kind {
	ERR_NONE = 0,
	ERR_FAILED = 1,  /* failed, the node unchanged */
	ERR_NOTHING = 2, /* nothing to do */
	ERR_PENDING = 3, /* interrupted, or failed after the commit record */
	ERR_FOUND = 4,   /* check, verify: something due, expired or inconsistent */
	ERR_REFUSED = 5, /* refused by a safety rule, nothing changed */
	ERR_PARTIAL = 6, /* done, but something due was left */
	ERR_USAGE = 64,  /* wrong usage */
};

struct error {
	enum error_kind kind;
	int os;          /* the errno behind it, or 0 */
	char path[512];  /* the file as the user names it; empty if there is none */
	char what[4096]; /* what happened */
	char todo[512];  /* what to do next; empty only where there is nothing to say */
};

#define ERROR_INIT                                                                                 \
	{                                                                                          \
		.kind = ERR_NONE                                                                   \
	}

/*
 * Fills err (any previous content is replaced) and returns -1. path and todo may be NULL. Text that
 * does not fit is cut. Bytes are kept as they are: whoever prints an error escapes it.
 */
int error_set(struct error *err, enum error_kind kind, const char *path, const char *todo,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Like error_set, with kind ERR_FAILED and ": strerror(errno)" appended to the text. */
int error_errno(struct error *err, const char *path, const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
