/* SPDX-License-Identifier: MIT */
/*
 * share: a passphrase that no one person has. A random secret of 128 bits is split into n shares of
 * which any m give it back, and m - 1 say nothing of it (Shamir 1979, over GF(256) with the
 * polynomial 0x11d, octet by octet, the secret at x = 0, share number i at x = i).
 *
 * A share is 24 words of our own list of 256, one for each octet:
 *
 *   1-2    the set: random, the same in all shares of a split
 *   3      m - 1 in the upper half, number - 1 in the lower
 *   4-19   the share of the secret
 *   20-22  the share of the secret's digest (the first octets of SHA-256 over "certrescue share", a
 *          zero octet and the secret): joined shares that do not belong together are noticed,
 *          and a share alone still says nothing that a guess could be tried on
 *   23-24  check words over GF(256): the sum of all octets, and of octet i (from 0) times 2^i, are
 * zero. One wrong word is found and its place named; two, or two in each other's place, are found
 *
 * When read, case, blanks, punctuation and figures between the words do not matter, and the first
 * four letters of each are enough. What the joined secret gives is plain text, which openssl takes
 * as the passphrase too.
 */
#ifndef PKI_SHARE_H
#define PKI_SHARE_H

#include "base/error.h"
#include "base/secret.h"

#define SHARE_WORDS 24
#define SHARE_LEAST 2 /* shares that open; with one it would be no split */
#define SHARE_MOST 16 /* shares in all */
#define SHARE_SECRET 16

struct share {
	uint8_t octets[SHARE_WORDS];
};

/*
 * Draws a new secret: its passphrase (a line of hexadecimal groups), and n shares of which any m
 * open it: each a line of words without its end. Fails unless SHARE_LEAST <= m <= n <= SHARE_MOST.
 * lines: n of them, SECRET_INIT or from before.
 */
int share_split(int m, int n, struct secret *passphrase, struct secret lines[], struct error *err);

/* Reads one share; the error names the word's place, and the word of the list that is like it. */
int share_read(struct share *s, struct bytes text, struct error *err);
/* Is the text meant to be a share: eight words or more, and most of them of the list? */
bool share_like(struct bytes text);

int share_needed(const struct share *s); /* m */
int share_number(const struct share *s); /* 1 to SHARE_MOST */
/* The set's name: its two words. text holds SHARE_SET octets. Returns text. */
#define SHARE_SET 20
const char *share_set(const struct share *s, char text[SHARE_SET]);

/* Can next be joined with the n before it: of the same set, and not given before? */
int share_fits(const struct share before[], size_t n, const struct share *next, struct error *err);
/*
 * Gives the passphrase back. More than m shares may be given: then all must fit each other. Errors:
 * shares of different sets, the same share twice, too few, and those that do not fit.
 */
int share_join(const struct share v[], size_t n, struct secret *passphrase, struct error *err);

/*
 * Where the text of a file is shares (share_like), joins them: one share a line, or wrapped over
 * lines of at most twelve words; lines that begin with # are passed over. 1: joined; 0: the text is
 * not meant to be shares; -1: it is, and cannot be joined.
 */
int share_join_text(struct bytes text, struct secret *passphrase, struct error *err);

#endif
