// SPDX-License-Identifier: MIT
// ca: finds the subcommand in the table and runs it.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/ca.h"
#include "cmd/cmd.h"

#ifndef CERTRESCUE_BUILD_TIME
#define CERTRESCUE_BUILD_TIME 1735689600 /* 2025-01-01; the Makefile says better */
#endif

static const struct {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"init", "make a new CA from cfssl's CSR JSON", ca_init},
	{"import", "take the CAs out of a node's pki/, a directory or a file", ca_import},
	{"show", "what CAs are in a directory, and what is wrong with them", ca_show},
	{"protect", "encrypt the CA's keys, under a passphrase or shares of one", ca_protect},
	{"renew", "a new validity for the CA's own certificate: same key, same name", ca_renew},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static int help(void)
{
	struct buf b = BUF_INIT;
	buf_str(&b, "usage: certrescue ca COMMAND [option...]\n"
		    "       certrescue ca COMMAND --help\n\n"
		    "Keeps the CA of a cluster offline: in a directory of a stick or of a machine "
		    "that is\n"
		    "on no network. Key pairs are found by key, under any file names.\n\n"
		    "commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		buf_printf(&b, "  %-10s %s\n", commands[i].name, commands[i].summary);
	buf_str(&b, "\nexit codes: those of certrescue --help; each command says its own\n\n"
		    "start with:\n  certrescue ca show /mnt/stick/ca/CLUSTER\n");
	int rc = common_print(&b);
	buf_free(&b);
	return rc;
}

int cmd_ca(int argc, char **argv)
{
	struct error err;
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
				strcmp(argv[1], "help") == 0))
		return help();
	for (size_t i = 0; argc > 1 && i < N_COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	error_set(&err, ERR_USAGE, NULL, "certrescue ca --help shows what there is", "%s%s",
		argc > 1 ? "ca: no such command: " : "ca: no command was given",
		argc > 1 ? argv[1] : "");
	return common_fail(&err);
}

#define CLOCK_REMEDY "set the clock of this machine, or give the time with --now"

int ca_clock(const struct common *c, const struct authorities *cas, struct error *err)
{
	char now[CLOCK_TEXT], then[CLOCK_TEXT];
	if (c->now_given)
		return 0;
	clock_text(c->now, now);
	if (c->now < CERTRESCUE_BUILD_TIME)
		return error_set(err, ERR_REFUSED, NULL, CLOCK_REMEDY,
			"the clock says %s, which is before this program was built", now);
	for (size_t i = 0; cas && i < cas->n; i++) {
		const struct cert *cert = authority_cert(cas, i);
		if (cert->not_before > c->now)
			return error_set(err, ERR_REFUSED, authority_cert_path(cas, i),
				CLOCK_REMEDY,
				"the clock says %s, but this certificate was issued %s", now,
				clock_text(cert->not_before, then));
	}
	return 0;
}

void ca_say(const struct common *c, const char *fmt, ...)
{
	struct buf out = BUF_INIT;
	char line[1024];
	va_list ap;
	if (c->quiet || c->json)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_escaped(&out, line);
	buf_str(&out, "\n");
	common_print(&out);
	buf_free(&out);
}

void ca_warn(const char *path, const char *todo, const char *fmt, ...)
{
	struct error err;
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(&err, ERR_NONE, path, todo, "%s", text);
	common_warn(&err);
}
