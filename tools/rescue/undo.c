// SPDX-License-Identifier: MIT
// undo: exchanges the old generation back.
#include <stdio.h>
#include <string.h>

#include "rescue/undo.h"

static int stuck(struct error *err, const char *path, const char *what)
{
	error_errno(err, path, "do not boot the node; run `certrescue resume`", "%s", what);
	err->kind = ERR_PENDING;
	return -1;
}

/* Is what the rescue kept of this entry still the old file? */
static bool kept(const struct tx *tx, size_t i)
{
	const struct journal_entry *e = &tx->j.entries[i];
	char hex[JOURNAL_HEX];
	tx_digest(tx->slots[i].place, e->name, e->only_mode, hex);
	return strcmp(hex, e->had_old ? e->old_sha : "-") == 0;
}

static int check_unchanged(const struct tx *tx, bool force, bool again, struct error *err)
{
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < tx->j.n_entries; i++) {
		enum tx_side side = tx_side(tx, i);
		if (side != TX_OLD && !kept(tx, i)) {
			buf_free(&list);
			return error_set(err, again ? ERR_PENDING : ERR_FAILED,
				tx->j.entries[i].path,
				"restore this file from a backup; nothing was changed now",
				"the old file that was kept for undo is damaged or gone");
		}
		if (side == TX_OTHER)
			buf_printf(&list, "%s%s", list.n ? ", " : "", tx->j.entries[i].path);
	}
	if (!list.n || force) {
		buf_free(&list);
		return 0;
	}
	error_set(err, ERR_REFUSED, NULL,
		"nothing was changed; --force takes the rescue back all the same, over these files",
		"these files changed since the rescue: %s", buf_text(&list));
	buf_free(&list);
	return -1;
}

static int go_back(struct tx *tx, struct error *err)
{
	for (size_t i = tx->j.n_entries; i > 0; i--)
		if (tx_side(tx, i - 1) != TX_OLD && kept(tx, i - 1) && tx_revert(tx, i - 1))
			return stuck(err, tx->j.entries[i - 1].path,
				"the old file cannot be put back; others already are");
	for (size_t i = 0; i < tx->j.n_entries; i++)
		if (tx_side(tx, i) != TX_OLD)
			return error_set(err, ERR_PENDING, tx->j.entries[i].path,
				"run `certrescue resume`; if it says the same, restore this file "
				"by hand",
				"is not the old file after all");
	tx_restore_times(tx);
	if (tx_sync(tx) || tx_record_prepare(tx, "undone", bytes_of("undone\n")) ||
		tx_record_put(tx, "undone"))
		return stuck(err, STATE_DIR, "the record that all is undone cannot be written");
	return 0;
}

int undo(const struct root *root, const char *id, bool force, struct error *err)
{
	struct tx tx;
	enum journal_state state = journal_state(root, id);
	if (state == JOURNAL_UNDONE)
		return error_set(err, ERR_NOTHING, NULL, NULL, "rescue %s is already undone", id);
	if (state == JOURNAL_STAGED)
		return error_set(err, ERR_FAILED, NULL,
			"certrescue undo without an id takes the newest",
			"there is no rescue %s on this node", id);
	if (tx_load(&tx, root, id, err))
		return -1;
	bool again = state == JOURNAL_UNDOING;
	int rc = check_unchanged(&tx, force || again, again, err);
	if (rc == 0 && !again &&
		(tx_record_prepare(&tx, "undo", bytes_of("undo\n")) || tx_record_put(&tx, "undo")))
		rc = error_errno(err, STATE_DIR,
			"nothing was changed; make room or mount it read-write",
			"the record of the undo cannot be written");
	if (rc == 0)
		rc = go_back(&tx, err);
	tx_close(&tx);
	return rc;
}

bool undo_latest(const struct root *root, char id[JOURNAL_ID])
{
	struct root_names ids;
	bool found = false;
	journal_list(root, &ids);
	for (size_t i = ids.n; i > 0 && !found; i--) {
		enum journal_state s = journal_state(root, ids.v[i - 1]);
		found = s == JOURNAL_DONE || s == JOURNAL_COMMITTED || s == JOURNAL_UNDOING;
		if (found)
			snprintf(id, JOURNAL_ID, "%s", ids.v[i - 1]);
	}
	root_names_free(&ids);
	return found;
}
