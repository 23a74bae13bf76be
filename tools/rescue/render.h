/* SPDX-License-Identifier: MIT */
/*
 * render: from new certificates and keys to the new content of files. Everything in a file that is
 * not a renewed certificate or key stays byte for byte. Opens nothing.
 */
#ifndef RESCUE_RENDER_H
#define RESCUE_RENDER_H

#include "rescue/entry.h"
#include "rescue/sign.h"

/*
 * Fills entries, pairs adjacent, the kubelet's symlink last. Every result is read again and must
 * hold the planned certificate and its key (opinion_pair on the bytes that will be written).
 */
int render(const struct signing *s, int64_t now, struct entries *entries, struct error *err);

#endif
