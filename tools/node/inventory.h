/* SPDX-License-Identifier: MIT */
/*
 * inventory: what is on a node: its files, the certificates and keys in them, who uses them, and
 * what is wrong with them. Filled by discover.h, then read-only: plan, check and verify work from
 * it and open nothing. The time is not known here (states that depend on it are judged by
 * inventory_state).
 */
#ifndef NODE_INVENTORY_H
#define NODE_INVENTORY_H

#include <sys/stat.h>

#include "base/buf.h"
#include "node/kubeconfig.h"
#include "pki/cert.h"
#include "pki/key.h"

enum inv_role {
	ROLE_OTHER, /* found by evidence, no role of the layout */
	ROLE_CA,
	ROLE_FRONT_PROXY_CA,
	ROLE_ETCD_CA,
	ROLE_APISERVER,
	ROLE_APISERVER_KUBELET_CLIENT,
	ROLE_APISERVER_ETCD_CLIENT,
	ROLE_FRONT_PROXY_CLIENT,
	ROLE_ETCD_SERVER,
	ROLE_ETCD_PEER,
	ROLE_ETCD_HEALTHCHECK_CLIENT,
	ROLE_ADMIN, /* admin.conf's user, and copies of it under .kube/config */
	ROLE_SUPER_ADMIN,
	ROLE_CONTROLLER_MANAGER,
	ROLE_SCHEDULER,
	ROLE_KUBELET_CLIENT, /* kubelet-client-current.pem, or embedded in kubelet.conf */
	ROLE_KUBELET_SERVER, /* the self-signed kubelet.crt: leaf and its throw-away CA */
};

enum inv_format {
	INV_PEM, /* certificates, keys, or both */
	INV_KUBECONFIG,
};

/* A file of the node as it was read; secret content is wiped by inventory_free. */
struct inv_file {
	char *path; /* as the evidence names it: /var/lib/kubelet/pki/kubelet-client-current.pem */
	char *real; /* links resolved, the node's view: .../kubelet-client-2025-01-01-00-00-00.pem
		     */
	bool is_link; /* the last component of path is a symlink */
	enum inv_format format;
	struct stat st; /* of real */
	struct buf content;
	uint8_t sha256[SHA256_SIZE];
	struct kubeconfig config; /* INV_KUBECONFIG */
	bool holds_key;           /* a private key stands in it, whoever's it is */
};

/* A directory on the way to a file that holds a private key: the last one, or above it. */
struct inv_dir {
	char *path; /* links resolved */
	struct stat st;
	bool last; /* a key lies in it, or the link that leads to one */
};

/* A name or address by which somebody reaches a server of this node. */
struct inv_reach {
	enum inv_role role; /* whose certificate has to carry it */
	char *host;
	char *path;       /* the file that says so */
	const char *what; /* what says so in it: "--advertise-address"; static */
};

struct inv_user {
	const char
		*component; /* kube-apiserver, kube-controller-manager, etcd, kubelet ...; static */
	char *flag;         /* --tls-cert-file, kubeconfig path ... */
};

enum inv_key_state {
	INV_KEY_NONE, /* no key is expected (a CA certificate, CA data in a kubeconfig) */
	INV_KEY_OK,   /* read, and it is the certificate's */
	INV_KEY_MISSING,
	INV_KEY_UNREADABLE, /* there, but damaged, encrypted or of a kind we cannot use */
	INV_KEY_MISMATCH,   /* a good key, but not this certificate's */
};

/* One certificate in one place. */
struct inv_cert {
	size_t file;       /* index in files */
	char *place;       /* "" in a file; "users/NAME" or "clusters/NAME" in a kubeconfig */
	size_t entry;      /* the kubeconfig entry's index, where place is not empty */
	size_t block;      /* which certificate of the file or of the data, from 0 */
	size_t begin, end; /* the PEM block's bytes in the file, or in the decoded data */
	enum inv_role role;
	const char *name; /* as kubeadm names it: "apiserver", "etcd-server", "admin.conf"; static
			     or owned by inv->strings; never NULL (else the path) */
	bool is_ca;       /* CA or leaf told apart by the certificate, else by role */
	bool readable;    /* cert holds something; else problem says why */
	char *problem;    /* NULL if readable */
	struct buf der;   /* owner of what cert points into */
	struct cert cert;
	int issuer; /* index of the certificate whose key signed this one; -1: unknown; itself if
		       self-signed */
	enum inv_key_state key_state;
	char *key_path;  /* where the key of a leaf in a file lies or, missing, belongs; or NULL */
	size_t key_file; /* index in files, where key_state is OK, UNREADABLE or MISMATCH */
	bool key_same_file; /* the key is in the same file or kubeconfig user */
	struct key key;     /* filled only when key_state is OK */
	bool sa_key;        /* the key also signs or verifies service account tokens: kept always */
	struct inv_user *users;
	size_t n_users;
};

struct inv_finding {
	char *path;
	const char *code; /* static: "unreadable", "garbled-kubeconfig", "stale-embedded" ... */
	char *text;       /* what is wrong */
	char *remedy;     /* what to do next */
	bool hinders;     /* something that is or may be due cannot be renewed because of it */
};

struct inventory {
	const char *layout; /* "kubeadm"; "unknown" */
	const char
		*refused; /* not NULL: a layout that is recognised and declined, and what to do */
	char *node;       /* the node's own name by kubelet.conf, certificates, manifests; NULL */
	char *hostname;   /* /etc/hostname's, or NULL: only a hint */
	bool control_plane;
	struct inv_file *files;
	size_t n_files;
	struct inv_cert *certs;
	size_t n_certs;
	struct inv_finding *findings;
	size_t n_findings;
	struct inv_dir *dirs;
	size_t n_dirs;
	struct inv_reach *reach;
	size_t n_reach;
	uid_t root_uid;  /* of the node's root directory: root, but in a copy that a user made */
	uid_t *pod_uids; /* what static pods run as, where they say it (runAsUser) */
	size_t n_pod_uids;
	/* The kubelet's client certificate: what renew must build. */
	char *kubelet_dir;          /* /var/lib/kubelet/pki; NULL if there is no kubelet */
	bool kubelet_link_is_file;  /* kubelet-client-current.pem is a regular file: repaired */
	bool kubelet_conf_embedded; /* kubelet.conf holds a stale embedded certificate */
};

void inventory_free(struct inventory *inv);
/* Appends a finding; text and remedy are formatted by the caller and copied. */
void inventory_find(struct inventory *inv, const char *path, const char *code, bool hinders,
	const char *text, const char *remedy);

/* The role that kubeadm, or where it has no name for it certrescue, calls so: "apiserver",
 * "etcd-server", "admin.conf", "kubelet-client", "kubelet-server". */
bool inventory_role_find(const char *text, enum inv_role *role);

enum inv_state {
	INV_OK,
	INV_DUE, /* ends within the given time */
	INV_EXPIRED,
	INV_NOT_YET_VALID,
	INV_UNREADABLE,
	INV_MISMATCH, /* the key is missing or another one's */
	INV_FOREIGN,  /* its issuer is known and is none of this cluster's CAs (self-signed too) */
	INV_UNKNOWN_ISSUER,
};
enum inv_state inventory_state(
	const struct inventory *inv, const struct inv_cert *c, int64_t now, int64_t within);
const char *inventory_state_text(
	enum inv_state s); /* "ok", "due", "expired", "not-yet-valid" ... */
/* "/etc/kubernetes/admin.conf users/kubernetes-admin", for people; appended. */
void inventory_place(struct buf *out, const struct inventory *inv, const struct inv_cert *c);

#endif
