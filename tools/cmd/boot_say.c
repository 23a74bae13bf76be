// SPDX-License-Identifier: MIT
// boot_say: lines on the console, in which no name from a disk can act on the terminal.
#include <stdarg.h>
#include <stdio.h>

#include "cmd/boot.h"

void boot_say(const char *fmt, ...)
{
	struct buf line = BUF_INIT;
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_escaped(&line, text);
	printf("certrescue: %s\n", buf_text(&line));
	fflush(stdout);
	buf_free(&line);
}

void boot_complain(const struct error *err)
{
	boot_say("%s%s%s%s%s", err->path, err->path[0] ? ": " : "", err->what,
		err->todo[0] ? "; " : "", err->todo);
}
