/* SPDX-License-Identifier: MIT */
/* authority_role: what each CA of a pile is for. Private to authority. */
#ifndef MEDIA_AUTHORITY_ROLE_H
#define MEDIA_AUTHORITY_ROLE_H

#include "media/authority.h"

/*
 * Fills every role. First what a CA has issued, as the leaves beside it show: one that issued
 * anything of the API server or the kubelets is the cluster's, whatever else it signed (a single CA
 * for everything is the cluster's). Then, where nothing it issued is here, its subject and its
 * file's name. Where no CA is the cluster's then, the first of no role is.
 */
void authority_roles(struct authorities *a);

#endif
