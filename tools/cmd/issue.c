// SPDX-License-Identifier: MIT
// issue: new certificates from cfssl's CSR JSON and profiles: one, or a plan of many.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/issue.h"
#include "rescue/keymill.h"

/* So many certificates are in memory at once: their keys are made while those before are signed. */
#define BATCH 128

static const struct common_help help = {
	.usage = "issue CSR.json --ca FILE --ca-key FILE (--out PREFIX | --format json) "
		 "[option...]\n"
		 "       certrescue issue --plan FILE --ca FILE --ca-key FILE [option...]",
	.summary =
		"Issues a certificate as cfssl's gencert does, from the same CSR JSON and\n"
		"ca-config.json. Writes PREFIX.pem, PREFIX-key.pem (mode 0600) and PREFIX.csr, or\n"
		"one line of JSON that cfssljson -bare takes. A plan is a JSON array of\n"
		"{\"csr\": {...} or \"csr_file\", \"profile\", \"hostname\", \"cn\", \"key\", "
		"\"out\"}: one bad\n"
		"line, and nothing is written.",
	.exit_codes =
		"  0   issued\n"
		"  1   failed: a file, the JSON, the passphrase; nothing was written\n"
		"  5   refused: the CA or the profile does not allow it, or it is not done here\n"
		"  64  wrong usage\n",
	.example = "certrescue issue apiserver-csr.json --ca ca.pem --ca-key ca-key.pem \\\n"
		   "    --config ca-config.json --profile kubernetes \\\n"
		   "    --hostname kubernetes,10.96.0.1,cp-1,192.0.2.10 --out apiserver",
};

static int usage(struct error *err, const char *what, const char *todo)
{
	return error_set(err, ERR_USAGE, NULL, todo, "%s", what);
}

static int check_flags(struct issue_work *w, const struct args_list *operands, struct error *err)
{
	w->csr_path = operands->n ? operands->v[0] : NULL;
	if (!w->csr_path == !w->plan)
		return usage(err, "what to issue", "name a CSR.json, or a plan with --plan FILE");
	if (!w->ca || !w->ca_key)
		return usage(err, !w->ca ? "no CA was named" : "the CA's key was not named",
			"give both --ca FILE and --ca-key FILE");
	if (w->plan && (w->hostname || w->cn || w->key || w->out || w->c.json))
		return usage(err,
			"--hostname, --cn, --key, --out and --format json are for one certificate",
			"a plan says \"hostname\", \"cn\", \"key\" and \"out\" for each");
	if (!w->plan && !w->out == !w->c.json)
		return usage(err, "where to write", "give --out PREFIX or --format json, not both");
	if (w->out && (!*w->out || w->out[strlen(w->out) - 1] == '/'))
		return usage(err, "--out: a prefix of file names is wanted", "--out DIR/NAME");
	if (w->hostname && !*w->hostname) /* as cfssl takes -hostname= */
		w->hostname = NULL;
	return 0;
}

/* --- remarks -------------------------------------------------------------------------------- */

static void warn(const char *path, const char *todo, const char *text)
{
	struct error warning;
	error_set(&warning, ERR_NONE, path, todo, "%s", text);
	common_warn(&warning);
}

static void warn_clamped(const struct issue_work *w)
{
	char text[CLOCK_TEXT];
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++)
		n += w->jobs[i].template.clamped;
	if (n == 0)
		return;
	char *what =
		w->n == 1 ? xasprintf("the certificate ends with its CA, %s, before what the "
				      "profile says",
				    clock_text(issue_ca_cert(w)->not_after, text))
			  : xasprintf("%zu certificates end with their CA, %s, before what their "
				      "profiles say",
				    n, clock_text(issue_ca_cert(w)->not_after, text));
	warn(w->ca, "renew the CA for longer ones", what);
	free(what);
}

