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
/*
 * kubelet_time: the time in the name of the kubelet's new file, which must not exist. key_mode: of
 * new files that hold a key; the others keep the mode they have.
 */
int render(const struct signing *s, int64_t kubelet_time, mode_t key_mode, struct entries *entries,
	struct error *err);

/* DIR/kubelet-client-YYYY-MM-DD-HH-MM-SS.pem, as the kubelet names its files; owned by the caller.
 */
char *render_kubelet_name(const char *dir, int64_t t);

#endif
