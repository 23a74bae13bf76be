// SPDX-License-Identifier: MIT
// issue_sign: the CA, whose key only the signer's process holds.
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/issue.h"
#include "cmd/passphrase.h"
#include "pki/opinion.h"
#include "pki/spki.h"

#define TRIES 3

const struct cert *issue_ca_cert(const struct issue_work *w)
{
	return &w->store.cas[0].cert;
}

static int refuse(const struct issue_work *w, const char *todo, const char *what, struct error *err)
{
	return error_set(err, ERR_REFUSED, w->ca, todo, "%s", what);
}

static int refuse_kind(const struct issue_work *w, const struct cert *ca, struct error *err)
{
	struct buf kind = BUF_INIT;
	struct spki s;
	if (spki_parse(ca->spki, &s, err))
		return -1;
	spki_algorithm_text(&kind, s.oid);
	error_set(err, ERR_REFUSED, w->ca, "use a CA with an RSA or ECDSA key",
		"the CA's key is of kind %s, with which nothing is signed here", buf_text(&kind));
	buf_free(&kind);
	return -1;
}

static int check_ca(const struct issue_work *w, struct error *err)
{
	static const struct profile any = {.ku = 0};
	const struct cert *ca = issue_ca_cert(w);
	char text[CLOCK_TEXT];
	struct error cause = ERROR_INIT;
	if (w->c.now > ca->not_after)
		return error_set(err, ERR_REFUSED, w->ca, "renew the CA first: certrescue ca renew",
			"the CA expired %s", clock_text(ca->not_after, text));
	if (w->c.now < ca->not_before)
		return error_set(err, ERR_REFUSED, w->ca, "check the clock",
			"the CA is not valid before %s", clock_text(ca->not_before, text));
	if (ca->has_ku && !(ca->ku & KU_CERT_SIGN))
		return refuse(w, "name a CA that may",
			"the CA may not sign certificates (its key usage lacks keyCertSign)", err);
	if (template_signature(ca->key, ca->key_bits, &any) == SIG_OTHER)
		return refuse_kind(w, ca, err);
	if (ca->key == KEY_RSA && ca->key_bits < 2048)
		return refuse(
			w, "make a new CA", "the CA's RSA key is too weak (below 2048 bits)", err);
	if (opinion_reads(ca->raw, &cause))
		return error_set(err, ERR_REFUSED, w->ca, "use another CA",
			"nothing can be issued that two libraries agree on: %s", cause.what);
	return 0;
}

int issue_ca(struct issue_work *w, struct error *err)
{
	struct signer_source from = {.cert_file = w->ca, .key_file = w->ca_key};
	if (signer_scan(&w->signer, &from, &w->store, err))
		return -1;
	return check_ca(w, err);
}

int issue_list(struct issue_work *w, struct error *err)
{
	struct signlist list = {.n = 0};
	bool confined = false;
	for (size_t i = 0; i < w->n; i++) {
		struct issue_job *j = &w->jobs[i];
		struct cert c;
		if (cert_parse(&c, buf_bytes(&j->draft), err))
			return -1;
		struct signlist_line line = {.subject = c.subject,
			.extensions = c.extensions,
			.not_before = c.not_before,
			.not_after = c.not_after,
			.spki = buf_bytes(&j->spki),
			.alg = j->request.key,
			.bits = j->request.key_bits,
			.is_ca = j->profile->is_ca};
		j->sign_line = list.n;
		signlist_add(&list, &line);
	}
	int rc = signer_list(&w->signer, &list, &confined, err);
	signlist_free(&list);
	for (size_t i = 0; i < w->n; i++)
		buf_free(&w->jobs[i].draft);
	if (rc == 0 && !confined) {
		struct error warning;
		error_set(&warning, ERR_NONE, NULL, NULL,
			"this kernel has no seccomp filters: the signer's process is not confined");
		common_warn(&warning);
	}
	return rc;
}

/* --- the key -------------------------------------------------------------------------------- */

/* What store_unlock says of any CA, in the words of this command's options. */
static int open_with(struct issue_work *w, const struct secret *passphrase, struct error *err)
{
	if (signer_open(&w->signer, &w->store, 0, passphrase, err) == 0)
		return 0;
	if (err->os == ENOENT)
		error_set(err, ERR_REFUSED, w->ca_key, "name the key of this CA with --ca-key",
			"the private key is not that of the CA in %s", w->ca);
	return -1;
}

static int ask(struct issue_work *w, struct error *err)
{
	struct secret passphrase = SECRET_INIT;
	int rc = -1;
	for (int i = 0; i < TRIES && rc && err->os == EACCES; i++) {
		if (i > 0)
			common_warn(err);
		if (passphrase_ask(&passphrase, "Passphrase of the CA's key: ", err))
			break;
		rc = open_with(w, &passphrase, err);
	}
	secret_free(&passphrase);
	return rc;
}

static void warn_of_plain_key(const struct issue_work *w)
{
	struct error warning;
	error_set(&warning, ERR_NONE, w->ca_key, "encrypt it: certrescue ca protect DIRECTORY",
		"the CA's key is not encrypted: who has this file can sign for the cluster");
	common_warn(&warning);
}

int issue_open(struct issue_work *w, struct error *err)
{
	struct secret passphrase = SECRET_INIT;
	int rc = open_with(w, NULL, err);
	if (rc == 0 && !w->c.quiet)
		warn_of_plain_key(w);
	if (rc == 0 || err->os != EACCES)
		return rc;
	if (!w->passphrase_file)
		return isatty(STDIN_FILENO) ? ask(w, err) : -1;
	rc = passphrase_from_file(&passphrase, w->passphrase_file, err);
	if (rc == 0)
		rc = open_with(w, &passphrase, err);
	secret_free(&passphrase);
	return rc;
}

/* --- signatures ----------------------------------------------------------------------------- */

int issue_sign(struct issue_work *w, struct issue_job *j, struct error *err)
{
	struct buf tbs = BUF_INIT, signature = BUF_INIT;
	j->template.spki = buf_bytes(&j->key.spki);
	issue_serial(j->template.serial);
	int rc = template_tbs(&j->template, &tbs, err);
	if (rc == 0)
		rc = signer_sign(&w->signer, j->sign_line, j->template.sig, buf_bytes(&tbs),
			&signature, err);
	if (rc == 0)
		rc = issue_finish(buf_bytes(&tbs), buf_bytes(&signature), &j->cert, err);
	buf_free(&tbs);
	buf_free(&signature);
	return rc;
}
