// SPDX-License-Identifier: MIT
// audit: is the ledger on the medium whole, and where is its end anchored?
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsondoc.h"
#include "cmd/audit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "media/medium.h"
#include "rescue/journal.h"

static const struct common_help help = {
	.usage = "audit verify (--media DIR [--cluster NAME] | FILE...) [option...]",
	.summary =
		"Checks the ledger: every line follows the one before it, so that a change, a\n"
		"removal, an insertion or another order shows. That lines are missing at the end\n"
		"shows only against an anchor: --head, the reports on the medium, or the copies "
		"that\n"
		"a node keeps (--root).",
	.exit_codes = "  0   every ledger is whole, and every anchor is in it\n"
		      "  1   there is no ledger, or it cannot be read\n"
		      "  4   something was changed, removed, put in or cut off\n"
		      "  64  wrong usage\n",
	.example = "certrescue audit verify --media /mnt/stick --head 5b47df1c4bb1...",
};

/* --- one ledger ------------------------------------------------------------------------------ */

void audit_read(struct audit_ledger *a, const char *path)
{
	struct error err = ERROR_INIT;
	struct bytes line;
	size_t at = 0;
	*a = (struct audit_ledger){.path = xstrdup(path)};
	if (ledger_open_file(&a->ledger, path, &err)) {
		a->problem = xstrdup(err.what);
		return;
	}
	a->heads = xmalloc((a->ledger.lines + 1) * sizeof(*a->heads));
	for (size_t i = 0; ledger_line(buf_bytes(&a->ledger.text), &at, &line); i++)
		ledger_digest(line, a->heads[i]);
}

void audit_free(struct audit *a)
{
	for (size_t i = 0; i < a->n; i++) {
		ledger_close(&a->ledgers[i].ledger);
		free(a->ledgers[i].path);
		free(a->ledgers[i].problem);
		free(a->ledgers[i].heads);
	}
	free(a->ledgers);
	for (size_t i = 0; i < a->n_missing; i++)
		free(a->missing[i]);
	free(a->missing);
	*a = (struct audit){.n = 0};
}

/* --- anchors --------------------------------------------------------------------------------- */

/* The digest stands for a line that must be there. source: who says so. */
void audit_anchor(struct audit *a, const char *digest, const char *source)
{
	for (size_t i = 0; i < a->n; i++) {
		struct audit_ledger *l = &a->ledgers[i];
		for (size_t k = l->ledger.lines; k-- > 0 && l->heads;)
			if (strcmp(l->heads[k], digest) == 0) {
				if (k + 1 > l->anchored)
					l->anchored = k + 1;
				return;
			}
	}
	a->missing = xrealloc(a->missing, (a->n_missing + 1) * sizeof(*a->missing));
	a->missing[a->n_missing++] =
		xasprintf("line %.16s... is not in it, though %s has it", digest, source);
}

/* What the node kept of its rescues. */
static void anchor_node(struct audit *a, const struct root *root)
{
	struct root_names ids;
	journal_list(root, &ids);
	for (size_t i = 0; i < ids.n; i++) {
		char *path = xasprintf("%s/%s/ledger.jsonl", STATE_DIR, ids.v[i]);
		struct buf text = BUF_INIT;
		struct stat st;
		struct error ignored;
		struct bytes line;
		char digest[LEDGER_HEX];
		size_t at = 0;
		if (root_read(root, path, LEDGER_COPY_MAX, &text, &st, &ignored) == 0)
			while (ledger_line(buf_bytes(&text), &at, &line)) {
				ledger_digest(line, digest);
				audit_anchor(a, digest, path);
			}
		buf_free(&text);
		free(path);
	}
	root_names_free(&ids);
}

static void anchor_report(void *to, const char *path, struct bytes content)
{
	struct jsondoc d;
	struct error ignored;
	if (jsondoc_read(&d, content, &ignored) == 0) {
		const struct jsondoc *head = jsondoc_get(&d, "ledger_head");
		if (head && head->kind == JSONDOC_STRING)
			audit_anchor(to, buf_text(&head->text), path);
	}
	jsondoc_free(&d);
}

/* --- what is said ---------------------------------------------------------------------------- */

static void put_text(struct buf *out, const struct audit *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct audit_ledger *l = &a->ledgers[i];
		buf_escaped(out, l->path);
		if (l->problem) {
			buf_str(out, ": DAMAGED: ");
			buf_escaped(out, l->problem);
			buf_str(out, "\n");
			continue;
		}
		buf_printf(out, ": %zu lines, whole; head %s\n", l->ledger.lines, l->ledger.head);
		if (l->ledger.torn)
			buf_printf(out,
				"  %zu bytes behind the last line were cut off while written\n",
				l->ledger.torn);
		if (l->anchored == l->ledger.lines)
			buf_str(out, "  its end is anchored\n");
		else if (l->anchored)
			buf_printf(out,
				"  anchored up to line %zu; what may have followed is not\n",
				l->anchored);
		else
			buf_str(out, "  its end is not anchored: lines may have been cut off there "
				     "(compare with a printed head: --head)\n");
	}
	for (size_t i = 0; i < a->n_missing; i++) {
		buf_str(out, "CUT OR CHANGED: ");
		buf_escaped(out, a->missing[i]);
		buf_str(out, "\n");
	}
}

