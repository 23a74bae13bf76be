// SPDX-License-Identifier: MIT
// verify: is the node consistent? Reads only.
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "node/discover.h"
#include "report/json.h"
#include "report/text.h"
#include "rescue/verify.h"

static const struct common_help help = {
	.usage = "verify [option...]",
	.summary = "Checks whether what lies on a Kubernetes node fits together: chains, key "
		   "pairs, rules that\n"
		   "Go enforces, names, modes of key files, kubeconfigs, the kubelet's symlink. "
		   "Reads only.",
	.exit_codes = "  0   the node is consistent\n"
		      "  1   there is no Kubernetes node, or it cannot be read\n"
		      "  3   a rescue was interrupted: certrescue resume\n"
		      "  4   something is expired or does not fit\n"
		      "  5   a kind of node that certrescue declines\n"
		      "  64  wrong usage\n",
	.example = "certrescue verify --root /mnt/node",
};

static int show(const struct common *c, const struct inventory *inv, int64_t now)
{
	struct verify_report report;
	struct buf out = BUF_INIT;
	int wrong = verify_node(inv, now, &report);
	if (c->json)
		report_json_verify(&out, inv, &report, now);
	else
		text_verify(&out, inv, &report, common_colour(c, 1));
	int rc = c->quiet ? 0 : common_print(&out);
	if (rc == 0 && wrong)
		rc = ERR_FOUND;
	buf_free(&out);
	verify_free(&report);
	return rc;
}

int cmd_verify(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	struct args_list operands;
	int rc = common_parse(&c, argc, argv, NULL, &operands, 0, &help);
	if (rc >= 0)
		return rc;
	struct root root = ROOT_INIT;
	struct inventory inv = {.layout = NULL};
	struct error err = ERROR_INIT;
	if (root_open(&root, c.root, &err) || discover(&root, &inv, &err)) {
		rc = common_fail(&err);
	} else if (inv.refused) {
		error_set(&err, ERR_REFUSED, c.root, NULL, "%s", inv.refused);
		rc = common_fail(&err);
	} else {
		bool pending = common_pending(&root, &inv);
		rc = show(&c, &inv, c.now);
		if (pending && rc != ERR_FAILED)
			rc = ERR_PENDING;
	}
	inventory_free(&inv);
	root_close(&root);
	return rc;
}
