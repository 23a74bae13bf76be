/* SPDX-License-Identifier: MIT */
/*
 * store: the offline CAs on the medium (ca/CLUSTER/..., any file names) or in one directory (--ca).
 *
 * Certificates are read at once; private keys only as bytes: which key belongs to which certificate
 * is known when it is opened, since pairs are found by public key and never by name. A key is
 * opened after the plan is made, and wiped by store_lock or store_close.
 */
#ifndef MEDIA_STORE_H
#define MEDIA_STORE_H

#include "base/error.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/key.h"

#define STORE_FILES_MAX 512 /* files looked at beneath one cluster's directory */
#define STORE_DEPTH 4

struct store_ca {
	char *cluster;   /* the directory's name beneath ca/; "" for --ca DIR */
	char *cert_path; /* the file, for messages */
	struct buf der;
	struct cert cert;
	bool open; /* key holds the private key */
	struct key key;
	char *key_path; /* where it was found, once open */
};

/* A file that holds a private key, not yet opened. */
struct store_key {
	char *cluster;
	char *path;
	struct secret content;
	bool encrypted;
	bool used; /* opened, and paired or found to belong to none of the CAs */
};

struct store {
	char *path; /* the medium or the directory, for messages */
	struct store_ca *cas;
	size_t n_cas;
	struct store_key *keys;
	size_t n_keys;
};

#define STORE_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Reads MEDIA/ca/CLUSTER/ of every cluster (only of cluster if it is not NULL), or, where
 * is_ca_dir, the directory itself. ERR_FAILED where there is no ca/, no such cluster, or not one CA
 * certificate in it: what was looked for, where, and how to bring the CA. The same certificate
 * twice counts once.
 */
int store_open(
	struct store *s, const char *dir, bool is_ca_dir, const char *cluster, struct error *err);
/* The same for a CA that is two files: every CA certificate in one, every key in the other. */
int store_open_files(
	struct store *s, const char *cert_file, const char *key_file, struct error *err);
void store_close(struct store *s);

/*
 * For a store that another process has read (rescue/signer.h): adds a CA (nothing, if der is none),
 * notes a key file without its bytes.
 */
void store_add_cert(struct store *s, const char *cluster, const char *path, struct bytes der);
void store_note_key(struct store *s, const char *cluster, const char *path, bool encrypted);

/* The CA with this public key (spki_same), or -1; *twice is set where two clusters have it. */
int store_find(const struct store *s, struct bytes spki, bool *twice);

/*
 * Opens the private key of one CA. Unencrypted keys first, then encrypted ones with the passphrase,
 * those whose file name resembles the certificate's first. passphrase may be NULL.
 * err->os: EACCES where a passphrase is needed or wrong; ENOENT where no key file pairs with the
 * certificate; EBADMSG where the one that should is damaged.
 */
int store_unlock(struct store *s, size_t ca, const struct secret *passphrase, struct error *err);
void store_lock(struct store *s); /* wipes every open key and every key file's bytes */

#endif
