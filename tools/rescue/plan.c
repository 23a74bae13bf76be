// SPDX-License-Identifier: MIT
// plan: decides what happens to each certificate; opens no file and asks no clock.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pki/chain.h"
#include "rescue/plan_make.h"

const char *plan_action_text(enum plan_action a)
{
	static const char *const text[] = {"keep", "renew", "rebuild", "refuse"};
	return text[a];
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->items[i].reason);
	free(plan->items);
	free(plan->modes);
	*plan = (struct plan){0};
}

static void decide(struct plan_item *item, enum plan_action action, char *reason)
{
	free(item->reason);
	item->action = action;
	item->reason = reason;
}

/* Did ca sign c? Discovery has verified c's signature, if its issuer is known, under that one's
 * key. */
static bool signed_by(const struct maker *m, const struct inv_cert *c, const struct cert *ca)
{
	const struct inv_cert *issuer = c->issuer >= 0 ? &m->inv->certs[c->issuer] : NULL;
	if (!bytes_equal(c->cert.issuer, ca->subject))
		return false;
	if (issuer && issuer->readable && spki_same(issuer->cert.spki, ca->spki))
		return true;
	return chain_signed_by(&c->cert, ca);
}

/* The CA at hand that signed c, or -1. Two with one key and name: the one that ends later. */
static int issuer_at_hand(const struct maker *m, const struct inv_cert *c)
{
	int best = -1;
	for (size_t i = 0; i < m->n_cas; i++) {
		if (!signed_by(m, c, m->cas[i].cert))
			continue;
		if (best < 0 || m->cas[i].cert->not_after > m->cas[best].cert->not_after)
			best = (int)i;
	}
	return best;
}

/* The end of the CA as the node knows it: a certificate past that is dead there. */
static int64_t ca_end(const struct maker *m, const struct inv_cert *c, int ca)
{
	int64_t end = m->cas[ca].cert->not_after;
	if (c->issuer >= 0 && m->inv->certs[c->issuer].readable) {
		int64_t theirs = m->inv->certs[c->issuer].cert.not_after;
		end = theirs < end ? theirs : end;
	}
	return end;
}

static bool can_make(enum key_alg alg, int bits)
{
	return (alg == KEY_RSA && bits <= 4096) || alg == KEY_P256 || alg == KEY_P384 ||
	       alg == KEY_P521;
}

/* The size of the new key: of RSA the next that is made here, and no less than the policy wants. */
static int new_bits(enum key_alg alg, int bits, int min_rsa)
{
	if (alg != KEY_RSA || bits > 4096)
		return bits;
	bits = bits < min_rsa ? min_rsa : bits;
	return bits <= 2048 ? 2048 : bits <= 3072 ? 3072 : 4096;
}

/* The path of another certificate that uses the same key, or NULL: then the key must stay. */
static const char *shares_key(const struct maker *m, const struct inv_cert *c)
{
	for (size_t i = 0; i < m->inv->n_certs; i++) {
		const struct inv_cert *o = &m->inv->certs[i];
		if (o != c && o->readable && c->key_state == INV_KEY_OK &&
			!bytes_equal(o->cert.raw, c->cert.raw) &&
			spki_same(o->cert.spki, c->cert.spki))
			return m->inv->files[o->file].path;
	}
	return NULL;
}

static char *why_kept(const struct maker *m, const struct inv_cert *c)
{
	const char *other = shares_key(m, c);
	if (c->sa_key)
		return xstrdup("the key is kept: service account tokens are signed with it");
	if (m->policy->keep_keys)
		return xstrdup("the key is kept, as asked");
	if (other)
		return xasprintf("the key is kept: %s has it too", other);
	if (!can_make(c->cert.key, c->cert.key_bits))
		return xstrdup("the key is kept: keys of this kind cannot be made here");
	return NULL;
}

/* The path of another certificate that has its key in the same file, or NULL. */
static const char *key_of_other(const struct maker *m, const struct inv_cert *c)
{
	for (size_t i = 0; i < m->inv->n_certs; i++) {
		const struct inv_cert *o = &m->inv->certs[i];
		if (o != c && o->readable && c->key_path && o->key_path &&
			!bytes_equal(o->cert.raw, c->cert.raw) &&
			strcmp(o->key_path, c->key_path) == 0)
			return m->inv->files[o->file].path;
	}
	return NULL;
}

