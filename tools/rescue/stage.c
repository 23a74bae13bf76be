// SPDX-License-Identifier: MIT
// stage: writes the new files beside the old ones and makes sure of them.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "node/change.h"
#include "node/path.h"
#include "rescue/mounts.h"
#include "rescue/stage.h"

static void hex_of(const uint8_t sha[SHA256_SIZE], char hex[JOURNAL_HEX])
{
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha[i]);
}

static int make_dir(int dir, const char *name, struct error *err)
{
	if (change_mkdir(dir, name, 0700) == 0 || errno == EEXIST)
		return 0;
	return error_errno(err, STATE_DIR,
		"make the file system writable and see that it has room; nothing was changed",
		"the directory %s cannot be made", name);
}

/* Opens, after making it, one directory of the state; its parent is synced. */
static int enter(int parent, const char *name, struct error *err)
{
	if (make_dir(parent, name, err))
		return -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, STATE_DIR, "remove what stands in its place",
			"%s cannot be opened as a directory", name);
	if (change_sync(fd) || change_sync(parent)) {
		close(fd);
		return error_errno(err, STATE_DIR, "nothing was changed; check the disk",
			"the directory cannot be written to the disk");
	}
	return fd;
}

static int open_state(const struct root *root, const char *id, struct error *err)
{
	int lib = -1, all = -1, own = -1;
	int var = root_open_dir(root, "/var", err);
	if (var < 0 && err->os == ENOENT) {
		int top = root_open_dir(root, "/", err);
		var = top < 0 ? -1 : enter(top, "var", err);
		if (top >= 0)
			close(top);
	}
	if (var >= 0 && root_exists(root, "/var/lib"))
		lib = root_open_dir(root, "/var/lib", err);
	else if (var >= 0)
		lib = enter(var, "lib", err);
	if (lib >= 0)
		all = enter(lib, "certrescue", err);
	if (all >= 0)
		own = enter(all, id, err);
	if (all >= 0)
		close(all);
	if (lib >= 0)
		close(lib);
	if (var >= 0)
		close(var);
	return own;
}

static size_t add_place(struct tx *tx, const char *path)
{
	struct journal *j = &tx->j;
	for (size_t i = 0; i < j->n_places; i++)
		if (strcmp(j->places[i], path) == 0)
			return i;
	j->places = xrealloc(j->places, (j->n_places + 1) * sizeof(char *));
	j->places[j->n_places] = xstrdup(path);
	return j->n_places++;
}

static void note_dir(struct tx *tx, const char *target, struct error *err)
{
	char dir[PATH_MAX];
	struct stat st;
	struct journal *j = &tx->j;
	path_parent(target, dir);
	for (size_t i = 0; i < j->n_dirs; i++)
		if (strcmp(j->dirs[i].path, dir) == 0)
			return;
	if (root_stat(tx->root, dir, &st, err))
		return;
	j->dirs = xrealloc(j->dirs, (j->n_dirs + 1) * sizeof(*j->dirs));
	j->dirs[j->n_dirs++] = (struct journal_dir){xstrdup(dir), st.st_mtim};
}

/* The staging directory for a target: the rescue's own, or one at the top of the target's mount. */
static int choose_place(
	struct tx *tx, const char *id, const char *target, size_t *place, struct error *err)
{
	char state[PATH_MAX], dir[PATH_MAX], top[PATH_MAX], name[64];
	snprintf(state, sizeof(state), STATE_DIR "/%s/new", id);
	path_parent(target, dir);
	err->kind = ERR_NONE; /* tells "no" from "not known" below */
	if (mounts_same(tx->root, state, dir, err))
		return *place = add_place(tx, state), 0;
	if (err->kind || mounts_top(tx->root, dir, top, err))
		return -1;
	snprintf(name, sizeof(name), ".certrescue-%s", id);
	char *path = xasprintf("%s/%s", strcmp(top, "/") == 0 ? "" : top, name);
	*place = add_place(tx, path);
	note_dir(tx, path, err); /* its mtime, before something is made in it */
	free(path);
	int fd = root_open_dir(tx->root, top, err);
	int made = fd < 0 ? -1 : enter(fd, name, err);
	if (fd >= 0)
		close(fd);
	if (made < 0)
		return -1;
	close(made);
	return 0;
}

