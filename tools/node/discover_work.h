/* SPDX-License-Identifier: MIT */
/*
 * discover_work: what the parts of discover share while an inventory is being filled. Private to
 * discover*.c and identity.c.
 *
 * The order: evidence (manifests, kubelet, table, look) -> files (each opened once, however many
 * paths lead to it) -> certificates -> CA data's roles and issuers -> keys -> service account keys
 * -> the node's name.
 */
#ifndef NODE_DISCOVER_WORK_H
#define NODE_DISCOVER_WORK_H

#include "base/index.h"
#include "node/evidence.h"

/*
 * Bounds for hostile input. A node has some twenty certificates; where somebody keeps thousands in
 * the layout's own directories, all are read: 4 kB of memory each.
 */
#define DISCOVER_BYTES (64 << 20) /* most bytes of all files together */
#define DISCOVER_FILE (256 << 10) /* most bytes of one PEM file */
#define DISCOVER_CERTS 20000
#define DISCOVER_NAMES 256     /* most names read of one directory */
#define DISCOVER_LOOK 100000   /* of one of the layout's own directories, whatever their kind */
#define DISCOVER_EFFORT 100000 /* spent on signatures, in tenths of a millisecond or so */

/* What the claims say of a file, beside what inv_file holds; same index. */
struct file_note {
	struct claim claim; /* of all claims on the file, the first that says each thing */
	struct inv_user *users;
	size_t n_users;
	bool read; /* certificates were taken from it, or it is a key */
};

struct discovery {
	const struct root *root;
	struct inventory *inv;
	const struct layout *layout;
	struct evidence ev;
	struct file_note *notes;
	size_t bytes;                 /* read so far */
	long effort;                  /* spent on signatures so far */
	struct index files, findings; /* by real path; by path and text */
	struct index issuers, certs;  /* CA certificates by subject; all by role and bytes */
	bool certs_capped;            /* the finding about too many certificates was made */
};

/* Appends a finding whose text is formatted; the same one is never there twice. */
void discover_find(struct discovery *d, const char *path, const char *code, bool hinders,
	const char *remedy, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Is there a finding of this code on this path? */
bool discover_found(const struct discovery *d, const char *path, const char *code);

/* discover_flags.c: manifests beneath dir into evidence. */
void discover_manifests(struct discovery *d, const char *dir);
/* discover_table.c: the layout's table, kubeconfigs of people, the look through directories. */
void discover_table(struct discovery *d);
void discover_look(struct discovery *d);
/* discover_kubelet.c: the kubelet's configuration, then the state of its client certificate. */
void discover_kubelet(struct discovery *d, char **manifests);

/*
 * discover_file.c: the index of the file at path, read at most once; -1 with err->os where it is
 * not there or cannot be read (no finding is made).
 */
int discover_load(
	struct discovery *d, const char *path, size_t most, size_t *file, struct error *err);
/* Was the file read already? real: its path without links. */
bool discover_known(const struct discovery *d, const char *real, size_t *file);
/* Why a file could not be read, as finding code and words for people. */
const char *discover_why(const struct error *err, const char **code);
/* Opens what the claims name, kubeconfigs' references too, until nothing new is named. */
void discover_files(struct discovery *d);

/* discover_pem.c */
struct pem_place {
	size_t file;
	const char *place; /* "" or "users/NAME" */
	size_t entry;
	enum inv_role role;
	const char *name;
	bool ca;       /* CA certificates are expected */
	bool optional; /* text without certificates is no finding */
};
/* Appends the text's certificates to the inventory: how many (damaged ones too). */
size_t discover_pem(struct discovery *d, struct bytes text, const struct pem_place *at);
/* Appends a certificate that cannot be read, with a finding of the code. */
void discover_broken(struct discovery *d, const struct pem_place *at, const char *code,
	const char *problem, const char *remedy);

/* discover_kubeconfig.c: parses the file; its embedded certificates, claims for its references. */
void discover_kubeconfig(struct discovery *d, size_t file);
/* The current context's entry of a kind; else the only one; NULL. */
const struct kubeconfig_entry *discover_current(
	const struct kubeconfig *k, enum kubeconfig_kind kind);

void discover_issuers(struct discovery *d); /* discover_issuer.c */
void discover_keys(struct discovery *d);    /* discover_key.c */
void discover_sa(struct discovery *d);      /* discover_sa.c */
void discover_secrets(struct discovery *d); /* discover_secret.c */

/* discover_reach.c: by which names servers are reached: a container's flags; kubeconfigs. */
struct manifest_container;
void discover_reach(struct discovery *d, const char *path, const struct manifest_container *c,
	const char *component);
void discover_servers(struct discovery *d);
void identity(struct discovery *d); /* identity.c */

static inline bool role_is_ca(enum inv_role role)
{
	return role == ROLE_CA || role == ROLE_FRONT_PROXY_CA || role == ROLE_ETCD_CA;
}

#endif
