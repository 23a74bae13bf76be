// SPDX-License-Identifier: MIT
// common: options, help, errors and output that all commands share.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/common.h"
#include "rescue/journal.h"

#define WIDTH_LEAST 40
#define WIDTH_MOST 400

/* --- output --------------------------------------------------------------------------------- */

static int write_all(int fd, struct bytes b)
{
	while (b.n > 0) {
		ssize_t n = write(fd, b.p, b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		b.p += n;
		b.n -= (size_t)n;
	}
	return 0;
}

static void say(const char *before, const struct error *err)
{
	struct buf b = BUF_INIT;
	buf_str(&b, before);
	if (err->path[0]) {
		buf_escaped(&b, err->path);
		buf_str(&b, ": ");
	}
	buf_escaped(&b, err->what);
	if (err->todo[0]) {
		buf_str(&b, "; ");
		buf_escaped(&b, err->todo);
	}
	buf_str(&b, "\n");
	(void)!write_all(STDERR_FILENO, buf_bytes(&b)); /* nobody is left to tell */
	buf_free(&b);
}

int common_fail(const struct error *err)
{
	say("certrescue: ", err);
	return err->kind ? (int)err->kind : ERR_FAILED;
}

void common_warn(const struct error *err)
{
	say("certrescue: warning: ", err);
}

int common_print(const struct buf *out)
{
	/* A reader that went away is an error to report, not a signal to die of. */
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	struct error err;
	int rc = write_all(STDOUT_FILENO, buf_bytes(out));
	if (rc) {
		error_errno(&err, NULL, NULL, "the output cannot be written");
		common_fail(&err);
	}
	signal(SIGPIPE, old);
	return rc ? ERR_FAILED : 0;
}

bool common_colour(const struct common *c, int fd)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	if (strcmp(c->color, "auto") != 0)
		return strcmp(c->color, "always") == 0;
	return !(no && *no) && isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

int common_width(int fd)
{
	struct winsize ws = {.ws_col = 0};
	if (!isatty(fd))
		return 0;
	long w = ioctl(fd, TIOCGWINSZ, &ws) == 0 ? ws.ws_col : 0;
	const char *columns = getenv("COLUMNS");
	if (w == 0 && columns) /* a serial line has no size; stty or the user may have said one */
		w = strtol(columns, NULL, 10);
	if (w < WIDTH_LEAST || w > WIDTH_MOST)
		w = w > WIDTH_MOST ? WIDTH_MOST : w > 0 ? WIDTH_LEAST : 80;
	return (int)w;
}

/* --- options -------------------------------------------------------------------------------- */

#define COMMON_OPTIONS 7

static void options(struct common *c, struct args_option table[COMMON_OPTIONS])
{
	const struct args_option all[COMMON_OPTIONS] = {
		{"root", ARGS_TEXT, &c->root, "DIR", "the node's root directory (default /)"},
		{"media", ARGS_TEXT, &c->media, "DIR", "where the medium with ca/ is mounted"},
		{"now", ARGS_TIME, &c->now, "TIME",
			"take this for the time (2026-11-23T17:45:00Z)"},
		{"format", ARGS_TEXT, &c->format, "FORMAT", "text (default) or json"},
		{"quiet", ARGS_FLAG, &c->quiet, NULL,
			"print errors and the exit code's reason only"},
		{"color", ARGS_TEXT, &c->color, "WHEN", "auto (default), always or never"},
		{.name = NULL},
	};
	memcpy(table, all, sizeof(all));
}

static void help_options(struct buf *b, const struct args_option *o)
{
	for (; o && o->name; o++) {
		struct buf left = BUF_INIT;
		buf_printf(
			&left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		if (left.n > 24)
			buf_printf(b, "  %s\n  %-24s  %s\n", buf_text(&left), "", o->help);
		else
			buf_printf(b, "  %-24s  %s\n", buf_text(&left), o->help);
		buf_free(&left);
	}
}

static int print_help(const struct args_option *own, const struct args_option *shared,
	const struct common_help *help)
{
	struct buf b = BUF_INIT;
	buf_printf(&b, "usage: certrescue %s\n\n%s\n\noptions:\n", help->usage, help->summary);
	help_options(&b, own);
	help_options(&b, shared);
	buf_printf(&b, "  %-24s  %s\n", "--help", "this text");
	buf_printf(&b, "\nexit codes:\n%s\nexample:\n  %s\n", help->exit_codes, help->example);
	int rc = common_print(&b);
	buf_free(&b);
	return rc;
}

static int check_values(struct common *c, struct error *err)
{
	if (strcmp(c->color, "auto") != 0 && strcmp(c->color, "always") != 0 &&
		strcmp(c->color, "never") != 0)
		return error_set(err, ERR_USAGE, NULL, "--color takes auto, always or never",
			"color: no such value: %s", c->color);
	if (c->format && strcmp(c->format, "json") != 0 && strcmp(c->format, "text") != 0)
		return error_set(err, ERR_USAGE, NULL, "--format takes text or json",
			"format: no such value: %s", c->format);
	if (!c->root[0] || (c->media && !c->media[0]))
		return error_set(err, ERR_USAGE, NULL, "name a directory", "%s: the value is empty",
			c->root[0] ? "media" : "root");
	return 0;
}

int common_parse(struct common *c, int argc, char **argv, const struct args_option *own,
	struct args_list *operands, size_t most, const struct common_help *help)
{
	static const struct args_option none = {.name = NULL};
	struct args_option shared[COMMON_OPTIONS];
	const struct args_option *tables[] = {own ? own : &none, shared, NULL};
	struct error err = ERROR_INIT;
	bool asked = false;
	c->now = INT64_MIN;
	options(c, shared);
	if (args_parse(argc, argv, tables, operands, most, &asked, &err))
		return common_fail(&err);
	if (asked)
		return print_help(own, shared, help);
	if (check_values(c, &err))
		return common_fail(&err);
	c->now_given = c->now != INT64_MIN;
	if (!c->now_given)
		c->now = clock_now();
	c->json = c->format && strcmp(c->format, "json") == 0;
	return -1;
}

bool common_pending(const struct root *root, struct inventory *inv)
{
	char id[JOURNAL_ID];
	if (!journal_pending(root, id))
		return false;
	char *path = xasprintf("%s/%s", STATE_DIR, id);
	inventory_find(inv, path, "pending-rescue", true,
		"a rescue of this node was interrupted: its files may be partly old, partly new",
		"certrescue resume finishes it, certrescue resume --undo takes it back");
	free(path);
	return true;
}
