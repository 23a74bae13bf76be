// SPDX-License-Identifier: MIT
// renew_ask: the questions of a rescue: is the clock right, go ahead, the passphrase.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/passphrase.h"
#include "cmd/renew.h"

#ifndef CERTRESCUE_BUILD_TIME
#define CERTRESCUE_BUILD_TIME 1735689600 /* 2025-01-01; the Makefile says better */
#endif

#define TRIES 3

/* Is there a person to ask? */
static bool interactive(const struct renew *r)
{
	return !r->yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Asks for a word, not a key. */
static bool typed_yes(const char *question)
{
	char line[64];
	fprintf(stderr, "%s Type yes to go on: ", question);
	fflush(stderr);
	return fgets(line, sizeof(line), stdin) && strcmp(line, "yes\n") == 0;
}

static int parse_evidence(struct clock_evidences *all, const char *text, struct error *err)
{
	char source[160];
	const char *eq = strrchr(text, '=');
	int64_t t;
	if (!eq || !clock_parse(eq + 1, &t))
		return error_set(err, ERR_USAGE, NULL,
			"--evidence \"last mount=2026-11-23T17:45:00Z\"", "not SOURCE=TIME: %s",
			text);
	snprintf(source, sizeof(source), "%.*s", (int)(eq - text), text);
	clock_evidence_add(all, source, t);
	return 0;
}

int renew_clock(struct renew *r, struct error *err)
{
	struct clock_evidences all = {.n = 0};
	struct stat st;
	struct error gate = ERROR_INIT, ignored = ERROR_INIT;
	char odd[160];
	for (size_t i = 0; i < r->evidence.n; i++)
		if (parse_evidence(&all, r->evidence.v[i], err))
			return -1;
	clock_evidence_from(&all, &r->inv);
	if (root_stat(&r->root, "/var/lib/systemd/timesync/clock", &st, &ignored) == 0)
		clock_evidence_add(&all, "/var/lib/systemd/timesync/clock", st.st_mtim.tv_sec);
	int rc = clockgate(r->c.now, CERTRESCUE_BUILD_TIME, &all, odd, &gate);
	if (odd[0])
		renew_say(
			r, "note: %s is dated more than ten years ahead and is not believed", odd);
	if (rc == 0)
		return 0;
	if (r->c.now_given) {
		snprintf(gate.todo, sizeof(gate.todo),
			"the operator's word (--now) is taken for it");
		common_warn(&gate);
		return 0;
	}
	if (interactive(r)) {
		common_warn(&gate);
		if (typed_yes("Is the clock right all the same?"))
			return 0;
	}
	*err = gate;
	return -1;
}

int renew_confirm(const struct renew *r, struct error *err)
{
	if (r->yes)
		return 0;
	if (!interactive(r))
		return error_set(err, ERR_USAGE, NULL,
			"look at the plan with --dry-run, then add --yes; nothing was changed",
			"there is no terminal to ask on");
	if (typed_yes("This changes the node as the plan says."))
		return 0;
	return error_set(err, ERR_FAILED, NULL, "nothing was changed", "not confirmed");
}

/* Plain keys are taken, but the medium alone is then enough to sign anything. */
static void warn_of_plain_keys(const struct renew *r)
{
	struct error err;
	for (size_t i = 0; i < r->store.n_cas; i++) {
		const struct store_ca *ca = &r->store.cas[i];
		if (!ca->open || ca->key.was_encrypted)
			continue;
		char *todo =
			ca->cluster[0]
				? xasprintf("encrypt it: certrescue ca protect %s/ca/%s",
					  r->store.path, ca->cluster)
				: xasprintf("encrypt it: certrescue ca protect %s", r->store.path);
		error_set(&err, ERR_NONE, ca->key_path, todo,
			"the CA's key is not encrypted: who has the medium can sign for the "
			"cluster");
		free(todo);
		common_warn(&err);
		return; /* one is enough to be told */
	}
}

/* Opens every CA that the plan uses with what is at hand; *again: a passphrase is needed or wrong.
 */
static int unlock_all(
	struct renew *r, const struct secret *passphrase, bool *again, struct error *err)
{
	*again = false;
	for (size_t i = 0; i < r->plan.n; i++) {
		const struct plan_item *p = &r->plan.items[i];
		if (p->action != PLAN_RENEW || p->ca < 0 || r->store.cas[p->ca].open)
			continue;
		if (signer_open(&r->signer, &r->store, (size_t)p->ca, passphrase, err) == 0) {
			struct buf name = BUF_INIT;
			cert_name_text(&name, r->store.cas[p->ca].cert.subject);
			renew_say(r, "CA %s opened", buf_text(&name));
			buf_free(&name);
			continue;
		}
		*again = err->os == EACCES;
		return -1;
	}
	return 0;
}

/* The signer gets the plan's list and gives up every system call but its socket's. */
static int confine(struct renew *r, struct error *err)
{
	struct error weak;
	bool confined;
	if (sign_list(&r->signing, &r->signer, &confined, err))
		return -1;
	if (!confined) {
		error_set(&weak, ERR_NONE, NULL, "it works all the same; a newer kernel can",
			"this kernel cannot confine the process that holds the CA's key (seccomp)");
		common_warn(&weak);
	}
	return 0;
}

int renew_unlock(struct renew *r, struct error *err)
{
	struct secret passphrase = SECRET_INIT;
	bool again;
	if (confine(r, err))
		return -1;
	int rc = unlock_all(r, NULL, &again, err);
	warn_of_plain_keys(r);
	if (rc == 0 || !again)
		return rc;
	if (r->passphrase_file) {
		rc = passphrase_from_file(&passphrase, r->passphrase_file, err);
		if (rc == 0)
			rc = unlock_all(r, &passphrase, &again, err);
		secret_free(&passphrase);
		return rc;
	}
	for (int i = 0; rc && again && i < TRIES; i++) {
		if (passphrase_ask(&passphrase, "Passphrase of the CA's key: ", err))
			return -1;
		rc = unlock_all(r, &passphrase, &again, err);
		secret_free(&passphrase);
		if (rc && again)
			common_warn(err);
	}
	return rc;
}
