/* SPDX-License-Identifier: MIT */
/*
 * args: a command's options as a table. --name VALUE and --name=VALUE; -- ends the options; options
 * and operands may be mixed. An unknown option, a missing value, a value for a flag, one operand
 * too many or an option given twice (unless it is a list) is ERR_USAGE.
 */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define ARGS_LIST 1024 /* most values of one list option, and most operands */

struct args_list {
	const char *v[ARGS_LIST];
	size_t n;
};

enum args_kind {
	ARGS_FLAG,     /* bool */
	ARGS_TEXT,     /* const char * */
	ARGS_LISTED,   /* struct args_list: may be repeated */
	ARGS_DURATION, /* int64_t, seconds */
	ARGS_TIME,     /* int64_t, RFC 3339 */
};

struct args_option {
	const char *name; /* without the dashes; NULL ends the table */
	enum args_kind kind;
	void *to;          /* set only when the option is given */
	const char *value; /* what to call the value in the help */
	const char *help;
};

/*
 * Reads argv[1..argc-1] by the tables (NULL-terminated list of tables) into what they point to; the
 * rest goes to operands. Values are not copied. *help is set if --help or -h is among them; then
 * nothing else is checked.
 */
int args_parse(int argc, char **argv, const struct args_option *const *tables,
	struct args_list *operands, size_t most_operands, bool *help, struct error *err);

#endif
