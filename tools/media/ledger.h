/* SPDX-License-Identifier: MIT */
/*
 * ledger: the audit trail of a cluster on the medium, MEDIA/ledger/CLUSTER.jsonl: one JSON object a
 * line, appended, never rewritten. Each line begins with "prev", the SHA-256 of the line before it
 * (without its line end; 64 zeros for the first), so that a change, a removal, an insertion or
 * another order shows. The head is the digest of the last line: who has it, from a report, the
 * console or the node's copy, can tell a tail that was cut.
 *
 * What a pulled stick left half written behind the last line end was never reported as written: it
 * is not part of the chain, and the next append takes its place.
 */
#ifndef MEDIA_LEDGER_H
#define MEDIA_LEDGER_H

#include "base/buf.h"
#include "base/error.h"

#define LEDGER_MAX (64 << 20) /* most bytes that are read */
#define LEDGER_COPY_MAX (4 << 20) /* of a node's copy of one rescue's lines */
#define LEDGER_HEX 65

struct ledger {
	char *media, *cluster; /* NULL where only a file was opened */
	char *path;
	struct buf text; /* all whole lines */
	size_t lines;
	size_t written;        /* bytes of text that the medium has */
	char head[LEDGER_HEX]; /* digest of the last line; zeros where there is none */
	size_t torn;           /* bytes of a half-written line at the end */
	char **serials;        /* every serial number that the ledger names, decimal, sorted */
	size_t n_serials;
};

#define LEDGER_INIT                                                                                \
	{                                                                                          \
		.head = "0000000000000000000000000000000000000000000000000000000000000000"         \
	}

/*
 * Reads MEDIA/ledger/CLUSTER.jsonl; one that is not there is empty. -1: it cannot be read, is too
 * long, or a line is damaged (err says which and how): it must not be continued then.
 */
int ledger_open(struct ledger *l, const char *media, const char *cluster, struct error *err);
/* The same for any file; it must be there. */
int ledger_open_file(struct ledger *l, const char *path, struct error *err);
void ledger_close(struct ledger *l);
/* Checks and counts what stands in l->text of a LEDGER_INIT: what both do once the file is read. */
int ledger_parse(struct ledger *l, struct error *err);

/* Does a line name this serial number (decimal)? */
bool ledger_has_serial(const struct ledger *l, const char *decimal);

/* Adds one line to text: object, a JSON object's text, with "prev" put before its members. */
void ledger_add(struct ledger *l, struct bytes object);
/*
 * Writes what was added since to the medium, in one piece, and syncs it; MEDIA/ledger is made where
 * it is missing. A ledger without a medium (LEDGER_INIT) keeps its lines in text alone.
 */
int ledger_write(struct ledger *l, struct error *err);
/* The medium takes no more: from now on its lines are kept in text alone. */
void ledger_detach(struct ledger *l);

/* The next line of text at *at, without its line end; false at the end. */
bool ledger_line(struct bytes text, size_t *at, struct bytes *line);
/* The digest of a line, in hex. */
void ledger_digest(struct bytes line, char hex[LEDGER_HEX]);

#endif