static void put_json(struct buf *out, const struct audit *a)
{
	struct json j = JSON_INIT(out);
	json_object(&j);
	json_put_int(&j, "version", 1);
	json_put_bool(&j, "ok", audit_whole(a));
	json_key(&j, "ledgers");
	json_array(&j);
	for (size_t i = 0; i < a->n; i++) {
		const struct audit_ledger *l = &a->ledgers[i];
		json_object(&j);
		json_put(&j, "path", l->path);
		json_put_bool(&j, "ok", !l->problem);
		json_put(&j, "error", l->problem);
		json_put_int(&j, "lines", (int64_t)l->ledger.lines);
		json_put(&j, "head", l->problem ? NULL : l->ledger.head);
		json_put_int(&j, "anchored", (int64_t)l->anchored);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_key(&j, "missing");
	json_array(&j);
	for (size_t i = 0; i < a->n_missing; i++)
		json_string(&j, a->missing[i]);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_str(out, "\n");
}

bool audit_whole(const struct audit *a)
{
	bool whole = a->n_missing == 0;
	for (size_t i = 0; i < a->n; i++)
		whole &= !a->ledgers[i].problem;
	return whole;
}

/* --- the command ----------------------------------------------------------------------------- */

static void add_ledger(void *to, const char *path)
{
	struct audit *a = to;
	a->ledgers = xrealloc(a->ledgers, (a->n + 1) * sizeof(*a->ledgers));
	audit_read(&a->ledgers[a->n++], path);
}

static int gather(struct audit *a, const struct common *c, const char *cluster,
	const struct args_list *files, struct error *err)
{
	for (size_t i = 0; i < files->n; i++)
		add_ledger(a, files->v[i]);
	if (c->media && medium_ledgers(c->media, cluster, add_ledger, a, err))
		return -1;
	if (a->n == 0)
		return error_set(err, ERR_FAILED, c->media,
			"a rescue writes one to ledger/CLUSTER.jsonl on the medium",
			"there is no ledger%s%s", cluster ? " of cluster " : "",
			cluster ? cluster : "");
	return 0;
}

static int check_usage(
	const struct common *c, const struct args_list *words, const char *head, struct error *err)
{
	if (words->n == 0 || strcmp(words->v[0], "verify") != 0)
		return error_set(err, ERR_USAGE, NULL,
			"certrescue audit --help shows what there is",
			words->n ? "no such subcommand: %s" : "audit verify is meant%s",
			words->n ? words->v[0] : "");
	if (!c->media && words->n == 1)
		return error_set(err, ERR_USAGE, NULL, "give --media DIR or the ledger's file",
			"no ledger was named");
	if (head && (strlen(head) != LEDGER_HEX - 1 ||
			    strspn(head, "0123456789abcdef") != LEDGER_HEX - 1))
		return error_set(err, ERR_USAGE, NULL, "it is 64 hex digits, as renew prints it",
			"--head is no digest: %s", head);
	return 0;
}

static int verify(struct audit *a, const struct common *c, const char *head, struct error *err)
{
	struct root root = ROOT_INIT;
	struct buf out = BUF_INIT;
	if (root_open(&root, c->root, err))
		return -1;
	anchor_node(a, &root);
	root_close(&root);
	if (c->media)
		medium_reports(c->media, "report.json", anchor_report, a);
	if (head)
		audit_anchor(a, head, "--head");
	if (c->json)
		put_json(&out, a);
	else
		put_text(&out, a);
	int rc = c->quiet ? 0 : common_print(&out);
	buf_free(&out);
	return rc;
}

int cmd_audit(int argc, char **argv)
{
	struct common c = COMMON_INIT;
	const char *cluster = NULL, *head = NULL;
	struct args_option own[] = {
		{"cluster", ARGS_TEXT, &cluster, "NAME", "only this cluster's ledger"},
		{"head", ARGS_TEXT, &head, "HASH", "the digest of a line that must be there"},
		{.name = NULL},
	};
	struct args_list words, files = {.n = 0};
	struct audit a = {.n = 0};
	struct error err = ERROR_INIT;
	int rc = common_parse(&c, argc, argv, own, &words, ARGS_LIST, &help);
	if (rc >= 0)
		return rc;
	for (size_t i = 1; i < words.n; i++)
		files.v[files.n++] = words.v[i];
	if (check_usage(&c, &words, head, &err) || gather(&a, &c, cluster, &files, &err) ||
		(rc = verify(&a, &c, head, &err)) < 0)
		rc = common_fail(&err);
	else if (rc == 0 && !audit_whole(&a))
		rc = ERR_FOUND;
	audit_free(&a);
	return rc;
}
