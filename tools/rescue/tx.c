// SPDX-License-Identifier: MIT
// tx: open directories and single steps of a rescue's transaction.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/change.h"
#include "node/path.h"
#include "pki/cert.h"
#include "rescue/tx.h"

int tx_open(struct tx *tx, struct error *err)
{
	struct journal *j = &tx->j;
	char dir[PATH_MAX];
	tx->places = xmalloc((j->n_places + 1) * sizeof(int));
	tx->slots = xmalloc((j->n_entries + 1) * sizeof(*tx->slots));
	tx->dirs = xmalloc((j->n_dirs + 1) * sizeof(int));
	memset(tx->places, -1, (j->n_places + 1) * sizeof(int));
	memset(tx->dirs, -1, (j->n_dirs + 1) * sizeof(int));
	for (size_t i = 0; i < j->n_entries; i++)
		tx->slots[i].dir = -1;
	for (size_t i = 0; i < j->n_places; i++)
		if ((tx->places[i] = root_open_dir(tx->root, j->places[i], err)) < 0)
			return -1;
	for (size_t i = 0; i < j->n_entries; i++) {
		path_parent(j->entries[i].path, dir);
		snprintf(tx->slots[i].base, sizeof(tx->slots[i].base), "%s",
			path_base(j->entries[i].path));
		tx->slots[i].place = tx->places[j->entries[i].place];
		if ((tx->slots[i].dir = root_open_dir(tx->root, dir, err)) < 0)
			return -1;
	}
	for (size_t i = 0; i < j->n_dirs; i++)
		if ((tx->dirs[i] = root_open_dir(tx->root, j->dirs[i].path, err)) < 0)
			return -1;
	return 0;
}

int tx_load(struct tx *tx, const struct root *root, const char *id, struct error *err)
{
	char path[PATH_MAX];
	struct buf text = BUF_INIT;
	*tx = (struct tx){.root = root, .state = -1};
	snprintf(path, sizeof(path), STATE_DIR "/%s/commit", id);
	int rc = root_read(root, path, JOURNAL_MAX, &text, NULL, err);
	if (rc == 0)
		rc = journal_read(&tx->j, buf_bytes(&text), err);
	buf_free(&text);
	if (rc == 0 && strcmp(tx->j.id, id) != 0)
		rc = error_set(err, ERR_PENDING, NULL, NULL,
			"the commit record is that of another rescue, %s", tx->j.id);
	if (rc == 0) {
		snprintf(path, sizeof(path), STATE_DIR "/%s", id);
		tx->state = root_open_dir(root, path, err);
		rc = tx->state < 0 ? -1 : tx_open(tx, err);
	}
	if (rc == 0)
		return 0;
	if (!err->path[0])
		snprintf(err->path, sizeof(err->path), STATE_DIR "/%s/commit", id);
	tx_close(tx);
	return -1;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void tx_close(struct tx *tx)
{
	for (size_t i = 0; tx->places && i < tx->j.n_places; i++)
		close_one(tx->places[i]);
	for (size_t i = 0; tx->slots && i < tx->j.n_entries; i++)
		close_one(tx->slots[i].dir);
	for (size_t i = 0; tx->dirs && i < tx->j.n_dirs; i++)
		close_one(tx->dirs[i]);
	close_one(tx->state);
	free(tx->places);
	free(tx->slots);
	free(tx->dirs);
	journal_free(&tx->j);
	*tx = (struct tx){.state = -1};
}

void tx_digest_mode(char hex[JOURNAL_HEX], mode_t mode, uid_t uid, gid_t gid)
{
	struct buf all = BUF_INIT;
	buf_printf(
		&all, "%s %04o %u:%u\n", hex, (unsigned)mode & 07777, (unsigned)uid, (unsigned)gid);
	sha256_hex(buf_bytes(&all), hex);
	buf_free(&all);
}

void tx_digest(int dir, const char *name, bool with_mode, char hex[JOURNAL_HEX])
{
	struct stat st;
	struct buf b = BUF_INIT;
	strcpy(hex, "-");
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlinkat(dir, name, (char *)buf_room(&b, PATH_MAX), PATH_MAX);
		b.n = n > 0 ? (size_t)n : 0;
	} else if (S_ISREG(st.st_mode) && st.st_size <= ROOT_FILE_MAX) {
		int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return;
		for (ssize_t n;
			b.n <= ROOT_FILE_MAX && (n = read(fd, buf_room(&b, 65536), 65536)) > 0;)
			b.n += (size_t)n;
		close(fd);
	} else {
		strcpy(hex, "?");
		return;
	}
	sha256_hex(buf_bytes(&b), hex);
	buf_wipe(&b);
	if (with_mode)
		tx_digest_mode(hex, st.st_mode, st.st_uid, st.st_gid);
}

