// SPDX-License-Identifier: MIT
// ca protect: encrypts the keys of a CA directory under a new passphrase, or under shares of one.
#include <stdlib.h>
#include <string.h>

#include "cmd/ca.h"
#include "cmd/ca_shares.h"
#include "media/keyout.h"
#include "pki/keyscheme.h"
#include "pki/pem.h"
#include "pki/seal.h"

static const struct common_help help = {
	.usage = "ca protect DIR [option...]",
	.summary =
		"Encrypts every private key in a directory (or file): PKCS#8, PBES2, AES-256-CBC,\n"
		"PBKDF2 with HMAC-SHA-256 and as many rounds as this machine makes in 3/4 of a\n"
		"second. Keys that are encrypted get the new passphrase. All keys change or none:\n"
		"each new file is opened from the disk before the first old one is replaced.\n"
		"--shares makes a random secret and splits it, so that no one person can open the\n"
		"CA; the shares are then given wherever a passphrase is asked.",
	.exit_codes = "  0   every key is encrypted\n"
		      "  1   failed, nothing changed: no key, a damaged one, a wrong passphrase\n"
		      "  3   the disk failed half-way: what is changed and what is not is said\n"
		      "  5   refused: a node's own directory, whose programs need plain keys\n"
		      "  64  wrong usage\n",
	.example = "certrescue ca protect /mnt/stick/ca/prod --shares 2/3 --shares-out /run/shares",
};

struct protect {
	struct common c;
	const char *passphrase_file, *new_file, *shares, *shares_out;
	struct pile pile;
	struct secret passphrase; /* the new one */
	struct shares split;
	struct pile_edit *edits; /* one a key */
};

/* --- may it be done ------------------------------------------------------------------------- */

static int check_key(const struct protect *p, const struct pile_key *k, struct error *err)
{
	const char *path = p->pile.files[k->file].path;
	if (k->form == PILE_BOXED)
		return error_set(err, ERR_FAILED, path,
			"take the CA out of it: certrescue ca import FROM --out DIR",
			"keys in a PKCS#12 file cannot be encrypted in their place; nothing was "
			"changed");
	if (k->state == PILE_OPEN)
		return 0;
	if (k->state == PILE_LOCKED && !p->passphrase_file)
		return error_set(err, ERR_FAILED, path,
			"give --passphrase-file, or run on a terminal",
			"the key is encrypted and there is no passphrase; nothing was changed");
	if (k->state == PILE_LOCKED)
		return error_set(err, ERR_FAILED, path, "give the key's own passphrase",
			"the passphrase does not open this key; nothing was changed");
	return error_set(err, ERR_FAILED, path, "bring a good copy, or take it away",
		"nothing was changed: %s", k->why);
}

/* Every key must open: those of which one is wrong are all said. */
static int check_keys(const struct protect *p, struct error *err)
{
	struct error bad = ERROR_INIT;
	if (p->pile.n_keys == 0)
		return error_set(err, ERR_FAILED, p->pile.path, "name the directory of the CA",
			"there is no private key here");
	for (size_t i = 0; i < p->pile.n_keys; i++) {
		struct error why = ERROR_INIT;
		if (check_key(p, &p->pile.keys[i], &why) == 0)
			continue;
		if (bad.kind)
			common_fail(&bad);
		bad = why;
	}
	if (!bad.kind)
		return 0;
	*err = bad;
	return -1;
}

/* The API server and its like read plain keys alone. */
static int check_node(const struct protect *p, struct error *err)
{
	struct authorities cas;
	authorities_find(&cas, &p->pile);
	bool node = authorities_on_node(&cas);
	authorities_free(&cas);
	if (!node)
		return 0;
	return error_set(err, ERR_REFUSED, p->pile.path,
		"take the CA out first: certrescue ca import FROM --out DIR",
		"there are certificates with keys here that programs of a node use, and those "
		"cannot open encrypted keys");
}

/* --- the new passphrase --------------------------------------------------------------------- */

static int choose_passphrase(struct protect *p, struct error *err)
{
	if (p->shares)
		return shares_make(&p->split, p->shares, &p->passphrase, err);
	if (!p->new_file && !ca_interactive())
		return error_set(err, ERR_FAILED, NULL,
			"give --new-passphrase-file or --shares M/N, or run on a terminal",
			"there is no new passphrase, and no terminal to ask on");
	return ca_new_passphrase(&p->passphrase, p->new_file, err);
}

/* --- writing -------------------------------------------------------------------------------- */

/* A key's new bytes: PEM in a PEM file, DER in a DER file. */
static int seal(struct protect *p, size_t i, long rounds, struct error *err)
{
	const struct pile_key *k = &p->pile.keys[i];
	struct pile_edit *e = &p->edits[i];
	struct pem_block block = {.begin = 0};
	size_t at = 0;
	*e = (struct pile_edit){k->file, k->begin, k->end, BUF_INIT};
	if (seal_key(&e->with, &k->key, &p->passphrase, rounds, err))
		return -1;
	if (k->form == PILE_PEM)
		return 0;
	int rc = pem_next(buf_bytes(&e->with), &at, &block, err);
	buf_free(&e->with);
	buf_add(&e->with, block.der.p, block.der.n);
	pem_block_free(&block);
	return rc > 0 ? 0 : -1;
}

