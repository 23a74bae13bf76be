/* SPDX-License-Identifier: MIT */
/*
 * inspect: what the command's files share. inspect.c reads flags and files; inspect_read.c finds
 * out what an input holds; inspect_show.c and inspect_kube.c make the objects; inspect_text.c takes
 * off what texts are wrapped in.
 */
#ifndef CMD_INSPECT_H
#define CMD_INSPECT_H

#include "base/args.h"
#include "base/json.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/key.h"

#define INSPECT_FILE_MAX (4 << 20)
/* So many damaged PEM blocks end the reading of a file: finding each costs a walk through it. */
#define INSPECT_DAMAGED_MAX 100

/* Certificates read from files; each owns its DER. */
struct inspect_certs {
	struct buf *ders;
	struct cert *certs;
	size_t n;
};

/* What was asked. */
struct inspect {
	struct args_list names;
	unsigned purpose;
	int64_t now;
	bool chain; /* --chain was given */
	struct inspect_certs roots, untrusted;
	bool pair; /* --pair was given */
	struct key pair_key;
	bool open; /* --passphrase-file was given */
	struct secret passphrase;
};

/*
 * Adds the certificates of text (PEM blocks, or DER one behind the other). Fails where there is
 * none or one is bad; the good ones are added all the same.
 */
int inspect_add_certs(struct inspect_certs *to, struct bytes text, struct error *err);
void inspect_certs_free(struct inspect_certs *c);

/*
 * Appends the objects of one input, a line each. 0: everything asked holds; -1: err says the first
 * thing that does not.
 */
int inspect_show(struct buf *out, const struct inspect *asked, const char *path, struct bytes text,
	struct error *err);

/* --- between the files ---------------------------------------------------------------------- */

/* One input at work. */
struct inspect_input {
	const struct inspect *asked;
	const char *path;
	struct json json;
	struct error *err; /* the first thing that is wrong */
	bool wrong;
	bool chained, paired; /* the questions have been put to something of this input */
};

/* Notes what is wrong: "WHATDETAIL". */
void inspect_wrong(struct inspect_input *in, const char *what, const char *detail);
/* An object's beginning ("block" unless negative), its verdict (error NULL: good), its end. */
void inspect_begin(struct inspect_input *in, const char *kind, int block);
void inspect_verdict(struct inspect_input *in, const char *what, const char *error);
void inspect_finish(struct inspect_input *in);
/* An object that is nothing but an error. */
void inspect_failed(
	struct inspect_input *in, const char *kind, int block, const char *what, const char *error);

/* The answers to --chain and --pair, as fields; each is asked of the first thing that can answer.
 * beside: intermediates of the same input. */
void inspect_put_chain(
	struct inspect_input *in, const struct cert *c, const struct inspect_certs *beside);
void inspect_put_pair(struct inspect_input *in, bool pair);

void inspect_cert(
	struct inspect_input *in, struct bytes der, int block, const struct inspect_certs *beside);
void inspect_csr(struct inspect_input *in, struct bytes der, int block);
/* text: a PEM block or DER. */
void inspect_key(struct inspect_input *in, struct bytes text, int block);
void inspect_public(struct inspect_input *in, struct bytes der, int block);
void inspect_kubeconfig(struct inspect_input *in, struct bytes text);

/*
 * UTF-16, base64 around everything, PEM whose line ends are blanks or \n: true, and out holds the
 * text that was meant. May have to be called again on that.
 */
#define INSPECT_WRAPPINGS_MAX 3 /* base64 of base64 of UTF-16 ... is nobody's file */
bool inspect_unwrap(struct bytes text, struct secret *out);

#endif
