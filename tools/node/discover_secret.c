// SPDX-License-Identifier: MIT
// discover_secret: every file that holds a private key, used or forgotten, and the way to it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"

/* Bounds of the look around: what a node has is a small part of it. */
#define LOOK_DEPTH 6
#define LOOK_FILES DISCOVER_LOOK
#define LOOK_BYTES (32 << 20)
#define DIRS_MAX 256

struct look {
	struct discovery *d;
	size_t files, bytes;
};

/* A PEM key, or one in a kubeconfig: client-key-data and the beginning of PEM in base64. */
static bool holds_key(struct bytes text)
{
	static const char name[] = "client-key-data";
	if (bytes_find(text, "PRIVATE KEY-----") != SIZE_MAX)
		return true;
	for (size_t at; (at = bytes_find(text, name)) != SIZE_MAX;) {
		at += sizeof(name) - 1;
		text = (struct bytes){text.p + at, text.n - at};
		while (text.n && strchr("\"': \t", text.p[0]) && text.p[0]) {
			text.p++;
			text.n--;
		}
		if (text.n >= 4 && memcmp(text.p, "LS0t", 4) == 0)
			return true;
	}
	return false;
}

static bool embeds_key(const struct kubeconfig *k)
{
	for (size_t i = 0; i < k->n_entries; i++)
		if (k->entries[i].key_data.text && *k->entries[i].key_data.text)
			return true;
	return false;
}

/* The files that discovery has read for other reasons. */
static void mark(struct inventory *inv)
{
	for (size_t i = 0; i < inv->n_files; i++) {
		struct inv_file *f = &inv->files[i];
		f->holds_key = holds_key(buf_bytes(&f->content)) || embeds_key(&f->config);
	}
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (c->key_state != INV_KEY_NONE && c->key_state != INV_KEY_MISSING)
			inv->files[c->key_file].holds_key = true;
	}
}

/* Said once: a key that was not looked at must not pass for one that is safe. */
static void too_many(struct discovery *d)
{
	char *dir = path_dir(d->layout->kubelet_conf);
	discover_find(d, dir, "too-many", false, "move what does not belong there away",
		"holds too much: not every file and directory was looked at for private keys");
	free(dir);
}

static void look_at(struct look *l, const char *path)
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	size_t file;
	if (discover_known(l->d, path, &file))
		return;
	if (l->files == LOOK_FILES || l->bytes >= LOOK_BYTES) {
		too_many(l->d);
		return;
	}
	l->files++;
	if (root_read(l->d->root, path, DISCOVER_FILE, &text, &st, &ignored) == 0) {
		l->bytes += text.n;
		if (holds_key(buf_bytes(&text)) &&
			discover_load(l->d, path, DISCOVER_FILE, &file, &ignored) == 0)
			l->d->inv->files[file].holds_key = true;
	}
	buf_wipe(&text);
}

/* Links are not followed: what they lead to is found where it lies, or by the evidence. */
static void look_through(struct look *l, const char *dir, int depth)
{
	struct error ignored = ERROR_INIT;
	struct root_names names = {0};
	struct stat st;
	if (root_list(l->d->root, dir, DISCOVER_LOOK, &names, &ignored))
		return;
	for (size_t i = 0; i < names.n; i++) {
		char *path = path_join(dir, names.v[i]);
		if (root_lstat(l->d->root, path, &st, &ignored) == 0) {
			if (S_ISREG(st.st_mode) && st.st_size <= DISCOVER_FILE)
				look_at(l, path);
			else if (S_ISDIR(st.st_mode) && depth > 1)
				look_through(l, path, depth - 1);
		}
		free(path);
	}
	if (names.truncated)
		too_many(l->d);
	root_names_free(&names);
}

/* Where a node keeps keys: /etc/kubernetes and all beneath it, and what links in it lead to. */
static void look_around(struct look *l)
{
	const struct layout *layout = l->d->layout;
	char *dir = path_dir(layout->kubelet_conf), top[PATH_MAX], real[PATH_MAX];
	struct error ignored = ERROR_INIT;
	if (root_resolve(l->d->root, dir, top, &ignored))
		snprintf(top, sizeof(top), "%s", dir);
	free(dir);
	look_through(l, top, LOOK_DEPTH);
	for (const char *const *look = layout->look; *look; look++)
		if (!root_resolve(l->d->root, *look, real, &ignored) && !path_beneath(real, top))
			look_through(l, real, 1);
	if (l->d->inv->kubelet_dir &&
		!root_resolve(l->d->root, l->d->inv->kubelet_dir, real, &ignored))
		look_through(l, real, 1);
	for (size_t i = 0; i < l->d->ev.n_sa; i++)
		look_at(l, l->d->ev.sa[i]);
}

static struct inv_dir *add_dir(struct discovery *d, const char *path)
{
	struct inventory *inv = d->inv;
	struct error ignored = ERROR_INIT;
	struct stat st;
	for (size_t i = 0; i < inv->n_dirs; i++)
		if (!strcmp(inv->dirs[i].path, path))
			return &inv->dirs[i];
	if (inv->n_dirs == DIRS_MAX)
		too_many(d);
	if (inv->n_dirs == DIRS_MAX || root_lstat(d->root, path, &st, &ignored))
		return NULL;
	inv->dirs = xrealloc(inv->dirs, (inv->n_dirs + 1) * sizeof(*inv->dirs));
	inv->dirs[inv->n_dirs] = (struct inv_dir){.path = xstrdup(path), .st = st};
	return &inv->dirs[inv->n_dirs++];
}

/* The directory of a file whose path, but for the last part, holds no links; and those above it. */
static void way_to(struct discovery *d, const char *file)
{
	char dir[PATH_MAX], up[PATH_MAX];
	path_parent(file, dir);
	struct inv_dir *last = add_dir(d, dir);
	if (last)
		last->last = true;
	while (strcmp(dir, "/") != 0) {
		path_parent(dir, up);
		memcpy(dir, up, sizeof(dir));
		add_dir(d, dir);
	}
}

static void ways(struct discovery *d)
{
	char real[PATH_MAX];
	struct error ignored = ERROR_INIT;
	for (size_t i = 0; i < d->inv->n_files; i++) {
		const struct inv_file *f = &d->inv->files[i];
		if (!f->holds_key)
			continue;
		way_to(d, f->real);
		/* Who can change the link can change the key. */
		char *dir = path_dir(f->path);
		if (f->is_link && !root_resolve(d->root, dir, real, &ignored)) {
			char *link = path_join(real, path_base(f->path));
			way_to(d, link);
			free(link);
		}
		free(dir);
	}
}

void discover_secrets(struct discovery *d)
{
	struct look l = {.d = d};
	struct stat st;
	mark(d->inv);
	look_around(&l);
	ways(d);
	d->inv->root_uid = fstat(d->root->fd, &st) ? 0 : st.st_uid;
}