static const char *key_trouble(const struct inv_cert *c)
{
	return c->key_state == INV_KEY_MISMATCH  ? "another certificate's"
	       : c->key_state == INV_KEY_MISSING ? "missing"
						 : "unreadable";
}

/* Which key the renewed certificate gets; false (refused) if there is none it could get. */
static bool choose_key(const struct maker *m, const struct inv_cert *c, struct plan_item *item)
{
	bool good = c->key_state == INV_KEY_OK;
	bool throw_away = plan_is_own(c) && c->is_ca; /* its private key was never kept */
	char *kept = throw_away ? NULL : why_kept(m, c);
	char *before = item->reason;
	item->key = c->cert.key;
	item->new_key = !kept;
	item->key_bits = kept ? c->cert.key_bits
			      : new_bits(c->cert.key, c->cert.key_bits, m->policy->min_rsa);
	item->reason = NULL;
	if (kept && good)
		decide(item, PLAN_RENEW, xasprintf("%s; %s", before, kept));
	else if (kept)
		decide(item, PLAN_REFUSE,
			xasprintf("%s, but the private key is %s", kept, key_trouble(c)));
	else if (c->key_state == INV_KEY_NONE && !throw_away)
		decide(item, PLAN_REFUSE,
			xstrdup("it stands behind another certificate in its file, and no key is "
				"its own"));
	else if (!good && !throw_away && key_of_other(m, c))
		decide(item, PLAN_REFUSE,
			xasprintf("its key was %s, and the key file is that of %s too",
				key_trouble(c), key_of_other(m, c)));
	else if (c->key_state == INV_KEY_MISSING && !c->key_path && !c->place[0])
		decide(item, PLAN_REFUSE,
			xstrdup("its private key file is missing, and where it should be is not "
				"known; put any key file in its place and run renew again"));
	else if (!good && !throw_away)
		decide(item, PLAN_RENEW,
			xasprintf(
				"%s; its key was %s: a new pair is made", before, key_trouble(c)));
	else
		decide(item, PLAN_RENEW, xstrdup(before));
	free(before);
	free(kept);
	return item->action == PLAN_RENEW;
}

static void set_validity(
	const struct maker *m, struct plan_item *item, int64_t ca_begin, int64_t ca_last)
{
	item->not_before = m->policy->now - m->policy->backdate;
	if (item->not_before < ca_begin)
		item->not_before = ca_begin;
	item->not_after = m->policy->now + m->policy->validity;
	item->clamped = item->not_after > ca_last;
	if (item->clamped)
		item->not_after = ca_last;
}

static const char *short_reason(enum inv_state s)
{
	switch (s) {
	case INV_EXPIRED:
		return "expired";
	case INV_DUE:
		return "due";
	case INV_MISMATCH:
		return "its key does not match";
	case INV_NOT_YET_VALID:
		return "not valid yet";
	default:
		return "renewed with the others, so that all expire together";
	}
}

/* A leaf that can be read and whose issuer is at hand, or the kubelet's own serving pair. */
static void plan_renew(const struct maker *m, const struct inv_cert *c, enum inv_state state,
	struct plan_item *item)
{
	const struct cert *ca = item->ca >= 0 ? m->cas[item->ca].cert : NULL;
	int64_t last = ca ? ca_end(m, c, item->ca) : INT64_MAX;
	char text[CLOCK_TEXT];
	if (ca && ca->not_before > m->policy->now) {
		decide(item, PLAN_REFUSE,
			xasprintf(
				"its CA is not valid before %s", clock_text(ca->not_before, text)));
		return;
	}
	if (last <= m->policy->now + CLOCK_HOUR) {
		decide(item, PLAN_REFUSE,
			xasprintf("its CA ended on %s: the CA itself must be renewed "
				  "first",
				clock_text(last, text)));
		return;
	}
	if (ca && !m->cas[item->ca].has_key) {
		decide(item, PLAN_REFUSE,
			xstrdup("the CA's certificate is at hand, but no private key"));
		return;
	}
	decide(item, PLAN_RENEW, xstrdup(short_reason(state)));
	if (ca && c->cert.unknown_critical) {
		decide(item, PLAN_REFUSE,
			xstrdup("it has a critical extension that is not known here; "
				"have it issued again by whoever issued it"));
		return;
	}
	if (ca && (c->is_ca || c->cert.is_ca || (c->cert.ku & KU_CERT_SIGN))) {
		decide(item, PLAN_REFUSE,
			xstrdup("it is a CA certificate in a leaf's place; only leaves "
				"are renewed"));
		return;
	}
	if (!choose_key(m, c, item))
		return;
	set_validity(m, item, ca ? ca->not_before : INT64_MIN, last);
}

