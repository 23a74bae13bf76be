// SPDX-License-Identifier: MIT
// check: what is on the node and when it expires.
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "rescue/signer.h"
#include "node/discover.h"
#include "report/json.h"
#include "report/table.h"

static const struct common_help help = {
	.usage = "check [option...]",
	.summary = "Shows every certificate of a Kubernetes node: what it is, where it lies, who "
		   "issued it\n"
		   "and when it expires; worst first. Reads only.",
	.exit_codes = "  0   every certificate is good for longer than --within\n"
		      "  1   there is no Kubernetes node, or it cannot be read\n"
		      "  3   a rescue was interrupted: certrescue resume\n"
		      "  4   something is due, expired or inconsistent\n"
		      "  5   a kind of node that certrescue declines\n"
		      "  64  wrong usage\n",
	.example = "certrescue check --root /mnt/node --media /mnt/stick",
};

/* A medium that cannot be read is worth a warning only: check is complete without one. */
static bool open_store(struct store *s, const char *media)
{
	struct error err = ERROR_INIT;
	const struct signer_source from = {.dir = media};
	if (!media)
		return false;
	if (signer_look(&from, s, &err) == 0)
		return true;
	common_warn(&err);
	return false;
}

static int show(const struct common *c, const struct inventory *inv, int64_t within)
{
	struct buf out = BUF_INIT;
	struct store store = STORE_INIT;
	if (c->json) {
		report_json_check(&out, inv, c->now, within);
	} else {
		struct table_view view = {c->now, within, common_width(1), common_colour(c, 1),
			open_store(&store, c->media) ? &store : NULL};
		table_check(&out, inv, &view);
		store_close(&store);
	}
	int rc = c->quiet ? 0 : common_print(&out);
	buf_free(&out);
	return rc;
}

static int refused(const struct inventory *inv, const char *root)
{
	struct error err;
	error_set(&err, ERR_REFUSED, root, NULL, "%s", inv->refused);
	return common_fail(&err);
}

int cmd_check(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	int64_t within = 30 * (int64_t)86400;
	struct args_option own[] = {
		{"within", ARGS_DURATION, &within, "DURATION",
			"what ends sooner is due (default 30d)"},
		{.name = NULL},
	};
	struct args_list operands;
	int rc = common_parse(&c, argc, argv, own, &operands, 0, &help);
	if (rc >= 0)
		return rc;
	struct root root = ROOT_INIT;
	struct inventory inv = {.layout = NULL};
	struct error err = ERROR_INIT;
	if (root_open(&root, c.root, &err) || discover(&root, &inv, &err)) {
		rc = common_fail(&err);
	} else {
		bool pending = common_pending(&root, &inv);
		rc = show(&c, &inv, within);
		if (rc == 0 && pending)
			rc = ERR_PENDING;
		else if (inv.refused)
			rc = refused(&inv, c.root);
		else if (rc == 0 && table_wrong(&inv, c.now, within))
			rc = ERR_FOUND;
	}
	inventory_free(&inv);
	root_close(&root);
	return rc;
}
