// SPDX-License-Identifier: MIT
// authority_check: judges the CAs of a directory one by one.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/clock.h"
#include "media/authority_check.h"
#include "pki/chain.h"
#include "pki/keyscheme.h"
#include "pki/lint.h"

#define FAT_MAGIC 0x4d44
#define EXFAT_MAGIC 0x2011bab0

struct check {
	struct authority_findings *out;
	const struct authorities *a;
	const struct authority_ask *ask;
};

static void add(
	struct check *c, const char *path, const char *code, bool wrong, char *text, char *remedy)
{
	struct authority_findings *f = c->out;
	f->v = xrealloc(f->v, (f->n + 1) * sizeof(*f->v));
	f->v[f->n++] = (struct authority_finding){.path = xstrdup(path),
		.code = code,
		.text = text,
		.remedy = remedy,
		.wrong = wrong};
}

/* --- certificates --------------------------------------------------------------------------- */

enum authority_state authority_state(
	const struct authorities *a, size_t i, int64_t now, int64_t within)
{
	const struct cert *c = authority_cert(a, i);
	if (now > c->not_after)
		return AUTHORITY_EXPIRED;
	if (now < c->not_before)
		return AUTHORITY_NOT_YET_VALID;
	return c->not_after - now < within ? AUTHORITY_DUE : AUTHORITY_OK;
}

const char *authority_state_text(enum authority_state s)
{
	static const char *const names[] = {
		[AUTHORITY_OK] = "ok",
		[AUTHORITY_DUE] = "due",
		[AUTHORITY_EXPIRED] = "expired",
		[AUTHORITY_NOT_YET_VALID] = "not-yet-valid",
	};
	return names[s];
}

static char *how_to_renew(const struct check *c, size_t i)
{
	return c->a->v[i].self_signed ? xasprintf("certrescue ca renew %s", c->a->pile->path)
				      : xstrdup("have it issued again by the CA that issued it");
}

static void check_time(struct check *c, size_t i)
{
	const struct cert *cert = authority_cert(c->a, i);
	const char *path = authority_cert_path(c->a, i);
	char when[CLOCK_TEXT];
	switch (authority_state(c->a, i, c->ask->now, c->ask->within)) {
	case AUTHORITY_EXPIRED:
		add(c, path, "expired", true,
			xasprintf("the CA's certificate expired %s",
				clock_text(cert->not_after, when)),
			how_to_renew(c, i));
		break;
	case AUTHORITY_DUE:
		add(c, path, "due", true,
			xasprintf("the CA's certificate ends %s, and with it everything it issues",
				clock_text(cert->not_after, when)),
			how_to_renew(c, i));
		break;
	case AUTHORITY_NOT_YET_VALID:
		add(c, path, "not-yet-valid", true,
			xasprintf("the CA's certificate is not valid before %s",
				clock_text(cert->not_before, when)),
			xstrdup("check the clock of this machine"));
		break;
	default:
		break;
	}
}

