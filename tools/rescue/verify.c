// SPDX-License-Identifier: MIT
// verify: asks of every certificate of an inventory whether it fits its issuer, key, name and
// place.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pki/chain.h"
#include "pki/lint.h"
#include "pki/opinion.h"
#include "pki/pem.h"
#include "rescue/comply.h"
#include "rescue/verify_work.h"

#define RENEW "certrescue renew makes a new one"

/* --- findings ------------------------------------------------------------------------------- */

static void add(struct verify_report *r, int cert, const char *path, const char *code,
	const char *remedy, const char *text)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct verify_finding *f = &r->findings[i];
		if (f->cert == cert && strcmp(f->path, path) == 0 && strcmp(f->code, code) == 0 &&
			strcmp(f->text, text) == 0)
			return;
	}
	r->findings = xrealloc(r->findings, (r->n_findings + 1) * sizeof(*r->findings));
	r->findings[r->n_findings++] = (struct verify_finding){
		xstrdup(path), code, xstrdup(text), xstrdup(remedy ? remedy : ""), cert};
}

void verify_found(const struct verify *v, size_t i, const char *code, const char *remedy,
	const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct buf place = BUF_INIT;
	inventory_place(&place, v->inv, &v->inv->certs[i]);
	add(v->out, (int)i, buf_text(&place), code, remedy, text);
	buf_free(&place);
	v->out->certs[i].verdict = VERIFY_BAD;
}

void verify_file(const struct verify *v, int cert, const char *path, const char *code,
	const char *remedy, const char *fmt, ...)
{
	char what[1024];
	struct buf text = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (cert >= 0) {
		buf_printf(&text, "%s ", path);
		v->out->certs[cert].verdict = VERIFY_BAD;
	}
	buf_str(&text, what);
	add(v->out, cert, path, code, remedy, buf_text(&text));
	buf_free(&text);
}

bool verify_ours(const struct inv_cert *c)
{
	return c->role != ROLE_OTHER || c->n_users > 0;
}

bool verify_counts(const struct inventory *inv, const struct inv_finding *f)
{
	if (strcmp(f->code, "unknown-issuer") != 0)
		return true;
	for (size_t i = 0; i < inv->n_certs; i++)
		if (verify_ours(&inv->certs[i]) &&
			strcmp(inv->files[inv->certs[i].file].path, f->path) == 0)
			return true;
	return false;
}

bool verify_said(const struct inventory *inv, size_t file, const char *code)
{
	for (size_t i = 0; i < inv->n_findings; i++)
		if (strcmp(inv->findings[i].code, code) == 0 &&
			strcmp(inv->findings[i].path, inv->files[file].path) == 0)
			return true;
	return false;
}

/* --- one certificate ------------------------------------------------------------------------ */

static unsigned purpose(const struct inv_cert *c)
{
	switch (c->role) {
	case ROLE_APISERVER:
	case ROLE_KUBELET_SERVER:
		return EKU_SERVER;
	case ROLE_ETCD_SERVER:
	case ROLE_ETCD_PEER:
		return EKU_SERVER | EKU_CLIENT;
	case ROLE_OTHER:
	case ROLE_CA:
	case ROLE_FRONT_PROXY_CA:
	case ROLE_ETCD_CA:
		return EKU_ANY;
	default:
		return EKU_CLIENT;
	}
}

/* The kubelet's throw-away CA is renewed with its leaf; any other CA is not. */
static const char *remedy(const struct inv_cert *c, const char *of_ca)
{
	return c->is_ca && c->role != ROLE_KUBELET_SERVER ? of_ca : RENEW;
}

static void check_times(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	char when[CLOCK_TEXT];
	if (v->now > c->cert.not_after)
		verify_found(v, i, "expired", remedy(c, "the CA itself has to be renewed"),
			"expired %s", clock_distance(c->cert.not_after - v->now, when));
	else if (v->now < c->cert.not_before)
		verify_found(v, i, "not-yet-valid", "check the clock of this machine first",
			"not valid before %s", clock_text(c->cert.not_before, when));
}

