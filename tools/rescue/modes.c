// SPDX-License-Identifier: MIT
// modes: plans new modes and owners of key files, and puts them into the files that are written.
#include <string.h>

#include "node/root.h"
#include "rescue/modes.h"

void modes_plan(const struct inventory *inv, const struct conf *conf, struct plan *plan)
{
	struct comply_file want;
	for (size_t i = 0; i < inv->n_files; i++) {
		if (!comply_file(inv, conf, i, &want))
			continue;
		plan->modes = xrealloc(plan->modes, (plan->n_modes + 1) * sizeof(*plan->modes));
		plan->modes[plan->n_modes++] = (struct plan_mode){i, want.mode, want.uid, want.gid};
	}
}

static struct entry *find(struct entries *entries, const char *path)
{
	for (size_t i = 0; i < entries->n; i++)
		if (strcmp(entries->v[i].path, path) == 0)
			return &entries->v[i];
	return NULL;
}

static struct entry *add(struct entries *entries, const struct inv_file *f)
{
	struct entry *e = entries_add(entries, f->real);
	buf_add(&e->content, f->content.p, f->content.n);
	e->like = xstrdup(f->real);
	e->had_old = true;
	e->only_mode = true;
	e->old = f->st;
	memcpy(e->old_sha, f->sha256, SHA256_SIZE);
	return e;
}

void modes_render(const struct inventory *inv, const struct plan *plan, struct entries *entries)
{
	for (size_t i = 0; i < plan->n_modes; i++) {
		const struct plan_mode *m = &plan->modes[i];
		const struct inv_file *f = &inv->files[m->file];
		struct entry *e = find(entries, f->real);
		if (e && e->link)
			continue; /* the file goes: the kubelet's link is put back in its place */
		if (!e)
			e = add(entries, f);
		e->mode = m->mode;
		e->uid = m->uid;
		e->gid = m->gid;
		e->mended = true;
	}
}

int modes_verify(const struct root *root, const struct entries *entries, struct error *err)
{
	struct stat st;
	for (size_t i = 0; i < entries->n; i++) {
		const struct entry *e = &entries->v[i];
		if (!e->mended)
			continue;
		if (root_lstat(root, e->path, &st, err))
			return -1;
		if ((st.st_mode & 07777) != e->mode || st.st_uid != e->uid)
			return error_set(err, ERR_PENDING, e->path, NULL,
				"it has mode %04o and belongs to user %u",
				(unsigned)st.st_mode & 07777, (unsigned)st.st_uid);
	}
	return 0;
}
