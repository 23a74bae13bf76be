/* SPDX-License-Identifier: MIT */
/*
 * common: what every command does the same way: the common options, --help, errors, output, colour.
 */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "base/args.h"
#include "base/buf.h"
#include "base/error.h"
#include "node/inventory.h"
#include "node/root.h"

struct common {
	const char *root;   /* --root; "/" */
	const char *media;  /* --media; NULL */
	int64_t now;        /* --now, else the clock's */
	bool now_given;     /* the operator's word */
	const char *format; /* --format; NULL: the command's default */
	bool json;          /* format is "json" */
	bool quiet;
	const char *color; /* --color; "auto" */
};

#define COMMON_INIT                                                                                \
	{                                                                                          \
		.root = "/", .color = "auto"                                                       \
	}

/* What --help says beside the options. Every text is whole lines or a fragment as noted. */
struct common_help {
	const char *usage;      /* "check [option...]" */
	const char *summary;    /* one paragraph */
	const char *exit_codes; /* lines, each "  0   all certificates are good\n" */
	const char *example;    /* one command line */
};

/*
 * Parses argv with the common options and the command's own (own may be NULL; NULL-name ended).
 * -1: go on. Otherwise the exit code to return: help was printed, or the usage is wrong (said).
 */
int common_parse(struct common *c, int argc, char **argv, const struct args_option *own,
	struct args_list *operands, size_t most_operands, const struct common_help *help);

/* "certrescue: PATH: what; todo" to standard error, escaped. Returns the exit code of err->kind. */
int common_fail(const struct error *err);
/* The same shape for a remark that ends nothing: "certrescue: warning: ...". */
void common_warn(const struct error *err);

/* Writes to standard output. 0, or the exit code (1) after saying that it could not be written. */
int common_print(const struct buf *out);

/* Is standard output (fd 1) or error (fd 2) to be coloured: --color, NO_COLOR, TERM, isatty? */
bool common_colour(const struct common *c, int fd);
/* Columns of the terminal at fd (80 where a terminal does not say); 0: not a terminal, no limit. */
int common_width(int fd);

/*
 * Was a rescue of this node interrupted? Then it becomes a finding of inv, and the command's exit
 * code is ERR_PENDING, whatever else it found.
 */
bool common_pending(const struct root *root, struct inventory *inv);

#endif
