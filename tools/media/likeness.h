/* SPDX-License-Identifier: MIT */
/*
 * likeness: do two files look by their names as if they held one pair? Pairs are found by key; this
 * only chooses what is tried, or suspected, first.
 */
#ifndef MEDIA_LIKENESS_H
#define MEDIA_LIKENESS_H

/*
 * 3: the same file; 2: the same directory and the same name without extension and cfssl's "-key";
 * 1: the same name elsewhere; 0: nothing alike.
 */
int likeness(const char *cert_path, const char *key_path);

#endif
