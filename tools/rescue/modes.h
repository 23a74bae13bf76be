/* SPDX-License-Identifier: MIT */
/*
 * modes: renew --fix-modes. Files with a private key whose mode or owner is not as the policy wants
 * it are mended with the rescue, not beside it: planned, staged, journalled, undone like all else.
 * A file that gets nothing new is replaced by its own bytes with the new mode.
 */
#ifndef RESCUE_MODES_H
#define RESCUE_MODES_H

#include "rescue/comply.h"
#include "rescue/entry.h"
#include "rescue/plan.h"

/* Fills plan->modes. Pure, as the plan is. */
void modes_plan(const struct inventory *inv, const struct conf *conf, struct plan *plan);
/* Gives the entries of these files the new modes; those that have no entry yet get one. */
void modes_render(const struct inventory *inv, const struct plan *plan, struct entries *entries);
/* Do the files have them? -1: err->path is the first that has not. */
int modes_verify(const struct root *root, const struct entries *entries, struct error *err);

#endif
