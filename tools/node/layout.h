/* SPDX-License-Identifier: MIT */
/*
 * layout: where a distribution keeps its certificates, as tables. A table is the weaker evidence:
 * flags and configuration files that name other paths come first (evidence.h). Adding a
 * distribution is one file in layouts/ and one line in layout.c.
 */
#ifndef NODE_LAYOUT_H
#define NODE_LAYOUT_H

#include "node/inventory.h"
#include "node/root.h"

enum layout_when {
	LAYOUT_MAY,           /* its absence says nothing */
	LAYOUT_EVERY_NODE,    /* expected on each node of the cluster */
	LAYOUT_CONTROL_PLANE, /* expected on a control-plane node */
	LAYOUT_LOCAL_ETCD,    /* expected where etcd runs on this node */
};

enum layout_kind { LAYOUT_LEAF, LAYOUT_CA, LAYOUT_KUBECONFIG };

struct layout_item {
	enum inv_role role;
	const char *name; /* as the distribution's own tool calls it */
	enum layout_kind kind;
	enum layout_when when;
	const char *path;      /* NULL ends the table */
	const char *key;       /* a leaf's key; NULL: in the same file */
	enum inv_role signer;  /* the CA that issues it */
	const char *component; /* who uses it, where no flag says so; may be NULL */
};

struct layout {
	const char *name;
	const char *const *signs; /* a path of these that exists tells the layout; NULL ends */
	const struct layout_item *items;
	const char *const *look; /* directories to look through for more certificates */
	const char *manifests;   /* unless the kubelet's configuration says otherwise */
	const char *const *control_plane_signs; /* paths that only control-plane nodes have */
	const char *const *etcd_signs;          /* paths that only nodes with an etcd have */
	const char *kubelet_conf, *kubelet_config, *kubelet_flags, *kubelet_pki;
};

/* A layout that is recognised and declined. */
struct layout_refused {
	const char *sign;
	const char *text; /* what it is, and what to do instead */
};

extern const struct layout layout_kubeadm; /* layouts/kubeadm.c */

/* The layout of this root; *known is false where none was recognised (then kubeadm's table). */
const struct layout *layout_find(const struct root *r, bool *known);
/* Why this root's layout is declined, or NULL. */
const char *layout_declined(const struct root *r);
/* Does any of these paths exist beneath the root? */
bool layout_any(const struct root *r, const char *const *paths);

#endif