static bool broken(enum inv_state s)
{
	return s == INV_DUE || s == INV_EXPIRED || s == INV_NOT_YET_VALID || s == INV_MISMATCH ||
	       s == INV_UNREADABLE;
}

/*
 * An item whose result this one shares: an earlier one that is the same certificate (.kube/config
 * is a copy of admin.conf), or the kubelet's own file for what is embedded in kubelet.conf.
 */
static int same_certificate(const struct maker *m, size_t i)
{
	const struct inv_cert *c = &m->inv->certs[i];
	bool embedded = c->role == ROLE_KUBELET_CLIENT && c->place[0];
	for (size_t k = 0; embedded && k < m->inv->n_certs; k++) {
		const struct inv_cert *o = &m->inv->certs[k];
		if (o->role == ROLE_KUBELET_CLIENT && !o->place[0] && o->readable &&
			issuer_at_hand(m, o) >= 0)
			return (int)k;
	}
	for (size_t k = 0; k < i; k++) {
		const struct inv_cert *o = &m->inv->certs[k];
		if (m->plan->items[k].action == PLAN_RENEW && m->plan->items[k].same_as < 0 &&
			o->readable && c->key_state == o->key_state &&
			bytes_equal(c->cert.raw, o->cert.raw))
			return (int)k;
	}
	return -1;
}

/* A kubeconfig of somebody's home that is no copy of admin.conf or super-admin.conf. */
static bool personal(const struct inventory *inv, const struct inv_cert *c)
{
	const char *path = inv->files[c->file].path;
	return c->place[0] && c->role == ROLE_OTHER &&
	       (strncmp(path, "/home/", 6) == 0 || strncmp(path, "/root/", 6) == 0);
}

static void plan_one(const struct maker *m, size_t i, bool any_due)
{
	const struct inv_cert *c = &m->inv->certs[i];
	struct plan_item *item = &m->plan->items[i];
	enum inv_state state = inventory_state(m->inv, c, m->policy->now, m->policy->within);
	*item = (struct plan_item){.cert = i, .ca = -1, .same_as = -1, .due = broken(state)};
	if (!c->readable) {
		decide(item, PLAN_REFUSE,
			xasprintf("cannot be read (%s)", c->problem ? c->problem : "damaged"));
		return;
	}
	if (c->is_ca && !plan_is_own(c)) {
		if (state == INV_EXPIRED || state == INV_DUE)
			decide(item, state == INV_EXPIRED ? PLAN_REFUSE : PLAN_KEEP,
				xasprintf("a CA certificate that %s; only leaves are renewed",
					state == INV_EXPIRED ? "has expired" : "ends soon"));
		else
			decide(item, PLAN_KEEP, xstrdup("a CA certificate"));
		return;
	}
	item->ca = plan_is_own(c) ? -1 : issuer_at_hand(m, c);
	if (!plan_is_own(c) && item->ca < 0) {
		bool ours = c->issuer >= 0 && (size_t)c->issuer != i && c->role != ROLE_OTHER;
		item->due = item->due && ours;
		decide(item, item->due ? PLAN_REFUSE : PLAN_KEEP,
			xstrdup(ours ? "its CA is not at hand"
				     : "of another issuer: never touched"));
		return;
	}
	if (item->due && personal(m->inv, c)) {
		decide(item, PLAN_REFUSE,
			xstrdup("a person's certificate, not one of the cluster's own: whether its "
				"rights "
				"go on is for that person's issuer to say"));
		return;
	}
	if (!any_due || (m->policy->only_due && !item->due) || personal(m->inv, c)) {
		decide(item, PLAN_KEEP, xstrdup("still good"));
		return;
	}
	plan_renew(m, c, state, item);
	if (item->action == PLAN_RENEW)
		item->same_as = same_certificate(m, i);
}

