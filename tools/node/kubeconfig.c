// SPDX-License-Identifier: MIT
// kubeconfig: reads the parts that name or hold certificates and keys.
#include <stdlib.h>
#include <string.h>

#include "node/kubeconfig.h"
#include "node/yaml.h"

static int refuse(struct error *err, const struct yaml_item *at, const char *what)
{
	return error_set(err, ERR_FAILED, NULL, NULL, "line %d: %s", at->line, what);
}

static int read_value(struct kubeconfig_value *v, const struct yaml_item *mapping, const char *key,
	struct error *err)
{
	const struct yaml_item *item = yaml_get(mapping, key);
	const struct yaml_item *name = yaml_get_key(mapping, key);
	if (yaml_is_null(item))
		return 0;
	if (item->kind != YAML_SCALAR)
		return error_set(
			err, ERR_FAILED, NULL, NULL, "line %d: %s is not a text", item->line, key);
	if (item->tagged)
		return error_set(err, ERR_FAILED, NULL, "write the value without the tag",
			"line %d: %s has a YAML tag", item->line, key);
	v->text = xstrdup(item->text);
	v->begin = item->begin;
	v->end = item->end;
	v->uses = item->uses;
	v->shared = item->uses > 1;
	v->key_begin = name->begin;
	v->key_end = name->end;
	return 0;
}

static int read_text(char **to, const struct yaml_item *mapping, const char *key, struct error *err)
{
	const struct yaml_item *item = yaml_get(mapping, key);
	if (yaml_is_null(item))
		return 0;
	if (item->kind != YAML_SCALAR)
		return refuse(err, item, "a name that is not a text");
	*to = xstrdup(item->text);
	return 0;
}

/* client-go's YAML reader would merge; the places of a merged value are not ours to change. */
static int check_merge(const struct yaml_item *mapping, struct error *err)
{
	const struct yaml_item *merge = yaml_get_key(mapping, "<<");
	if (!merge)
		return 0;
	return error_set(err, ERR_FAILED, NULL, "write the merged keys out in full",
		"line %d: a merge key (<<)", merge->line);
}

static int read_body(struct kubeconfig_entry *e, const struct yaml_item *body, struct error *err)
{
	if (yaml_is_null(body))
		return 0;
	if (body->kind != YAML_MAPPING)
		return refuse(err, body, "a cluster or user that is not a mapping");
	if (check_merge(body, err))
		return -1;
	e->begin = body->begin;
	e->end = body->end;
	e->column = body->column;
	e->flow = body->flow;
	if (e->kind == KUBECONFIG_CLUSTER) {
		if (read_value(&e->cert_data, body, "certificate-authority-data", err) ||
			read_value(&e->cert_file, body, "certificate-authority", err) ||
			read_value(&e->server, body, "server", err) ||
			read_value(&e->server_name, body, "tls-server-name", err) ||
			read_value(&e->insecure, body, "insecure-skip-tls-verify", err))
			return -1;
		return 0;
	}
	if (read_value(&e->cert_data, body, "client-certificate-data", err) ||
		read_value(&e->key_data, body, "client-key-data", err) ||
		read_value(&e->cert_file, body, "client-certificate", err) ||
		read_value(&e->key_file, body, "client-key", err))
		return -1;
	return 0;
}

static int read_entry(struct kubeconfig *k, enum kubeconfig_kind kind, const struct yaml_item *item,
	struct error *err)
{
	if (item->kind != YAML_MAPPING)
		return refuse(err, item, "a list item that is not a mapping");
	if (check_merge(item, err))
		return -1;
	if (k->n_entries == KUBECONFIG_ENTRIES)
		return refuse(err, item, "too many clusters and users");
	struct kubeconfig_entry *e = &k->entries[k->n_entries++];
	e->kind = kind;
	if (read_text(&e->name, item, "name", err))
		return -1;
	if (!e->name)
		e->name = xstrdup("");
	if (kubeconfig_find(k, kind, e->name) != e)
		return error_set(err, ERR_FAILED, NULL, "remove or rename one of the two",
			"line %d: a second %s with the name %.64s", item->line,
			kind == KUBECONFIG_USER ? "user" : "cluster", e->name);
	return read_body(e, yaml_get(item, kind == KUBECONFIG_USER ? "user" : "cluster"), err);
}

static int read_context(struct kubeconfig *k, const struct yaml_item *item, struct error *err)
{
	if (item->kind != YAML_MAPPING)
		return refuse(err, item, "a list item that is not a mapping");
	if (k->n_contexts == KUBECONFIG_ENTRIES)
		return refuse(err, item, "too many contexts");
	struct kubeconfig_context *c = &k->contexts[k->n_contexts++];
	const struct yaml_item *body = yaml_get(item, "context");
	if (check_merge(item, err) || check_merge(body, err))
		return -1;
	if (read_text(&c->name, item, "name", err) || read_text(&c->cluster, body, "cluster", err))
		return -1;
	return read_text(&c->user, body, "user", err);
}

