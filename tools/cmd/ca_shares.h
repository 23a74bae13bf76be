/* SPDX-License-Identifier: MIT */
/*
 * ca_shares: a passphrase in shares (pki/share.h): made, tried, and handed out.
 */
#ifndef CMD_CA_SHARES_H
#define CMD_CA_SHARES_H

#include "pki/share.h"

struct shares {
	int m, n;
	struct secret lines[SHARE_MOST];
};

/*
 * Splits a new secret as text ("2/3": two of three) says, and tries that shares from both ends of
 * the list give it back. passphrase: what keys are to be encrypted with.
 */
int shares_make(struct shares *s, const char *text, struct secret *passphrase, struct error *err);

/*
 * To the directory dir, a file a share (0600); or, where dir is NULL, to standard output: on a
 * terminal one after the other, each wiped from the screen when Enter is pressed. what: the CA, for
 * the heading. -1: not all of them were handed out, and they must not be used.
 */
int shares_hand_out(const struct shares *s, const char *dir, const char *what, struct error *err);

void shares_free(struct shares *s);

#endif
