/* SPDX-License-Identifier: MIT */
/* share_text: what share.c and share_text.c have of each other. */
#ifndef PKI_SHARE_TEXT_H
#define PKI_SHARE_TEXT_H

#include "pki/share.h"

/* The words of a share, without a line end. */
void share_write(struct secret *line, const struct share *s);
/* Do the check words fit, and is the header one that is written? */
int share_check(const struct share *s, struct error *err);

#endif
