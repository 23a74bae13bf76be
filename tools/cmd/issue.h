/* SPDX-License-Identifier: MIT */
/*
 * issue: what the command's files share.
 *
 *   issue.c        flags, and the order of things
 *   issue_read.c   files in: configuration, CSRs, the plan; one job for each certificate
 *   issue_job.c    one job: checked before anything is made; then key, CSR, and the verdicts
 *   issue_sign.c   the CA: is it fit, what may it sign (the signer's list), signatures
 *   issue_write.c  files out
 */
#ifndef CMD_ISSUE_H
#define CMD_ISSUE_H

#include "base/jsondoc.h"
#include "cmd/common.h"
#include "pki/template.h"
#include "rescue/signer.h"

struct issue_work;

/* One certificate: who it is for, and then what was made for it. */
struct issue_job {
	const struct issue_work *work;
	int line;       /* of the plan; 0: the one of the command line */
	char *out;      /* the files' prefix; NULL: JSON to standard output */
	char *key_path; /* the private key that is kept; NULL: a new one */
	struct request request;
	const struct profile *profile; /* the work's */
	struct template template;
	struct buf spki;  /* the kept key's, as it was checked; empty for a new one */
	struct buf draft; /* the certificate with another key and no signature, for the signer's
			     list */
	size_t sign_line; /* in that list */
	struct key key;
	struct buf csr, cert; /* DER */
};

struct issue_work {
	struct common c;
	const char *csr_path, *ca, *ca_key, *config_path, *profile, *hostname, *cn, *key, *out,
		*plan, *passphrase_file;
	bool force;
	struct jsondoc config;
	bool has_config;
	struct profile **profiles; /* those that were asked for */
	size_t n_profiles;
	struct issue_job *jobs;
	size_t n;
	struct signer signer;
	struct store store;
};

/* --- issue_read.c --------------------------------------------------------------------------- */

/* A whole file, or standard input for "-", of at most most bytes. out must be buf_wipe'd. */
int issue_slurp(struct buf *out, const char *path, size_t most, struct error *err);
/* Reads the configuration and makes the jobs. err->path is set. */
int issue_read(struct issue_work *w, struct error *err);
/* Puts where it is wrong in front of err: the plan's line, or the file. */
void issue_place(const struct issue_job *j, struct error *err);

/* --- issue_job.c ---------------------------------------------------------------------------- */

/* Three steps, run for many jobs at once; arg: the job. err->path is set. */

/* Everything that can be found wrong before a key is made: the kept key, the validity, the names
 * against the CA's constraints, Go's rules. Fills draft and spki. */
int issue_check(void *arg, struct error *err);
/* Loads or makes the key and makes the CSR. */
int issue_make(void *arg, struct error *err);
/* Is the certificate good: two opinions on it, its chain and its key. */
int issue_judge(void *arg, struct error *err);

/* Wipes key, CSR and certificate. */
void issue_forget(struct issue_job *j);
void issue_job_free(struct issue_job *j);

/* --- issue_sign.c --------------------------------------------------------------------------- */

/* Reads the CA's certificate through the signer and refuses what cannot issue at now. */
int issue_ca(struct issue_work *w, struct error *err);
const struct cert *issue_ca_cert(const struct issue_work *w);
/* Gives the signer the list of all drafts, which is all that it will sign. */
int issue_list(struct issue_work *w, struct error *err);
/* Opens the CA's key: without a passphrase, with --passphrase-file, or with one that is asked for.
 */
int issue_open(struct issue_work *w, struct error *err);
/* The job's certificate, signed. */
int issue_sign(struct issue_work *w, struct issue_job *j, struct error *err);

/* --- issue_write.c -------------------------------------------------------------------------- */

/* No two jobs write one file, each directory is there, no file is (unless --force). */
int issue_room(const struct issue_work *w, struct error *err);
/* Writes the files of n finished jobs. */
int issue_write(
	const struct issue_work *w, const struct issue_job *jobs, size_t n, struct error *err);
/* cfssl's one line of JSON; out must be buf_wipe'd. */
void issue_json(struct buf *out, const struct issue_job *j);

#endif
