/* SPDX-License-Identifier: MIT */
/*
 * evidence: what a node's own files say about where its certificates lie and what it is called,
 * gathered before anything is opened: manifests' flags, the kubelet's configuration, the layout's
 * table. Private to discover.
 */
#ifndef NODE_EVIDENCE_H
#define NODE_EVIDENCE_H

#include "node/layout.h"
#include "node/manifest.h"

/* "In this file there are certificates." */
struct claim {
	enum layout_kind kind;
	enum inv_role role;
	const char *name; /* static; NULL: the path */
	char *path;
	char *key;             /* where the leaf's key lies; NULL: not said */
	const char *component; /* who uses it; static; NULL: not said */
	char *flag;
	bool expected; /* that it is absent is worth a finding */
	bool looked;   /* nothing names it: it was found by looking through a directory */
};

/* Who says what this node is called, the strongest first. */
enum name_rank {
	NAME_KUBELET_FLAG, /* --hostname-override */
	NAME_KUBELET_CERT, /* the kubelet's client certificate */
	NAME_KUBELET_CONF, /* the user in kubelet.conf */
	NAME_ETCD_FLAG,    /* --name in etcd's manifest */
	NAME_ETCD_CERT,    /* the subjects of etcd's certificates */
};

struct claim_name {
	enum name_rank rank;
	char *name;
	char *where; /* the file */
};

struct evidence {
	struct claim *claims;
	size_t n_claims;
	struct claim_name *names;
	size_t n_names;
	char **sa; /* files with service account keys */
	size_t n_sa;
	bool apiserver, apiserver_sa; /* an API server runs here; it says which keys sign tokens */
	bool control_plane, etcd;
};

#define EVIDENCE_MAX 21000 /* claims; more are dropped */

/* A zeroed claim with this path; NULL where there are too many. */
struct claim *evidence_claim(struct evidence *ev, const char *path);
void evidence_name(struct evidence *ev, enum name_rank rank, const char *name, const char *where);
void evidence_sa(struct evidence *ev, const char *path);
void evidence_free(struct evidence *ev);

#endif
