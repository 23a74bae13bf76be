// SPDX-License-Identifier: MIT
// authority_role: tells cluster, front-proxy and etcd CAs apart by what they issued.
#include <stdlib.h>
#include <string.h>

#include "media/authority_role.h"
#include "pki/chain.h"

/* --- leaves --------------------------------------------------------------------------------- */

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static enum authority_role by_words(const char *text)
{
	if (has(text, "etcd"))
		return AUTHORITY_ETCD;
	if (has(text, "front-proxy") || has(text, "front_proxy") || has(text, "aggregator") ||
		has(text, "requestheader") || has(text, "request-header"))
		return AUTHORITY_FRONT_PROXY;
	return AUTHORITY_OTHER;
}

static bool names_api_server(const struct cert *c)
{
	struct bytes rest = c->san, value;
	enum san_kind kind;
	while (rest.n && cert_san_next(&rest, &kind, &value))
		if (kind == SAN_DNS && (bytes_is(value, "kubernetes.default") ||
					       bytes_is(value, "kubernetes.default.svc")))
			return true;
	return false;
}

/*
 * Its common name tells; etcd's own serving certificates bear the node's, so their path does. A
 * node may be called etcd-1: what the API server and the kubelets are known by comes first.
 */
static enum authority_role evidence(const struct cert *c, const char *path)
{
	struct buf name = BUF_INIT, all = BUF_INIT;
	cert_common_name(&name, c->subject);
	cert_name_text(&all, c->subject);
	enum authority_role role = AUTHORITY_CLUSTER;
	if (strncmp(buf_text(&name), "system:", 7) != 0 && !names_api_server(c)) {
		role = by_words(buf_text(&name));
		if (role == AUTHORITY_OTHER &&
			(has(buf_text(&all), "=system:") || has(buf_text(&all), "=kubeadm:") ||
				has(buf_text(&name), "kubelet") ||
				has(buf_text(&name), "apiserver")))
			role = AUTHORITY_CLUSTER;
		if (role == AUTHORITY_OTHER)
			role = by_words(path);
	}
	buf_free(&name);
	buf_free(&all);
	return role;
}

/* Beneath what the user named: the directories above it say nothing. */
static const char *relative(const struct pile *p, const char *path)
{
	size_t n = strlen(p->path);
	const char *slash = strrchr(path, '/');
	if (p->is_dir && strncmp(path, p->path, n) == 0)
		return path + n;
	return slash ? slash + 1 : path;
}

static enum authority_role by_leaves(const struct authorities *a, const struct cert *ca)
{
	const struct pile *p = a->pile;
	bool seen[AUTHORITY_ETCD + 1] = {false};
	for (size_t i = 0; i < p->n_certs; i++) {
		const struct pile_cert *c = &p->certs[i];
		if (!c->is_ca && chain_signed_by(&c->cert, ca))
			seen[evidence(&c->cert, relative(p, p->files[c->file].path))] = true;
	}
	return seen[AUTHORITY_CLUSTER]       ? AUTHORITY_CLUSTER
	       : seen[AUTHORITY_FRONT_PROXY] ? AUTHORITY_FRONT_PROXY
	       : seen[AUTHORITY_ETCD]        ? AUTHORITY_ETCD
					     : AUTHORITY_OTHER;
}

/* --- hints ---------------------------------------------------------------------------------- */

static enum authority_role by_hint(const struct authorities *a, size_t i)
{
	struct buf name = BUF_INIT;
	const struct cert *c = authority_cert(a, i);
	cert_name_text(&name, c->subject);
	enum authority_role role = by_words(buf_text(&name));
	buf_free(&name);
	return role ? role : by_words(relative(a->pile, authority_cert_path(a, i)));
}

/* Called ca.crt or ca.pem, at the top: kubeadm's and most hand-made clusters' CA. */
static bool called_ca(const struct authorities *a, size_t i)
{
	const char *path = authority_cert_path(a, i), *slash = strrchr(path, '/');
	return strncmp(slash ? slash + 1 : path, "ca.", 3) == 0;
}

/* With its key rather than without. */
static int fitness(const struct authorities *a, size_t i)
{
	return 2 * (a->v[i].pair == AUTHORITY_PAIRED) + called_ca(a, i);
}

static void choose_cluster(struct authorities *a)
{
	size_t best = a->n;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].role == AUTHORITY_CLUSTER)
			return;
		if (a->v[i].role == AUTHORITY_OTHER &&
			(best == a->n || fitness(a, i) > fitness(a, best)))
			best = i;
	}
	if (best < a->n)
		a->v[best].role = AUTHORITY_CLUSTER;
}

void authority_roles(struct authorities *a)
{
	for (size_t i = 0; i < a->n; i++) {
		a->v[i].role = by_leaves(a, authority_cert(a, i));
		if (a->v[i].role == AUTHORITY_OTHER)
			a->v[i].role = by_hint(a, i);
	}
	choose_cluster(a);
}

/* --- names ---------------------------------------------------------------------------------- */

const char *authority_role_text(enum authority_role role)
{
	static const char *const names[] = {
		[AUTHORITY_OTHER] = "other",
		[AUTHORITY_CLUSTER] = "cluster",
		[AUTHORITY_FRONT_PROXY] = "front-proxy",
		[AUTHORITY_ETCD] = "etcd",
	};
	return names[role];
}

/* The first of a role that has its key has the role's name; every other one is over. */
static bool is_first(const struct authorities *a, size_t i)
{
	bool paired = a->v[i].pair == AUTHORITY_PAIRED;
	for (size_t j = 0; j < a->n; j++) {
		bool other = a->v[j].pair == AUTHORITY_PAIRED;
		if (j != i && a->v[j].role == a->v[i].role &&
			(other > paired || (other == paired && j < i)))
			return false;
	}
	return a->v[i].role != AUTHORITY_OTHER;
}

void authority_name(struct buf *out, const struct authorities *a, size_t i)
{
	static const char *const names[] = {
		[AUTHORITY_CLUSTER] = "ca",
		[AUTHORITY_FRONT_PROXY] = "front-proxy-ca",
		[AUTHORITY_ETCD] = "etcd/ca",
	};
	size_t number = 2;
	if (is_first(a, i)) {
		buf_str(out, names[a->v[i].role]);
		return;
	}
	for (size_t j = 0; j < i; j++)
		number += !is_first(a, j);
	buf_printf(out, "ca-%zu", number);
}
