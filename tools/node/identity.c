// SPDX-License-Identifier: MIT
// identity: what this node is called, and which certificates say that they are another node's.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "node/discover_work.h"

#define NAME_LENGTH 253 /* RFC 1123 */

/* A name becomes part of paths and of certificates: only what a node can be called is taken. */
static bool is_node_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	size_t n = strlen(name);
	return n > 0 && n <= NAME_LENGTH && strspn(name, allowed) == n && name[0] != '.' &&
	       name[0] != '-';
}

static void kubelet_name(struct discovery *d, const struct inv_cert *c)
{
	static const char prefix[] = "system:node:";
	struct buf cn = BUF_INIT;
	cert_common_name(&cn, c->cert.subject);
	if (!strncmp(buf_text(&cn), prefix, sizeof(prefix) - 1))
		evidence_name(&d->ev, NAME_KUBELET_CERT, buf_text(&cn) + sizeof(prefix) - 1,
			d->inv->files[c->file].path);
	buf_free(&cn);
}

static void etcd_name(struct discovery *d, const struct inv_cert *c)
{
	struct buf cn = BUF_INIT;
	cert_common_name(&cn, c->cert.subject);
	if (cn.n)
		evidence_name(&d->ev, NAME_ETCD_CERT, buf_text(&cn), d->inv->files[c->file].path);
	buf_free(&cn);
}

static void names_of_certificates(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		const struct inv_cert *c = &d->inv->certs[i];
		if (!c->readable || c->is_ca)
			continue;
		if (c->role == ROLE_KUBELET_CLIENT)
			kubelet_name(d, c);
		else if (c->role == ROLE_ETCD_SERVER || c->role == ROLE_ETCD_PEER)
			etcd_name(d, c);
	}
}

static const struct claim_name *strongest(struct discovery *d)
{
	const struct claim_name *best = NULL;
	for (size_t i = 0; i < d->ev.n_names; i++) {
		const struct claim_name *n = &d->ev.names[i];
		if (!is_node_name(n->name)) {
			discover_find(d, n->where, "bad-name", false, "correct the name there",
				"calls the node by a name that no node can have: %.64s", n->name);
			continue;
		}
		if (!best || n->rank < best->rank)
			best = n;
	}
	return best;
}

static void differ(
	struct discovery *d, const char *path, const char *other, const struct claim_name *node)
{
	discover_find(d, path, "identity", true,
		"was it copied from the other node? put this node's own file back: a copy would be "
		"renewed for the other one",
		"says that this node is %s, but by %s it is %s", other, node->where, node->name);
}

static bool has_dns(const struct cert *c, const char *name)
{
	struct bytes rest = c->san, value;
	enum san_kind kind;
	while (rest.n && cert_san_next(&rest, &kind, &value) == 1)
		if (kind == SAN_DNS && value.n == strlen(name) &&
			!strncasecmp((const char *)value.p, name, value.n))
			return true;
	return false;
}

/* etcd's members may have names of their own (--name); then their certificates may too. */
static bool is_member_name(const struct discovery *d, const char *name)
{
	for (size_t i = 0; i < d->ev.n_names; i++)
		if (d->ev.names[i].rank == NAME_ETCD_FLAG && !strcasecmp(d->ev.names[i].name, name))
			return true;
	return false;
}

static void check_etcd(struct discovery *d, const struct inv_cert *c, const struct claim_name *node)
{
	struct buf cn = BUF_INIT;
	cert_common_name(&cn, c->cert.subject);
	if (cn.n && strcasecmp(buf_text(&cn), node->name) != 0 && !has_dns(&c->cert, node->name) &&
		!is_member_name(d, buf_text(&cn)))
		differ(d, d->inv->files[c->file].path, buf_text(&cn), node);
	buf_free(&cn);
}

/*
 * kubeadm gives the API server's certificate the node's name. Where it is missing and another bare
 * host name stands there, that is whose certificate it is; names with dots are end points and
 * services.
 */
static void check_apiserver(
	struct discovery *d, const struct inv_cert *c, const struct claim_name *node)
{
	struct bytes rest = c->cert.san, value;
	enum san_kind kind;
	char other[NAME_LENGTH + 1];
	if (has_dns(&c->cert, node->name))
		return;
	while (rest.n && cert_san_next(&rest, &kind, &value) == 1) {
		if (kind != SAN_DNS || value.n > NAME_LENGTH || memchr(value.p, '.', value.n) ||
			bytes_is(value, "kubernetes") || bytes_is(value, "localhost"))
			continue;
		snprintf(other, sizeof(other), "%.*s", (int)value.n, (const char *)value.p);
		differ(d, d->inv->files[c->file].path, other, node);
		return;
	}
}

static void check(struct discovery *d, const struct claim_name *node)
{
	for (size_t i = 0; i < d->ev.n_names; i++) {
		const struct claim_name *n = &d->ev.names[i];
		if (n->rank <= NAME_KUBELET_CONF && strcasecmp(n->name, node->name) != 0)
			differ(d, n->where, n->name, node);
	}
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		const struct inv_cert *c = &d->inv->certs[i];
		if (c->readable && !c->is_ca &&
			(c->role == ROLE_ETCD_SERVER || c->role == ROLE_ETCD_PEER))
			check_etcd(d, c, node);
		else if (c->readable && !c->is_ca && c->role == ROLE_APISERVER)
			check_apiserver(d, c, node);
	}
}

static void hostname(struct discovery *d)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	if (!root_read(d->root, "/etc/hostname", 4096, &text, &st, &err)) {
		char *name = xstrndup(buf_text(&text), strcspn(buf_text(&text), " \t\r\n"));
		if (is_node_name(name))
			d->inv->hostname = name;
		else
			free(name);
	}
	buf_free(&text);
}

void identity(struct discovery *d)
{
	names_of_certificates(d);
	hostname(d);
	const struct claim_name *node = strongest(d);
	if (!node)
		return;
	d->inv->node = xstrdup(node->name);
	check(d, node);
}
