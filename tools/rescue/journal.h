/* SPDX-License-Identifier: MIT */
/*
 * journal: the commit record of a rescue, and what can be said of a rescue by looking at its files.
 *
 * A rescue's state is a directory on the node, /var/lib/certrescue/ID (mode 0700):
 *   new/      what is staged; after the commit the old generation, for undo
 *   commit    the record below. Before it exists, recovery deletes the stage; after it, recovery
 * goes forward: each entry is old or new by its digest, and old ones are exchanged done      every
 * entry is new and on the disk; only then success is reported undo      as commit, for the way
 * back: each entry that is new is exchanged again undone    every entry is old again Each of these
 * appears by rename after an fsync, and its directory is synced. Targets on other mounts are staged
 * in .certrescue-ID at the top of their mount; the record lists these places.
 *
 * The record is text, one item a line, ended by the digest of everything before it:
 *   certrescue-journal 1
 *   id ID
 *   node NAME
 *   place DIRECTORY                                        (numbered from 0)
 *   entry file|link|mode replace|create PLACE STAGED OLD NEW PATH   (digests in hex, - for none)
 *   dir SECONDS NANOSECONDS PATH                           (a touched directory's mtime before)
 *   sum SHA256
 * Paths and names are percent-encoded (all but A-Za-z0-9._/-). Digests are SHA-256 of a file's
 * bytes or a link's text; "mode" is a file that keeps its bytes, and tx_digest says what its
 * digests are.
 */
#ifndef RESCUE_JOURNAL_H
#define RESCUE_JOURNAL_H

#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "node/root.h"

#define STATE_DIR "/var/lib/certrescue"
#define JOURNAL_MAX (1 << 20)
#define JOURNAL_ENTRIES 4096 /* that are read */
#define JOURNAL_FILES 1000   /* that one rescue changes */
#define JOURNAL_HEX 65       /* a SHA-256 digest in hex, and a NUL */
#define JOURNAL_ID 32

struct journal_entry {
	bool link, had_old;
	bool only_mode;
	size_t place;
	char name[24]; /* digits; in the place's directory */
	char old_sha[JOURNAL_HEX], new_sha[JOURNAL_HEX];
	char *path; /* on the node; its directory holds no links */
};

struct journal_dir {
	char *path;
	struct timespec mtime;
};

struct journal {
	char id[JOURNAL_ID];
	char *node;
	char **places;
	size_t n_places;
	struct journal_entry *entries;
	size_t n_entries;
	struct journal_dir *dirs;
	size_t n_dirs;
};

void journal_write(const struct journal *j, struct buf *out);
/* Refuses a damaged, cut or foreign record; nothing of it is believed then. */
int journal_read(struct journal *j, struct bytes text, struct error *err);
void journal_free(struct journal *j);

enum journal_state {
	JOURNAL_STAGED,    /* cut off before the commit record: to be deleted */
	JOURNAL_COMMITTED, /* interrupted: to be finished or taken back */
	JOURNAL_DONE,
	JOURNAL_UNDOING, /* an undo was interrupted */
	JOURNAL_UNDONE,
};
enum journal_state journal_state(const struct root *r, const char *id);
bool journal_id_valid(const char *id);
/* The ids on the node, oldest first; empty where there is no state directory. */
void journal_list(const struct root *r, struct root_names *ids);
/* The rescue that was interrupted (COMMITTED or UNDOING), if there is one. */
bool journal_pending(const struct root *r, char id[JOURNAL_ID]);

#endif
