// SPDX-License-Identifier: MIT
// ca show: what CAs are in a directory, with which keys, and what is wrong. Reads only.
#include "base/clock.h"
#include "cmd/ca.h"
#include "report/ca.h"

#define WITHIN (30 * (int64_t)CLOCK_DAY)

static const struct common_help help = {
	.usage = "ca show DIR [option...]",
	.summary = "Shows each CA in a directory (or file): what it is for, its certificate, its "
		   "private key, and\n"
		   "whether they are a pair; then what is wrong, with the remedy. Reads only. An\n"
		   "encrypted key is opened with --passphrase-file alone; else its pair is not "
		   "known.",
	.exit_codes = "  0   every CA is good\n"
		      "  1   there is no CA, or it cannot be read\n"
		      "  4   something is due, expired or inconsistent\n"
		      "  64  wrong usage\n",
	.example = "certrescue ca show /mnt/stick/ca/prod --passphrase-file /run/pass",
};

static int show(const struct common *c, const struct pile *p, const struct authority_ask *ask,
	struct error *err)
{
	struct authorities cas;
	struct authority_findings findings;
	struct buf out = BUF_INIT;
	int rc = 0;
	authorities_find(&cas, p);
	authority_check(&findings, &cas, ask);
	for (size_t i = 0; i < findings.n; i++)
		if (findings.v[i].wrong)
			rc = ERR_FOUND;
	struct ca_view view = {&cas, &findings, ask->now, ask->within, common_colour(c, 1)};
	if (c->json)
		report_ca_json(&out, &view);
	else
		report_ca_text(&out, &view);
	if (cas.n == 0)
		rc = error_set(err, ERR_FAILED, p->path,
			"name a directory that holds a CA's certificate; certrescue ca import "
			"takes "
			"one from a node",
			"not one CA certificate was found here");
	else if (!c->quiet && common_print(&out))
		rc = ERR_FAILED;
	buf_free(&out);
	authority_findings_free(&findings);
	authorities_free(&cas);
	return rc;
}

int ca_report(const struct common *c, const char *dir)
{
	struct error err = ERROR_INIT;
	struct pile p = PILE_INIT;
	struct authority_ask ask = {.now = c->now, .within = WITHIN};
	if (!c->json)
		return 0;
	int rc = pile_read(&p, dir, &err);
	if (rc == 0)
		rc = show(c, &p, &ask, &err);
	pile_free(&p);
	if (rc < 0)
		return common_fail(&err);
	return rc == ERR_FOUND ? 0 : rc; /* what was there before is not this command's failure */
}

int ca_show(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	const char *passphrase_file = NULL;
	int64_t within = WITHIN;
	struct args_option own[] = {
		{"passphrase-file", ARGS_TEXT, &passphrase_file, "FILE", "opens encrypted keys"},
		{"within", ARGS_DURATION, &within, "DURATION",
			"what ends sooner is due (default 30d)"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	struct pile p = PILE_INIT;
	int rc = common_parse(&c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	if (operands.n != 1)
		rc = error_set(&err, ERR_USAGE, NULL, "certrescue ca show DIR",
			"name the directory that holds the CA");
	else
		rc = pile_read(&p, operands.v[0], &err);
	if (rc == 0 && passphrase_file)
		rc = ca_unlock(&p, passphrase_file, &err);
	struct authority_ask ask = {c.now, within, passphrase_file != NULL};
	if (rc == 0)
		rc = show(&c, &p, &ask, &err);
	if (rc < 0)
		rc = common_fail(&err);
	pile_free(&p);
	return rc;
}