static int stage_file(struct protect *p, size_t file, struct outset *set, struct error *err)
{
	struct buf content = BUF_INIT;
	size_t mine = 0;
	for (size_t i = 0; i < p->pile.n_keys; i++)
		mine += p->pile.keys[i].file == file;
	if (mine == 0)
		return 0;
	pile_rewrite(&content, &p->pile, file, p->edits, p->pile.n_keys);
	int rc = outset_add(set, p->pile.files[file].path, buf_bytes(&content), 0600, true, err);
	buf_wipe(&content);
	for (size_t i = 0; i < p->pile.n_keys && rc == 0; i++)
		if (p->pile.keys[i].file == file)
			rc = keyout_check(
				&set->v[set->n - 1], &p->pile.keys[i].key, &p->passphrase, err);
	return rc;
}

/* Some files are new, the others as they were; each opens with its own passphrase. */
static int half_way(const struct outset *set, struct error *err)
{
	struct buf text = BUF_INIT;
	struct error cause = *err;
	if (set->put == 0)
		return -1;
	buf_printf(&text, "%s; changed: ", cause.what);
	for (size_t i = 0; i < set->n; i++)
		buf_printf(&text, "%s%s",
			i == set->put ? "; not changed: "
			: i           ? ", "
				      : "",
			set->v[i].path);
	error_set(err, ERR_PENDING, cause.path,
		"the first open with the new passphrase, the others as before: run it again", "%s",
		buf_text(&text));
	buf_free(&text);
	return -1;
}

static int write_all(struct protect *p, struct error *err)
{
	struct outset set;
	long rounds = seal_rounds();
	int rc = 0;
	p->edits = xmalloc((p->pile.n_keys + 1) * sizeof(*p->edits));
	for (size_t i = 0; i < p->pile.n_keys && rc == 0; i++)
		rc = seal(p, i, rounds, err);
	outset_begin(&set);
	for (size_t file = 0; file < p->pile.n_files && rc == 0; file++)
		rc = stage_file(p, file, &set, err);
	/* Who holds the shares must have them before no other way leads to the key. */
	if (rc == 0 && p->shares)
		rc = shares_hand_out(&p->split, p->shares_out, p->pile.path, err);
	if (rc == 0 && outset_put(&set, err))
		rc = half_way(&set, err);
	outset_end(&set);
	return rc;
}

static void say(const struct protect *p)
{
	bool plain = false;
	for (size_t i = 0; i < p->pile.n_keys; i++) {
		const struct pile_key *k = &p->pile.keys[i];
		plain |= !k->encrypted;
		ca_say(&p->c, "%s: %s%s", p->pile.files[k->file].path,
			k->encrypted ? "encrypted anew" : "encrypted",
			p->shares ? ", opens with the shares alone" : "");
	}
	if (plain)
		ca_say(&p->c, "The plain keys may still be read from unused space of the disk: "
			      "keep it as "
			      "safe as before, or move the CA to a new one.");
}

static int run(struct protect *p, const char *dir, struct error *err)
{
	if (pile_read(&p->pile, dir, err) || ca_unlock(&p->pile, p->passphrase_file, err))
		return -1;
	if (check_node(p, err))
		return -1;
	/* With the new one too: a run that ended half-way is finished by the same command. */
	if (p->new_file && pile_locked(&p->pile) && ca_unlock(&p->pile, p->new_file, err))
		return -1;
	if (check_keys(p, err) || choose_passphrase(p, err) || write_all(p, err))
		return -1;
	say(p);
	return ca_report(&p->c, dir);
}

static int check_usage(const struct protect *p, const struct args_list *operands, struct error *err)
{
	if (operands->n != 1)
		return error_set(err, ERR_USAGE, NULL, "certrescue ca protect DIR",
			"name the directory of the CA");
	if (p->shares && p->new_file)
		return error_set(err, ERR_USAGE, NULL, "give one of them",
			"--shares makes the passphrase, --new-passphrase-file gives it");
	if (p->shares && !p->shares_out && p->c.json)
		return error_set(err, ERR_USAGE, NULL, "add --shares-out DIR",
			"with --format json the shares cannot be shown");
	if (p->shares_out && !p->shares)
		return error_set(err, ERR_USAGE, NULL, "add --shares M/N",
			"--shares-out says where shares are to go, but none are to be made");
	return 0;
}

int ca_protect(int argc, char **argv)
{
	struct protect p = {.c = COMMON_INIT};
	struct args_option own[] = {
		{"passphrase-file", ARGS_TEXT, &p.passphrase_file, "FILE",
			"opens keys that are encrypted"},
		{"new-passphrase-file", ARGS_TEXT, &p.new_file, "FILE",
			"encrypts with this one (else it is asked, twice)"},
		{"shares", ARGS_TEXT, &p.shares, "M/N",
			"a random secret in N shares, of which any M open the CA"},
		{"shares-out", ARGS_TEXT, &p.shares_out, "DIR",
			"a file a share there, instead of showing them"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	int rc = common_parse(&p.c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	rc = check_usage(&p, &operands, &err);
	if (rc == 0)
		rc = run(&p, operands.v[0], &err);
	if (rc < 0)
		rc = common_fail(&err);
	for (size_t i = 0; p.edits && i < p.pile.n_keys; i++)
		buf_free(&p.edits[i].with);
	free(p.edits);
	shares_free(&p.split);
	secret_free(&p.passphrase);
	pile_free(&p.pile);
	return rc;
}
