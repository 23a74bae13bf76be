/* SPDX-License-Identifier: MIT */
/*
 * host: what a mounted filesystem says about the system that lives on it: is it a Kubernetes node,
 * what is its name, how does it keep its clock. Every path resolves beneath the mount (openat2 with
 * RESOLVE_IN_ROOT: absolute links are re-rooted, none leads out); reads are bounded; devices and
 * pipes are not opened.
 */
#ifndef DISK_HOST_H
#define DISK_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The directory as a handle for the functions below, or -1; the caller closes it. */
int host_open(const char *dir);

/* True if the path exists beneath root as a directory. */
bool host_has_dir(int root, const char *path);

/* Reads a regular file beneath root, at most most bytes; false if there is none or it is larger. */
bool host_read(int root, const char *path, size_t most, struct buf *to);

/*
 * The evidence that this is a Kubernetes node: "/etc/kubernetes/pki", "/etc/kubernetes/manifests",
 * "/etc/kubernetes: *.conf" or "/var/lib/kubelet/pki"; NULL: none.
 */
const char *host_is_node(int root);

/* The name in /etc/hostname if it is one (letters, digits, dots, dashes), else "-". */
void host_name(int root, char *to, size_t cap);

/*
 * The medium: true if ca/ holds at least one certificate file, itself or in a folder or two below
 * (a regular file that is PEM or DER by its first bytes).
 */
bool host_has_ca(int root);

#endif
