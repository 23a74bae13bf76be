// SPDX-License-Identifier: MIT
// sign: makes the planned certificates in memory and has them judged twice.
#include <stdlib.h>
#include <string.h>

#include "pki/chain.h"
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
	static const uint8_t aki[] = {0x55, 0x1d, 0x23}, ski[] = {0x55, 0x1d, 0x0e};
	struct bytes a = old->extensions, b = now->extensions;
	struct cert_ext x, y;
	if (!bytes_equal(old->subject, now->subject))
		return error_set(err, ERR_FAILED, NULL, NULL, "its subject is not the old one's");
	for (int more_a = cert_ext_next(&a, &x), more_b = cert_ext_next(&b, &y);
		more_a || more_b;) {
		struct bytes id = more_a ? x.oid : y.oid;
		bool key_id = bytes_equal(id, (struct bytes){aki, 3}) ||
			      bytes_equal(id, (struct bytes){ski, 3});
		if (key_id && more_a && !(more_b && bytes_equal(x.oid, y.oid))) {
			more_a = cert_ext_next(&a, &x); /* dropped: the CA has no key id */
			continue;
		}
		if (!more_a || !more_b || !bytes_equal(x.oid, y.oid) ||
			(!key_id && !bytes_equal(x.raw, y.raw)))
			return error_set(err, ERR_FAILED, NULL, NULL,
				"its extensions are not the old one's");
		more_a = cert_ext_next(&a, &x);
		more_b = cert_ext_next(&b, &y);
	}
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

/* Signs tbs and keeps the parsed result. */
static int finish(struct signed_item *out, const struct key *ca, enum sig_alg sig,
	const struct buf *tbs, struct error *err)
{
	struct buf signature = BUF_INIT;
	int rc = key_sign(ca, sig, buf_bytes(tbs), &signature, err);
	if (rc == 0)
		rc = issue_finish(buf_bytes(tbs), buf_bytes(&signature), &out->der, err);
	if (rc == 0)
		rc = cert_parse(&out->cert, buf_bytes(&out->der), err);
	buf_free(&signature);
	return rc;
}

static enum sig_alg choose_sig(const struct key *ca, enum sig_alg old)
{
	return key_can_sign(ca, old) ? old : key_sig_alg(ca);
}

static void fill_issue(const struct signing *s, size_t i, struct issue *what)
{
	const struct plan_item *p = &s->plan->items[i];
	*what = (struct issue){.old = &s->inv->certs[i].cert,
		.not_before = p->not_before,
		.not_after = p->not_after};
	what->spki = p->new_key ? buf_bytes(&s->items[i].key.spki) : what->old->spki;
	issue_serial(what->serial);
}

static int sign_leaf(struct signing *s, size_t i, const struct cert *ca, const struct key *key,
	struct error *err)
{
	struct issue what;
	struct buf tbs = BUF_INIT;
	fill_issue(s, i, &what);
	what.ca = ca;
	what.sig = choose_sig(key, what.old->sig);
	int rc = issue_tbs(&what, &tbs, err);
	if (rc == 0)
		rc = finish(&s->items[i], key, what.sig, &tbs, err);
	buf_free(&tbs);
	return rc;
}

/* A self-signed one: the kubelet's throw-away CA, or a serving certificate without one. */
static int sign_self(struct signing *s, size_t i, const struct key *key, struct error *err)
{
	struct issue what;
	struct buf tbs = BUF_INIT;
	fill_issue(s, i, &what);
	what.sig = choose_sig(key, what.old->sig);
	int rc = issue_tbs_ca(&what, &tbs, err);
	if (rc == 0)
		rc = finish(&s->items[i], key, what.sig, &tbs, err);
	buf_free(&tbs);
	return rc;
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
	if (sign_leaf(s, i, &s->items[ca].cert, &s->items[ca].key, err))
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
		else if (sign_leaf(s, i, &store->cas[p->ca].cert, &store->cas[p->ca].key, &err))
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