static int list_of(const struct yaml_item *root, const char *key, const struct yaml_item **list,
	struct error *err)
{
	*list = yaml_get(root, key);
	if (yaml_is_null(*list)) {
		*list = NULL;
		return 0;
	}
	if ((*list)->kind != YAML_SEQUENCE)
		return error_set(err, ERR_FAILED, NULL, NULL, "line %d: %s is not a list",
			(*list)->line, key);
	return 0;
}

static int read_root(struct kubeconfig *k, const struct yaml_item *root, struct error *err)
{
	const struct yaml_item *clusters, *users, *contexts;
	const char *kind = yaml_text(yaml_get(root, "kind"));
	if (!root || root->kind != YAML_MAPPING)
		return error_set(err, ERR_FAILED, NULL, NULL, "is not a mapping");
	if (kind && strcmp(kind, "Config") != 0)
		return error_set(
			err, ERR_FAILED, NULL, NULL, "its kind is %.64s, not Config", kind);
	if (check_merge(root, err) || list_of(root, "clusters", &clusters, err) ||
		list_of(root, "users", &users, err) || list_of(root, "contexts", &contexts, err) ||
		read_text(&k->current_context, root, "current-context", err))
		return -1;
	for (size_t i = 0; i < yaml_count(clusters); i++)
		if (read_entry(k, KUBECONFIG_CLUSTER, yaml_at(clusters, i), err))
			return -1;
	for (size_t i = 0; i < yaml_count(users); i++)
		if (read_entry(k, KUBECONFIG_USER, yaml_at(users, i), err))
			return -1;
	for (size_t i = 0; i < yaml_count(contexts); i++)
		if (read_context(k, yaml_at(contexts, i), err))
			return -1;
	return 0;
}

int kubeconfig_parse(struct kubeconfig *k, struct bytes text, struct error *err)
{
	struct yaml_doc doc;
	*k = (struct kubeconfig){0};
	if (text.n > KUBECONFIG_MAX)
		return error_set(
			err, ERR_FAILED, NULL, NULL, "longer than %d bytes", KUBECONFIG_MAX);
	if (yaml_doc_read(&doc, text, err))
		return -1;
	k->entries = xmalloc(KUBECONFIG_ENTRIES * sizeof(*k->entries));
	k->contexts = xmalloc(KUBECONFIG_ENTRIES * sizeof(*k->contexts));
	int rc = doc.more ? error_set(err, ERR_FAILED, NULL, "keep one document in the file",
				    "holds more than one YAML document")
			  : read_root(k, doc.root, err);
	yaml_doc_free(&doc);
	if (rc)
		kubeconfig_free(k);
	return rc;
}

static void value_free(struct kubeconfig_value *v)
{
	if (v->text)
		wipe(v->text, strlen(v->text));
	free(v->text);
}

void kubeconfig_free(struct kubeconfig *k)
{
	for (size_t i = 0; i < k->n_entries; i++) {
		struct kubeconfig_entry *e = &k->entries[i];
		free(e->name);
		value_free(&e->cert_data);
		value_free(&e->key_data);
		value_free(&e->cert_file);
		value_free(&e->key_file);
		value_free(&e->server);
		value_free(&e->server_name);
		value_free(&e->insecure);
	}
	for (size_t i = 0; i < k->n_contexts; i++) {
		free(k->contexts[i].name);
		free(k->contexts[i].cluster);
		free(k->contexts[i].user);
	}
	free(k->entries);
	free(k->contexts);
	free(k->current_context);
	*k = (struct kubeconfig){0};
}

bool kubeconfig_is(struct bytes text)
{
	struct yaml_doc doc;
	struct error err = ERROR_INIT;
	if (text.n > KUBECONFIG_MAX || yaml_doc_read(&doc, text, &err))
		return false;
	const char *kind = yaml_text(yaml_get(doc.root, "kind"));
	bool is = kind ? !strcmp(kind, "Config")
		       : yaml_get(doc.root, "clusters") || yaml_get(doc.root, "users");
	yaml_doc_free(&doc);
	return is;
}

const struct kubeconfig_entry *kubeconfig_find(
	const struct kubeconfig *k, enum kubeconfig_kind kind, const char *name)
{
	for (size_t i = 0; i < k->n_entries; i++)
		if (k->entries[i].kind == kind && !strcmp(k->entries[i].name, name))
			return &k->entries[i];
	return NULL;
}
