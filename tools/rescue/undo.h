/* SPDX-License-Identifier: MIT */
/*
 * undo: takes a rescue back, byte for byte: the old files were kept, so that the same exchanges
 * with the roles swapped bring them back with owners, modes, mtimes and extended attributes.
 */
#ifndef RESCUE_UNDO_H
#define RESCUE_UNDO_H

#include "rescue/tx.h"

/*
 * The rescue may be done or interrupted. ERR_REFUSED where files changed since and force is not
 * set: all of them are named in err->what; nothing is changed then. ERR_PENDING where it stopped
 * half-way.
 */
int undo(const struct root *root, const char *id, bool force, struct error *err);

/* The newest rescue that can be taken back; false where there is none. */
bool undo_latest(const struct root *root, char id[JOURNAL_ID]);

#endif
