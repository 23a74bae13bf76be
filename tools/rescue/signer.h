/* SPDX-License-Identifier: MIT */
/*
 * signer: the one small process that reads, decrypts and uses the CA's keys.
 *
 *   signer_start   before anything else: forks while this process knows nothing yet
 *   signer_scan    reads the CAs' certificates; whatever key bytes it meets, it wipes
 *   signer_list    when the plan stands: gives it the list of what may be signed, once. It reads
 * the key files, then takes every system call away from itself but read and write on its socket and
 * exit (base/sandbox.h), with all its memory locked (base/arena.h) signer_open    decrypts one CA's
 * key signer_sign    signs what a line of the list says, and nothing else signer_end     it wipes
 * its memory and ends; before the node is changed
 *
 * It is not dumpable, ends with its parent (PR_SET_PDEATHSIG), and does not hear the terminal's
 * signals. No key byte ever reaches this side.
 */
#ifndef RESCUE_SIGNER_H
#define RESCUE_SIGNER_H

#include <sys/types.h>

#include "media/store.h"
#include "rescue/signlist.h"

struct signer {
	int fd; /* -1: not started, or ended */
	pid_t pid;
};

#define SIGNER_INIT                                                                                \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Where the CA lies: a medium (dir; of one cluster or all), a directory, or two files. */
struct signer_source {
	const char *dir;
	bool is_ca_dir;
	const char *cluster;              /* may be NULL */
	const char *cert_file, *key_file; /* instead of dir */
};

int signer_start(struct signer *s, struct error *err);
/* Fills store as store_open does, without any key's bytes. */
int signer_scan(
	struct signer *s, const struct signer_source *from, struct store *store, struct error *err);
/* Only the certificates: starts one, scans, ends it. */
int signer_look(const struct signer_source *from, struct store *store, struct error *err);
/* *confined is false where the kernel has no seccomp filters: the caller must say so. */
int signer_list(struct signer *s, const struct signlist *list, bool *confined, struct error *err);
/*
 * Opens the key of store->cas[ca]: errors as store_unlock; on success that CA is open, and its key
 * has kind, size, public half and was_encrypted, but no private half. passphrase may be NULL.
 */
int signer_open(struct signer *s, struct store *store, size_t ca, const struct secret *passphrase,
	struct error *err);
/* Signs tbs, which must be what the list's line says, with the line's CA. The signature is verified
 * before it is given away. */
int signer_sign(struct signer *s, size_t line, enum sig_alg sig, struct bytes tbs,
	struct buf *signature, struct error *err);
void signer_end(struct signer *s); /* also where it was never started */

/* --- the other side, signer_child.c; here for its tests -------------------------------------- */

enum signer_request { SIGNER_SCAN, SIGNER_LIST, SIGNER_OPEN, SIGNER_SIGN };

#define SIGNER_HEAP (8u << 20)
#define SIGNER_MESSAGE_MAX (1u << 20) /* once it is confined */

struct signer_child {
	int fd;
	struct store store;
	struct signlist list;
	bool scanned, listed, confined;
	/* where the CA lies */
	char *dir, *cluster, *cert_file, *key_file;
	bool is_ca_dir;
};

/* Answers one request. False: it was no request that makes sense now, and the process must end. */
bool signer_answer(struct signer_child *c, struct bytes request, struct buf *reply);
_Noreturn void signer_run(int fd);

#endif
