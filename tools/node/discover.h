/* SPDX-License-Identifier: MIT */
/*
 * discover: fills an inventory from a node's root: evidence first (flags in static pod manifests,
 * kubeconfigs), then the layout's table. Reads only; every read has a cap; a file that cannot be
 * understood is a finding and never stops the rest.
 */
#ifndef NODE_DISCOVER_H
#define NODE_DISCOVER_H

#include "node/inventory.h"
#include "node/root.h"

/* Does this root hold a Kubernetes node (directories and files only are looked at)? */
bool discover_is_node(const struct root *r);

/*
 * 0: inv is filled (possibly with findings). -1: there is no Kubernetes node beneath the root
 * (ERR_FAILED; err says what was looked for).
 */
int discover(const struct root *r, struct inventory *inv, struct error *err);

#endif
