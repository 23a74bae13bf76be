// SPDX-License-Identifier: MIT
// discover_file: opens what the evidence names, each file once.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"

const char *discover_why(const struct error *err, const char **code)
{
	static const struct {
		int os;
		const char *code, *text;
	} why[] = {
		{ENOENT, "missing", "it is not there"},
		{ELOOP, "link-loop", "its symbolic links run in a circle"},
		{ENOTDIR, "unreadable", "a part of its path is not a directory"},
		{EACCES, "unreadable", "permission denied"},
		{EINVAL, "not-a-file",
			"it is not a regular file (a directory, FIFO, socket or device)"},
		{EFBIG, "too-big", "it is far longer than such a file can be"},
		{EIO, "unreadable", "the disk reports an input/output error"},
		{EXDEV, "outside", "its path leads out of the node's root"},
		{ENAMETOOLONG, "unreadable", "its path is too long"},
	};
	for (size_t i = 0; i < sizeof(why) / sizeof(*why); i++) {
		if (why[i].os == err->os) {
			*code = why[i].code;
			return why[i].text;
		}
	}
	*code = "unreadable";
	return err->what;
}

bool discover_known(const struct discovery *d, const char *real, size_t *file)
{
	uint64_t hash = index_hash(0, bytes_of(real));
	for (size_t i = index_first(&d->files, hash); i != INDEX_END;
		i = index_next(&d->files, i)) {
		*file = index_at(&d->files, i);
		if (!strcmp(d->inv->files[*file].real, real))
			return true;
	}
	return false;
}

static size_t add_file(struct discovery *d, const char *path, const char *real)
{
	struct inventory *inv = d->inv;
	struct error err = ERROR_INIT;
	struct stat st;
	inv->files = xgrow(inv->files, inv->n_files, sizeof(*inv->files));
	d->notes = xgrow(d->notes, inv->n_files, sizeof(*d->notes));
	d->notes[inv->n_files] = (struct file_note){0};
	inv->files[inv->n_files] = (struct inv_file){
		.path = xstrdup(path),
		.real = xstrdup(real),
		.is_link = !root_lstat(d->root, path, &st, &err) && S_ISLNK(st.st_mode),
		.format = INV_PEM,
	};
	index_add(&d->files, index_hash(0, bytes_of(real)), inv->n_files);
	return inv->n_files++;
}

int discover_load(
	struct discovery *d, const char *path, size_t most, size_t *file, struct error *err)
{
	char real[PATH_MAX];
	struct buf content = BUF_INIT;
	struct stat st;
	if (root_resolve(d->root, path, real, err))
		return -1;
	if (discover_known(d, real, file))
		return 0;
	if (most > DISCOVER_BYTES - d->bytes)
		most = DISCOVER_BYTES - d->bytes;
	if (root_read(d->root, real, most, &content, &st, err)) {
		buf_wipe(&content);
		return -1;
	}
	d->bytes += content.n;
	*file = add_file(d, path, real);
	struct inv_file *f = &d->inv->files[*file];
	f->st = st;
	f->content = content;
	sha256(buf_bytes(&content), f->sha256);
	return 0;
}

static void add_user(struct file_note *note, const struct claim *c)
{
	const char *flag = c->flag ? c->flag : "";
	if (!c->component)
		return;
	for (size_t i = 0; i < note->n_users; i++) {
		bool same = !strcmp(note->users[i].component, c->component);
		if (same && !strcmp(note->users[i].flag, flag))
			return;
	}
	note->users = xrealloc(note->users, (note->n_users + 1) * sizeof(*note->users));
	note->users[note->n_users++] =
		(struct inv_user){.component = c->component, .flag = xstrdup(flag)};
}

/* The first claim that says something wins: flags come before tables. */
static void merge(struct discovery *d, size_t file, const struct claim *c)
{
	struct file_note *note = &d->notes[file];
	bool first = !note->claim.path;
	if (first) {
		note->claim.path = d->inv->files[file].path;
		note->claim.kind = c->kind;
		note->claim.looked = c->looked;
	}
	note->claim.looked = note->claim.looked && c->looked;
	if (note->claim.role == ROLE_OTHER && c->role != ROLE_OTHER) {
		note->claim.role = c->role;
		note->claim.kind = c->kind;
	}
	/* The table's name only where flags and table mean the same. */
	if (!note->claim.name && c->name && (c->role == note->claim.role))
		note->claim.name = c->name;
	if (!note->claim.key && c->key)
		note->claim.key = xstrdup(c->key);
	if (!note->claim.component)
		note->claim.component = c->component;
	note->claim.expected = note->claim.expected || c->expected;
	add_user(note, c);
}

static void report(struct discovery *d, const struct claim *c, const struct error *err)
{
	const char *code, *why = discover_why(err, &code);
	if (err->os == ENOENT) {
		if (!c->expected || discover_found(d, c->path, "missing"))
			return;
		if (c->component && c->flag)
			discover_find(d, c->path, "missing", true,
				"restore it from a backup or from `certrescue backup`",
				"the file is missing, though %s needs it (%s)", c->component,
				c->flag);
		else
			discover_find(d, c->path, "missing", true,
				"restore it from a backup or from `certrescue backup`",
				"the file is missing, though a node of this kind has it");
		return;
	}
	discover_find(d, c->path, code, !c->looked,
		"see what stands there (ls -l) and put the right file back",
		"it cannot be read: %s", why);
}

static void open_claim(struct discovery *d, const struct claim *c)
{
	struct error err = ERROR_INIT;
	size_t file, most = c->kind == LAYOUT_KUBECONFIG ? KUBECONFIG_MAX : DISCOVER_FILE;
	if (discover_load(d, c->path, most, &file, &err)) {
		report(d, c, &err);
		return;
	}
	merge(d, file, c);
}

static void read_kubeconfig(struct discovery *d, size_t file)
{
	struct file_note *note = &d->notes[file];
	if (note->read || !note->claim.path || note->claim.kind != LAYOUT_KUBECONFIG)
		return;
	note->read = true;
	discover_kubeconfig(d, file);
}

static void read_pem(struct discovery *d, size_t file)
{
	const struct claim *c = &d->notes[file].claim;
	struct inv_file *f = &d->inv->files[file];
	struct pem_place at = {
		.file = file,
		.place = "",
		.role = c->role,
		.name = c->name ? c->name : f->path,
		.ca = c->kind == LAYOUT_CA,
		.optional = c->looked,
	};
	if (d->notes[file].read || !c->path)
		return;
	d->notes[file].read = true;
	discover_pem(d, buf_bytes(&f->content), &at);
}

void discover_files(struct discovery *d)
{
	/* Kubeconfigs are read when all is known of them; what they refer to is claimed then. */
	for (size_t next = 0; next < d->ev.n_claims;) {
		for (; next < d->ev.n_claims; next++)
			open_claim(d, &d->ev.claims[next]);
		for (size_t i = 0; i < d->inv->n_files; i++)
			read_kubeconfig(d, i);
	}
	for (size_t i = 0; i < d->inv->n_files; i++)
		read_pem(d, i);
}
