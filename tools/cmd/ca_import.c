// SPDX-License-Identifier: MIT
// ca import: takes the CAs, and nothing else, out of whatever holds them.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd/ca.h"
#include "media/authority_check.h"
#include "media/keyout.h"
#include "pki/chain.h"
#include "pki/lint.h"
#include "pki/opinion.h"
#include "pki/pem.h"
#include "pki/seal.h"

static const struct common_help help = {
	.usage = "ca import FROM --out DIR [option...]",
	.summary =
		"Takes the CAs out of FROM: a node's /etc/kubernetes/pki, any directory, one file\n"
		"with several blocks, or a PKCS#12 file. Pairs are found by key, under any file\n"
		"names; cluster, front-proxy and etcd CA are told apart by what they issued. Only\n"
		"CAs with their keys are taken, as DIR/ca.crt, ca.key, front-proxy-ca.*, "
		"etcd/ca.*\n"
		"(others: ca-2.*). Nothing is overwritten. Encrypted keys stay encrypted.",
	.exit_codes =
		"  0   imported\n"
		"  1   failed, nothing written: no CA, a damaged key, a key that is another's\n"
		"  5   refused: a kind of key that cannot sign here\n"
		"  6   imported, but something was left: the reasons are on standard error\n"
		"  64  wrong usage\n",
	.example = "certrescue ca import /mnt/node/etc/kubernetes/pki --out /mnt/stick/ca/prod "
		   "--new-passphrase-file /run/pass",
};

struct import {
	struct common c;
	const char *out, *passphrase_file, *new_file;
	bool plain;
	struct pile pile;
	struct authorities cas;
	bool *take;
	bool etcd; /* DIR/etcd is needed */
	size_t taken, left;
	struct secret passphrase; /* new; empty: each as it was */
};

/* --- what is taken -------------------------------------------------------------------------- */

static void leave(struct import *m, const char *path, const char *todo, const char *what)
{
	ca_warn(path, todo, "left out: %s", what);
	m->left++;
}

/* A CA whose key is not here is left, unless it only stands above one that is taken. */
static void leave_without_key(struct import *m, size_t i)
{
	const struct cert *c = authority_cert(&m->cas, i);
	struct buf name = BUF_INIT;
	cert_name_text(&name, c->subject);
	for (size_t j = 0; j < m->cas.n; j++)
		if (j != i && m->cas.v[j].pair == AUTHORITY_PAIRED && !m->cas.v[j].self_signed &&
			chain_signed_by(authority_cert(&m->cas, j), c)) {
			ca_say(&m->c,
				"%s: left out: %s has no key here, and only issued another CA",
				authority_cert_path(&m->cas, i), buf_text(&name));
			buf_free(&name);
			return;
		}
	char *what = xasprintf("the private key of the CA %s is not here", buf_text(&name));
	leave(m, authority_cert_path(&m->cas, i), "bring the key, and import again", what);
	free(what);
	buf_free(&name);
}

static int judge(const struct import *m, size_t i, struct error *err)
{
	const struct cert *c = authority_cert(&m->cas, i);
	struct error why = ERROR_INIT;
	if (authority_at_hand(&m->cas, i, m->passphrase_file != NULL, err))
		return -1;
	if (lint_cert(c, &why))
		return error_set(err, ERR_FAILED, authority_cert_path(&m->cas, i), NULL,
			"Go, and so Kubernetes, would refuse this certificate: %s", why.what);
	if (opinion_pair(c->raw, secret_bytes(&m->pile.keys[m->cas.v[i].key].key.der), &why))
		return error_set(
			err, ERR_FAILED, authority_cert_path(&m->cas, i), NULL, "%s", why.what);
	return 0;
}

/* All that is wrong is said; the last of it ends the import. */
static int choose(struct import *m, struct error *err)
{
	struct error bad = ERROR_INIT;
	for (size_t i = 0; i < m->cas.n; i++) {
		struct error why = ERROR_INIT;
		if (m->cas.v[i].pair == AUTHORITY_NO_KEY) {
			leave_without_key(m, i);
		} else if (judge(m, i, &why)) {
			if (bad.kind)
				common_fail(&bad);
			bad = why;
		} else {
			m->take[i] = true;
			m->taken++;
		}
	}
	if (bad.kind) {
		*err = bad;
		return -1;
	}
	if (m->cas.n == 0)
		return error_set(err, ERR_FAILED, m->pile.path,
			"name what holds the CA's certificate and key",
			"not one CA certificate was found here");
	if (m->taken == 0)
		return error_set(err, ERR_FAILED, m->pile.path,
			"bring the CA's key from where it is kept",
			"not one CA here has its private key");
	return 0;
}

/* --- passphrases ---------------------------------------------------------------------------- */

