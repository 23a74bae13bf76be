// SPDX-License-Identifier: MIT
// preflight: looks, before anything is written, whether every target can be written; clears stages.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/change.h"
#include "node/path.h"
#include "rescue/mounts.h"
#include "rescue/stage.h"

/* linux/fs.h: FS_IOC_GETFLAGS and the two flags that stand in the way. */
#define GET_FLAGS _IOR('f', 1, long)
#define FLAG_IMMUTABLE 0x10
#define FLAG_APPEND 0x20

#define STATE_FILES 8 /* directories and records of the state itself */

/* What one file system must have free. */
struct need {
	dev_t dev;
	uint64_t bytes, inodes;
	int dir; /* to ask it */
};

static int changed(const struct entry *e, struct error *err)
{
	return error_set(err, ERR_REFUSED, e->path,
		"nothing was changed; see what else is at work on this node, then run renew again",
		"the file changed since it was looked at");
}

static int check_flags(int dir, const char *base, const struct entry *e, struct error *err)
{
	long flags = 0;
	int fd = openat(dir, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, e->path, NULL, "the file cannot be opened");
	int got = ioctl(fd, GET_FLAGS, &flags);
	close(fd);
	if (got == 0 && (flags & (FLAG_IMMUTABLE | FLAG_APPEND)))
		return error_set(err, ERR_FAILED, e->path, "take the flag away: chattr -i -a",
			"the file is marked immutable or append-only; nothing was changed");
	return 0;
}

/* Renames in a directory need it to be changeable, and cannot replace what something is mounted on.
 */
static int check_place(int dir, const char *base, const struct entry *e, struct error *err)
{
	long flags = 0;
	if (ioctl(dir, GET_FLAGS, &flags) == 0 && (flags & (FLAG_IMMUTABLE | FLAG_APPEND)))
		return error_set(err, ERR_FAILED, e->path, "take the flag away: chattr -i -a on it",
			"its directory is marked immutable or append-only; nothing was changed");
	if (mounts_point(dir, base))
		return error_set(err, ERR_FAILED, e->path, "unmount it, then run renew again",
			"something is mounted on this file, so it cannot be replaced; nothing was "
			"changed");
	return 0;
}

static int check_target(int dir, const char *base, struct entry *e, struct error *err)
{
	struct stat st;
	char hex[JOURNAL_HEX], want[JOURNAL_HEX];
	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return error_errno(err, e->path, NULL, "cannot be looked at");
		if (e->link)
			e->had_old = false;
		return e->had_old ? changed(e, err) : 0;
	}
	tx_digest(dir, base, e->only_mode, hex);
	if (e->link) { /* whatever stands there now is what is replaced */
		if (!S_ISLNK(st.st_mode) && !S_ISREG(st.st_mode))
			return error_set(err, ERR_FAILED, e->path, "remove what stands there",
				"is neither a symlink nor a file");
		e->had_old = true;
		for (size_t i = 0; i < SHA256_SIZE; i++)
			sscanf(hex + 2 * i, "%2hhx", &e->old_sha[i]);
		return S_ISREG(st.st_mode) ? check_flags(dir, base, e, err) : 0;
	}
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(want + 2 * i, 3, "%02x", e->old_sha[i]);
	if (e->only_mode)
		tx_digest_mode(want, e->old.st_mode, e->old.st_uid, e->old.st_gid);
	if (!e->had_old || !S_ISREG(st.st_mode) || st.st_ino != e->old.st_ino ||
		st.st_dev != e->old.st_dev || strcmp(hex, want) != 0)
		return changed(e, err);
	return check_flags(dir, base, e, err);
}

static int add_need(struct need *needs, size_t *n, int dir, size_t bytes, struct error *err)
{
	struct stat st;
	size_t i = 0;
	if (fstat(dir, &st) < 0)
		return error_errno(err, NULL, NULL, "a directory cannot be looked at");
	while (i < *n && needs[i].dev != st.st_dev)
		i++;
	if (i == 16)
		return error_set(err, ERR_FAILED, NULL, "use a rescue by hand",
			"the files lie on more than 16 file systems");
	if (i == *n) {
		needs[(*n)++] = (struct need){.dev = st.st_dev, .dir = dup(dir)};
	}
	needs[i].bytes += bytes + 4096;
	needs[i].inodes++;
	return 0;
}

/* Twice what is written must be free: the commit is not to be the moment when a disk gets full. */
static int check_room(const struct need *need, const char *path, struct error *err)
{
	struct statvfs v;
	if (fstatvfs(need->dir, &v) < 0)
		return error_errno(err, path, NULL, "the file system cannot be asked for its room");
	if (v.f_flag & ST_RDONLY)
		return error_set(err, ERR_FAILED, path,
			"mount it read-write (mount -o remount,rw) and run renew again",
			"the file system is mounted read-only; nothing was changed");
	uint64_t room = (uint64_t)(geteuid() == 0 ? v.f_bfree : v.f_bavail) * v.f_frsize;
	if (room < 2 * need->bytes || (v.f_files > 0 && v.f_ffree < 2 * need->inodes))
		return error_set(err, ERR_FAILED, path,
			"remove what is not needed (old logs under /var/log) and run renew again",
			"the file system is full: %llu bytes and %llu inodes are needed, %llu and "
			"%llu "
			"are free; nothing was changed",
			(unsigned long long)(2 * need->bytes),
			(unsigned long long)(2 * need->inodes), (unsigned long long)room,
			(unsigned long long)v.f_ffree);
	return 0;
}

