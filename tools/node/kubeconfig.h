/* SPDX-License-Identifier: MIT */
/*
 * kubeconfig: a kubectl configuration (k8s.io/client-go/tools/clientcmd/api/v1), read with libyaml
 * and changed by bytes: only the chosen scalars change; comments, order, style and line ends stay.
 */
#ifndef NODE_KUBECONFIG_H
#define NODE_KUBECONFIG_H

#include "base/buf.h"
#include "base/error.h"

#define KUBECONFIG_MAX (1 << 20)
#define KUBECONFIG_ENTRIES 256

/* A scalar in the file; text is NULL where the key is absent. */
struct kubeconfig_value {
	char *text;        /* its value, decoded by libyaml; owned */
	size_t begin, end; /* its bytes in the file, quotes and folding included */
	bool shared;       /* reached through an alias, or anchored and used elsewhere too */
	size_t uses;       /* how many places of the document reach it: 1, or more if shared */
	size_t key_begin, key_end; /* the bytes of the key before it, quotes included */
};

enum kubeconfig_kind { KUBECONFIG_CLUSTER, KUBECONFIG_USER };

struct kubeconfig_entry {
	enum kubeconfig_kind kind;
	char *name;
	/* cluster: certificate-authority-data; user: client-certificate-data */
	struct kubeconfig_value cert_data;
	/* user: client-key-data */
	struct kubeconfig_value key_data;
	/* cluster: certificate-authority; user: client-certificate */
	struct kubeconfig_value cert_file;
	struct kubeconfig_value key_file; /* user: client-key */
	/* cluster: server; the name to check instead of its host (tls-server-name); whether nothing
	 * is checked at all (insecure-skip-tls-verify) */
	struct kubeconfig_value server, server_name, insecure;
	/* The bytes of the mapping that holds these keys, and the column of its keys (block style).
	 */
	size_t begin, end;
	int column;
	bool flow;
};

struct kubeconfig_context {
	char *name, *cluster, *user;
};

struct kubeconfig {
	struct kubeconfig_entry *entries;
	size_t n_entries;
	struct kubeconfig_context *contexts;
	size_t n_contexts;
	char *current_context; /* NULL if absent */
};

/*
 * Reads text (YAML or JSON; one document; UTF-8). Refuses: not a mapping, kind other than Config,
 * duplicate keys, an alias bomb, more than the limits. err->what names line and reason.
 */
int kubeconfig_parse(struct kubeconfig *k, struct bytes text, struct error *err);
void kubeconfig_free(struct kubeconfig *k);
/* Is this text a kubeconfig at all (kind: Config or clusters:/users: at the top)? */
bool kubeconfig_is(struct bytes text);

const struct kubeconfig_entry *kubeconfig_find(
	const struct kubeconfig *k, enum kubeconfig_kind kind, const char *name);

/*
 * One change: value gets the new text. Base64 and paths only: text must need no quoting in YAML
 * ([A-Za-z0-9+/=._:-]). key, where not NULL, renames the key before it (client-certificate-data to
 * client-certificate): the kubelet's stale embedded certificate becomes a path.
 */
struct kubeconfig_edit {
	const struct kubeconfig_value *value;
	const char *text;
	const char *rename_key;
};
/*
 * Appends the file with the edits made, and reads it again: everything but the edited values must
 * be as before, else it fails and out is as before.
 */
int kubeconfig_edit(struct bytes text, const struct kubeconfig *k,
	const struct kubeconfig_edit *edits, size_t n, struct buf *out, struct error *err);

#endif
