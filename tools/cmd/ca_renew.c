// SPDX-License-Identifier: MIT
// ca renew: issues a CA's own certificate again with its own key, and keeps the old one beside.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/ca.h"
#include "media/authority_check.h"
#include "media/conf.h"
#include "media/outset.h"
#include "media/walk.h"
#include "pki/issue.h"
#include "pki/pem.h"
#include "pki/selfsign.h"

static const struct common_help help = {
	.usage = "ca renew DIR [option...]",
	.summary = "Issues the self-signed certificate of each CA in a directory again: same key, "
		   "same\n"
		   "subject, same key id, same extensions; new serial number and validity. What "
		   "the CA\n"
		   "has issued stays good and verifies under the new certificate. The old one is "
		   "kept\n"
		   "beside it as NAME.old-SERIAL. Then the new one must be brought to every node.",
	.exit_codes = "  0   renewed\n"
		      "  1   failed, nothing changed: no CA, no key, a wrong passphrase\n"
		      "  5   refused by a safety rule: the clock, a CA that is not self-signed\n"
		      "  6   some were renewed, others not: the reasons are on standard error\n"
		      "  64  wrong usage\n",
	.example = "certrescue ca renew /mnt/stick/ca/prod --passphrase-file /run/pass",
};

struct renewal {
	struct common c;
	const char *passphrase_file, *only;
	int64_t validity, backdate;
	struct pile pile;
	struct authorities cas;
	struct buf *made; /* one for each CA; empty: not renewed */
	size_t renewed, left;
};

/* --- which ---------------------------------------------------------------------------------- */

/* 2: by its path, which is one CA's alone; 1: by its role, file name or common name; 0: not. */
static int is_called(const struct renewal *r, size_t i)
{
	const char *path = authority_cert_path(&r->cas, i), *slash = strrchr(path, '/');
	size_t n = strlen(r->pile.path);
	struct buf name = BUF_INIT;
	cert_common_name(&name, authority_cert(&r->cas, i)->subject);
	int rank = strcmp(r->only, authority_role_text(r->cas.v[i].role)) == 0 ||
		   strcmp(r->only, slash ? slash + 1 : path) == 0 ||
		   strcmp(r->only, buf_text(&name)) == 0;
	if (strcmp(r->only, path) == 0 || (strncmp(path, r->pile.path, n) == 0 && path[n] == '/' &&
						  strcmp(r->only, path + n + 1) == 0))
		rank = 2;
	buf_free(&name);
	return rank;
}

/* With --only, exactly one: a name that two have is a question, not an answer. */
static int choose(const struct renewal *r, int *only, struct error *err)
{
	size_t n = 0;
	int best = 0;
	*only = -1;
	for (size_t i = 0; r->only && i < r->cas.n; i++) {
		int rank = is_called(r, i);
		if (rank == 0 || rank < best)
			continue;
		n = rank > best ? 1 : n + 1;
		best = rank;
		*only = (int)i;
	}
	if (n == 1 || !r->only)
		return 0;
	return error_set(err, ERR_FAILED, r->pile.path,
		"give the role or the file's path as certrescue ca show says it",
		n ? "more than one CA here is called \"%s\"" : "no CA here is called \"%s\"",
		r->only);
}

/* --- one CA --------------------------------------------------------------------------------- */

static int make_tbs(
	const struct renewal *r, size_t i, struct issue *what, struct buf *tbs, struct error *err)
{
	const struct cert *old = authority_cert(&r->cas, i);
	const struct key *key = &r->pile.keys[r->cas.v[i].key].key;
	*what = (struct issue){.old = old, .spki = old->spki};
	what->not_before = r->c.now - r->backdate;
	if (what->not_before < old->not_before)
		what->not_before = old->not_before;
	what->not_after = r->c.now + r->validity;
	what->sig = key_can_sign(key, old->sig) ? old->sig : key_sig_alg(key);
	issue_serial(what->serial);
	if (what->not_after <= old->not_after)
		return error_set(err, ERR_REFUSED, NULL, "give a longer --validity",
			"the new certificate would not end after the old one");
	return issue_tbs_ca(what, tbs, err);
}

static int renew_one(struct renewal *r, size_t i, struct error *err)
{
	struct issue what;
	struct buf tbs = BUF_INIT;
	struct error why = ERROR_INIT;
	if (!r->cas.v[i].self_signed)
		return error_set(err, ERR_REFUSED, authority_cert_path(&r->cas, i),
			"have it issued again by that CA",
			"this CA is not self-signed: another CA issued it");
	if (r->pile.certs[r->cas.v[i].cert].form == PILE_BOXED)
		return error_set(err, ERR_FAILED, authority_cert_path(&r->cas, i),
			"take the CA out of it: certrescue ca import FROM --out DIR",
			"a certificate in a PKCS#12 file cannot be replaced there");
	if (authority_at_hand(&r->cas, i, r->passphrase_file != NULL, err))
		return -1;
	int rc = make_tbs(r, i, &what, &tbs, &why);
	if (rc == 0)
		rc = selfsign(buf_bytes(&tbs), &r->pile.keys[r->cas.v[i].key].key, what.sig,
			r->c.now, &r->made[i], &why);
	buf_free(&tbs);
	if (rc)
		error_set(err, why.kind, authority_cert_path(&r->cas, i),
			why.todo[0] ? why.todo : "run `certrescue inspect` on it",
			"it cannot be renewed: %s", why.what);
	return rc;
}

