// SPDX-License-Identifier: MIT
// manifest: reads a static pod's containers, flags and mounts.
#include <stdlib.h>
#include <string.h>

#include "node/manifest.h"
#include "node/path.h"
#include "node/yaml.h"

#define WORDS_MAX MANIFEST_FLAGS_MAX

struct words {
	char *v[WORDS_MAX];
	size_t n;
};

static void words_add(struct words *w, const char *p, size_t n)
{
	if (w->n < WORDS_MAX)
		w->v[w->n++] = xstrndup(p, n);
}

static void words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w);
}

/* A shell's line, as far as manifests use it: blanks part words, quotes hold them together. */
static void words_split(struct words *w, const char *line)
{
	struct buf word = BUF_INIT;
	char quote = 0;
	bool open = false;
	for (; *line; line++) {
		if (quote ? *line == quote : *line == '"' || *line == '\'') {
			quote = quote ? 0 : *line;
			open = true;
		} else if (!quote && strchr(" \t\n;|&<>", *line)) {
			if (open)
				words_add(w, buf_text(&word), word.n);
			open = false;
			word.n = 0;
		} else {
			if (*line == '\\' && line[1])
				line++;
			if (*line != '\n')
				buf_add(&word, line, 1);
			open = open || *line != '\n';
		}
	}
	if (open)
		words_add(w, buf_text(&word), word.n);
	buf_free(&word);
}

static bool is_shell(const char *program)
{
	const char *base = path_base(program);
	return !strcmp(base, "sh") || !strcmp(base, "bash") || !strcmp(base, "ash") ||
	       !strcmp(base, "dash");
}

static void words_read(struct words *w, const struct yaml_item *list)
{
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml_item *item = yaml_at(list, i);
		if (item->kind != YAML_SCALAR)
			continue;
		if (w->n >= 2 && is_shell(w->v[0]) && w->v[1][0] == '-' && strchr(w->v[1], 'c')) {
			while (w->n)
				free(w->v[--w->n]);
			words_split(w, item->text);
			return;
		}
		words_add(w, item->text, strlen(item->text));
	}
}

static void add_flag(struct manifest_container *c, const char *name, size_t n, const char *value)
{
	while (n && *name == '-')
		name++, n--;
	c->flags[c->n_flags++] = (struct manifest_flag){
		.name = xasprintf("--%.*s", (int)n, name), .value = xstrdup(value)};
}

static void read_flags(struct manifest_container *c, const struct words *w)
{
	c->flags = xmalloc(WORDS_MAX * sizeof(*c->flags));
	for (size_t i = 0; i < w->n; i++) {
		const char *word = w->v[i];
		if (word[0] != '-' || !word[1])
			continue;
		const char *equals = strchr(word, '=');
		bool next = !equals && i + 1 < w->n && w->v[i + 1][0] != '-';
		add_flag(c, word, equals ? (size_t)(equals - word) : strlen(word),
			equals ? equals + 1
			: next ? w->v[i + 1]
			       : "");
	}
}

static void read_program(struct manifest_container *c, const struct words *w)
{
	size_t i = 0;
	while (i < w->n && (!strcmp(w->v[i], "exec") || !strcmp(w->v[i], "env") ||
				   (strchr(w->v[i], '=') && w->v[i][0] != '-')))
		i++;
	bool flag = i >= w->n || w->v[i][0] == '-';
	c->program = xstrdup(flag ? c->name : path_base(w->v[i]));
}

/* The node's path of a volume by its name; NULL where it is no hostPath. */
static const char *host_path(const struct yaml_item *volumes, const char *name)
{
	for (size_t i = 0; name && i < yaml_count(volumes); i++) {
		const struct yaml_item *v = yaml_at(volumes, i);
		const char *its = yaml_text(yaml_get(v, "name"));
		if (its && !strcmp(its, name))
			return yaml_text(yaml_get(yaml_get(v, "hostPath"), "path"));
	}
	return NULL;
}

static void read_mounts(
	struct manifest_container *c, const struct yaml_item *list, const struct yaml_item *volumes)
{
	size_t n = yaml_count(list);
	if (n > MANIFEST_MOUNTS_MAX)
		n = MANIFEST_MOUNTS_MAX;
	c->mounts = xmalloc((n + 1) * sizeof(*c->mounts));
	for (size_t i = 0; i < n; i++) {
		const struct yaml_item *item = yaml_at(list, i);
		const char *inside = yaml_text(yaml_get(item, "mountPath"));
		const char *host = host_path(volumes, yaml_text(yaml_get(item, "name")));
		const char *sub = yaml_text(yaml_get(item, "subPath"));
		if (!inside || *inside != '/')
			continue;
		struct manifest_mount *m = &c->mounts[c->n_mounts++];
		m->inside = path_clean(inside);
		if (host && *host == '/')
			m->outside = sub ? path_join(host, sub) : path_clean(host);
	}
}

