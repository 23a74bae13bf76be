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
	.summary =
		"Checks whether what lies on a Kubernetes node fits together (chains, key pairs, "
		"rules that\n"
		"Go enforces, names, kubeconfigs, the kubelet's symlink) and whether it is as the "
		"policy in\n"
		"the medium's certrescue.conf wants it: modes and owners of keys, strength, "
		"validity, names.\n"
		"Reads only.",
	.exit_codes = "  0   the node is consistent\n"
		      "  1   there is no Kubernetes node, or it cannot be read\n"
		      "  3   a rescue was interrupted: certrescue resume\n"
		      "  4   something is expired or does not fit\n"
		      "  5   a kind of node that certrescue declines\n"
		      "  64  wrong usage\n",
	.example = "certrescue verify --root /mnt/node --media /mnt/stick",
};

static int show(const struct common *c, const struct inventory *inv, const struct conf *conf)
{
	struct verify_report report;
	struct buf out = BUF_INIT;
	int wrong = verify_node(inv, conf, c->now, &report);
	if (c->json)
		report_json_verify(&out, inv, &report, c->now);
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
	const char *file = NULL;
	struct args_option own[] = {
		{"conf", ARGS_TEXT, &file, "FILE",
			"the policy (default: certrescue.conf on the medium)"},
		{.name = NULL},
	};
	struct args_list operands;
	int rc = common_parse(&c, argc, argv, own, &operands, 0, &help);
	if (rc >= 0)
		return rc;
	struct root root = ROOT_INIT;
	struct inventory inv = {.layout = NULL};
	struct conf conf;
	struct error err = ERROR_INIT;
	if (conf_load(&conf, c.media, file, &err) || root_open(&root, c.root, &err) ||
		conf_owner(&conf, &root, &err) || discover(&root, &inv, &err)) {
		rc = common_fail(&err);
	} else if (inv.refused) {
		error_set(&err, ERR_REFUSED, c.root, NULL, "%s", inv.refused);
		rc = common_fail(&err);
	} else {
		bool pending = common_pending(&root, &inv);
		rc = show(&c, &inv, &conf);
		if (pending && rc != ERR_FAILED)
			rc = ERR_PENDING;
	}
	inventory_free(&inv);
	conf_free(&conf);
	root_close(&root);
	return rc;
}
