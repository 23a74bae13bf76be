/* SPDX-License-Identifier: MIT */
/*
 * tx: a rescue's record with every directory it touches held open, so that nothing is opened by
 * path and nothing is allocated while files are exchanged. Shared by stage, commit and undo.
 */
#ifndef RESCUE_TX_H
#define RESCUE_TX_H

#include "rescue/journal.h"

struct tx_slot {
	int dir;                 /* the target's directory */
	char base[NAME_MAX + 1]; /* the target's name in it */
	int place;               /* the staging directory */
};

struct tx {
	const struct root *root;
	struct journal j;
	int state;             /* /var/lib/certrescue/ID; -1: none */
	struct tx_slot *slots; /* one for each of j.entries */
	int *places;           /* one for each of j.places */
	int *dirs;             /* one for each of j.dirs */
};

/* Opens what tx->j names: places, targets' directories. */
int tx_open(struct tx *tx, struct error *err);
/* Reads the record of a rescue and opens it. */
int tx_load(struct tx *tx, const struct root *root, const char *id, struct error *err);
void tx_close(struct tx *tx);

enum tx_side {
	TX_OLD,   /* the target is what it was before */
	TX_NEW,   /* the target is what the rescue put there */
	TX_OTHER, /* neither: somebody changed it since */
};
enum tx_side tx_side(const struct tx *tx, size_t entry);

/*
 * The digest of what name in dir is: a file's bytes, a link's text; "-" where there is nothing.
 * with_mode, for entries that keep their bytes: that of the file's digest, mode and owners, else
 * old and new could not be told apart.
 */
void tx_digest(int dir, const char *name, bool with_mode, char hex[JOURNAL_HEX]);
/* The same for a file that is known by its digest. */
void tx_digest_mode(char hex[JOURNAL_HEX], mode_t mode, uid_t uid, gid_t gid);

/* Writes a file of the state directory whole (NAME.tmp, synced) without putting it in place yet. */
int tx_record_prepare(struct tx *tx, const char *name, struct bytes content);
/* Puts it in place and syncs the directory. */
int tx_record_put(struct tx *tx, const char *name);
/* Writes a file into the state directory of a rescue, in place and synced: the ledger's copy. */
int tx_note(const struct root *root, const char *id, const char *name, struct bytes content,
	struct error *err);
/* Syncs every place and every touched directory; -1 with errno. */
int tx_sync(struct tx *tx);

/* Puts the touched directories' mtimes back; best effort. */
void tx_restore_times(struct tx *tx);

/* Exchanges entry and its staged counterpart, forward or back; -1 with errno. */
int tx_apply(struct tx *tx, size_t entry);
int tx_revert(struct tx *tx, size_t entry);

#endif
