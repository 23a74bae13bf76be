// SPDX-License-Identifier: MIT
// undo, resume: the ways back and forward after a rescue.
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/ledger.h"
#include "node/root.h"
#include "rescue/commit.h"
#include "rescue/undo.h"

static const struct common_help undo_help = {
	.usage = "undo [ID] [option...]",
	.summary =
		"Takes a rescue back, byte for byte: the newest, or the one named. Refused where\n"
		"files changed since, unless --force.",
	.exit_codes = "  0   the node is as it was before the rescue\n"
		      "  1   failed, the node unchanged\n"
		      "  2   there is no rescue to take back\n"
		      "  3   interrupted half-way: run `certrescue resume`\n"
		      "  5   files changed since the rescue; each is named\n"
		      "  64  wrong usage\n",
	.example = "certrescue undo --root /mnt/node",
};

static const struct common_help resume_help = {
	.usage = "resume [option...]",
	.summary = "Finishes a rescue (or an undo) that was interrupted, or takes it back with "
		   "--undo.",
	.exit_codes = "  0   done\n"
		      "  2   nothing was interrupted\n"
		      "  3   it cannot be finished; the file and the reason are named\n"
		      "  64  wrong usage\n",
	.example = "certrescue resume --root /mnt/node",
};

static int finish(const struct common *c, struct root *root, int rc, const char *id,
	const char *what, const struct error *err)
{
	if (rc)
		rc = common_fail(err);
	else if (!c->quiet)
		printf("rescue %s is %s\n", id, what);
	root_close(root);
	return rc;
}

int cmd_undo(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	bool force = false;
	struct args_option own[] = {
		{"force", ARGS_FLAG, &force, NULL, "also over files that changed since"},
		{.name = NULL},
	};
	struct args_list operands;
	struct root root = ROOT_INIT;
	struct error err = ERROR_INIT;
	char id[JOURNAL_ID];
	int rc = common_parse(&c, argc, argv, own, &operands, 1, &undo_help);
	if (rc >= 0)
		return rc;
	if (root_open(&root, c.root, &err) || root_lock(&root, &err))
		return finish(&c, &root, -1, "", "", &err);
	if (operands.n && !journal_id_valid(operands.v[0]))
		rc = error_set(&err, ERR_USAGE, NULL, "an id is such as 20261123T174501Z",
			"not the id of a rescue: %s", operands.v[0]);
	else if (operands.n)
		rc = snprintf(id, sizeof(id), "%s", operands.v[0]) < 0;
	else if (!undo_latest(&root, id))
		rc = error_set(&err, ERR_NOTHING, c.root, NULL, "there is no rescue to take back");
	else
		rc = 0;
	if (rc == 0)
		rc = undo(&root, id, force, &err);
	if (rc == 0)
		ledger_record_end(&c, &root, id, true);
	return finish(&c, &root, rc, id, "undone: the node is as it was before it", &err);
}

int cmd_resume(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	bool back = false, force = false;
	struct args_option own[] = {
		{"undo", ARGS_FLAG, &back, NULL, "take it back instead"},
		{"force", ARGS_FLAG, &force, NULL, "with --undo: over files that changed since"},
		{.name = NULL},
	};
	struct args_list operands;
	struct root root = ROOT_INIT;
	struct error err = ERROR_INIT;
	char id[JOURNAL_ID];
	int rc = common_parse(&c, argc, argv, own, &operands, 0, &resume_help);
	if (rc >= 0)
		return rc;
	if (root_open(&root, c.root, &err) || root_lock(&root, &err))
		return finish(&c, &root, -1, "", "", &err);
	if (!journal_pending(&root, id))
		rc = error_set(&err, ERR_NOTHING, c.root, NULL, "no rescue was interrupted here");
	else
		rc = back ? undo(&root, id, force, &err) : commit_resume(&root, id, &err);
	if (rc == 0)
		ledger_record_end(&c, &root, id, back);
	return finish(&c, &root, rc, id, back ? "taken back" : "finished", &err);
}
