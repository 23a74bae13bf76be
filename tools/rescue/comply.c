// SPDX-License-Identifier: MIT
// comply: what a certificate says, held against the policy and the node.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "media/glob.h"
#include "pki/match.h"
#include "pki/oid.h"
#include "pki/spki.h"
#include "rescue/comply.h"
#include "rescue/verify_work.h"

/* Whatever is due: it would not be renewed otherwise. */
#define ANEW "certrescue renew --within 36500d makes new ones of all"

/* Certificates are backdated against clocks that run late; by more than a day on a booted image. */
#define BACKDATED (25 * (int64_t)CLOCK_HOUR)

/* --- strength ------------------------------------------------------------------------------- */

static const char *key_remedy(const struct inv_cert *c)
{
	if (c->is_ca && c->role != ROLE_KUBELET_SERVER)
		return "no renewal changes a CA's key: plan the change to a new CA";
	if (c->sa_key)
		return "service account tokens are signed with it: give the API server a "
		       "certificate with a key of its own";
	return ANEW;
}

/* "ECDSA P-224", or dots. */
static void kind_of_key(struct buf *out, const struct cert *c)
{
	struct error ignored = ERROR_INIT;
	struct spki key;
	struct der_tlv curve;
	if (spki_parse(c->spki, &key, &ignored))
		return;
	struct der params = der_reader(key.params, NULL);
	bool ec = oid_find(key.oid) == OID_EC && der_take(&params, DER_OID, "", &curve) == 0;
	spki_algorithm_text(out, ec ? curve.body : key.oid);
}

static void check_key(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	if (c->cert.key == KEY_RSA && c->cert.key_bits < v->conf->min_rsa)
		verify_found(v, i, "weak-key", key_remedy(c),
			"its RSA key has %d bits, where %d are the least", c->cert.key_bits,
			v->conf->min_rsa);
	if (c->cert.key != KEY_OTHER)
		return;
	struct buf kind = BUF_INIT;
	kind_of_key(&kind, &c->cert);
	verify_found(v, i, "weak-key", "have it issued with an RSA, P-256 or P-384 key",
		"its key is of a kind (%s) that is weak, or that Kubernetes does not take",
		buf_text(&kind));
	buf_free(&kind);
}

bool comply_weak_signature(const struct cert *c)
{
	return c->sig == SIG_RSA_SHA1 || c->sig == SIG_ECDSA_SHA1 || c->sig == SIG_OTHER;
}

static void check_signature(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	if (!comply_weak_signature(&c->cert))
		return;
	verify_found(v, i, "weak-signature",
		c->is_ca && c->role != ROLE_KUBELET_SERVER
			? "have the CA's certificate issued again with SHA-256 and the same key"
			: ANEW,
		"it is signed with %s, which can be forged or is not known",
		c->cert.sig == SIG_OTHER ? "an old or odd algorithm" : "SHA-1");
}

/* --- validity ------------------------------------------------------------------------------- */

/*
 * Seconds that it is valid for. kubeadm lets every certificate begin when its CA does, whenever it
 * signs it: then only what is left from now on is known.
 */
static int64_t lifetime(const struct verify *v, const struct inv_cert *c)
{
	const struct inv_cert *issuer = c->issuer >= 0 ? &v->inv->certs[c->issuer] : NULL;
	int64_t begin = c->cert.not_before;
	if (!c->is_ca && issuer && issuer->readable && issuer->cert.not_before == begin &&
		begin < v->now)
		begin = v->now;
	return c->cert.not_after - begin;
}

static void check_validity(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	bool ca = c->is_ca && c->role != ROLE_KUBELET_SERVER;
	int64_t most = ca ? v->conf->max_ca_validity : v->conf->max_validity;
	int64_t has = lifetime(v, c);
	if (!most || has <= most + BACKDATED)
		return;
	verify_found(v, i, "validity",
		ca ? "have the CA's certificate issued again for a shorter time" : ANEW,
		"it is valid for %lld days, where %lld are the most", (long long)(has / CLOCK_DAY),
		(long long)(most / CLOCK_DAY));
}

/* --- subject and issuer --------------------------------------------------------------------- */

/* A rule for a path means the leaves in the file, and its CAs only where there is no leaf. */
static bool other_leaf(const struct inventory *inv, const struct inv_cert *c)
{
	for (size_t i = 0; c->is_ca && i < inv->n_certs; i++)
		if (inv->certs[i].file == c->file && !inv->certs[i].is_ca)
			return true;
	return false;
}

static bool applies(
	const struct inventory *inv, const struct conf_rule *rule, const struct inv_cert *c)
{
	const struct inv_file *f = &inv->files[c->file];
	if (rule->path)
		return (glob_match(GLOB_PATH, rule->path, f->path) ||
			       glob_match(GLOB_PATH, rule->path, f->real)) &&
		       !other_leaf(inv, c);
	return rule->role == c->role && (c->role != ROLE_KUBELET_SERVER || !c->is_ca);
}

