/* SPDX-License-Identifier: MIT */
/*
 * medium: what certrescue writes to the medium: reports/NODE/ID/. FAT has no journal: each file is
 * written under a temporary name, synced, renamed, and the directory synced.
 */
#ifndef MEDIA_MEDIUM_H
#define MEDIA_MEDIUM_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Writes content to DIR/NAME, making the directories in between (names of node and rescue are made
 * safe for FAT: [A-Za-z0-9._-], the rest becomes -). -1 where the medium is full, read-only or
 * gone.
 */
int medium_write_report(const char *media, const char *node, const char *id, const char *name,
	struct bytes content, struct error *err);
/* The path of a report on the medium, for messages: reports/NODE/ID/NAME; appended. */
void medium_report_path(struct buf *out, const char *node, const char *id, const char *name);

#endif
