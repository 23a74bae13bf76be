// SPDX-License-Identifier: MIT
// kubeconfig_edit: changes chosen scalars by bytes, then proves that nothing else changed.
#include <stdlib.h>
#include <string.h>

#include "node/kubeconfig.h"
#include "node/yaml.h"

/* Bytes [begin, end) of the old text become text. */
struct change {
	size_t begin, end;
	const struct kubeconfig_edit *edit;
	bool key; /* the key's bytes, not the value's */
};

struct changes {
	struct change *v;
	size_t n;
};

static bool text_allowed(const char *text)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=._:-";
	size_t n = strlen(text);
	return n > 0 && strspn(text, allowed) == n;
}

/*
 * A plain scalar that starts with a letter or a slash and is not short is a string for every YAML
 * reader; anything else (true, 12e4, 1:30) is quoted.
 */
static bool plain_is_string(const char *text)
{
	bool letter = (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z');
	size_t n = strlen(text);
	return (letter || *text == '/') && n >= 8 && text[n - 1] != ':';
}

/* A value that several places share may change only where all of them get the same. */
static int check_shared(const struct kubeconfig_edit *edits, size_t n,
	const struct kubeconfig_edit *edit, struct error *err)
{
	size_t covered = 0;
	for (size_t i = 0; i < n; i++) {
		if (edits[i].value->begin != edit->value->begin)
			continue;
		const char *name = edits[i].rename_key ? edits[i].rename_key : "";
		if (strcmp(edits[i].text, edit->text) != 0 ||
			strcmp(name, edit->rename_key ? edit->rename_key : "") != 0)
			return error_set(err, ERR_REFUSED, NULL,
				"write the values out in full, without anchors and aliases",
				"an anchored value would have to become two different ones");
		covered++;
	}
	if (covered == edit->value->uses)
		return 0;
	return error_set(err, ERR_REFUSED, NULL,
		"write the values out in full, without anchors and aliases",
		"a value is shared by an anchor with another user or cluster");
}

static int add_change(struct changes *to, size_t begin, size_t end,
	const struct kubeconfig_edit *edit, bool key, size_t size, struct error *err)
{
	if (end < begin || end > size)
		return error_set(err, ERR_FAILED, NULL, NULL, "an edit lies outside of the file");
	size_t i = to->n;
	while (i > 0 && to->v[i - 1].begin > begin)
		i--;
	if (i > 0 && to->v[i - 1].begin == begin && to->v[i - 1].end == end)
		return 0; /* the same shared value again: check_shared saw to it */
	if (i > 0 && to->v[i - 1].end > begin)
		return error_set(err, ERR_FAILED, NULL, NULL, "two edits overlap");
	memmove(&to->v[i + 1], &to->v[i], (to->n - i) * sizeof(*to->v));
	to->v[i] = (struct change){begin, end, edit, key};
	to->n++;
	return 0;
}

static int collect(struct changes *to, struct bytes text, const struct kubeconfig_edit *edits,
	size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct kubeconfig_value *v = edits[i].value;
		if (!v->text || !text_allowed(edits[i].text) ||
			(edits[i].rename_key && !text_allowed(edits[i].rename_key)))
			return error_set(err, ERR_FAILED, NULL, NULL,
				"a value that cannot be written into a kubeconfig");
		if (check_shared(edits, n, &edits[i], err) ||
			add_change(to, v->begin, v->end, &edits[i], false, text.n, err))
			return -1;
		if (edits[i].rename_key &&
			add_change(to, v->key_begin, v->key_end, &edits[i], true, text.n, err))
			return -1;
	}
	return 0;
}

/*
 * Quotes stay. A block scalar becomes a plain one on the line of its indicator, since a literal's
 * line end would become part of a path; a comment behind the indicator stays where it is.
 */
static void write_change(struct buf *out, struct bytes text, const struct change *c)
{
	const char *new = c->key ? c->edit->rename_key : c->edit->text;
	char first = c->begin < c->end ? (char)text.p[c->begin] : 0;
	if (first == '"' || first == '\'') {
		buf_printf(out, "%c%s%c", first, new, first);
		return;
	}
	bool quote = !c->key && !plain_is_string(new);
	buf_printf(out, quote ? "\"%s\"" : "%s", new);
	if (first != '|' && first != '>')
		return;
	size_t at = c->begin;
	while (at < c->end && text.p[at] && strchr("|>+-0123456789", text.p[at]))
		at++;
	size_t end = at;
	while (end < c->end && text.p[end] != '\r' && text.p[end] != '\n')
		end++;
	while (end > at && (text.p[end - 1] == ' ' || text.p[end - 1] == '\t'))
		end--;
	buf_add(out, text.p + at, end - at);
}

static const struct change *change_at(const struct changes *all, size_t begin)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].begin == begin)
			return &all->v[i];
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Every node in order: kinds, values, anchors and numbers of children as before, but the edits. */
static bool only_these(
	const struct yaml_doc *was, const struct yaml_doc *is, const struct changes *changes)
{
	if (was->n_all != is->n_all)
		return false;
	for (size_t i = 0; i < was->n_all; i++) {
		const struct yaml_item *a = was->all[i], *b = is->all[i];
		const struct change *c =
			a->kind == YAML_SCALAR ? change_at(changes, a->begin) : NULL;
		const char *want = a->text;
		if (c && c->end == a->end)
			want = c->key ? c->edit->rename_key : c->edit->text;
		if (a->kind != b->kind || a->n_child != b->n_child || a->tagged != b->tagged ||
			a->flow != b->flow || !same_text(a->anchor, b->anchor) ||
			!same_text(want, b->text) || yaml_is_null(a) != yaml_is_null(b))
			return false;
	}
	return true;
}

static int prove(
	struct bytes old, struct bytes new, const struct changes *changes, struct error *err)
{
	struct yaml_doc was, is;
	struct kubeconfig again;
	if (yaml_doc_read(&was, old, err))
		return -1;
	int rc = yaml_doc_read(&is, new, err);
	if (rc == 0) {
		if (!only_these(&was, &is, changes))
			rc = error_set(err, ERR_FAILED, NULL,
				"write the file in kubectl's usual form and try again",
				"its YAML is of a form that cannot be edited safely");
		yaml_doc_free(&is);
	}
	yaml_doc_free(&was);
	if (rc == 0)
		rc = kubeconfig_parse(&again, new, err);
	if (rc == 0)
		kubeconfig_free(&again);
	return rc;
}

int kubeconfig_edit(struct bytes text, const struct kubeconfig *k,
	const struct kubeconfig_edit *edits, size_t n, struct buf *out, struct error *err)
{
	struct changes changes = {.v = xmalloc((2 * n + 1) * sizeof(*changes.v))};
	struct buf new = BUF_INIT;
	size_t at = 0;
	(void)k;
	int rc = collect(&changes, text, edits, n, err);
	for (size_t i = 0; rc == 0 && i < changes.n; i++) {
		buf_add(&new, text.p + at, changes.v[i].begin - at);
		write_change(&new, text, &changes.v[i]);
		at = changes.v[i].end;
	}
	if (rc == 0) {
		buf_add(&new, text.p + at, text.n - at);
		rc = prove(text, buf_bytes(&new), &changes, err);
	}
	if (rc == 0)
		buf_add(out, new.p, new.n);
	buf_wipe(&new);
	free(changes.v);
	return rc;
}
