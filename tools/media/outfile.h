/* SPDX-License-Identifier: MIT */
/*
 * outfile: a set of new files on the medium or on the CA's machine (certificates, keys, requests),
 * written so that a cut leaves each of them whole or not there: temporary name in the same
 * directory, synced, renamed, directory synced. Not for the node: that is rescue/stage.
 */
#ifndef MEDIA_OUTFILE_H
#define MEDIA_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * In steps, so that a set of files can stand ready, and be looked at, before the first takes its
 * place (outset.h puts them together): outfile_stage writes .NAME.PID beside path (absolute or from
 * the working directory), with this mode whatever the umask; outfile_sync brings n of those to the
 * disk; outfile_put gives one its name; outfile_sync_places brings the names of n to the disk, each
 * directory once; outfile_drop removes one that was not put.
 *
 * Without replace a file that is there already is an error (err->os = EEXIST) and stays as it is;
 * with it, a regular file is replaced in one step. A symlink in the file's own place is never
 * followed: it is an error.
 */
struct outfile {
	char *path;      /* where it belongs */
	char *temporary; /* where it lies until it is put there; NULL: nowhere */
	bool replace;
};
#define OUTFILE_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}
int outfile_stage(struct outfile *f, const char *path, struct bytes content, mode_t mode,
	bool replace, struct error *err);
/* Many files are synced with their file systems, not one by one. */
int outfile_sync(const struct outfile *v, size_t n, struct error *err);
int outfile_put(struct outfile *f, struct error *err);
int outfile_sync_places(const struct outfile *v, size_t n, struct error *err);
void outfile_drop(struct outfile *f); /* frees; harmless on OUTFILE_INIT */

/* Fails with EEXIST if path is there: to be asked for all files of a set before the first is
 * written, so that nothing is left half done. */
int outfile_absent(const char *path, struct error *err);
/* Makes a directory with mode 0700 where there is none; its parent must be there. */
int outfile_mkdir(const char *path, struct error *err);

#endif
