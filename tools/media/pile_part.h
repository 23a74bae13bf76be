/* SPDX-License-Identifier: MIT */
/* pile_part: how things are put on a pile. Private to pile. */
#ifndef MEDIA_PILE_PART_H
#define MEDIA_PILE_PART_H

#include "media/pile.h"

/* Where a certificate or key was met. */
struct pile_place {
	size_t file;
	enum pile_form form;
	size_t begin, end;
};

void pile_note(struct pile *p, const char *path, bool damaged, const char *text);
/* False: der is not a certificate. */
bool pile_add_cert(
	struct pile *p, const struct pile_place *at, struct bytes der, struct error *err);
/* A key that is neither opened nor judged yet. */
struct pile_key *pile_add_key(struct pile *p, const struct pile_place *at);
/* Opens k, or says in its state why it cannot. passphrase may be NULL. */
void pile_open_key(struct pile_key *k, struct bytes text, const struct secret *passphrase);

/* Opens a PKCS#12 file of the pile and puts what is in it on it. passphrase may be NULL. */
void pile_open_box(struct pile *p, size_t file, const struct secret *passphrase);

#endif
