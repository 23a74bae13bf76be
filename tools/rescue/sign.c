// SPDX-License-Identifier: MIT
// sign: makes the planned certificates in memory and has them judged twice.
#include <stdlib.h>
#include <string.h>

#include "pki/chain.h"
#include "pki/ext.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/opinion.h"
#include "rescue/keymill.h"
#include "rescue/sign.h"

void sign_begin(struct signing *s, const struct inventory *inv, struct plan *plan)
{
	*s = (struct signing){.inv = inv, .plan = plan};
	s->items = xmalloc((plan->n + 1) * sizeof(*s->items));
	s->mill = keymill_new(plan->n);
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_item *p = &plan->items[i];
		if (p->action == PLAN_RENEW && p->new_key && p->same_as < 0)
			keymill_order(s->mill, &s->items[i].key, p->key, p->key_bits);
	}
	keymill_start(s->mill);
}

void sign_watch(struct signing *s, void (*progress)(size_t made, size_t all))
{
	keymill_watch(s->mill, progress);
}

int sign_list(struct signing *s, struct signer *signer, bool *confined, struct error *err)
{
	struct signlist list = {.n = 0};
	s->signer = signer;
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct plan_item *p = &s->plan->items[i];
		const struct cert *old = &s->inv->certs[i].cert;
		if (p->action != PLAN_RENEW || p->same_as >= 0 || p->ca < 0)
			continue;
		s->items[i].line = list.n;
		struct signlist_line line = {.ca = (size_t)p->ca,
			.subject = old->subject,
			.extensions = old->extensions,
			.not_before = p->not_before,
			.not_after = p->not_after,
			.alg = p->key,
			.bits = p->key_bits};
		if (!p->new_key)
			line.spki = old->spki;
		signlist_add(&list, &line);
	}
	int rc = signer_list(signer, &list, confined, err);
	signlist_free(&list);
	return rc;
}

int sign_wait(struct signing *s, struct error *err)
{
	return keymill_wait(s->mill, err);
}

void sign_end(struct signing *s)
{
	keymill_free(s->mill);
	for (size_t i = 0; s->items && i < s->plan->n; i++) {
		buf_free(&s->items[i].der);
		key_free(&s->items[i].key);
	}
	free(s->items);
	*s = (struct signing){0};
}

const struct signed_item *sign_result(const struct signing *s, size_t item)
{
	if (s->plan->items[item].same_as >= 0)
		item = (size_t)s->plan->items[item].same_as;
	return s->items[item].der.n ? &s->items[item] : NULL;
}

static void fail(const struct signing *s, size_t i, struct error *err)
{
	struct buf place = BUF_INIT;
	struct error cause = *err;
	inventory_place(&place, s->inv, &s->inv->certs[i]);
	error_set(err, ERR_FAILED, buf_text(&place),
		cause.todo[0] ? cause.todo : "run `certrescue inspect` on it and on its CA",
		"it cannot be renewed: %s", cause.what);
	buf_free(&place);
}

/* Everything but what a renewal changes must be the old certificate's, byte for byte. */
static int check_clone(const struct cert *old, const struct cert *now, struct error *err)
{
	if (!bytes_equal(old->subject, now->subject))
		return error_set(err, ERR_FAILED, NULL, NULL, "its subject is not the old one's");
	if (!ext_same_but_key_ids(old->extensions, now->extensions))
		return error_set(
			err, ERR_FAILED, NULL, NULL, "its extensions are not the old one's");
	return 0;
}

static int check_chain(const struct cert *c, const struct cert *ca, int64_t now, struct error *err)
{
	struct chain_ask ask = {.now = now, .purpose = EKU_ANY, .roots = ca, .n_roots = 1};
	if (!ca->has_eku) /* nothing above narrows it: one purpose speaks for all */
		return chain_verify(c, &ask, err) ? -1 : opinion_chain(c->raw, ca->raw, now, err);
	for (unsigned purpose = EKU_SERVER; purpose <= EKU_CLIENT; purpose <<= 1) {
		ask.purpose = purpose;
		if (c->has_eku && (c->eku & purpose) && chain_verify(c, &ask, err))
			return -1;
	}
	return opinion_chain(c->raw, ca->raw, now, err);
}

/* Both opinions, on the parsed result of item i, under ca (its own certificate if self-signed). */
static int check(
	const struct signing *s, size_t i, const struct cert *ca, int64_t now, struct error *err)
{
	const struct inv_cert *c = &s->inv->certs[i];
	const struct cert *made = &s->items[i].cert;
	if (lint_cert(made, err) || check_clone(&c->cert, made, err) ||
		check_chain(made, ca, now, err))
		return -1;
	if (s->plan->items[i].ca < 0 || c->issuer < 0 ||
		bytes_equal(s->inv->certs[c->issuer].cert.raw, ca->raw))
		return 0;
	return check_chain(made, &s->inv->certs[c->issuer].cert, now, err);
}

static enum sig_alg choose_sig(const struct key *ca, enum sig_alg old)
{
	return key_can_sign(ca, old) ? old : key_sig_alg(ca);
}

