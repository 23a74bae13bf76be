/* SPDX-License-Identifier: MIT */
/*
 * stage: everything that can fail, before anything that exists is changed. Preflight writes
 * nothing; staging writes new files beside the old ones, on the same mount, with their owners,
 * modes and extended attributes, syncs them and reads them back.
 */
#ifndef RESCUE_STAGE_H
#define RESCUE_STAGE_H

#include "rescue/entry.h"
#include "rescue/tx.h"

/*
 * Checks that every target is still what the inventory saw, not immutable, on a writable file
 * system with room for twice the bytes and inodes. Fills in what links replace. ERR_FAILED, or
 * ERR_REFUSED where a target changed in between.
 */
int stage_preflight(const struct root *root, struct entries *entries, struct error *err);

/*
 * Stages under STATE_DIR/ID and fills tx, ready for commit. On failure everything that was made is
 * removed again, and the mtimes of the directories above are as before.
 */
int stage(const struct root *root, const char *id, const char *node, const struct entries *entries,
	struct tx *tx, struct error *err);

/*
 * Removes a stage that has no commit record: after a failure, or found by a later start. places:
 * the staging directories besides the rescue's own; all are removed with what is in them.
 */
int stage_remove(
	const struct root *root, const char *id, char *const *places, size_t n, struct error *err);

#endif
