// SPDX-License-Identifier: MIT
// issue_job: one certificate, from what is asked to what is judged good.
#include <errno.h>
#include <stdlib.h>

#include "cmd/issue.h"
#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/csr_make.h"
#include "pki/lint.h"
#include "pki/match.h"
#include "pki/opinion.h"
#include "pki/pem.h"

#define KEY_BITS_LEAST 2048

/* --- the key that is kept ------------------------------------------------------------------- */

static int check_kept(const struct key *k, struct error *err)
{
	if (k->alg == KEY_RSA && k->bits < KEY_BITS_LEAST)
		return error_set(err, ERR_REFUSED, NULL, "make a new one",
			"an RSA key of %d bits is too weak", k->bits);
	if (template_signature(k->alg, k->bits, &(struct profile){.ku = 0}) == SIG_OTHER)
		return error_set(err, ERR_REFUSED, NULL, "keep an RSA or ECDSA key",
			"a key of this kind cannot sign its request here");
	return 0;
}

static int load_key(struct key *k, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	struct error cause = ERROR_INIT;
	int rc = issue_slurp(&text, path, KEY_FILE_MAX, err);
	if (rc == 0 && (key_import(k, buf_bytes(&text), NULL, &cause) || check_kept(k, &cause))) {
		bool locked = cause.os == EACCES;
		rc = error_set(err, cause.kind, path,
			locked ? "decrypt it first: openssl pkey -in KEY -out PLAIN" : cause.todo,
			"%s", cause.what);
	}
	buf_wipe(&text);
	return rc;
}

/* --- before anything is made ---------------------------------------------------------------- */

static int check_draft(const struct issue_job *j, const struct cert *ca, struct error *err)
{
	struct cert c;
	long left = MATCH_COMPARISONS_MAX;
	if (cert_parse(&c, buf_bytes(&j->draft), err) || lint_cert(&c, err) ||
		match_constraints(ca, &c, &left, err)) {
		err->kind = ERR_REFUSED;
		return -1;
	}
	if (c.unknown_critical)
		return error_set(err, ERR_REFUSED, NULL, "make it not critical",
			"a critical extension that nobody knows would make the certificate "
			"useless");
	if (ca->has_eku && c.has_eku && !(ca->eku & EKU_ANY) && !(c.eku & ca->eku))
		return error_set(err, ERR_REFUSED, NULL, "use another CA or another profile",
			"the CA's extended key usage allows none of the profile's usages");
	return 0;
}

/* The certificate as it will be, but for its key, serial number and signature. */
static int draft(struct issue_job *j, const struct cert *ca, struct error *err)
{
	static const uint8_t none[1];
	struct template t = j->template;
	struct buf tbs = BUF_INIT;
	t.spki = j->spki.n ? buf_bytes(&j->spki) : ca->spki;
	t.serial[0] = 1;
	int rc = template_tbs(&t, &tbs, err);
	if (rc == 0)
		rc = issue_finish(buf_bytes(&tbs), (struct bytes){none, 1}, &j->draft, err);
	buf_free(&tbs);
	return rc;
}

static int check_path_len(const struct profile *p, const struct cert *ca, struct error *err)
{
	if (!p->is_ca || ca->path_len < 0)
		return 0;
	if (ca->path_len == 0)
		return error_set(err, ERR_REFUSED, NULL, "use a CA that allows it",
			"the CA does not allow CAs beneath it (path length 0)");
	if (p->path_len >= ca->path_len)
		return error_set(err, ERR_REFUSED, NULL, "lower the profile's max_path_len",
			"a path length of %d beneath a CA whose own is %d", p->path_len,
			ca->path_len);
	return 0;
}

static int check(struct issue_job *j, const struct cert *ca, int64_t now, struct error *err)
{
	struct key k = KEY_INIT;
	if (j->key_path && load_key(&k, j->key_path, err))
		return -1;
	buf_add(&j->spki, k.spki.p, k.spki.n);
	key_free(&k);
	j->template = (struct template){.request = &j->request, .profile = j->profile, .ca = ca};
	j->template.sig = template_signature(ca->key, ca->key_bits, j->profile);
	if (check_path_len(j->profile, ca, err) || template_validity(&j->template, now, err) ||
		draft(j, ca, err))
		return -1;
	return check_draft(j, ca, err);
}

/* Of each step: where it is wrong stands in front. */
static int placed(const struct issue_job *j, int rc, struct error *err)
{
	if (rc)
		issue_place(j, err);
	return rc;
}

int issue_check(void *arg, struct error *err)
{
	struct issue_job *j = arg;
	return placed(j, check(j, issue_ca_cert(j->work), j->work->c.now, err), err);
}

/* --- key and request ------------------------------------------------------------------------ */

static int make(struct issue_job *j, struct error *err)
{
	int rc = j->key_path ? load_key(&j->key, j->key_path, err)
			     : key_generate(&j->key, j->request.key, j->request.key_bits, err);
	if (rc)
		return -1;
	if (j->key_path && !bytes_equal(buf_bytes(&j->spki), buf_bytes(&j->key.spki)))
		return error_set(err, ERR_FAILED, j->key_path, "start again",
			"the key is another one than a moment ago");
	return csr_make(&j->csr, &j->request, &j->key, err);
}

int issue_make(void *arg, struct error *err)
{
	struct issue_job *j = arg;
	return placed(j, make(j, err), err);
}

/* --- the verdict ---------------------------------------------------------------------------- */

static int judge_pair(const struct issue_job *j, struct error *err)
{
	struct buf pem = BUF_INIT;
	key_write(&pem, &j->key, KEY_FORM_TRADITIONAL);
	int rc = opinion_pair(buf_bytes(&j->cert), buf_bytes(&pem), err);
	buf_wipe(&pem);
	return rc;
}

/* A CA that lists purposes allows only those. */
static unsigned purpose(const struct cert *c, const struct cert *ca)
{
	if (!ca->has_eku || !c->has_eku)
		return EKU_ANY;
	return c->eku & EKU_SERVER ? EKU_SERVER : c->eku & EKU_CLIENT ? EKU_CLIENT : EKU_ANY;
}

static int judge(const struct issue_job *j, const struct cert *ca, int64_t now, struct error *err)
{
	struct cert c;
	struct csr csr;
	struct chain_ask ask = {.roots = ca, .n_roots = 1};
	if (cert_parse(&c, buf_bytes(&j->cert), err) || lint_cert(&c, err) ||
		csr_parse(&csr, buf_bytes(&j->csr), err))
		return -1;
	if (!bytes_equal(c.spki, csr.spki) ||
		!bytes_equal(csr.subject, buf_bytes(&j->request.csr_subject)))
		return error_set(
			err, ERR_FAILED, NULL, NULL, "the request is not the certificate's");
	/* A profile may have it begin later than now. */
	ask.now = now < c.not_before ? c.not_before : now;
	ask.purpose = purpose(&c, ca);
	if (chain_verify(&c, &ask, err) ||
		opinion_chain(buf_bytes(&j->cert), ca->raw, ask.now, err))
		return -1;
	return judge_pair(j, err);
}

int issue_judge(void *arg, struct error *err)
{
	struct issue_job *j = arg;
	return placed(j, judge(j, issue_ca_cert(j->work), j->work->c.now, err), err);
}

void issue_forget(struct issue_job *j)
{
	key_free(&j->key);
	buf_free(&j->csr);
	buf_free(&j->cert);
}

void issue_job_free(struct issue_job *j)
{
	issue_forget(j);
	free(j->out);
	free(j->key_path);
	request_free(&j->request);
	buf_free(&j->spki);
	buf_free(&j->draft);
}