/* Random, and none that the ledger knows. */
static void choose_serial(const struct signing *s, uint8_t serial[ISSUE_SERIAL_SIZE])
{
	bool taken = true;
	while (taken) {
		struct buf text = BUF_INIT;
		issue_serial(serial);
		cert_serial_decimal(&text, (struct bytes){serial, ISSUE_SERIAL_SIZE});
		taken = s->ledger && ledger_has_serial(s->ledger, buf_text(&text));
		buf_free(&text);
	}
}

static void fill_issue(const struct signing *s, size_t i, struct issue *what)
{
	const struct plan_item *p = &s->plan->items[i];
	*what = (struct issue){.old = &s->inv->certs[i].cert,
		.not_before = p->not_before,
		.not_after = p->not_after};
	what->spki = p->new_key ? buf_bytes(&s->items[i].key.spki) : what->old->spki;
	choose_serial(s, what->serial);
}

/* own: the key that signs; NULL: the signer has it. Keeps the parsed result. */
static int sign_issue(struct signing *s, size_t i, const struct issue *what, const struct key *own,
	struct error *err)
{
	struct signed_item *out = &s->items[i];
	struct buf tbs = BUF_INIT, signature = BUF_INIT;
	int rc = what->ca ? issue_tbs(what, &tbs, err) : issue_tbs_ca(what, &tbs, err);
	if (rc == 0 && own)
		rc = key_sign(own, what->sig, buf_bytes(&tbs), &signature, err);
	else if (rc == 0)
		rc = signer_sign(s->signer, out->line, what->sig, buf_bytes(&tbs), &signature, err);
	if (rc == 0)
		rc = issue_finish(buf_bytes(&tbs), buf_bytes(&signature), &out->der, err);
	if (rc == 0)
		rc = cert_parse(&out->cert, buf_bytes(&out->der), err);
	buf_free(&tbs);
	buf_free(&signature);
	return rc;
}

/* By a CA of the store. */
static int sign_by_ca(struct signing *s, size_t i, const struct store_ca *ca, struct error *err)
{
	struct issue what;
	fill_issue(s, i, &what);
	what.ca = &ca->cert;
	what.sig = choose_sig(&ca->key, what.old->sig);
	return sign_issue(s, i, &what, NULL, err);
}

/* By the throw-away CA in the same file, whose key was just made. */
static int sign_beside(struct signing *s, size_t i, const struct signed_item *ca, struct error *err)
{
	struct issue what;
	fill_issue(s, i, &what);
	what.ca = &ca->cert;
	what.sig = choose_sig(&ca->key, what.old->sig);
	return sign_issue(s, i, &what, &ca->key, err);
}

/* A self-signed one: the kubelet's throw-away CA, or a serving certificate without one. */
static int sign_self(struct signing *s, size_t i, const struct key *key, struct error *err)
{
	struct issue what;
	fill_issue(s, i, &what);
	what.sig = choose_sig(key, what.old->sig);
	return sign_issue(s, i, &what, key, err);
}

/* The throw-away CA that signs serving certificate i: the item in the same file; -1: none. */
static int own_ca(const struct signing *s, size_t i)
{
	const struct inv_cert *c = &s->inv->certs[i];
	if (c->issuer < 0 || (size_t)c->issuer == i || s->inv->certs[c->issuer].file != c->file)
		return -1;
	return c->issuer;
}

static int sign_own(struct signing *s, size_t i, int64_t now, struct error *err)
{
	int ca = own_ca(s, i);
	const struct plan_item *p = &s->plan->items[i];
	const struct key *own = p->new_key ? &s->items[i].key : &s->inv->certs[i].key;
	if (ca < 0) {
		if (sign_self(s, i, own, err))
			return -1;
		return check(s, i, &s->items[i].cert, now, err);
	}
	if (!s->items[ca].der.n)
		return error_set(err, ERR_FAILED, NULL, NULL, "its throw-away CA was not renewed");
	if (sign_beside(s, i, &s->items[ca], err))
		return -1;
	return check(s, i, &s->items[ca].cert, now, err);
}

/* Throw-away CAs first, since their leaves need them. first_err: the first failure of all. */
static void run_pass(struct signing *s, const struct store *store, int64_t now, bool throw_away,
	struct error *first_err)
{
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct plan_item *p = &s->plan->items[i];
		bool first = p->ca < 0 && s->inv->certs[i].is_ca;
		struct error err = ERROR_INIT;
		int rc;
		if (p->action != PLAN_RENEW || p->same_as >= 0 || first != throw_away)
			continue;
		if (p->ca < 0)
			rc = sign_own(s, i, now, &err);
		else if (sign_by_ca(s, i, &store->cas[p->ca], &err))
			rc = -1;
		else
			rc = check(s, i, &store->cas[p->ca].cert, now, &err);
		if (rc == 0)
			continue;
		fail(s, i, &err);
		buf_free(&s->items[i].der);
		plan_drop(s->plan, s->inv, i, err.what);
		if (!first_err->kind)
			*first_err = err;
	}
}

int sign_run(struct signing *s, const struct store *store, int64_t now, struct error *err)
{
	struct error first = ERROR_INIT;
	run_pass(s, store, now, true, &first);
	run_pass(s, store, now, false, &first);
	if (s->plan->renewed)
		return 0;
	*err = first;
	return -1;
}
