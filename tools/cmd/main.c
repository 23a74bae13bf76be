// SPDX-License-Identifier: MIT
// main: finds the command in the table and runs it.
#include <string.h>

#include "base/secret.h"
#include "cmd/cmd.h"
#include "cmd/common.h"

struct command {
	const char *name;
	const char *summary; /* NULL: not in the help */
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{"check", "what is on the node and when it expires", cmd_check},
	{"renew", "renew what is due from the offline CA: the main job", cmd_renew},
	{"verify", "is the node consistent: chains, key pairs, names, modes", cmd_verify},
	{"undo", "back to the state before a rescue", cmd_undo},
	{"resume", "finish an interrupted rescue, or take it back", cmd_resume},
	{"ca", "the offline CA: make, import, show, protect and renew it", cmd_ca},
	{"audit", "is the audit trail on the medium whole", cmd_audit},
	{"issue", "new certificates from cfssl's CSR JSON and profiles", cmd_issue},
	{"inspect", "what a certificate, key, CSR or kubeconfig says, as JSON", cmd_inspect},
	{"boot", NULL, cmd_boot},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static int help(void)
{
	struct buf b = BUF_INIT;
	buf_str(&b, "usage: certrescue COMMAND [option...]\n"
		    "       certrescue COMMAND --help | --help | --version\n\n"
		    "Renews the expired certificates of a Kubernetes node from a CA that is kept\n"
		    "offline. Works on the node's disk; needs no API server and no network.\n\n"
		    "commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].summary)
			buf_printf(&b, "  %-10s %s\n", commands[i].name, commands[i].summary);
	buf_str(&b, "\nexit codes, the same for every command:\n"
		    "  0   done, or nothing wrong\n"
		    "  1   failed, the node unchanged\n"
		    "  2   nothing to do\n"
		    "  3   interrupted, or a rescue is pending\n"
		    "  4   something is due, expired or inconsistent\n"
		    "  5   refused by a safety rule, nothing changed\n"
		    "  6   done, but something due was left\n"
		    "  64  wrong usage\n\n"
		    "start with:\n  certrescue check --root /mnt/node\n");
	int rc = common_print(&b);
	buf_free(&b);
	return rc;
}

static int usage(const char *what, const char *which)
{
	struct error err;
	error_set(&err, ERR_USAGE, NULL, "certrescue --help shows what there is", "%s%s", what,
		which);
	return common_fail(&err);
}

int main(int argc, char **argv)
{
	secret_process();
	if (argc < 2)
		return usage("no command was given", "");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		struct buf b = BUF_INIT;
		buf_str(&b, "certrescue " CERTRESCUE_VERSION "\n");
		int rc = common_print(&b);
		buf_free(&b);
		return rc;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage(argv[1][0] == '-' ? "no such option: " : "no such command: ", argv[1]);
}
