/* SPDX-License-Identifier: MIT */
/*
 * inspect: what the command's two files share. inspect.c reads flags and files; inspect_show.c
 * makes the objects of one input.
 */
#ifndef CMD_INSPECT_H
#define CMD_INSPECT_H

#include "base/args.h"
#include "base/json.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/key.h"

#define INSPECT_FILE_MAX (4 << 20)

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

/* Adds the certificates of text (PEM blocks or one DER). Fails where there is none or one is bad.
 */
int inspect_add_certs(struct inspect_certs *to, struct bytes text, struct error *err);
void inspect_certs_free(struct inspect_certs *c);

/*
 * Appends the objects of one input, a line each. 0: everything asked holds; -1: err says the first
 * thing that does not.
 */
int inspect_show(struct buf *out, const struct inspect *asked, const char *path, struct bytes text,
	struct error *err);

#endif