/* What a request says in vain; the first of each kind is enough. */
static void warn_notes(const struct issue_work *w)
{
	bool notes = false, crl = false, nameless = false;
	for (size_t i = 0; i < w->n; i++) {
		const struct issue_job *j = &w->jobs[i];
		const struct profile *p = j->profile;
		const char *path = j->line ? w->plan : w->csr_path;
		if (j->request.notes.n && !notes)
			warn(path, NULL, buf_text(&j->request.notes));
		if (*j->request.crl_url && !crl)
			warn(path, "the profile's \"crl_url\" counts",
				"\"crl_url\" has no effect on certificates that a CA issues, as "
				"with cfssl");
		bool server = p->eku_bits & EKU_SERVER && !(p->eku_bits & EKU_CLIENT);
		if (server && j->request.hosts.n == 0 && !nameless)
			warn(path, "add \"hosts\", or --hostname",
				"a server's certificate without hosts: programs do not look at its "
				"CN");
		notes |= j->request.notes.n > 0;
		crl |= *j->request.crl_url != 0;
		nameless |= server && j->request.hosts.n == 0;
	}
}

/* The callback has no argument of its own. */
static struct {
	size_t before, all; /* keys of earlier batches, of all */
} progress;

static void show_progress(size_t made, size_t all)
{
	(void)all;
	made += progress.before;
	fprintf(stderr, "\rprivate keys ready: %zu of %zu%s", made, progress.all,
		made == progress.all ? "\n" : "");
	fflush(stderr);
}

static void watch(const struct issue_work *w, struct keymill *mill, size_t from)
{
	if (w->n < 2 || w->c.quiet || !isatty(STDERR_FILENO))
		return;
	progress.before = from;
	progress.all = w->n;
	keymill_watch(mill, show_progress);
}

/* --- the work ------------------------------------------------------------------------------- */

static size_t batch_size(const struct issue_work *w, size_t from)
{
	return w->n - from < BATCH ? w->n - from : BATCH;
}

/* Starts one step for n jobs from job from on, on all cores. */
static struct keymill *start(
	struct issue_work *w, size_t from, size_t n, int (*step)(void *arg, struct error *err))
{
	struct keymill *mill = keymill_new(n);
	for (size_t i = from; i < from + n; i++)
		keymill_job(mill, step, &w->jobs[i]);
	keymill_start(mill);
	return mill;
}

static int wait_for(struct keymill *mill, struct error *err)
{
	int rc = keymill_wait(mill, err);
	keymill_free(mill);
	return rc;
}

/* Everything that can be known to be wrong before a key is made or the CA's is opened. */
static int prepare(struct issue_work *w, struct error *err)
{
	if (issue_read(w, err) || issue_ca(w, err) ||
		wait_for(start(w, 0, w->n, issue_check), err) || issue_room(w, err))
		return -1;
	warn_notes(w);
	warn_clamped(w);
	return 0;
}

static int print_json(const struct issue_work *w, struct error *err)
{
	struct buf out = BUF_INIT;
	issue_json(&out, &w->jobs[0]);
	int rc = common_print(&out);
	buf_wipe(&out);
	return rc ? error_set(err, ERR_FAILED, NULL, NULL, "the certificate was not printed") : 0;
}

/* Signs, judges and writes a batch whose keys and requests are made. */
static int finish(struct issue_work *w, size_t from, struct error *err)
{
	size_t n = batch_size(w, from);
	for (size_t i = from; i < from + n; i++)
		if (issue_sign(w, &w->jobs[i], err)) {
			issue_place(&w->jobs[i], err);
			return -1;
		}
	if (from + n == w->n)
		signer_end(&w->signer);
	if (wait_for(start(w, from, n, issue_judge), err))
		return -1;
	return w->c.json ? print_json(w, err) : issue_write(w, w->jobs + from, n, err);
}

/* What was written before something failed stays: it is whole. */
static void warn_cut(const struct issue_work *w, size_t done)
{
	if (done == 0)
		return;
	char *what = xasprintf(
		"the first %zu certificates of the plan are written, the other %zu are not", done,
		w->n - done);
	warn(w->plan, NULL, what);
	free(what);
}

