// SPDX-License-Identifier: MIT
// inventory: frees an inventory, judges states.
#include <stdlib.h>
#include <string.h>

#include "node/inventory.h"

static void file_free(struct inv_file *f)
{
	free(f->path);
	free(f->real);
	buf_wipe(&f->content);
	kubeconfig_free(&f->config);
}

static void cert_free(struct inv_cert *c)
{
	for (size_t i = 0; i < c->n_users; i++)
		free(c->users[i].flag);
	free(c->users);
	free(c->place);
	free(c->problem);
	free(c->key_path);
	buf_free(&c->der);
	key_free(&c->key);
}

void inventory_free(struct inventory *inv)
{
	for (size_t i = 0; i < inv->n_files; i++)
		file_free(&inv->files[i]);
	for (size_t i = 0; i < inv->n_certs; i++)
		cert_free(&inv->certs[i]);
	for (size_t i = 0; i < inv->n_findings; i++) {
		free(inv->findings[i].path);
		free(inv->findings[i].text);
		free(inv->findings[i].remedy);
	}
	for (size_t i = 0; i < inv->n_dirs; i++)
		free(inv->dirs[i].path);
	for (size_t i = 0; i < inv->n_reach; i++) {
		free(inv->reach[i].host);
		free(inv->reach[i].path);
	}
	free(inv->files);
	free(inv->certs);
	free(inv->findings);
	free(inv->dirs);
	free(inv->reach);
	free(inv->pod_uids);
	free(inv->node);
	free(inv->hostname);
	free(inv->kubelet_dir);
	*inv = (struct inventory){0};
}

void inventory_find(struct inventory *inv, const char *path, const char *code, bool hinders,
	const char *text, const char *remedy)
{
	inv->findings = xgrow(inv->findings, inv->n_findings, sizeof(*inv->findings));
	inv->findings[inv->n_findings++] = (struct inv_finding){
		.path = xstrdup(path),
		.code = code,
		.text = xstrdup(text),
		.remedy = xstrdup(remedy ? remedy : ""),
		.hinders = hinders,
	};
}

static const char *const role_text[] = {
	[ROLE_CA] = "ca",
	[ROLE_FRONT_PROXY_CA] = "front-proxy-ca",
	[ROLE_ETCD_CA] = "etcd-ca",
	[ROLE_APISERVER] = "apiserver",
	[ROLE_APISERVER_KUBELET_CLIENT] = "apiserver-kubelet-client",
	[ROLE_APISERVER_ETCD_CLIENT] = "apiserver-etcd-client",
	[ROLE_FRONT_PROXY_CLIENT] = "front-proxy-client",
	[ROLE_ETCD_SERVER] = "etcd-server",
	[ROLE_ETCD_PEER] = "etcd-peer",
	[ROLE_ETCD_HEALTHCHECK_CLIENT] = "etcd-healthcheck-client",
	[ROLE_ADMIN] = "admin.conf",
	[ROLE_SUPER_ADMIN] = "super-admin.conf",
	[ROLE_CONTROLLER_MANAGER] = "controller-manager.conf",
	[ROLE_SCHEDULER] = "scheduler.conf",
	[ROLE_KUBELET_CLIENT] = "kubelet-client",
	[ROLE_KUBELET_SERVER] = "kubelet-server",
};

bool inventory_role_find(const char *text, enum inv_role *role)
{
	for (size_t i = ROLE_OTHER + 1; i < sizeof(role_text) / sizeof(*role_text); i++) {
		if (strcmp(role_text[i], text) != 0)
			continue;
		*role = (enum inv_role)i;
		return true;
	}
	return false;
}

/* A CA of this cluster: known by its role, or named by a component's flag. */
static bool is_own_ca(const struct inv_cert *c)
{
	if (!c->is_ca)
		return false;
	return c->role == ROLE_CA || c->role == ROLE_FRONT_PROXY_CA || c->role == ROLE_ETCD_CA ||
	       (!*c->place && c->n_users > 0 && c->role == ROLE_OTHER);
}

/* Who stands at the end of c's issuers, by a few steps: OK is one of ours. */
static enum inv_state judge_issuer(const struct inventory *inv, const struct inv_cert *c)
{
	for (int steps = 0; steps < 8; steps++) {
		if (is_own_ca(c))
			return INV_OK;
		if (c->issuer < 0)
			return INV_UNKNOWN_ISSUER;
		if (&inv->certs[c->issuer] == c)
			return INV_FOREIGN;
		c = &inv->certs[c->issuer];
	}
	return INV_UNKNOWN_ISSUER;
}

static bool key_is_wrong(const struct inv_cert *c)
{
	return c->key_state == INV_KEY_MISSING || c->key_state == INV_KEY_UNREADABLE ||
	       c->key_state == INV_KEY_MISMATCH;
}

/* The kubelet's self-made pair: nobody checks its issuer, so its own throw-away CA is good. */
static bool is_throw_away(const struct inventory *inv, const struct inv_cert *c)
{
	return c->role == ROLE_KUBELET_SERVER && c->issuer >= 0 &&
	       inv->certs[c->issuer].file == c->file;
}

enum inv_state inventory_state(
	const struct inventory *inv, const struct inv_cert *c, int64_t now, int64_t within)
{
	if (!c->readable)
		return INV_UNREADABLE;
	/* The issuer first: what is somebody else's is not ours to find fault with. */
	if (!is_throw_away(inv, c)) {
		enum inv_state s = judge_issuer(inv, c);
		if (s != INV_OK)
			return s;
	}
	if (key_is_wrong(c))
		return INV_MISMATCH;
	if (now > c->cert.not_after)
		return INV_EXPIRED;
	if (now < c->cert.not_before)
		return INV_NOT_YET_VALID;
	return c->cert.not_after - now <= within ? INV_DUE : INV_OK;
}

const char *inventory_state_text(enum inv_state s)
{
	static const char *const text[] = {
		[INV_OK] = "ok",
		[INV_DUE] = "due",
		[INV_EXPIRED] = "expired",
		[INV_NOT_YET_VALID] = "not-yet-valid",
		[INV_UNREADABLE] = "unreadable",
		[INV_MISMATCH] = "mismatch",
		[INV_FOREIGN] = "foreign",
		[INV_UNKNOWN_ISSUER] = "unknown-issuer",
	};
	return text[s];
}

void inventory_place(struct buf *out, const struct inventory *inv, const struct inv_cert *c)
{
	buf_str(out, inv->files[c->file].path);
	if (*c->place)
		buf_printf(out, " %s", c->place);
}