static void check_form(struct check *c, size_t i)
{
	const struct cert *cert = authority_cert(c->a, i);
	const char *path = authority_cert_path(c->a, i);
	struct error err = ERROR_INIT;
	if (lint_cert(cert, &err))
		add(c, path, "not-for-go", true,
			xasprintf("Go, and so Kubernetes, would refuse this certificate: %s",
				err.what),
			how_to_renew(c, i));
	if (cert->has_ku && !(cert->ku & KU_CERT_SIGN))
		add(c, path, "no-cert-sign", true,
			xstrdup("the certificate does not allow its key to sign certificates "
				"(keyCertSign is missing)"),
			xstrdup("make a new CA: certrescue ca init"));
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Has a CA with a key been issued by this one, so that its own key is not needed here? */
static bool above_another(const struct authorities *a, size_t i)
{
	for (size_t j = 0; j < a->n; j++)
		if (j != i && !a->v[j].self_signed && a->v[j].key >= 0 &&
			chain_signed_by(authority_cert(a, j), authority_cert(a, i)))
			return true;
	return false;
}

static int mismatch(const struct authorities *a, size_t i, struct error *err)
{
	const struct key *k = &a->pile->keys[a->v[i].key].key;
	const char *path = authority_cert_path(a, i), *owner = NULL;
	for (size_t j = 0; j < a->pile->n_certs && !owner; j++)
		if (key_matches(k, &a->pile->certs[j].cert))
			owner = a->pile->files[a->pile->certs[j].file].path;
	if (strcmp(path, authority_key_path(a, i)) == 0)
		return error_set(err, ERR_FAILED, path, "bring the CA's own private key",
			"the private key in it is not that of the certificate");
	return error_set(err, ERR_FAILED, authority_key_path(a, i),
		"bring the CA's own private key", "is not the private key of %s%s%s", path,
		owner ? " but that of " : "", owner ? owner : "");
}

static int unusable(const struct authorities *a, size_t i, struct error *err)
{
	struct buf kind = BUF_INIT;
	authority_key_kind(&kind, authority_cert(a, i));
	error_set(err, ERR_REFUSED, authority_cert_path(a, i),
		"use a CA with an RSA key of 2048 bits or more, or ECDSA P-256, P-384 or P-521",
		"a CA with a key of this kind (%s) cannot sign here", buf_text(&kind));
	buf_free(&kind);
	return -1;
}

int authority_at_hand(const struct authorities *a, size_t i, bool asked, struct error *err)
{
	const char *key = authority_key_path(a, i);
	switch (a->v[i].pair) {
	case AUTHORITY_PAIRED:
		return 0;
	case AUTHORITY_LOCKED:
		return error_set(err, ERR_FAILED, key,
			asked ? "give the key's own passphrase"
			      : "give --passphrase-file, or run on a terminal",
			asked ? "the passphrase does not open this key"
			      : "the key is encrypted and there is no passphrase");
	case AUTHORITY_MISMATCH:
		return mismatch(a, i, err);
	case AUTHORITY_DAMAGED:
		return error_set(err, ERR_FAILED, key, "bring a good copy of the CA's private key",
			"%s", a->pile->keys[a->v[i].key].why);
	case AUTHORITY_UNUSABLE:
		return unusable(a, i, err);
	default:
		return error_set(err, ERR_FAILED, authority_cert_path(a, i),
			"put it beside the certificate, under any name",
			"the CA's private key is not here");
	}
}

static void check_pair(struct check *c, size_t i)
{
	static const char *const codes[] = {
		[AUTHORITY_LOCKED] = "wrong-passphrase",
		[AUTHORITY_NO_KEY] = "no-key",
		[AUTHORITY_MISMATCH] = "key-mismatch",
		[AUTHORITY_DAMAGED] = "key-damaged",
		[AUTHORITY_UNUSABLE] = "key-unusable",
	};
	enum authority_pair pair = c->a->v[i].pair;
	struct error err = ERROR_INIT;
	if ((pair == AUTHORITY_LOCKED && !c->ask->opened) ||
		authority_at_hand(c->a, i, c->ask->opened, &err) == 0)
		return;
	bool wrong = pair != AUTHORITY_NO_KEY || !above_another(c->a, i);
	add(c, err.path, codes[pair], wrong, xstrdup(err.what), xstrdup(err.todo));
}

static bool of_a_ca(const struct check *c, const struct pile_key *k)
{
	for (size_t i = 0; i < c->a->n; i++)
		if (key_matches(&k->key, authority_cert(c->a, i)))
			return true;
	return false;
}

static bool of_anything(const struct check *c, const struct pile_key *k)
{
	for (size_t i = 0; i < c->a->pile->n_certs; i++)
		if (key_matches(&k->key, &c->a->pile->certs[i].cert))
			return true;
	return false;
}

/* FAT has no modes: what stat shows is the mount's. */
static void check_mode(struct check *c, const char *path)
{
	struct statfs fs;
	struct stat st;
	if (stat(path, &st) || !(st.st_mode & 077) || statfs(path, &fs) || fs.f_type == FAT_MAGIC ||
		fs.f_type == EXFAT_MAGIC)
		return;
	add(c, path, "key-mode", true,
		xasprintf("others may read or change the private key (mode %04o)",
			(unsigned)st.st_mode & 07777),
		xasprintf("chmod 600 %s", path));
}

/* On a node a CA's key has nothing to do; encrypted there, it would only stop the node's programs.
 */
static char *how_to_protect(const struct check *c)
{
	const char *path = c->a->pile->path;
	return authorities_on_node(c->a)
		       ? xasprintf("take it off the node: certrescue ca import %s --out DIR", path)
		       : xasprintf("certrescue ca protect %s", path);
}

static void check_scheme(struct check *c, const struct pile_key *k, const char *path)
{
	struct keyscheme s;
	if (k->form == PILE_BOXED && k->encrypted)
		return;
	if (!keyscheme_read(&s, pile_key_text(c->a->pile, k)))
		add(c, path, "plain-key", false,
			xstrdup("the CA's private key is not encrypted: who has this file can sign "
				"for the cluster"),
			how_to_protect(c));
	else if (!s.strong)
		add(c, path, "weak-encryption", false,
			xasprintf("the private key's encryption is weaker than it need be (%s)",
				s.text),
			how_to_protect(c));
}

static void check_key(struct check *c, const struct pile_key *k)
{
	const char *path = c->a->pile->files[k->file].path;
	bool is_suspect = false;
	for (size_t i = 0; i < c->a->n; i++)
		is_suspect |= c->a->v[i].key >= 0 && &c->a->pile->keys[c->a->v[i].key] == k;
	if (k->state == PILE_OPEN ? of_a_ca(c, k) : is_suspect && k->state == PILE_LOCKED) {
		check_scheme(c, k, path);
		check_mode(c, path);
	} else if (k->state == PILE_OPEN && !is_suspect && !of_anything(c, k)) {
		add(c, path, "stray-key", false,
			xstrdup("this private key is no certificate's here"),
			xstrdup("keep it elsewhere if it is not needed"));
	} else if (!is_suspect && (k->state == PILE_DAMAGED || k->state == PILE_UNUSABLE)) {
		add(c, path, "key-damaged", k->state == PILE_DAMAGED, xstrdup(k->why),
			xstrdup("bring a good copy, or take it away"));
	}
}

/* --- all ------------------------------------------------------------------------------------ */

void authority_check(
	struct authority_findings *f, const struct authorities *a, const struct authority_ask *ask)
{
	struct check c = {.out = f, .a = a, .ask = ask};
	*f = (struct authority_findings){.n = 0};
	for (size_t i = 0; i < a->n; i++) {
		check_time(&c, i);
		check_form(&c, i);
		check_pair(&c, i);
	}
	for (size_t i = 0; i < a->pile->n_keys; i++)
		check_key(&c, &a->pile->keys[i]);
	for (size_t i = 0; i < a->pile->n_files; i++)
		if (a->pile->files[i].state == PILE_LOCKED)
			add(&c, a->pile->files[i].path,
				ask->opened ? "wrong-passphrase" : "not-read", ask->opened,
				xstrdup(ask->opened
						? "the passphrase does not open this PKCS#12 file"
						: "a PKCS#12 file, which is not opened"),
				xstrdup("give its passphrase with --passphrase-file"));
	for (size_t i = 0; i < a->pile->n_notes; i++) {
		const struct pile_note *n = &a->pile->notes[i];
		add(&c, n->path, n->damaged ? "damaged" : "not-read", n->damaged,
			xasprintf("%s%s", n->damaged ? "" : "not looked at: ", n->text),
			n->damaged ? xstrdup("bring a good copy, or take it away") : xstrdup(""));
	}
}

void authority_findings_free(struct authority_findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].path);
		free(f->v[i].text);
		free(f->v[i].remedy);
	}
	free(f->v);
	*f = (struct authority_findings){.n = 0};
}