/* Makes all in memory. What cannot be renewed is said and left, unless nothing can. */
static int make_all(struct renewal *r, struct error *err)
{
	struct error first = ERROR_INIT;
	int only;
	if (choose(r, &only, err))
		return -1;
	for (size_t i = 0; i < r->cas.n; i++) {
		struct error why = ERROR_INIT;
		if (only >= 0 && (size_t)only != i)
			continue;
		if (renew_one(r, i, &why) == 0) {
			r->renewed++;
			continue;
		}
		if (first.kind)
			common_fail(&first);
		first = why;
		r->left++;
	}
	if (r->renewed == 0) {
		*err = first;
		return -1;
	}
	if (first.kind)
		common_fail(&first);
	return 0;
}

/* --- writing -------------------------------------------------------------------------------- */

static void put_cert(struct buf *out, enum pile_form form, struct bytes der)
{
	if (form == PILE_PEM)
		pem_write(out, "CERTIFICATE", der);
	else
		buf_add(out, der.p, der.n);
}

static void old_path(struct buf *out, const struct renewal *r, size_t i)
{
	buf_printf(out, "%s.old-", authority_cert_path(&r->cas, i));
	cert_serial_hex(out, authority_cert(&r->cas, i)->serial);
}

struct known {
	struct bytes text;
	bool same;
};

static void compare(void *to, const char *cluster, const char *path, struct bytes content)
{
	struct known *k = to;
	(void)cluster;
	(void)path;
	k->same = bytes_equal(content, k->text);
}

/* The old certificate under its own name; it may lie there from a run that was cut off. */
static int keep_old(struct renewal *r, size_t i, struct outset *set, struct error *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct error ignored;
	int rc = 0;
	old_path(&path, r, i);
	put_cert(&text, r->pile.certs[r->cas.v[i].cert].form, authority_cert(&r->cas, i)->raw);
	struct known there = {.text = buf_bytes(&text)};
	walk_file(buf_text(&path), compare, &there, &ignored);
	if (!there.same)
		rc = outfile_absent(buf_text(&path), err);
	if (!there.same && rc == 0)
		rc = outset_add(set, buf_text(&path), buf_bytes(&text), 0644, false, err);
	buf_free(&path);
	buf_free(&text);
	return rc;
}

/* Every copy of a renewed certificate in the directory, as an edit. */
static size_t collect(const struct renewal *r, struct pile_edit *edits)
{
	size_t n = 0;
	for (size_t at = 0; at < r->pile.n_certs; at++)
		for (size_t i = 0; i < r->cas.n; i++) {
			const struct pile_cert *c = &r->pile.certs[at];
			if (r->made[i].n == 0 || c->form == PILE_BOXED ||
				!bytes_equal(c->cert.raw, authority_cert(&r->cas, i)->raw))
				continue;
			edits[n] = (struct pile_edit){c->file, c->begin, c->end, BUF_INIT};
			put_cert(&edits[n++].with, c->form, buf_bytes(&r->made[i]));
		}
	return n;
}

static bool holds_key(const struct pile *p, size_t file)
{
	for (size_t i = 0; i < p->n_keys; i++)
		if (p->keys[i].file == file)
			return true;
	return false;
}

static int add_file(struct renewal *r, size_t file, const struct pile_edit *edits, size_t n,
	struct outset *set, struct error *err)
{
	struct buf content = BUF_INIT;
	size_t mine = 0;
	for (size_t i = 0; i < n; i++)
		mine += edits[i].file == file;
	if (mine == 0)
		return 0;
	pile_rewrite(&content, &r->pile, file, edits, n);
	int rc = outset_add(set, r->pile.files[file].path, buf_bytes(&content),
		holds_key(&r->pile, file) ? 0600 : 0644, true, err);
	buf_wipe(&content);
	return rc;
}

static int write_all(struct renewal *r, struct error *err)
{
	struct pile_edit *edits = xmalloc((r->pile.n_certs * r->cas.n + 1) * sizeof(*edits));
	size_t n = collect(r, edits);
	struct outset set;
	int rc = 0;
	outset_begin(&set);
	for (size_t i = 0; i < r->cas.n && rc == 0; i++)
		if (r->made[i].n)
			rc = keep_old(r, i, &set, err);
	for (size_t file = 0; file < r->pile.n_files && rc == 0; file++)
		rc = add_file(r, file, edits, n, &set, err);
	if (rc == 0)
		rc = outset_put(&set, err);
	outset_end(&set);
	for (size_t i = 0; i < n; i++)
		buf_free(&edits[i].with);
	free(edits);
	return rc;
}

