/* SPDX-License-Identifier: MIT */
/* audit: the ledgers that are looked at, and what is known of their ends. */
#ifndef CMD_AUDIT_H
#define CMD_AUDIT_H

#include "media/ledger.h"

struct audit_ledger {
	char *path;
	struct ledger ledger;
	char *problem; /* NULL: whole */
	char (*heads)[LEDGER_HEX];
	size_t anchored; /* the last line that an anchor names, from 1; 0: none */
};

struct audit {
	struct audit_ledger *ledgers;
	size_t n;
	char **missing; /* anchors that are in none of them, in words */
	size_t n_missing;
};

void audit_read(struct audit_ledger *a, const char *path);
void audit_anchor(struct audit *a, const char *digest, const char *source);
bool audit_whole(const struct audit *a);
void audit_free(struct audit *a);

#endif