static int64_t run_as(const struct yaml_item *container, const struct yaml_item *spec)
{
	const struct yaml_item *own = yaml_get(container, "securityContext");
	const char *text = yaml_text(yaml_get(own, "runAsUser"));
	if (!text)
		text = yaml_text(yaml_get(yaml_get(spec, "securityContext"), "runAsUser"));
	size_t n = text ? strlen(text) : 0;
	return n && n < 11 && strspn(text, "0123456789") == n ? strtoll(text, NULL, 10) : -1;
}

static int read_container(struct manifest *m, const struct yaml_item *item,
	const struct yaml_item *spec, struct error *err)
{
	if (item->kind != YAML_MAPPING)
		return error_set(err, ERR_FAILED, NULL, NULL,
			"line %d: a container that is not a mapping", item->line);
	struct manifest_container *c = &m->containers[m->n_containers++];
	const char *name = yaml_text(yaml_get(item, "name"));
	struct words *w = xmalloc(sizeof(*w));
	c->name = xstrdup(name ? name : "");
	words_read(w, yaml_get(item, "command"));
	words_read(w, yaml_get(item, "args"));
	read_program(c, w);
	read_flags(c, w);
	words_free(w);
	read_mounts(c, yaml_get(item, "volumeMounts"), yaml_get(spec, "volumes"));
	c->run_as = run_as(item, spec);
	return 0;
}

static int read_pod(struct manifest *m, const struct yaml_item *root, struct error *err)
{
	const char *kind = yaml_text(yaml_get(root, "kind"));
	const char *name = yaml_text(yaml_get(yaml_get(root, "metadata"), "name"));
	const struct yaml_item *spec = yaml_get(root, "spec");
	const struct yaml_item *containers = yaml_get(spec, "containers");
	if (!kind || strcmp(kind, "Pod") != 0)
		return error_set(err, ERR_FAILED, NULL, NULL, "is not a Pod");
	if (yaml_count(containers) == 0 || yaml_count(containers) > MANIFEST_CONTAINERS_MAX)
		return error_set(err, ERR_FAILED, NULL, NULL, "has no containers, or too many");
	m->name = xstrdup(name ? name : "");
	m->containers = xmalloc(yaml_count(containers) * sizeof(*m->containers));
	for (size_t i = 0; i < yaml_count(containers); i++)
		if (read_container(m, yaml_at(containers, i), spec, err))
			return -1;
	return 0;
}

int manifest_parse(struct manifest *m, struct bytes text, struct error *err)
{
	struct yaml_doc doc;
	*m = (struct manifest){0};
	if (yaml_doc_read(&doc, text, err))
		return -1;
	int rc = read_pod(m, doc.root, err);
	yaml_doc_free(&doc);
	if (rc)
		manifest_free(m);
	return rc;
}

static void container_free(struct manifest_container *c)
{
	for (size_t i = 0; i < c->n_flags; i++) {
		free(c->flags[i].name);
		free(c->flags[i].value);
	}
	for (size_t i = 0; i < c->n_mounts; i++) {
		free(c->mounts[i].inside);
		free(c->mounts[i].outside);
	}
	free(c->flags);
	free(c->mounts);
	free(c->program);
	free(c->name);
}

void manifest_free(struct manifest *m)
{
	for (size_t i = 0; i < m->n_containers; i++)
		container_free(&m->containers[i]);
	free(m->containers);
	free(m->name);
	*m = (struct manifest){0};
}

const char *manifest_flag(const struct manifest_container *c, const char *name)
{
	for (size_t i = c->n_flags; i > 0; i--)
		if (!strcmp(c->flags[i - 1].name, name))
			return c->flags[i - 1].value;
	return NULL;
}

char *manifest_outside(const struct manifest_container *c, const char *path)
{
	const struct manifest_mount *best = NULL;
	if (*path != '/')
		return NULL;
	char *clean = path_clean(path), *outside = NULL;
	for (size_t i = 0; i < c->n_mounts; i++)
		if (path_beneath(clean, c->mounts[i].inside) &&
			(!best || strlen(c->mounts[i].inside) >= strlen(best->inside)))
			best = &c->mounts[i];
	if (best && best->outside)
		outside = path_join(best->outside, clean + strlen(best->inside));
	free(clean);
	return outside;
}
