// SPDX-License-Identifier: MIT
// commit: the point of no return, and the way forward after an interruption.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rescue/commit.h"
#include "rescue/stage.h"
#include "rescue/undo.h"

static int pending(struct error *err, const char *path, const char *what)
{
	error_errno(err, path,
		"do not boot the node; run `certrescue resume`, or `certrescue resume --undo` to "
		"go back",
		"%s", what);
	err->kind = ERR_PENDING;
	return -1;
}

/* Steps 4 and 5 of the transaction: allocates nothing, opens nothing by path. */
static int apply(struct tx *tx, struct error *err)
{
	for (size_t i = 0; i < tx->j.n_entries; i++)
		if (tx_apply(tx, i))
			return pending(err, tx->j.entries[i].path,
				"the new file cannot be put in place; others already are");
	if (tx_sync(tx))
		return pending(
			err, STATE_DIR, "what was put in place cannot be synced to the disk");
	if (tx_record_put(tx, "done"))
		return pending(err, STATE_DIR, "the record that all is done cannot be written");
	return 0;
}

int commit(struct tx *tx, struct error *err)
{
	struct buf record = BUF_INIT;
	struct error ignored = ERROR_INIT;
	journal_write(&tx->j, &record);
	if (record.n > JOURNAL_MAX) {
		buf_free(&record);
		stage_remove(tx->root, tx->j.id, tx->j.places, tx->j.n_places, &ignored);
		return error_set(err, ERR_FAILED, STATE_DIR,
			"nothing was changed; move away what does not belong to the node",
			"the commit record would be longer than any that is read");
	}
	int rc = tx_record_prepare(tx, "done", bytes_of("done\n"));
	if (rc == 0)
		rc = tx_record_prepare(tx, "commit", buf_bytes(&record));
	buf_free(&record);
	if (rc) {
		error_errno(err, STATE_DIR, "nothing was changed; make room or check the disk",
			"the commit record cannot be written");
		stage_remove(tx->root, tx->j.id, tx->j.places, tx->j.n_places, &ignored);
		return -1;
	}
	int put = tx_record_put(tx, "commit");
	if (put && faccessat(tx->state, "commit", F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT) {
		error_set(err, ERR_FAILED, STATE_DIR, "nothing was changed; check the disk",
			"the commit record cannot be put in place");
		stage_remove(tx->root, tx->j.id, tx->j.places, tx->j.n_places, &ignored);
		return -1;
	}
	if (put)
		return pending(err, STATE_DIR, "the commit record cannot be synced to the disk");
	return apply(tx, err);
}

static int forward(struct tx *tx, struct error *err)
{
	for (size_t i = 0; i < tx->j.n_entries; i++) {
		if (tx_side(tx, i) != TX_OTHER)
			continue;
		return error_set(err, ERR_PENDING, tx->j.entries[i].path,
			"restore the file, or take the rescue back: `certrescue resume --undo "
			"--force`",
			"the file is neither the old one nor the new one: somebody changed it");
	}
	for (size_t i = 0; i < tx->j.n_entries; i++)
		if (tx_side(tx, i) == TX_OLD && tx_apply(tx, i))
			return pending(
				err, tx->j.entries[i].path, "the new file cannot be put in place");
	if (tx_sync(tx) || tx_record_prepare(tx, "done", bytes_of("done\n")) ||
		tx_record_put(tx, "done"))
		return pending(err, STATE_DIR, "the record that all is done cannot be written");
	return 0;
}

int commit_resume(const struct root *root, const char *id, struct error *err)
{
	struct tx tx;
	if (journal_state(root, id) == JOURNAL_UNDOING)
		return undo(root, id, false, err);
	if (tx_load(&tx, root, id, err)) {
		err->kind = ERR_PENDING;
		return -1;
	}
	int rc = forward(&tx, err);
	tx_close(&tx);
	return rc;
}
