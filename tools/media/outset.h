/* SPDX-License-Identifier: MIT */
/*
 * outset: several files, or hundreds, that are written as one: all stand ready beside their places,
 * whole and synced, before the first takes its place. A cut or an error in between leaves some new
 * and some as they were, each whole; outset.put says how many.
 */
#ifndef MEDIA_OUTSET_H
#define MEDIA_OUTSET_H

#include <signal.h>

#include "media/outfile.h"

struct outset {
	struct outfile *v;
	size_t n;
	size_t put;  /* this many, from the first, have taken their places */
	char **dirs; /* made for them */
	size_t n_dirs;
	sigset_t mask; /* as it was before outset_begin */
};

/* Holds back what would interrupt a person's program until outset_end, so that nothing is left
 * lying about. */
void outset_begin(struct outset *s);
/* Makes a directory where there is none; outset_end removes it again if nothing came into it. */
int outset_mkdir(struct outset *s, const char *path, struct error *err);
/* Stages one file, as outfile_stage does. */
int outset_add(struct outset *s, const char *path, struct bytes content, mode_t mode, bool replace,
	struct error *err);
/* Puts all of them in their places, in the order in which they were added. */
int outset_put(struct outset *s, struct error *err);
/* Removes the new files that have been put (none of them replaced another). */
void outset_undo(struct outset *s);
/* Removes what was not put, frees, and lets the signals through. */
void outset_end(struct outset *s);

#endif
