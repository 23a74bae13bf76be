/* SPDX-License-Identifier: MIT */
/*
 * comply: are a node's certificates and keys as the policy wants them? The policy is
 * certrescue.conf (media/conf.h); its defaults find nothing on a node as kubeadm leaves it. Part of
 * verify, which calls it; docs/formats.md lists the findings.
 */
#ifndef RESCUE_COMPLY_H
#define RESCUE_COMPLY_H

#include "rescue/verify.h"

struct verify;

/* comply.c: key and signature, validity, subject, issuer, names of certificate i (readable). */
void comply_cert(const struct verify *v, size_t i);
/* Is it signed with SHA-1, or with what is not known at all (MD5)? */
bool comply_weak_signature(const struct cert *c);

/* comply_file.c: modes and owners of files, and of the directories that lead to keys. */
void comply_files(const struct verify *v);

/* What a file that holds a private key should have. */
struct comply_file {
	mode_t mode; /* never more than it has now */
	uid_t uid;
	gid_t gid;
};
/* Has file something else? want is filled where it holds a key; false where it does not. */
bool comply_file(const struct inventory *inv, const struct conf *conf, size_t file,
	struct comply_file *want);

#endif