static bool any_plain(const struct import *m)
{
	for (size_t i = 0; i < m->cas.n; i++)
		if (m->take[i] && !m->pile.keys[m->cas.v[i].key].encrypted)
			return true;
	return false;
}

static int choose_passphrase(struct import *m, struct error *err)
{
	if (m->new_file)
		return ca_new_passphrase(&m->passphrase, m->new_file, err);
	if (!any_plain(m))
		return 0;
	if (!m->plain && ca_interactive())
		return ca_new_passphrase(&m->passphrase, NULL, err);
	ca_warn(m->pile.path, "give --new-passphrase-file, or run certrescue ca protect afterwards",
		"the CA's key is not encrypted, and stays so: who has it can sign for the cluster");
	return 0;
}

static const struct secret *passphrase_for(const struct import *m, size_t i)
{
	return m->passphrase.n ? &m->passphrase : &m->pile.keys[m->cas.v[i].key].passphrase;
}

static bool any_sealed(const struct import *m)
{
	for (size_t i = 0; i < m->cas.n; i++)
		if (m->take[i] && passphrase_for(m, i)->n)
			return true;
	return false;
}

/* --- writing -------------------------------------------------------------------------------- */

static char *target(const struct import *m, size_t i, const char *ending)
{
	struct buf name = BUF_INIT;
	authority_name(&name, &m->cas, i);
	char *path = xasprintf("%s/%s%s", m->out, buf_text(&name), ending);
	buf_free(&name);
	return path;
}

static char *older_target(const struct import *m, size_t i, size_t n)
{
	struct buf ending = BUF_INIT;
	buf_str(&ending, ".crt.old-");
	cert_serial_hex(&ending, m->pile.certs[m->cas.v[i].older[n]].cert.serial);
	char *path = target(m, i, buf_text(&ending));
	buf_free(&ending);
	return path;
}

static int add_cert(struct outset *set, char *path, struct bytes der, struct error *err)
{
	struct buf text = BUF_INIT;
	pem_write(&text, "CERTIFICATE", der);
	int rc = outfile_absent(path, err);
	if (rc == 0)
		rc = outset_add(set, path, buf_bytes(&text), 0644, false, err);
	buf_free(&text);
	free(path);
	return rc;
}

static int add_ca(struct import *m, size_t i, struct outset *set, long rounds, struct error *err)
{
	const struct authority *ca = &m->cas.v[i];
	char *path = target(m, i, ".key");
	int rc = outfile_absent(path, err);
	if (rc == 0)
		rc = keyout_add(
			set, path, &m->pile.keys[ca->key].key, passphrase_for(m, i), rounds, err);
	free(path);
	if (rc == 0)
		rc = add_cert(set, target(m, i, ".crt"), authority_cert(&m->cas, i)->raw, err);
	for (size_t n = 0; n < ca->n_older && rc == 0; n++)
		rc = add_cert(
			set, older_target(m, i, n), m->pile.certs[ca->older[n]].cert.raw, err);
	return rc;
}

/* Before anything is asked or written. */
static int check_absent(struct import *m, struct error *err)
{
	static const char *const endings[] = {".crt", ".key"};
	int rc = 0;
	for (size_t i = 0; i < m->cas.n; i++)
		for (size_t e = 0; e < 2 && m->take[i] && rc == 0; e++) {
			char *path = target(m, i, endings[e]);
			m->etcd |= strncmp(path + strlen(m->out), "/etcd/", 6) == 0;
			rc = outfile_absent(path, err);
			free(path);
		}
	return rc;
}

static int write_all(struct import *m, struct error *err)
{
	struct outset set;
	long rounds = any_sealed(m) ? seal_rounds() : 0;
	outset_begin(&set);
	int rc = outset_mkdir(&set, m->out, err);
	if (rc == 0 && m->etcd) {
		char *sub = xasprintf("%s/etcd", m->out);
		rc = outset_mkdir(&set, sub, err);
		free(sub);
	}
	for (size_t i = 0; i < m->cas.n && rc == 0; i++)
		if (m->take[i])
			rc = add_ca(m, i, &set, rounds, err);
	if (rc == 0)
		rc = outset_put(&set, err);
	if (rc)
		outset_undo(&set);
	outset_end(&set);
	return rc;
}

/* --- what is said --------------------------------------------------------------------------- */

static void say_taken(const struct import *m, size_t i)
{
	const struct cert *c = authority_cert(&m->cas, i);
	char *path = target(m, i, ".crt");
	struct buf name = BUF_INIT;
	char when[CLOCK_TEXT];
	cert_name_text(&name, c->subject);
	ca_say(&m->c, "%s: %s CA %s, until %s", path, authority_role_text(m->cas.v[i].role),
		buf_text(&name), clock_text(c->not_after, when));
	ca_say(&m->c, "  from %s with the key %s, written %s", authority_cert_path(&m->cas, i),
		authority_key_path(&m->cas, i), passphrase_for(m, i)->n ? "encrypted" : "plain");
	if (c->not_after < m->c.now)
		ca_warn(path, "certrescue ca renew issues it again with its key",
			"this CA's certificate has expired");
	buf_free(&name);
	free(path);
}