enum tx_side tx_side(const struct tx *tx, size_t i)
{
	const struct journal_entry *e = &tx->j.entries[i];
	char hex[JOURNAL_HEX];
	tx_digest(tx->slots[i].dir, tx->slots[i].base, e->only_mode, hex);
	if (strcmp(hex, e->new_sha) == 0)
		return TX_NEW;
	return strcmp(hex, e->had_old ? e->old_sha : "-") == 0 ? TX_OLD : TX_OTHER;
}

int tx_record_prepare(struct tx *tx, const char *name, struct bytes content)
{
	char tmp[64];
	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	change_unlink(tx->state, tmp); /* from an attempt that was cut off */
	int fd = change_create(tx->state, tmp, content);
	if (fd < 0)
		return -1;
	int rc = change_sync(fd);
	close(fd);
	return rc;
}

int tx_record_put(struct tx *tx, const char *name)
{
	char tmp[64];
	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	if (change_rename(tx->state, tmp, tx->state, name))
		return -1;
	return change_sync(tx->state);
}

int tx_note(const struct root *root, const char *id, const char *name, struct bytes content,
	struct error *err)
{
	char *path = xasprintf("%s/%s", STATE_DIR, id);
	struct tx tx = {.root = root, .state = root_open_dir(root, path, err)};
	int rc = tx.state < 0 ? -1 : 0;
	if (rc == 0 && (tx_record_prepare(&tx, name, content) || tx_record_put(&tx, name)))
		rc = error_errno(err, path, "make room on the node", "%s cannot be written", name);
	close_one(tx.state);
	free(path);
	return rc;
}

int tx_sync(struct tx *tx)
{
	for (size_t i = 0; i < tx->j.n_places; i++)
		if (change_sync(tx->places[i]))
			return -1;
	for (size_t i = 0; i < tx->j.n_dirs; i++)
		if (change_sync(tx->dirs[i]))
			return -1;
	return 0;
}

void tx_restore_times(struct tx *tx)
{
	for (size_t i = 0; i < tx->j.n_dirs; i++) {
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, tx->j.dirs[i].mtime};
		struct error ignored = ERROR_INIT;
		int fd = root_open_dir(tx->root, tx->j.dirs[i].path, &ignored);
		if (fd < 0)
			continue;
		change_times(fd, ".", times);
		close(fd);
	}
}

/* Swaps the two names; where the file system has no exchange, the old file passes through a link.
 */
static int swap(int place, const char *name, int dir, const char *base)
{
	char aside[32];
	if (change_exchange(place, name, dir, base) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	snprintf(aside, sizeof(aside), "%s.old", name);
	change_unlink(place, aside);
	if (linkat(dir, base, place, aside, 0) < 0)
		return -1;
	if (change_rename(place, name, dir, base))
		return -1;
	return change_rename(place, aside, place, name);
}

int tx_apply(struct tx *tx, size_t i)
{
	const struct journal_entry *e = &tx->j.entries[i];
	const struct tx_slot *s = &tx->slots[i];
	return e->had_old ? swap(s->place, e->name, s->dir, s->base)
			  : change_move(s->place, e->name, s->dir, s->base);
}

int tx_revert(struct tx *tx, size_t i)
{
	const struct journal_entry *e = &tx->j.entries[i];
	const struct tx_slot *s = &tx->slots[i];
	if (!e->had_old)
		return change_move(s->dir, s->base, s->place, e->name);
	if (swap(s->place, e->name, s->dir, s->base) == 0)
		return 0;
	/* The new file is gone: then there is nothing to exchange with. */
	return errno == ENOENT ? change_move(s->place, e->name, s->dir, s->base) : -1;
}