/* --- what is said --------------------------------------------------------------------------- */

static const char *where_to(enum authority_role role)
{
	switch (role) {
	case AUTHORITY_FRONT_PROXY:
		return "bring it to every control-plane node (/etc/kubernetes/pki/"
		       "front-proxy-ca.crt); restart the API servers";
	case AUTHORITY_ETCD:
		return "bring it to every etcd member and control-plane node (/etc/kubernetes/pki/"
		       "etcd/ca.crt); restart etcd and the API servers";
	default:
		return "bring it to every node (/etc/kubernetes/pki/ca.crt), into every kubeconfig "
		       "(certificate-authority-data) and, with kubeadm, into the ConfigMap "
		       "kube-public/cluster-info; restart the control plane and the kubelets";
	}
}

static void say_one(const struct renewal *r, size_t i)
{
	struct buf name = BUF_INIT, kept = BUF_INIT, serial = BUF_INIT;
	struct cert c;
	struct error ignored;
	char when[CLOCK_TEXT];
	cert_parse(&c, buf_bytes(&r->made[i]), &ignored);
	cert_name_text(&name, c.subject);
	cert_serial_hex(&serial, c.serial);
	old_path(&kept, r, i);
	ca_say(&r->c, "%s: %s CA %s renewed until %s, serial %s", authority_cert_path(&r->cas, i),
		authority_role_text(r->cas.v[i].role), buf_text(&name),
		clock_text(c.not_after, when), buf_text(&serial));
	ca_say(&r->c, "  the old certificate is kept as %s", buf_text(&kept));
	ca_say(&r->c, "  next: %s", where_to(r->cas.v[i].role));
	buf_free(&name);
	buf_free(&kept);
	buf_free(&serial);
}

static int run(struct renewal *r, const char *dir, struct error *err)
{
	if (pile_read(&r->pile, dir, err) || ca_unlock(&r->pile, r->passphrase_file, err))
		return -1;
	authorities_find(&r->cas, &r->pile);
	r->made = xmalloc((r->cas.n + 1) * sizeof(*r->made));
	if (r->cas.n == 0)
		return error_set(err, ERR_FAILED, dir,
			"name the directory that holds the CA's certificate and key",
			"not one CA certificate was found here");
	if (ca_clock(&r->c, &r->cas, err) || make_all(r, err) || write_all(r, err))
		return -1;
	for (size_t i = 0; i < r->cas.n; i++)
		if (r->made[i].n)
			say_one(r, i);
	ca_say(&r->c, "What these CAs have issued stays good: the keys are the same.");
	int rc = ca_report(&r->c, dir);
	return rc ? rc : r->left ? ERR_PARTIAL : 0;
}

/* What the medium's certrescue.conf says where no option does, and allows at most. */
static int read_policy(struct renewal *r, struct error *err)
{
	struct conf conf;
	int rc = conf_load(&conf, r->c.media, NULL, err);
	if (rc == 0 && r->validity < 0)
		r->validity = conf.ca_validity;
	else if (rc == 0 && conf.max_ca_validity && r->validity > conf.max_ca_validity)
		rc = error_set(err, ERR_USAGE, NULL, "ask for a shorter one; nothing was changed",
			"--validity is longer than certrescue.conf allows (max_ca_validity)");
	conf_free(&conf);
	return rc;
}

int ca_renew(int argc, char **argv)
{
	struct renewal r = {.c = COMMON_INIT, .validity = -1, .backdate = 25 * (int64_t)CLOCK_HOUR};
	struct args_option own[] = {
		{"validity", ARGS_DURATION, &r.validity, "DURATION",
			"of the new certificate (default 87600h, or as certrescue.conf on --media "
			"says)"},
		{"only", ARGS_TEXT, &r.only, "CA",
			"one CA alone: its role (cluster, front-proxy, etcd), file or common name"},
		{"passphrase-file", ARGS_TEXT, &r.passphrase_file, "FILE", "opens the CA's key"},
		{"backdate", ARGS_DURATION, &r.backdate, "DURATION",
			"begins so long before now (default 25h: nodes whose clock is behind)"},
		{.name = NULL},
	};
	struct args_list operands;
	struct error err = ERROR_INIT;
	int rc = common_parse(&r.c, argc, argv, own, &operands, 1, &help);
	if (rc >= 0)
		return rc;
	if (operands.n != 1)
		rc = error_set(&err, ERR_USAGE, NULL, "certrescue ca renew DIR",
			"name the directory that holds the CA");
	else if ((rc = read_policy(&r, &err)) == 0)
		rc = run(&r, operands.v[0], &err);
	if (rc < 0)
		rc = common_fail(&err);
	for (size_t i = 0; i < r.cas.n; i++)
		buf_free(&r.made[i]);
	free(r.made);
	authorities_free(&r.cas);
	pile_free(&r.pile);
	return rc;
}