/* Judged at a time when the certificate is valid, so that "expired" does not hide a worse thing. */
static int64_t fair_time(const struct verify *v, const struct cert *c, const struct cert *ca)
{
	int64_t begin = c->not_before > ca->not_before ? c->not_before : ca->not_before;
	int64_t end = c->not_after < ca->not_after ? c->not_after : ca->not_after;
	return v->now > end && begin <= end ? end : v->now < begin && begin <= end ? begin : v->now;
}

/* The CA that Kubernetes checks a certificate of this role against. */
static enum inv_role ca_of(enum inv_role role)
{
	switch (role) {
	case ROLE_FRONT_PROXY_CLIENT:
		return ROLE_FRONT_PROXY_CA;
	case ROLE_ETCD_SERVER:
	case ROLE_ETCD_PEER:
	case ROLE_ETCD_HEALTHCHECK_CLIENT:
	case ROLE_APISERVER_ETCD_CLIENT:
		return ROLE_ETCD_CA;
	case ROLE_OTHER:
	case ROLE_KUBELET_SERVER:
		return ROLE_OTHER;
	default:
		return ROLE_CA;
	}
}

/* Issued by a CA of this cluster, but not by the one that is trusted in this place. */
static void check_issuer(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i], *issuer = &v->inv->certs[c->issuer];
	enum inv_role want = ca_of(c->role);
	const struct inv_cert *right = NULL;
	if (c->is_ca || want == ROLE_OTHER)
		return;
	for (size_t k = 0; k < v->inv->n_certs; k++) {
		const struct inv_cert *ca = &v->inv->certs[k];
		if (ca->role != want || !ca->readable)
			continue;
		if (spki_same(ca->cert.spki, issuer->cert.spki))
			return;
		right = right ? right : ca;
	}
	if (right)
		verify_found(v, i, "chain", "put the certificate that belongs here back",
			"%s issued it, but only what the CA in %s issued is trusted here",
			issuer->name, v->inv->files[right->file].path);
}

/* mbedTLS refuses it as such; what is to be said of that is comply's. */
static bool short_rsa(const struct cert *c)
{
	return c->key == KEY_RSA && c->key_bits < 2048;
}

static void check_chain(const struct verify *v, size_t i)
{
	static const unsigned each[] = {EKU_SERVER, EKU_CLIENT};
	const struct inv_cert *c = &v->inv->certs[i];
	const struct cert *ca = &v->inv->certs[c->issuer].cert;
	if (comply_weak_signature(&c->cert))
		return; /* nothing can be said of a signature that anybody could have made */
	struct error err = ERROR_INIT;
	struct chain_ask ask = {.roots = ca, .n_roots = 1};
	ask.now = fair_time(v, &c->cert, ca);
	for (size_t k = 0; k < 2; k++) {
		ask.purpose = purpose(c) == EKU_ANY ? (unsigned)EKU_ANY : purpose(c) & each[k];
		if (ask.purpose && chain_verify(&c->cert, &ask, &err)) {
			verify_found(
				v, i, "chain", RENEW, "does not verify under its CA: %s", err.what);
			return;
		}
	}
	if (!short_rsa(&c->cert) && !short_rsa(ca) &&
		opinion_chain(c->cert.raw, ca->raw, ask.now, &err))
		verify_found(v, i, "chain", RENEW, "mbedTLS refuses it under its CA: %s", err.what);
}

/* The key as it stands in the file, not as discovery understood it. */
static int key_text(const struct inventory *inv, const struct inv_cert *c, struct buf *out)
{
	const struct inv_file *f = &inv->files[c->key_file];
	struct error ignored;
	if (f->format != INV_KUBECONFIG) {
		buf_add(out, f->content.p, f->content.n);
		return 0;
	}
	if (c->entry >= f->config.n_entries || !f->config.entries[c->entry].key_data.text)
		return -1;
	return base64_decode(out, bytes_of(f->config.entries[c->entry].key_data.text), &ignored);
}