/* The path without links: in directories for all, also at the end unless a link is what is put. */
static int resolve(const struct root *root, struct entry *e, struct error *err)
{
	char real[PATH_MAX], dir[PATH_MAX];
	const char *slash = strrchr(e->path, '/');
	path_parent(e->path, dir);
	if (root_resolve(root, e->link ? dir : e->path, real, err))
		return -1;
	char *path = e->link ? xasprintf("%s%s", strcmp(real, "/") == 0 ? "" : real, slash)
			     : xstrdup(real);
	free(e->path);
	e->path = path;
	return 0;
}

static int check_entry(
	const struct root *root, struct entry *e, struct need *needs, size_t *n, struct error *err)
{
	char dir[PATH_MAX];
	if (resolve(root, e, err))
		return -1;
	const char *slash = strrchr(e->path, '/');
	path_parent(e->path, dir);
	int fd = root_open_dir(root, dir, err);
	if (fd < 0)
		return -1;
	int rc = check_place(fd, slash + 1, e, err);
	if (rc == 0)
		rc = check_target(fd, slash + 1, e, err);
	if (rc == 0)
		rc = add_need(needs, n, fd, e->content.n, err);
	close(fd);
	return rc;
}

/* The state directory's own file system, as far up as it exists. */
static int need_state(const struct root *root, struct need *needs, size_t *n, struct error *err)
{
	static const char *const up[] = {STATE_DIR, "/var/lib", "/var", "/"};
	for (size_t i = 0; i < 4; i++) {
		int fd = root_exists(root, up[i]) ? root_open_dir(root, up[i], err) : -1;
		if (fd < 0)
			continue;
		int rc = 0;
		for (size_t k = 0; rc == 0 && k < STATE_FILES; k++)
			rc = add_need(needs, n, fd, 4096, err);
		close(fd);
		return rc;
	}
	return -1;
}

int stage_preflight(const struct root *root, struct entries *entries, struct error *err)
{
	struct need needs[16];
	size_t n = 0;
	int rc = 0;
	if (entries->n > JOURNAL_FILES)
		return error_set(err, ERR_FAILED, entries->v[0].path,
			"nothing was changed; move away what does not belong to the node, or "
			"change modes by hand",
			"%zu files would change, where one rescue can take %d", entries->n,
			JOURNAL_FILES);
	for (size_t i = 0; rc == 0 && i < entries->n; i++) {
		rc = check_entry(root, &entries->v[i], needs, &n, err);
		for (size_t k = 0; rc == 0 && k < i; k++)
			if (strcmp(entries->v[k].path, entries->v[i].path) == 0)
				rc = error_set(err, ERR_FAILED, entries->v[i].path,
					"nothing was changed; give each certificate a file of its "
					"own",
					"two certificates would write this file");
	}
	if (rc == 0)
		rc = need_state(root, needs, &n, err);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = check_room(
				&needs[i], entries->n ? entries->v[0].path : STATE_DIR, err);
		close(needs[i].dir);
	}
	return rc;
}

/* What a rescue itself makes in its directories: nothing else is ever removed. */
static bool is_own_name(const char *name)
{
	static const char *const records[] = {"commit", "done", "undo", "undone"};
	size_t n = strspn(name, "0123456789");
	if (n > 0 && (!name[n] || strcmp(name + n, ".old") == 0))
		return true;
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		n = strlen(records[i]);
		if (strncmp(name, records[i], n) == 0 &&
			(!name[n] || strcmp(name + n, ".tmp") == 0))
			return true;
	}
	return false;
}

/* A link in a directory's place was not made here: it leads to files that are not ours. */
static bool is_real_directory(const struct root *root, const char *path)
{
	struct stat st;
	struct error ignored = ERROR_INIT;
	return root_lstat(root, path, &st, &ignored) == 0 && S_ISDIR(st.st_mode);
}

static void remove_all(const struct root *root, const char *dir)
{
	struct root_names names;
	struct error ignored = ERROR_INIT;
	int fd = is_real_directory(root, dir) ? root_open_dir(root, dir, &ignored) : -1;
	if (fd < 0)
		return;
	if (root_list(root, dir, JOURNAL_ENTRIES, &names, &ignored) == 0) {
		for (size_t i = 0; i < names.n; i++)
			if (is_own_name(names.v[i]))
				change_unlink(fd, names.v[i]);
		root_names_free(&names);
	}
	change_sync(fd);
	close(fd);
}

static int remove_dir(const struct root *root, const char *path)
{
	char dir[PATH_MAX];
	struct error ignored = ERROR_INIT;
	const char *slash = strrchr(path, '/');
	path_parent(path, dir);
	int fd = root_open_dir(root, dir, &ignored);
	if (fd < 0)
		return 0;
	int rc = change_rmdir(fd, slash + 1);
	if (rc && (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST))
		rc = 0;
	close(fd);
	return rc;
}

int stage_remove(
	const struct root *root, const char *id, char *const *places, size_t n, struct error *err)
{
	char own[PATH_MAX], fresh[PATH_MAX + 8];
	int rc = 0;
	snprintf(own, sizeof(own), STATE_DIR "/%s", id);
	if (!is_real_directory(root, STATE_DIR) || !is_real_directory(root, own))
		return error_set(err, ERR_FAILED, own, "see what stands there (ls -l)",
			"the stage is not a directory of certrescue's own; it was left alone");
	snprintf(fresh, sizeof(fresh), "%s/new", own);
	for (size_t i = 0; i < n; i++) {
		remove_all(root, places[i]);
		rc |= remove_dir(root, places[i]);
	}
	remove_all(root, fresh);
	rc |= remove_dir(root, fresh);
	remove_all(root, own);
	rc |= remove_dir(root, own) | remove_dir(root, STATE_DIR);
	if (rc)
		return error_errno(
			err, own, "remove it by hand: rm -r", "the stage cannot be removed");
	return 0;
}