/* Starts to make the keys and requests of the batch that begins with job from. */
static struct keymill *start_making(struct issue_work *w, size_t from)
{
	struct keymill *mill = start(w, from, batch_size(w, from), issue_make);
	watch(w, mill, from);
	return mill;
}

static int issue_all(struct issue_work *w, struct error *err)
{
	struct keymill *mill = start_making(w, 0);
	size_t from = 0;
	int rc = 0;
	while (from < w->n && rc == 0) {
		size_t n = batch_size(w, from), next = from + n;
		rc = wait_for(mill, err);
		mill = NULL;
		if (rc == 0 && next < w->n)
			mill = start_making(w, next);
		if (rc == 0)
			rc = finish(w, from, err);
		for (size_t i = from; i < next; i++)
			issue_forget(&w->jobs[i]);
		if (rc == 0)
			from = next;
	}
	if (rc && progress.all)
		fputc('\n', stderr); /* below what show_progress wrote */
	if (rc)
		warn_cut(w, from);
	keymill_free(mill);
	return rc;
}

static int report(const struct issue_work *w)
{
	struct buf b = BUF_INIT;
	char text[CLOCK_TEXT];
	if (w->c.quiet || w->c.json)
		return 0;
	if (w->plan)
		buf_printf(&b, "%zu certificates issued\n", w->n);
	else
		buf_printf(&b, "%s.pem issued, good until %s\n", w->out,
			clock_text(w->jobs[0].template.not_after, text));
	int rc = common_print(&b);
	buf_free(&b);
	return rc;
}

static void release(struct issue_work *w)
{
	signer_end(&w->signer);
	for (size_t i = 0; i < w->n; i++)
		issue_job_free(&w->jobs[i]);
	free(w->jobs);
	for (size_t i = 0; i < w->n_profiles; i++) {
		profile_free(w->profiles[i]);
		free(w->profiles[i]);
	}
	free(w->profiles);
	jsondoc_free(&w->config);
	store_close(&w->store);
}

int cmd_issue(int argc, char **argv)
{
	struct issue_work w = {.c = COMMON_INIT, .signer = SIGNER_INIT, .store = STORE_INIT};
	struct args_option own[] = {
		{"ca", ARGS_TEXT, &w.ca, "FILE", "the CA's certificate"},
		{"ca-key", ARGS_TEXT, &w.ca_key, "FILE", "the CA's private key"},
		{"passphrase-file", ARGS_TEXT, &w.passphrase_file, "FILE", "opens the CA's key"},
		{"config", ARGS_TEXT, &w.config_path, "FILE",
			"cfssl's ca-config.json (without: server and client, a year)"},
		{"profile", ARGS_TEXT, &w.profile, "NAME",
			"of the configuration (default: default)"},
		{"hostname", ARGS_TEXT, &w.hostname, "A,B", "instead of the CSR's hosts"},
		{"cn", ARGS_TEXT, &w.cn, "NAME", "instead of the CSR's CN"},
		{"key", ARGS_TEXT, &w.key, "FILE",
			"keep this private key; PREFIX-key.pem is not written"},
		{"out", ARGS_TEXT, &w.out, "PREFIX",
			"write PREFIX.pem, PREFIX-key.pem, PREFIX.csr"},
		{"plan", ARGS_TEXT, &w.plan, "FILE", "many certificates; - is standard input"},
		{"force", ARGS_FLAG, &w.force, NULL, "replace files that are there"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	int rc = common_parse(&w.c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	if (check_flags(&w, &operands, &err))
		return common_fail(&err);
	rc = signer_start(&w.signer, &err) || prepare(&w, &err) || issue_list(&w, &err) ||
			     issue_open(&w, &err) || issue_all(&w, &err)
		     ? common_fail(&err)
		     : report(&w);
	release(&w);
	return rc;
}
