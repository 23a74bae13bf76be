/* SPDX-License-Identifier: MIT */
/*
 * commit: puts a staged rescue in place: the commit record, the exchanges back to back, the syncs,
 * the done record. After the record recovery goes forward; before it, nothing has changed.
 */
#ifndef RESCUE_COMMIT_H
#define RESCUE_COMMIT_H

#include "rescue/tx.h"

/*
 * tx comes from stage. -1 with ERR_FAILED: nothing was changed and the stage is gone. -1 with
 * ERR_PENDING: the record stands, but not everything is in place or on the disk; `resume` finishes.
 */
int commit(struct tx *tx, struct error *err);

/*
 * Finishes an interrupted rescue (JOURNAL_COMMITTED), or an interrupted undo (JOURNAL_UNDOING).
 * ERR_PENDING where a target is neither old nor new: it is named and nothing more is changed.
 */
int commit_resume(const struct root *root, const char *id, struct error *err);

#endif
