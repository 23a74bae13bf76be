/* SPDX-License-Identifier: MIT */
/*
 * words: the list that shares are written with: short and common English words that are spelled as
 * they are heard, in the order of the alphabet. The list never changes: shares lie in safes.
 */
#ifndef PKI_WORDS_H
#define PKI_WORDS_H

#define WORDS_LENGTH 8 /* letters of the longest */
#define WORDS_PREFIX 4 /* letters that suffice */

extern const char words[256][WORDS_LENGTH + 1];

#endif
