// SPDX-License-Identifier: MIT
// discover_key: finds each leaf's key by the evidence and says whether it is the right one.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"
#include "pki/pem.h"

/* Only the first leaf of a file or kubeconfig user has a key. */
static bool has_key(const struct inventory *inv, size_t i)
{
	const struct inv_cert *c = &inv->certs[i];
	if (c->is_ca || (!*c->place && inv->files[c->file].format == INV_KUBECONFIG))
		return false;
	/* A file's certificates stand together. */
	for (size_t k = i; k-- > 0 && inv->certs[k].file == c->file;)
		if (!strcmp(inv->certs[k].place, c->place) && !inv->certs[k].is_ca)
			return false;
	return true;
}

static void find_key(struct discovery *d, const struct inv_cert *c, const char *code,
	const char *remedy, const char *text)
{
	bool hinders = !d->notes[c->file].claim.looked;
	const char *path = d->inv->files[c->file].path;
	const char *where = c->key_path ? c->key_path : path;
	if (!hinders && inventory_state(d->inv, c, 0, 0) >= INV_FOREIGN)
		return; /* somebody else's certificate: where its key is, is theirs to know */
	if (*c->place)
		discover_find(d, where, code, hinders, remedy, "%s: %s", c->place, text);
	else
		discover_find(d, where, code, hinders, remedy, "%s (certificate: %s)", text, path);
}

static void missing(struct discovery *d, struct inv_cert *c)
{
	c->key_state = INV_KEY_MISSING;
	find_key(d, c, "key-missing", "restore the key from a backup, or renew with a new key",
		"the private key is missing");
}

static void unreadable(struct discovery *d, struct inv_cert *c, const struct error *err)
{
	static const struct {
		int os;
		const char *code, *text, *remedy;
	} why[] = {
		{EACCES, "key-encrypted",
			"the private key is encrypted; Kubernetes cannot read it either",
			"decrypt it in place, or renew with a new key"},
		{EBADMSG, "key-damaged", "the private key is damaged",
			"restore the key from a backup, or renew with a new key"},
		{ENOTSUP, "key-kind", "the private key is of a kind that certrescue cannot use",
			"renew this certificate by hand"},
		{0, "key-damaged", "the file of the key holds no private key",
			"restore the key from a backup, or renew with a new key"},
	};
	size_t i = 0;
	while (why[i].os && why[i].os != err->os)
		i++;
	c->key_state = INV_KEY_UNREADABLE;
	find_key(d, c, why[i].code, why[i].remedy, why[i].text);
}

/* text holds the key, or what should be one. */
static void judge(struct discovery *d, struct inv_cert *c, struct bytes text)
{
	struct error err = ERROR_INIT;
	struct key key = KEY_INIT;
	if (key_import_leaf(&key, text, NULL, &err)) {
		unreadable(d, c, &err);
	} else if (c->readable && !key_matches(&key, &c->cert)) {
		c->key_state = INV_KEY_MISMATCH;
		find_key(d, c, "key-mismatch",
			"find the key that belongs to the certificate, or renew with a new key",
			"the private key is not the certificate's");
	} else if (c->readable) {
		c->key_state = INV_KEY_OK;
		c->key = key;
		return;
	}
	key_free(&key);
}

/* The key is in a file of its own, or in that of the certificate. */
static void judge_file(struct discovery *d, size_t i, const char *path)
{
	struct error err = ERROR_INIT;
	size_t file;
	const char *code;
	int rc = discover_load(d, path, KEY_FILE_MAX, &file, &err);
	struct inv_cert *c = &d->inv->certs[i];
	free(c->key_path);
	c->key_path = xstrdup(path);
	if (rc) {
		if (err.os == ENOENT) {
			missing(d, c);
			return;
		}
		c->key_state = INV_KEY_MISSING;
		const char *why = discover_why(&err, &code);
		discover_find(d, path, code, true,
			"see what stands there (ls -l) and put the key back",
			"the private key cannot be read: %s", why);
		free(c->key_path); /* something stands there: no place for a new key */
		c->key_path = NULL;
		return;
	}
	d->notes[file].read = true;
	c->key_file = file;
	c->key_same_file = file == c->file;
	judge(d, c, buf_bytes(&d->inv->files[file].content));
}

/* cert.crt: cert.key; cert.pem: cert-key.pem, cert.key. Owned; NULL where none is there. */
static char *by_stem(const struct discovery *d, const char *path)
{
	static const char *const ends[][2] = {{".crt", ".key"}, {".pem", "-key.pem"},
		{".pem", ".key"}, {".cert", ".key"}, {".cer", ".key"}};
	size_t n = strlen(path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t e = strlen(ends[i][0]);
		if (n <= e || strcmp(path + n - e, ends[i][0]) != 0)
			continue;
		char *key = xasprintf("%.*s%s", (int)(n - e), path, ends[i][1]);
		if (root_exists(d->root, key))
			return key;
		free(key);
	}
	return NULL;
}

static void key_of_file(struct discovery *d, size_t i)
{
	struct inv_cert *c = &d->inv->certs[i];
	const struct inv_file *f = &d->inv->files[c->file];
	const char *named = d->notes[c->file].claim.key;
	if (named) {
		judge_file(d, i, named);
	} else if (key_present(buf_bytes(&f->content))) {
		judge_file(d, i, f->path);
	} else {
		char *key = by_stem(d, f->path);
		if (key)
			judge_file(d, i, key);
		else
			missing(d, c);
		free(key);
	}
}

static void key_of_user(struct discovery *d, size_t i)
{
	struct inv_cert *c = &d->inv->certs[i];
	const struct inv_file *f = &d->inv->files[c->file];
	const struct kubeconfig_entry *e = &f->config.entries[c->entry];
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	if (e->key_data.text && *e->key_data.text) {
		c->key_file = c->file;
		c->key_same_file = true;
		if (base64_decode(&text, bytes_of(e->key_data.text), &err)) {
			err.os = EBADMSG;
			unreadable(d, c, &err);
		} else {
			judge(d, c, buf_bytes(&text));
		}
		buf_wipe(&text);
	} else if (e->key_file.text && *e->key_file.text) {
		char *path = path_from_file(f->path, e->key_file.text);
		judge_file(d, i, path);
		free(path);
	} else {
		missing(d, c);
	}
}

void discover_keys(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		if (!has_key(d->inv, i))
			continue;
		if (*d->inv->certs[i].place)
			key_of_user(d, i);
		else
			key_of_file(d, i);
	}
}
