// SPDX-License-Identifier: MIT
// discover: the order in which an inventory is filled.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover.h"
#include "node/discover_work.h"

/* What makes a directory tree a Kubernetes node, whatever its layout. */
static const char *const node_signs[] = {
	"/etc/kubernetes/manifests",
	"/etc/kubernetes/pki",
	"/etc/kubernetes/ssl",
	"/etc/kubernetes/kubelet.conf",
	"/etc/kubernetes/admin.conf",
	"/etc/kubernetes/static-pod-resources",
	"/var/lib/kubelet/config.yaml",
	"/var/lib/kubelet/pki",
	"/var/lib/kubelet/kubeconfig",
	"/var/lib/kubernetes",
	"/var/lib/rancher/k3s",
	"/var/lib/rancher/rke2",
	"/var/lib/k0s/pki",
	"/var/snap/microk8s",
	"/system/secrets/kubernetes",
	NULL,
};

bool discover_is_node(const struct root *r)
{
	return layout_any(r, node_signs);
}

bool discover_found(const struct discovery *d, const char *path, const char *code)
{
	for (size_t i = 0; i < d->inv->n_findings; i++)
		if (!strcmp(d->inv->findings[i].code, code) &&
			!strcmp(d->inv->findings[i].path, path))
			return true;
	return false;
}

void discover_find(struct discovery *d, const char *path, const char *code, bool hinders,
	const char *remedy, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	uint64_t hash = index_hash(index_hash(0, bytes_of(path)), bytes_of(text));
	for (size_t i = index_first(&d->findings, hash); i != INDEX_END;
		i = index_next(&d->findings, i)) {
		const struct inv_finding *f = &d->inv->findings[index_at(&d->findings, i)];
		if (!strcmp(f->code, code) && !strcmp(f->path, path) && !strcmp(f->text, text))
			return;
	}
	index_add(&d->findings, hash, d->inv->n_findings);
	inventory_find(d->inv, path, code, hinders, text, remedy);
}

static void users(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		struct inv_cert *c = &d->inv->certs[i];
		const struct file_note *note = &d->notes[c->file];
		c->users = xmalloc((note->n_users + 1) * sizeof(*c->users));
		for (size_t k = 0; k < note->n_users; k++)
			c->users[c->n_users++] = (struct inv_user){
				note->users[k].component, xstrdup(note->users[k].flag)};
	}
}

static void gather(struct discovery *d)
{
	char *manifests = xstrdup(d->layout->manifests);
	discover_kubelet(d, &manifests);
	discover_manifests(d, manifests);
	d->ev.control_plane =
		d->ev.control_plane || layout_any(d->root, d->layout->control_plane_signs);
	d->ev.etcd = d->ev.etcd || layout_any(d->root, d->layout->etcd_signs);
	d->inv->control_plane = d->ev.control_plane;
	discover_table(d);
	discover_look(d);
	free(manifests);
}

static void discovery_free(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_files; i++) {
		free(d->notes[i].claim.key);
		for (size_t k = 0; k < d->notes[i].n_users; k++)
			free(d->notes[i].users[k].flag);
		free(d->notes[i].users);
	}
	free(d->notes);
	evidence_free(&d->ev);
	index_free(&d->files);
	index_free(&d->findings);
	index_free(&d->issuers);
	index_free(&d->certs);
}

int discover(const struct root *r, struct inventory *inv, struct error *err)
{
	struct discovery d = {.root = r, .inv = inv};
	bool known;
	*inv = (struct inventory){0};
	if (!discover_is_node(r))
		return error_set(err, ERR_FAILED, r->path,
			"name the disk or the directory that holds the node (--root)",
			"there is no Kubernetes node here: no /etc/kubernetes with manifests, pki "
			"or "
			"kubelet.conf, no /var/lib/kubelet");
	d.layout = layout_find(r, &known);
	inv->layout = known ? d.layout->name : "unknown";
	inv->refused = layout_declined(r);
	if (inv->refused)
		return 0;
	gather(&d);
	discover_files(&d);
	users(&d);
	discover_issuers(&d);
	discover_keys(&d);
	discover_sa(&d);
	discover_servers(&d);
	discover_secrets(&d);
	identity(&d);
	discovery_free(&d);
	return 0;
}