/* Is the key taken, or said to be wrong already? */
static bool accounted(const struct import *m, size_t key)
{
	for (size_t i = 0; i < m->cas.n; i++)
		if (m->cas.v[i].key == (int)key ||
			(m->pile.keys[key].state == PILE_OPEN &&
				key_matches(&m->pile.keys[key].key, authority_cert(&m->cas, i))))
			return true;
	return false;
}

static void say_left(struct import *m)
{
	struct buf keys = BUF_INIT;
	size_t leaves = 0;
	for (size_t i = 0; i < m->pile.n_certs; i++)
		leaves += !m->pile.certs[i].is_ca;
	for (size_t i = 0; i < m->pile.n_keys; i++) {
		const char *path = m->pile.files[m->pile.keys[i].file].path;
		const char *slash = strrchr(path, '/');
		if (!accounted(m, i))
			buf_printf(&keys, "%s%s", keys.n ? ", " : "", slash ? slash + 1 : path);
	}
	if (leaves)
		ca_say(&m->c, "left out: %zu certificate%s that %s no CA's", leaves,
			leaves == 1 ? "" : "s", leaves == 1 ? "is" : "are");
	if (keys.n)
		ca_say(&m->c, "left out: keys that are no CA's: %s", buf_text(&keys));
	buf_free(&keys);
}

static void say_notes(struct import *m)
{
	for (size_t i = 0; i < m->pile.n_notes; i++) {
		const struct pile_note *n = &m->pile.notes[i];
		if (n->damaged)
			leave(m, n->path, "bring a good copy if a CA is in it", n->text);
		else
			ca_say(&m->c, "%s: not looked at: %s", n->path, n->text);
	}
}

/* A PKCS#12 file that stays shut is left if there are CAs beside it. */
static int check_boxes(struct import *m, struct error *err)
{
	const char *todo = m->passphrase_file ? "give the file's own passphrase"
					      : "give --passphrase-file, or run on a terminal";
	const char *what = m->passphrase_file ? "the passphrase does not open this PKCS#12 file"
					      : "the PKCS#12 file needs a passphrase";
	for (size_t i = 0; i < m->pile.n_files; i++) {
		const struct pile_file *f = &m->pile.files[i];
		if (f->state == PILE_LOCKED && m->cas.n == 0)
			return error_set(err, ERR_FAILED, f->path, todo, "%s", what);
		if (f->state == PILE_LOCKED)
			leave(m, f->path, todo, what);
	}
	return 0;
}

static int run(struct import *m, const char *from, struct error *err)
{
	if (pile_read(&m->pile, from, err) || ca_unlock(&m->pile, m->passphrase_file, err))
		return -1;
	authorities_find(&m->cas, &m->pile);
	m->take = xmalloc((m->cas.n + 1) * sizeof(*m->take));
	say_notes(m);
	if (check_boxes(m, err) || choose(m, err) || check_absent(m, err) ||
		choose_passphrase(m, err) || write_all(m, err))
		return -1;
	for (size_t i = 0; i < m->cas.n; i++)
		if (m->take[i])
			say_taken(m, i);
	say_left(m);
	int rc = ca_report(&m->c, m->out);
	return rc ? rc : m->left ? ERR_PARTIAL : 0;
}

int ca_import(int argc, char **argv)
{
	struct import m = {.c = COMMON_INIT};
	struct args_option own[] = {
		{"out", ARGS_TEXT, &m.out, "DIR", "where to write; made if it is not there"},
		{"passphrase-file", ARGS_TEXT, &m.passphrase_file, "FILE", "opens encrypted keys"},
		{"new-passphrase-file", ARGS_TEXT, &m.new_file, "FILE",
			"encrypts every key with this one"},
		{"plain", ARGS_FLAG, &m.plain, NULL, "do not ask: plain keys stay plain"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	int rc = common_parse(&m.c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	if (operands.n != 1 || !m.out || !m.out[0])
		rc = error_set(&err, ERR_USAGE, NULL, "certrescue ca import FROM --out DIR",
			"name what to import from, and where to write");
	else if (m.plain && m.new_file)
		rc = error_set(&err, ERR_USAGE, NULL, "give one of them",
			"--plain and --new-passphrase-file exclude each other");
	else
		rc = run(&m, operands.v[0], &err);
	if (rc < 0)
		rc = common_fail(&err);
	secret_free(&m.passphrase);
	free(m.take);
	authorities_free(&m.cas);
	pile_free(&m.pile);
	return rc;
}
