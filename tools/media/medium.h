/* SPDX-License-Identifier: MIT */
/*
 * medium: what certrescue writes to the medium: reports/NODE/ID/, ledger/CLUSTER.jsonl. FAT has no
 * journal: each file is written under a temporary name, synced, renamed, and the directory synced.
 */
#ifndef MEDIA_MEDIUM_H
#define MEDIA_MEDIUM_H

#include <sys/types.h>

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

/* The path of a cluster's ledger, MEDIA/ledger/CLUSTER.jsonl; appended. */
void medium_ledger_path(struct buf *out, const char *media, const char *cluster);
/*
 * Writes content at this offset of it, which is its end but for what was left half written, and
 * syncs. The file and its directory are made where they are missing.
 */
int medium_append_ledger(
	const char *media, const char *cluster, off_t at, struct bytes content, struct error *err);

/* Calls seen with the path of each ledger on the medium, or of one cluster's, if it is there. */
int medium_ledgers(const char *media, const char *cluster, void (*seen)(void *to, const char *path),
	void *to, struct error *err);
/* Calls seen with each reports/NODE/ID/NAME that can be read; what cannot is passed over. */
void medium_reports(const char *media, const char *name,
	void (*seen)(void *to, const char *path, struct bytes content), void *to);

#endif