static void check_pair(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	switch (c->key_state) {
	case INV_KEY_NONE:
		return;
	case INV_KEY_MISSING:
		/* That is how a CA should be: its key is offline. */
		if (!c->is_ca)
			verify_found(v, i, "pair", RENEW, "its private key is missing");
		return;
	case INV_KEY_UNREADABLE:
		verify_found(v, i, "pair", remedy(c, "bring a good copy of the key"),
			"its private key %s cannot be read", v->inv->files[c->key_file].path);
		return;
	case INV_KEY_MISMATCH:
		verify_found(v, i, "pair", remedy(c, "bring the CA's own key"),
			"the private key in %s is another one's", v->inv->files[c->key_file].path);
		return;
	case INV_KEY_OK:
		break;
	}
	if (key_text(v->inv, c, &text))
		verify_found(v, i, "pair", RENEW, "its private key cannot be read");
	else if (opinion_pair(c->cert.raw, buf_bytes(&text), &err))
		verify_found(v, i, "pair", RENEW, "mbedTLS refuses the key pair: %s", err.what);
	buf_wipe(&text);
}

/* What discovery said about a certificate that it could not read. */
static const struct inv_finding *about(const struct inventory *inv, const struct inv_cert *c)
{
	for (size_t i = 0; i < inv->n_findings && !c->readable; i++)
		if (strcmp(inv->findings[i].path, inv->files[c->file].path) == 0)
			return &inv->findings[i];
	return NULL;
}

/* Is a finding of discovery among those of the certificates already? */
static bool repeated(const struct inventory *inv, const struct inv_finding *f)
{
	if (strncmp(f->code, "key-", 4) == 0)
		return true;
	for (size_t i = 0; i < inv->n_certs; i++)
		if (about(inv, &inv->certs[i]) == f)
			return true;
	return false;
}

static void check_cert(const struct verify *v, size_t i)
{
	const struct inv_cert *c = &v->inv->certs[i];
	struct error err = ERROR_INIT;
	enum inv_state state = inventory_state(v->inv, c, v->now, 0);
	if (!c->readable) {
		const struct inv_finding *f = about(v->inv, c);
		if (f)
			verify_found(v, i, f->code, f->remedy, "%s", f->text);
		else
			verify_found(v, i, "unreadable", remedy(c, "bring a good copy of it"),
				"cannot be read: %s", c->problem ? c->problem : "damaged");
		return;
	}
	if (state == INV_FOREIGN || (c->issuer < 0 && !verify_ours(c))) {
		v->out->certs[i].verdict = VERIFY_FOREIGN;
		return;
	}
	if (lint_cert(&c->cert, &err))
		verify_found(v, i, "lint", remedy(c, ""), "Kubernetes (Go) would refuse it: %s",
			err.what);
	check_times(v, i);
	if (c->issuer < 0)
		verify_found(v, i, "unknown-issuer", "bring the right CA back to the node",
			"no CA on this node issued it");
	else
		check_chain(v, i);
	if (c->issuer >= 0)
		check_issuer(v, i);
	check_pair(v, i);
	comply_cert(v, i);
}

/* --- kubeconfigs and the kubelet ------------------------------------------------------------ */

static const struct inv_cert *apiserver(const struct inventory *inv)
{
	for (size_t i = 0; i < inv->n_certs; i++)
		if (inv->certs[i].role == ROLE_APISERVER && inv->certs[i].readable)
			return &inv->certs[i];
	return NULL;
}

