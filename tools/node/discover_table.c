// SPDX-License-Identifier: MIT
// discover_table: the layout's table, people's kubeconfigs, and a bounded look around.
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"

static bool expected(const struct discovery *d, enum layout_when when)
{
	switch (when) {
	case LAYOUT_EVERY_NODE:
		return true;
	case LAYOUT_CONTROL_PLANE:
		return d->ev.control_plane;
	case LAYOUT_LOCAL_ETCD:
		return d->ev.etcd;
	default:
		return false;
	}
}

/* Evidence names another file for this role, so the table's path need not exist. */
static bool elsewhere(const struct discovery *d, size_t n, const struct layout_item *item)
{
	for (size_t i = 0; i < n; i++)
		if (d->ev.claims[i].role == item->role && d->ev.claims[i].expected &&
			d->ev.claims[i].kind == item->kind)
			return true;
	return false;
}

static void claim_people(struct discovery *d, const char *home)
{
	char *path = path_join(home, ".kube/config");
	struct claim *c = evidence_claim(&d->ev, path);
	if (c) {
		c->kind = LAYOUT_KUBECONFIG;
		c->component = "kubectl";
		c->flag = xstrdup("~/.kube/config");
	}
	free(path);
}

static void claim_homes(struct discovery *d)
{
	struct error err = ERROR_INIT;
	struct root_names names = {0};
	claim_people(d, "/root");
	if (root_list(d->root, "/home", DISCOVER_NAMES, &names, &err))
		return;
	for (size_t i = 0; i < names.n; i++) {
		char *home = path_join("/home", names.v[i]);
		claim_people(d, home);
		free(home);
	}
	if (names.truncated)
		discover_find(d, "/home", "too-many", false,
			"renew the kubeconfigs of the others by hand",
			"holds more than %d directories; the rest was not looked into",
			DISCOVER_NAMES);
	root_names_free(&names);
}

void discover_table(struct discovery *d)
{
	size_t by_flags = d->ev.n_claims;
	for (const struct layout_item *item = d->layout->items; item->path; item++) {
		struct claim *c = evidence_claim(&d->ev, item->path);
		if (!c)
			return;
		c->kind = item->kind;
		c->role = item->role;
		c->name = item->name;
		c->key = item->key ? xstrdup(item->key) : NULL;
		c->component = item->component;
		c->flag = item->component ? xstrdup("--kubeconfig") : NULL;
		c->expected = expected(d, item->when) && !elsewhere(d, by_flags, item);
	}
	claim_homes(d);
}

static bool looks_like_certificate(const char *name)
{
	static const char *const ends[] = {".crt", ".pem", ".cer", ".cert"};
	size_t n = strlen(name);
	if (n > 8 && !strcmp(name + n - 8, "-key.pem"))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > strlen(ends[i]) && !strcmp(name + n - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

void discover_look(struct discovery *d)
{
	for (const char *const *dir = d->layout->look; *dir; dir++) {
		struct error err = ERROR_INIT;
		struct root_names names = {0};
		if (root_list(d->root, *dir, DISCOVER_LOOK, &names, &err))
			continue;
		for (size_t i = 0; i < names.n; i++) {
			if (!looks_like_certificate(names.v[i]))
				continue;
			char *path = path_join(*dir, names.v[i]);
			struct claim *c = evidence_claim(&d->ev, path);
			if (c)
				c->looked = true;
			names.truncated |= !c;
			free(path);
		}
		if (names.truncated)
			discover_find(d, *dir, "too-many", false,
				"move what does not belong there away",
				"holds more files than are read; not all were looked at");
		root_names_free(&names);
	}
}