/* Is there a leaf to renew: one that is due or broken, readable or not, and not somebody else's? */
static bool any_leaf_due(const struct maker *m)
{
	for (size_t i = 0; i < m->inv->n_certs; i++) {
		const struct inv_cert *c = &m->inv->certs[i];
		enum inv_state s = inventory_state(m->inv, c, m->policy->now, m->policy->within);
		if (c->is_ca || !broken(s))
			continue;
		if (!c->readable || plan_is_own(c) || issuer_at_hand(m, c) >= 0)
			return true;
	}
	return m->inv->kubelet_link_is_file || m->inv->kubelet_conf_embedded;
}

/* Is what a finding says of path cured by a renewal, or counted already by a refused certificate?
 */
static bool counted(const struct maker *m, const char *path)
{
	for (size_t i = 0; i < m->plan->n; i++) {
		const struct plan_item *item = &m->plan->items[i];
		const struct inv_cert *c = &m->inv->certs[i];
		bool here = strcmp(m->inv->files[c->file].path, path) == 0 ||
			    (c->key_path && strcmp(c->key_path, path) == 0);
		if (here &&
			(item->action == PLAN_RENEW || (item->action == PLAN_REFUSE && item->due)))
			return true;
	}
	return false;
}

static void count(const struct maker *m)
{
	struct plan *p = m->plan;
	p->renewed = p->kept = p->refused = 0;
	p->until = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct inv_cert *c = &m->inv->certs[i];
		const struct plan_item *item = &p->items[i];
		int64_t end = item->action == PLAN_RENEW ? item->not_after : c->cert.not_after;
		if (item->action == PLAN_REFUSE)
			p->refused += item->due;
		if (c->is_ca)
			continue;
		p->renewed += item->action == PLAN_RENEW;
		p->kept += item->action == PLAN_KEEP;
		if (c->readable && (item->ca >= 0 || plan_is_own(c)) &&
			(!p->until || end < p->until))
			p->until = end;
	}
	for (size_t i = 0; i < m->inv->n_findings; i++)
		p->refused += m->inv->findings[i].hinders && !counted(m, m->inv->findings[i].path);
}

void plan_drop(struct plan *plan, const struct inventory *inv, size_t item, const char *reason)
{
	struct maker m = {.inv = inv, .plan = plan};
	for (size_t i = 0; i < plan->n; i++)
		if (i == item || plan->items[i].same_as == (int)item)
			decide(&plan->items[i], PLAN_REFUSE, xstrdup(reason));
	count(&m);
}

int plan_make(const struct inventory *inv, const struct plan_ca *cas, size_t n_cas,
	const struct policy *policy, struct plan *plan, struct error *err)
{
	struct maker m = {inv, cas, n_cas, policy, plan};
	*plan = (struct plan){.n = inv->n_certs};
	plan->items = xmalloc((inv->n_certs + 1) * sizeof(*plan->items));
	if (inv->refused)
		return error_set(err, ERR_REFUSED, NULL, NULL, "%s", inv->refused);
	bool due = any_leaf_due(&m);
	for (size_t i = 0; i < inv->n_certs; i++)
		plan_one(&m, i, due);
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_item *item = &plan->items[i];
		/* A copy of a copy shares the first one's result. */
		for (size_t k = 0; k < plan->n && item->same_as >= 0 &&
				   plan->items[item->same_as].same_as >= 0;
			k++)
			item->same_as = plan->items[item->same_as].same_as;
		if (item->same_as >= 0 && plan->items[item->same_as].action != PLAN_RENEW)
			decide(item, PLAN_REFUSE, xstrdup(plan->items[item->same_as].reason));
	}
	count(&m);
	if (plan_refused(&m, err))
		return -1;
	if (plan->renewed == 0 && plan->refused == 0)
		return error_set(err, ERR_NOTHING, NULL, NULL,
			"nothing to do: no certificate of this node is due");
	return 0;
}