static int fill_journal(
	struct tx *tx, const char *id, const struct entries *entries, struct error *err)
{
	struct journal *j = &tx->j;
	j->entries = xmalloc((entries->n + 1) * sizeof(*j->entries));
	for (size_t i = 0; i < entries->n; i++) {
		const struct entry *e = &entries->v[i];
		struct journal_entry *x = &j->entries[j->n_entries++];
		x->link = e->link;
		x->had_old = e->had_old;
		x->only_mode = e->only_mode;
		x->path = xstrdup(e->path);
		snprintf(x->name, sizeof(x->name), "%03zu", i);
		hex_of(e->old_sha, x->old_sha);
		sha256_hex(buf_bytes(&e->content), x->new_sha);
		if (e->only_mode) {
			tx_digest_mode(x->old_sha, e->old.st_mode, e->old.st_uid, e->old.st_gid);
			tx_digest_mode(x->new_sha, e->mode, e->uid, e->gid);
		}
		if (choose_place(tx, id, e->path, &x->place, err))
			return -1;
		note_dir(tx, e->path, err);
	}
	return 0;
}

/* Owner, mode, then extended attributes: an ACL must not be undone by chmod, nor a label by chown.
 */
static int copy_attributes(const struct root *root, const struct entry *e, int fd)
{
	struct error ignored = ERROR_INIT;
	struct stat st;
	char names[4096], value[65536];
	if (change_owner(fd, e->uid, e->gid) || change_mode(fd, e->mode))
		return -1;
	int like = e->like ? root_open_file(root, e->like, &st, &ignored) : -1;
	if (like < 0)
		return 0;
	ssize_t all = flistxattr(like, names, sizeof(names));
	int rc = 0;
	for (char *n = names; rc == 0 && all > 0 && n < names + all; n += strlen(n) + 1) {
		if (e->mended && strcmp(n, "system.posix_acl_access") == 0)
			continue;
		ssize_t len = fgetxattr(like, n, value, sizeof(value));
		if (len >= 0)
			rc = change_xattr(fd, n, value, (size_t)len);
	}
	close(like);
	return rc;
}

static int stage_file(const struct root *root, const struct entry *e, int place, const char *name)
{
	if (e->link) {
		if (change_symlink(place, name, buf_text(&e->content)))
			return -1;
		return change_link_owner(place, name, e->uid, e->gid);
	}
	int fd = change_create(place, name, buf_bytes(&e->content));
	if (fd < 0)
		return -1;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, e->old.st_mtim};
	int rc = copy_attributes(root, e, fd);
	if (rc == 0 && e->only_mode)
		rc = change_times(place, name, times);
	if (rc == 0)
		rc = change_sync(fd);
	int saved = errno;
	if (close(fd) && rc == 0)
		return -1;
	errno = saved;
	return rc;
}

static int write_all(struct tx *tx, const struct entries *entries, struct error *err)
{
	char hex[JOURNAL_HEX];
	for (size_t i = 0; i < entries->n; i++) {
		const struct journal_entry *x = &tx->j.entries[i];
		if (stage_file(tx->root, &entries->v[i], tx->slots[i].place, x->name))
			return error_errno(err, entries->v[i].path,
				"nothing was changed; make room or repair the file system",
				"the new file cannot be written beside it");
	}
	for (size_t i = 0; i < entries->n; i++) {
		const struct journal_entry *x = &tx->j.entries[i];
		tx_digest(tx->slots[i].place, x->name, x->only_mode, hex);
		if (strcmp(hex, x->new_sha) != 0)
			return error_set(err, ERR_FAILED, entries->v[i].path,
				"nothing was changed; the disk may be failing: check it",
				"the new file, read back, is not what was written");
	}
	if (tx_sync(tx) || change_sync(tx->state))
		return error_errno(err, STATE_DIR, "nothing was changed; check the disk",
			"the staged files cannot be synced");
	return 0;
}

int stage(const struct root *root, const char *id, const char *node, const struct entries *entries,
	struct tx *tx, struct error *err)
{
	struct mounts_times times;
	struct error ignored = ERROR_INIT;
	int rc = -1, fresh = -1;
	*tx = (struct tx){.root = root, .state = -1};
	mounts_remember(root, &times);
	snprintf(tx->j.id, sizeof(tx->j.id), "%s", id);
	tx->j.node = xstrdup(node ? node : "-");
	note_dir(tx, STATE_DIR, &ignored); /* the mtime of /var/lib, before it gets its new entry */
	tx->state = open_state(root, id, err);
	if (tx->state >= 0)
		fresh = enter(tx->state, "new", err);
	if (fresh >= 0 && close(fresh) == 0)
		rc = fill_journal(tx, id, entries, err);
	if (rc == 0)
		rc = tx_open(tx, err);
	if (rc == 0)
		rc = write_all(tx, entries, err);
	if (rc == 0)
		return 0;
	stage_remove(root, id, tx->j.places, tx->j.n_places, &ignored);
	tx_restore_times(tx);
	mounts_restore(root, &times);
	tx_close(tx);
	return -1;
}