/* Is the user of a context this cluster's? A file beneath /etc/kubernetes always is. */
static bool our_user(const struct inventory *inv, size_t file, const struct kubeconfig_entry *user)
{
	const struct inv_file *f = &inv->files[file];
	if (strncmp(f->path, "/etc/kubernetes/", 16) == 0)
		return true;
	for (size_t i = 0; user && i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (c->file == file && *c->place && &f->config.entries[c->entry] == user)
			return c->issuer >= 0 && inv->certs[c->issuer].role == ROLE_CA;
	}
	return false;
}

/* Does one of the CAs in this cluster entry stand behind the API server? */
static void check_trust(const struct verify *v, size_t file, const struct kubeconfig_entry *cluster,
	const struct inv_cert *server)
{
	const struct inventory *inv = v->inv;
	const struct inv_file *f = &inv->files[file];
	int seen = -1;
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (c->file != file || !*c->place || &f->config.entries[c->entry] != cluster)
			continue;
		if (c->readable && chain_signed_by(&server->cert, &c->cert))
			return;
		seen = (int)i;
	}
	if (seen >= 0 && inv->certs[seen].readable && !verify_said(inv, file, "ca-differs"))
		verify_found(v, (size_t)seen, "wrong-ca",
			"put the cluster's CA (ca.crt) into certificate-authority-data",
			"the CA in it did not issue the API server's certificate");
}

static void check_kubeconfig(const struct verify *v, size_t file)
{
	const struct kubeconfig *k = &v->inv->files[file].config;
	const struct inv_cert *server = apiserver(v->inv);
	for (size_t i = 0; server && i < k->n_contexts; i++) {
		const struct kubeconfig_context *x = &k->contexts[i];
		if (!x->cluster || !x->user)
			continue;
		const struct kubeconfig_entry *user = kubeconfig_find(k, KUBECONFIG_USER, x->user);
		const struct kubeconfig_entry *cluster =
			kubeconfig_find(k, KUBECONFIG_CLUSTER, x->cluster);
		if (cluster && our_user(v->inv, file, user))
			check_trust(v, file, cluster, server);
	}
}

static void check_kubelet(const struct verify *v)
{
	if (!v->inv->kubelet_dir || !v->inv->kubelet_link_is_file)
		return;
	char *path = xasprintf("%s/kubelet-client-current.pem", v->inv->kubelet_dir);
	bool known = false;
	for (size_t i = 0; i < v->inv->n_findings; i++)
		known |= strcmp(v->inv->findings[i].path, path) == 0;
	if (!known)
		add(v->out, -1, path, "kubelet-link", "certrescue renew repairs it",
			"is a regular file, not a symlink: the kubelet cannot rotate it");
	free(path);
}

int verify_node(const struct inventory *inv, const struct conf *conf, int64_t now,
	struct verify_report *out)
{
	struct verify v = {inv, conf, now, out};
	*out = (struct verify_report){.n_certs = inv->n_certs};
	out->certs = xmalloc((inv->n_certs + 1) * sizeof(*out->certs));
	for (size_t i = 0; i < inv->n_certs; i++)
		check_cert(&v, i);
	for (size_t i = 0; i < inv->n_files; i++)
		if (inv->files[i].format == INV_KUBECONFIG)
			check_kubeconfig(&v, i);
	check_kubelet(&v);
	comply_files(&v);
	for (size_t i = 0; i < inv->n_findings; i++)
		if (verify_counts(inv, &inv->findings[i]) && !repeated(inv, &inv->findings[i]))
			add(out, -1, inv->findings[i].path, inv->findings[i].code,
				inv->findings[i].remedy, inv->findings[i].text);
	for (size_t i = out->n_findings; i-- > 0;)
		if (out->findings[i].cert >= 0)
			out->certs[out->findings[i].cert].problem = out->findings[i].text;
	return out->n_findings ? -1 : 0;
}

void verify_free(struct verify_report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		free(r->findings[i].path);
		free(r->findings[i].text);
		free(r->findings[i].remedy);
	}
	free(r->findings);
	free(r->certs);
	*r = (struct verify_report){.n_certs = 0};
}
