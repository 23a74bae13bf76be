/* SPDX-License-Identifier: MIT */
/*
 * conf: certrescue.conf on the medium: what the keys and certificates of a node have to be like,
 * and what renew does unless its options say otherwise. YAML; docs/formats.md has every key.
 *
 * An absent file, an empty one and an absent key mean the default. A key that is not known is
 * refused: a misspelt rule must not pass for one that holds. What stands below boot: is not looked
 * at here (cmd/boot_args.h).
 */
#ifndef MEDIA_CONF_H
#define MEDIA_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "node/inventory.h"
#include "node/root.h"

#define CONF_NAME "certrescue.conf"
#define CONF_MAX 65536   /* bytes */
#define CONF_RULES 64    /* of subject:, of issuer: */
#define CONF_PATTERNS 32 /* of one rule */
#define CONF_PATTERN 512 /* bytes of one pattern */

/* "apiserver: CN=kube-apiserver": what it is for, and the patterns of which one must match. */
struct conf_rule {
	enum inv_role role; /* where path is NULL */
	char *path;         /* a pattern of files (GLOB_PATH) */
	char **patterns;    /* GLOB_NAME, with {node} for the node's name */
	size_t n;
};

struct conf_rules {
	struct conf_rule *v;
	size_t n;
};

struct conf {
	mode_t key_mode;     /* what a file that holds a private key may allow at most */
	mode_t key_dir_mode; /* and the directory that it lies in */
	char *key_owner;     /* as written; NULL: the owner of the node's root directory */
	uid_t owner;         /* key_owner's, once conf_owner has found it */
	int64_t max_validity, max_ca_validity; /* seconds; 0: any */
	int min_rsa;                           /* bits */
	struct conf_rules subject, issuer;
	/* renew: what its options are where they are not given; ca_validity is ca renew's */
	int64_t within, validity, ca_validity; /* seconds */
	bool keep_keys;
};

/* The defaults; conf_free in any case. */
void conf_default(struct conf *c);
void conf_free(struct conf *c);

/*
 * The defaults, and what text says. ERR_USAGE with the line and the key in err->what; err->path
 * stays empty. c holds the defaults then.
 */
int conf_parse(struct conf *c, struct bytes text, struct error *err);

/*
 * Reads file, or, where it is NULL, MEDIA/certrescue.conf if there is one. media may be NULL. A
 * file that is named but not there, or cannot be read, is ERR_FAILED.
 */
int conf_load(struct conf *c, const char *media, const char *file, struct error *err);
/* Finds the number of key_owner on the node. ERR_FAILED where the node has no such account. */
int conf_owner(struct conf *c, const struct root *root, struct error *err);

#endif
