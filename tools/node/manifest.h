/* SPDX-License-Identifier: MIT */
/*
 * manifest: a static pod's manifest (k8s.io/api/core/v1 Pod, YAML or JSON): which program runs in
 * each container, with which flags, and where its paths lie on the node. Knows no flag's meaning.
 */
#ifndef NODE_MANIFEST_H
#define NODE_MANIFEST_H

#include "base/buf.h"
#include "base/error.h"

#define MANIFEST_MAX (1 << 20)
#define MANIFEST_FLAGS_MAX 1024 /* of one container */
#define MANIFEST_CONTAINERS_MAX 64
#define MANIFEST_MOUNTS_MAX 256

/* --a=b, --a b, -a=b: name is "--a"; value is "" where there is none. ${VAR} stays as it is. */
struct manifest_flag {
	char *name, *value;
};

struct manifest_mount {
	char *inside;  /* the path in the container */
	char *outside; /* the node's path; NULL where the volume is not a hostPath */
};

struct manifest_container {
	char *name;
	char *program; /* the command's base name ("kube-apiserver"), else the container's name */
	struct manifest_flag *flags;
	size_t n_flags;
	struct manifest_mount *mounts;
	size_t n_mounts;
	int64_t run_as; /* runAsUser, its own or the pod's; -1: not said, which is root mostly */
};

struct manifest {
	char *name; /* metadata.name, or "" */
	struct manifest_container *containers;
	size_t n_containers;
};

/*
 * Reads the first document of text. Fails where it is not a Pod or not YAML; err->what names line
 * and reason. `sh -c "program --flag ..."` is read as that program with these flags.
 */
int manifest_parse(struct manifest *m, struct bytes text, struct error *err);
void manifest_free(struct manifest *m);

/* The last value given for a flag ("--name"), or NULL. */
const char *manifest_flag(const struct manifest_container *c, const char *name);
/*
 * Where a path of the container lies on the node, by the longest mount that holds it; NULL where no
 * hostPath does, or the path is not absolute. Owned by the caller.
 */
char *manifest_outside(const struct manifest_container *c, const char *path);

#endif