/* The pattern with the node's name put in; what the name is of a node that has none, is open. */
static char *fill_in(const char *pattern, const char *node)
{
	static const char here[] = "{node}";
	struct buf out = BUF_INIT;
	for (const char *at; (at = strstr(pattern, here)); pattern = at + sizeof(here) - 1) {
		buf_add(&out, pattern, (size_t)(at - pattern));
		buf_str(&out, node ? node : "*");
	}
	buf_str(&out, pattern);
	char *text = xstrdup(buf_text(&out));
	buf_free(&out);
	return text;
}

static bool rule_holds(const struct conf_rule *rule, const char *name, const char *node)
{
	bool holds = false;
	for (size_t i = 0; i < rule->n && !holds; i++) {
		char *pattern = fill_in(rule->patterns[i], node);
		holds = glob_match(GLOB_NAME, pattern, name);
		free(pattern);
	}
	return holds;
}

static void check_rules(
	const struct verify *v, size_t i, const struct conf_rules *rules, bool subject)
{
	const struct inv_cert *c = &v->inv->certs[i];
	struct buf name = BUF_INIT;
	cert_name_text(&name, subject ? c->cert.subject : c->cert.issuer);
	for (size_t k = 0; k < rules->n; k++) {
		const struct conf_rule *rule = &rules->v[k];
		struct buf wanted = BUF_INIT;
		if (!applies(v->inv, rule, c) || rule_holds(rule, buf_text(&name), v->inv->node))
			continue;
		for (size_t n = 0; n < rule->n; n++)
			buf_printf(&wanted, "%s%s", n ? " or " : "", rule->patterns[n]);
		verify_found(v, i, subject ? "subject" : "issuer",
			subject ? "have it issued with that subject, or correct subject: in "
				  "certrescue.conf"
				: "have it issued by that CA, or correct issuer: in "
				  "certrescue.conf",
			"its %s is \"%s\", where certrescue.conf wants %s",
			subject ? "subject" : "issuer", buf_text(&name), buf_text(&wanted));
		buf_free(&wanted);
	}
	buf_free(&name);
}

/* --- the node's names ----------------------------------------------------------------------- */

static bool has_name(const struct cert *c, const char *name)
{
	struct bytes rest = c->san, value;
	enum san_kind kind;
	while (rest.p && cert_san_next(&rest, &kind, &value) > 0)
		if (kind == SAN_DNS && value.n == strlen(name) &&
			strncasecmp((const char *)value.p, name, value.n) == 0)
			return true;
	return false;
}

static void check_name(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	const char *node = v->inv->node;
	const char *copied = "was it copied from another node? put this node's own back";
	struct buf cn = BUF_INIT;
	if (!node || c->is_ca)
		return;
	switch (c->role) {
	case ROLE_KUBELET_CLIENT:
		cert_common_name(&cn, c->cert.subject);
		if (strncmp(buf_text(&cn), "system:node:", 12) != 0 ||
			strcmp(buf_text(&cn) + 12, node) != 0)
			verify_found(v, i, "name", copied, "its CN is %s, but this node is %s",
				buf_text(&cn), node);
		break;
	case ROLE_APISERVER:
	case ROLE_ETCD_SERVER:
	case ROLE_ETCD_PEER:
		if (!has_name(&c->cert, node))
			verify_found(
				v, i, "name", copied, "it does not carry the node's name %s", node);
		break;
	default:
		break;
	}
	buf_free(&cn);
}

/* Another certificate that the API server shows to who asks for this name (--tls-sni-cert-key). */
static bool shown_instead(const struct inventory *inv, enum inv_role role, const char *host)
{
	for (size_t i = 0; role == ROLE_APISERVER && i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		for (size_t k = 0; k < c->n_users; k++)
			if (c->readable && !strcmp(c->users[k].flag, "--tls-sni-cert-key") &&
				match_host(&c->cert, host))
				return true;
	}
	return false;
}

static bool reached_before(const struct inventory *inv, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (inv->reach[i].role == inv->reach[n].role &&
			strcasecmp(inv->reach[i].host, inv->reach[n].host) == 0)
			return true;
	return false;
}

static void check_reach(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	for (size_t k = 0; k < v->inv->n_reach && !c->is_ca; k++) {
		const struct inv_reach *r = &v->inv->reach[k];
		if (r->role != c->role || reached_before(v->inv, k) ||
			match_host(&c->cert, r->host) || shown_instead(v->inv, r->role, r->host))
			continue;
		verify_found(v, i, "san",
			"have it issued with that name as well, or correct what names it",
			"it does not carry %s, by which it is reached (%s in %s)", r->host, r->what,
			r->path);
	}
}

/* A CA stands in a file and in every kubeconfig: one place is enough to say what is wrong with it.
 */
static bool judged_before(const struct inventory *inv, size_t i)
{
	for (size_t k = 0; inv->certs[i].is_ca && k < i; k++)
		if (inv->certs[k].readable && inv->certs[k].role == inv->certs[i].role &&
			bytes_equal(inv->certs[k].cert.raw, inv->certs[i].cert.raw))
			return true;
	return false;
}

void comply_cert(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	if (judged_before(v->inv, i))
		return;
	check_key(v, i);
	check_signature(v, i);
	check_validity(v, i);
	check_rules(v, i, &v->conf->subject, true);
	check_rules(v, i, &v->conf->issuer, false);
	if (verify_said(v->inv, c->file, "identity"))
		return;
	check_name(v, i);
	check_reach(v, i);
}
