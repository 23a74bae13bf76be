// SPDX-License-Identifier: MIT
// discover_kubeconfig: certificates embedded in a kubeconfig, and the files that it refers to.
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"
#include "pki/pem.h"

#define REMEDY_GARBLED                                                                             \
	"correct the file or restore it from a backup; the others are rescued without it"

const struct kubeconfig_entry *discover_current(
	const struct kubeconfig *k, enum kubeconfig_kind kind)
{
	const struct kubeconfig_entry *only = NULL;
	size_t n = 0;
	for (size_t i = 0; k->current_context && i < k->n_contexts; i++) {
		const struct kubeconfig_context *c = &k->contexts[i];
		const char *name = kind == KUBECONFIG_USER ? c->user : c->cluster;
		if (c->name && name && !strcmp(c->name, k->current_context))
			return kubeconfig_find(k, kind, name);
	}
	for (size_t i = 0; i < k->n_entries; i++) {
		if (k->entries[i].kind == kind) {
			only = &k->entries[i];
			n++;
		}
	}
	return n == 1 ? only : NULL;
}

static bool given(const struct kubeconfig_value *v)
{
	return v->text && *v->text;
}

static void embedded(struct discovery *d, const struct pem_place *at, const char *data)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	if (base64_decode(&text, bytes_of(data), &err)) {
		char *problem = xasprintf("its data is not base64: %s", err.what);
		discover_broken(d, at, "garbled-kubeconfig", problem, REMEDY_GARBLED);
		free(problem);
	} else {
		discover_pem(d, buf_bytes(&text), at);
	}
	buf_wipe(&text);
}

/* The kubelet's link has findings of its own, see discover_kubelet.c. */
static bool is_kubelet_link(const char *path)
{
	return !strcmp(path_base(path), "kubelet-client-current.pem");
}

static void referred(struct discovery *d, size_t file, const struct kubeconfig_entry *e,
	const struct pem_place *at)
{
	const struct claim *whole = &d->notes[file].claim;
	char *path = path_from_file(d->inv->files[file].path, e->cert_file.text);
	struct claim *c = evidence_claim(&d->ev, path);
	if (c) {
		c->kind = at->ca ? LAYOUT_CA : LAYOUT_LEAF;
		c->role = at->role;
		c->component = whole->component ? whole->component : "kubectl";
		c->flag = xasprintf("%s in %s",
			at->ca ? "certificate-authority" : "client-certificate",
			d->inv->files[file].path);
		c->expected = whole->role != ROLE_OTHER && !is_kubelet_link(path);
		if (given(&e->key_file))
			c->key = path_from_file(d->inv->files[file].path, e->key_file.text);
	}
	free(path);
}

static void read_entry(struct discovery *d, size_t file, size_t i)
{
	const struct claim *whole = &d->notes[file].claim;
	const struct inv_file *f = &d->inv->files[file];
	const struct kubeconfig_entry *e = &f->config.entries[i];
	bool user = e->kind == KUBECONFIG_USER;
	bool current = discover_current(&f->config, e->kind) == e;
	char *place = xasprintf("%s/%s", user ? "users" : "clusters", e->name);
	struct pem_place at = {.file = file, .place = place, .entry = i, .ca = !user};
	at.name = f->path;
	if (user && current && whole->role != ROLE_OTHER) {
		at.role = whole->role;
		at.name = whole->name ? whole->name : f->path;
	}
	/* As client-go: data goes before a file. */
	if (given(&e->cert_data)) {
		embedded(d, &at, e->cert_data.text);
	} else if (given(&e->cert_file)) {
		if (!user && current && whole->role != ROLE_OTHER)
			at.role = ROLE_CA;
		referred(d, file, e, &at);
	}
	free(place);
}

void discover_kubeconfig(struct discovery *d, size_t file)
{
	struct inv_file *f = &d->inv->files[file];
	const struct claim *whole = &d->notes[file].claim;
	struct error err = ERROR_INIT;
	struct pem_place at = {.file = file, .place = "", .role = whole->role, .name = f->path};
	if (whole->name)
		at.name = whole->name;
	f->format = INV_KUBECONFIG;
	if (kubeconfig_parse(&f->config, buf_bytes(&f->content), &err)) {
		char *problem =
			f->content.n ? xasprintf("is no kubeconfig that can be read: %s", err.what)
				     : xstrdup("is empty");
		discover_broken(d, &at, "garbled-kubeconfig", problem,
			*err.todo ? err.todo : REMEDY_GARBLED);
		free(problem);
		return;
	}
	for (size_t i = 0; i < d->inv->files[file].config.n_entries; i++)
		read_entry(d, file, i);
}
