// SPDX-License-Identifier: MIT
// renew: the main job, step by step.
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/renew.h"
#include "report/json.h"
#include "report/table.h"
#include "report/text.h"
#include "rescue/stage.h"

static const struct common_help help = {
	.usage = "renew (--media DIR | --ca DIR) [option...]",
	.summary =
		"Renews the certificates of a Kubernetes node from the offline CA on the medium:\n"
		"looks, plans, asks, signs, has every certificate judged twice, and changes the\n"
		"node in one step or not at all. `certrescue undo` takes it back. What no option\n"
		"says is as certrescue.conf on the medium says it.",
	.exit_codes = "  0   done\n"
		      "  1   failed, the node unchanged\n"
		      "  2   nothing is due\n"
		      "  3   interrupted after the commit record: run `certrescue resume`\n"
		      "  5   refused by a safety rule, nothing changed\n"
		      "  6   done, but something due was left; each is named\n"
		      "  64  wrong usage\n",
	.example = "certrescue renew --root /mnt/node --media /mnt/stick --dry-run",
};

void renew_say(const struct renew *r, const char *fmt, ...)
{
	char text[1024];
	struct buf line = BUF_INIT;
	va_list ap;
	if (r->c.quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_escaped(&line, text);
	buf_str(&line, "\n");
	/* With --format json standard output is for machines alone. */
	fputs(buf_text(&line), r->c.json ? stderr : stdout);
	fflush(r->c.json ? stderr : stdout);
	buf_free(&line);
}

void renew_table(const struct renew *r, const struct inventory *inv, const char *title)
{
	struct table_view view = {r->c.now, r->within, common_width(1), common_colour(&r->c, 1),
		r->store.n_cas ? &r->store : NULL};
	struct buf out = BUF_INIT;
	if (!r->tables || r->c.quiet || r->c.json)
		return;
	renew_say(r, "%s", title);
	table_check(&out, inv, &view);
	common_print(&out);
	buf_free(&out);
}

static int parse(struct renew *r, int argc, char **argv)
{
	struct args_option own[] = {
		{"ca", ARGS_TEXT, &r->ca, "DIR", "the CA's directory, instead of a medium"},
		{"cluster", ARGS_TEXT, &r->cluster, "NAME", "the cluster's directory beneath ca/"},
		{"passphrase-file", ARGS_TEXT, &r->passphrase_file, "FILE",
			"holds the passphrase of the CA's keys (default: asked)"},
		{"within", ARGS_DURATION, &r->within, "DURATION",
			"what ends sooner is due (default 30d)"},
		{"only-due", ARGS_FLAG, &r->only_due, NULL, "leave alone what is not due"},
		{"key", ARGS_TEXT, &r->key, "new|keep", "private keys (default new)"},
		{"validity", ARGS_DURATION, &r->validity, "DURATION",
			"of the new certificates (default 8760h; never past the CA's end)"},
		{"fix-modes", ARGS_FLAG, &r->fix_modes, NULL,
			"also mend modes and owners of key files (0600, or as certrescue.conf "
			"says)"},
		{"conf", ARGS_TEXT, &r->conf_file, "FILE",
			"the policy and defaults (default: certrescue.conf on the medium)"},
		{"backdate", ARGS_DURATION, &r->backdate, "DURATION",
			"begin that long before now (default 5m)"},
		{"dry-run", ARGS_FLAG, &r->dry_run, NULL, "show the plan and write nothing"},
		{"drill", ARGS_FLAG, &r->drill, NULL,
			"with --dry-run: also unlock, sign and verify, in memory"},
		{"tables", ARGS_FLAG, &r->tables, NULL,
			"show the node before and after, as check does"},
		{"yes", ARGS_FLAG, &r->yes, NULL, "do not ask"},
		{"operator", ARGS_TEXT, &r->operator_name, "NAME", "who does this, for the report"},
		{"evidence", ARGS_LISTED, &r->evidence, "SOURCE=TIME",
			"now is later than this (may be repeated)"},
		{"result-file", ARGS_TEXT, &r->result_file, "FILE", "write the RESULT line there"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err;
	const char *wrong = NULL;
	int rc = common_parse(&r->c, argc, argv, own, &operands, 0, &help);
	if (rc >= 0)
		return rc;
	if (!r->c.media && !r->ca)
		wrong = "name the medium (--media DIR) or the CA's directory (--ca DIR)";
	else if (r->key && strcmp(r->key, "new") != 0 && strcmp(r->key, "keep") != 0)
		wrong = "--key is new or keep";
	else if (r->drill && !r->dry_run)
		wrong = "--drill goes with --dry-run";
	else if (r->validity >= 0 && r->validity < CLOCK_HOUR)
		wrong = "--validity is shorter than an hour";
	if (!wrong)
		return -1;
	error_set(
		&err, ERR_USAGE, NULL, "certrescue renew --help shows what there is", "%s", wrong);
	return common_fail(&err);
}

/* Stages that were cut off before their commit record: nothing of the node was changed by them. */
static void remove_leftovers(const struct renew *r)
{
	struct root_names ids;
	struct error err = ERROR_INIT;
	journal_list(&r->root, &ids);
	for (size_t i = 0; i < ids.n; i++) {
		if (journal_state(&r->root, ids.v[i]) != JOURNAL_STAGED)
			continue;
		if (stage_remove(&r->root, ids.v[i], NULL, 0, &err))
			common_warn(&err);
		else
			renew_say(r, "rescue %s was cut off before it changed anything: removed",
				ids.v[i]);
	}
	root_names_free(&ids);
}

/* An interrupted rescue comes first: forward to its end. */
static int finish_pending(struct renew *r, struct error *err)
{
	char id[JOURNAL_ID];
	if (!journal_pending(&r->root, id))
		return 0;
	if (r->dry_run)
		return error_set(err, ERR_PENDING, STATE_DIR,
			"run `certrescue resume` (or `certrescue resume --undo`) first",
			"rescue %s was interrupted and is not finished", id);
	renew_say(r, "rescue %s was interrupted: finishing it first", id);
	if (commit_resume(&r->root, id, err))
		return -1;
	ledger_record_end(&r->c, &r->root, id, false);
	return 0;
}

static void choose_id(struct renew *r)
{
	char id[CLOCK_TEXT], path[128];
	struct stat st;
	struct error ignored = ERROR_INIT;
	clock_id(r->c.now, id);
	snprintf(r->id, sizeof(r->id), "%.20s", id);
	for (int i = 2; i < 100; i++) {
		snprintf(path, sizeof(path), STATE_DIR "/%s", r->id);
		if (root_lstat(&r->root, path, &st, &ignored))
			break;
		snprintf(r->id, sizeof(r->id), "%.20s-%u", id, (unsigned)i % 100);
	}
	snprintf(r->result.id, sizeof(r->result.id), "%s", r->id);
}

static int make_plan(struct renew *r, struct error *err)
{
	struct policy policy = POLICY_DEFAULT;
	struct plan_ca *cas = xmalloc((r->store.n_cas + 1) * sizeof(*cas));
	policy.now = r->c.now;
	policy.within = r->within;
	policy.validity = r->validity;
	policy.backdate = r->backdate;
	policy.only_due = r->only_due;
	policy.keep_keys = strcmp(r->key, "keep") == 0;
	policy.min_rsa = r->conf.min_rsa;
	for (size_t i = 0; i < r->store.n_cas; i++)
		cas[i] = (struct plan_ca){
			&r->store.cas[i].cert, r->store.cas[i].cluster, r->store.n_keys > 0};
	r->result.before = &r->inv;
	int rc = plan_make(&r->inv, cas, r->store.n_cas, &policy, &r->plan, err);
	if (r->fix_modes && (rc == 0 || err->kind == ERR_NOTHING))
		modes_plan(&r->inv, &r->conf, &r->plan);
	if (r->plan.n_modes) {
		*err = (struct error)ERROR_INIT;
		rc = 0;
	}
	r->result.plan = &r->plan;
	free(cas);
	return rc;
}

static int show_plan(const struct renew *r)
{
	struct buf out = BUF_INIT;
	if (r->c.json && !r->dry_run)
		return 0; /* the report comes at the end, as one object */
	if (r->c.json)
		report_json_plan(&out, &r->inv, &r->plan, r->c.now, r->within);
	else
		text_plan(&out, &r->inv, &r->plan, r->c.now, common_colour(&r->c, 1));
	int rc = r->c.quiet && !r->c.json ? 0 : common_print(&out);
	buf_free(&out);
	return rc;
}

static const struct renew *speaking; /* the progress callback has no argument of its own */

static void progress(size_t made, size_t all)
{
	renew_say(speaking, "private keys made: %zu of %zu", made, all);
}

/* The time in the name of the kubelet's new file: the first from now on that no file has yet. */
static int64_t kubelet_time(const struct renew *r)
{
	int64_t t = r->c.now;
	for (; r->inv.kubelet_dir; t++) {
		char *name = render_kubelet_name(r->inv.kubelet_dir, t);
		bool taken = root_exists(&r->root, name);
		free(name);
		if (!taken)
			break;
	}
	return t;
}

/* What the plan promised and signing refused is said: the rest goes on without it. */
static int sign_planned(struct renew *r, struct error *err)
{
	bool *planned = xmalloc(r->plan.n + 1);
	for (size_t i = 0; i < r->plan.n; i++)
		planned[i] = r->plan.items[i].action == PLAN_RENEW;
	int rc = sign_run(&r->signing, &r->store, r->c.now, err);
	for (size_t i = 0; rc == 0 && i < r->plan.n; i++) {
		struct error left;
		if (!planned[i] || r->plan.items[i].action == PLAN_RENEW)
			continue;
		error_set(&left, ERR_PARTIAL, r->inv.files[r->inv.certs[i].file].path,
			"it is left as it is", "%s", r->plan.items[i].reason);
		common_warn(&left);
	}
	free(planned);
	return rc;
}

/* Unlocks, signs and checks, all in memory; the signer is gone before anything is written. */
static int sign(struct renew *r, struct error *err)
{
	speaking = r;
	if (r->passphrase_file) /* else a question may stand on the terminal meanwhile */
		sign_watch(&r->signing, progress);
	int rc = renew_unlock(r, err);
	if (rc == 0 && !r->passphrase_file)
		sign_watch(&r->signing, progress);
	if (rc == 0)
		rc = sign_wait(&r->signing, err);
	if (rc == 0)
		rc = sign_planned(r, err);
	signer_end(&r->signer); /* before anything of the node is changed */
	if (rc == 0)
		rc = render(&r->signing, kubelet_time(r), r->conf.key_mode, &r->entries, err);
	if (rc == 0)
		renew_say(r, "%zu certificates signed, each accepted by two independent checks",
			r->plan.renewed);
	return rc;
}

/* Everything that will be written: what is renewed, then what only gets another mode. */
static int prepare(struct renew *r, struct error *err)
{
	sign_begin(&r->signing, &r->inv, &r->plan);
	renew_ledger_open(r);
	if (r->plan.renewed && sign(r, err))
		return -1;
	signer_end(&r->signer); /* where nothing is renewed, nobody has told it yet */
	modes_render(&r->inv, &r->plan, &r->entries);
	return stage_preflight(&r->root, &r->entries, err);
}

static int write_node(struct renew *r, struct error *err)
{
	struct tx tx;
	remove_leftovers(r);
	if (stage(&r->root, r->id, r->inv.node, &r->entries, &tx, err))
		return -1;
	renew_say(r, "%zu files staged and synced; do not remove the stick before the last line",
		r->entries.n);
	snprintf(r->state_dir, sizeof(r->state_dir), STATE_DIR "/%s", r->id);
	r->result.state_dir = r->state_dir;
	int rc = commit(&tx, err);
	tx_close(&tx);
	return rc;
}

static const int hold_back[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGTSTP};

static int run(struct renew *r, struct error *err)
{
	const struct signer_source ca = {.dir = r->ca ? r->ca : r->c.media,
		.is_ca_dir = r->ca != NULL,
		.cluster = r->cluster};
	if (signer_start(&r->signer, err) || root_open(&r->root, r->c.root, err) ||
		root_lock(&r->root, err) || finish_pending(r, err))
		return -1;
	choose_id(r);
	if (renew_policy(r, err) || signer_scan(&r->signer, &ca, &r->store, err))
		return -1;
	if (discover(&r->root, &r->inv, err))
		return -1;
	renew_table(r, &r->inv, "the node before the rescue:");
	if (renew_clock(r, err))
		return -1;
	int rc = make_plan(r, err);
	if (rc && err->kind != ERR_FAILED)
		return -1;
	if (show_plan(r) && rc == 0)
		return error_set(
			err, ERR_FAILED, NULL, "nothing was changed", "the plan cannot be shown");
	if (rc)
		return -1;
	if (r->plan.renewed == 0 && r->plan.n_modes == 0)
		return error_set(err, ERR_PARTIAL, NULL, "see the reasons above",
			"nothing can be renewed, though %zu are due", r->plan.refused);
	if (r->dry_run && !r->drill)
		return 0;
	if (!r->dry_run && renew_confirm(r, err))
		return -1;
	if (prepare(r, err))
		return -1;
	if (r->dry_run) {
		renew_say(r, "drill: everything was done but writing; the node is unchanged");
		return 0;
	}
	/* A hang-up or an interrupt must not end it between two exchanges. */
	sigset_t held, before;
	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(hold_back) / sizeof(*hold_back); i++)
		sigaddset(&held, hold_back[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
	renew_ledger_plan(r);
	int written = write_node(r, err) ? -1 : renew_verify(r, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (written)
		return -1;
	renew_table(r, &r->after, "the node after the rescue:");
	return 0;
}

static void clean(struct renew *r)
{
	sign_end(&r->signing);
	ledger_close(&r->ledger);
	entries_free(&r->entries);
	plan_free(&r->plan);
	inventory_free(&r->inv);
	inventory_free(&r->after);
	signer_end(&r->signer);
	store_close(&r->store);
	conf_free(&r->conf);
	root_close(&r->root);
}

int cmd_renew(int argc, char **argv)
{
	struct renew r = {
		.c = COMMON_INIT,
		.validity = -1,
		.within = -1,
		.backdate = 300,
		.root = ROOT_INIT,
		.signer = SIGNER_INIT,
		.ledger = LEDGER_INIT,
	};
	struct error err = ERROR_INIT;
	signal(SIGPIPE, SIG_IGN); /* a reader that has gone is no reason to stop half-way */
	int rc = parse(&r, argc, argv);
	if (rc >= 0)
		return rc;
	r.result = (struct result){.command = "renew",
		.started = r.c.now,
		.version = CERTRESCUE_VERSION,
		.operator_name = r.operator_name,
		.clock_source = r.c.now_given ? "operator (--now)" : "system clock"};
	rc = run(&r, &err);
	if (rc)
		rc = (int)err.kind;
	else if (r.plan.refused)
		rc = ERR_PARTIAL;
	rc = renew_end(&r, rc, rc && err.kind ? &err : NULL);
	clean(&r);
	return rc;
}
