// SPDX-License-Identifier: MIT
// unlock: opens the private key that belongs to a CA's certificate, and wipes it again (store.h).
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media/likeness.h"
#include "media/store.h"

static bool same_cluster(const struct store_ca *ca, const struct store_key *k)
{
	return strcmp(ca->cluster, k->cluster) == 0;
}

static void move_key(struct key *to, struct key *from)
{
	key_free(to);
	*to = *from;
	*from = (struct key)KEY_INIT;
}

static void copy_key(struct key *to, const struct key *from)
{
	struct key k = *from;
	k.der = (struct secret)SECRET_INIT;
	k.spki = (struct buf)BUF_INIT;
	secret_set(&k.der, from->der.p, from->der.n);
	buf_add(&k.spki, from->spki.p, from->spki.n);
	move_key(to, &k);
}

/* Gives a key to every CA of its cluster that it belongs to: each is opened only once. */
static void give(struct store *s, struct store_key *from, struct key *k)
{
	for (size_t i = 0; i < s->n_cas; i++) {
		struct store_ca *ca = &s->cas[i];
		if (ca->open || !same_cluster(ca, from) || !key_matches(k, &ca->cert))
			continue;
		copy_key(&ca->key, k);
		ca->open = true;
		ca->key_path = xstrdup(from->path);
	}
	from->used = true;
	key_free(k);
}

struct trouble {
	const struct store_key *locked;  /* needs a passphrase, or this one is wrong */
	const struct store_key *damaged; /* the likeliest of those that cannot be read */
	int likeness;
	struct error why; /* of damaged */
};

static void try_key(struct store *s, struct store_ca *ca, struct store_key *k,
	const struct secret *passphrase, struct trouble *t)
{
	struct key opened = KEY_INIT;
	struct error err = ERROR_INIT;
	if (k->encrypted && !passphrase) {
		t->locked = t->locked ? t->locked : k;
		return;
	}
	if (key_import(&opened, secret_bytes(&k->content), passphrase, &err) == 0) {
		give(s, k, &opened);
		return;
	}
	key_free(&opened);
	if (err.os == EACCES) {
		t->locked = t->locked ? t->locked : k;
	} else if (!t->damaged || likeness(ca->cert_path, k->path) > t->likeness) {
		t->damaged = k;
		t->likeness = likeness(ca->cert_path, k->path);
		t->why = err;
	}
}

static int say(const struct store_ca *ca, const struct trouble *t, bool asked, struct error *err)
{
	int os = ENOENT;
	if (t->locked && asked) {
		os = EACCES;
		error_set(err, ERR_FAILED, t->locked->path, "try again",
			"the passphrase does not open this key");
	} else if (t->locked) {
		os = EACCES;
		error_set(err, ERR_FAILED, t->locked->path,
			"give --passphrase-file, or run on a terminal",
			"the key is encrypted and there is no passphrase");
	} else if (t->damaged) {
		os = EBADMSG;
		error_set(err, ERR_FAILED, t->damaged->path,
			"bring a good copy of the CA's private key",
			"the private key cannot be used: %s", t->why.what);
	} else {
		error_set(err, ERR_FAILED, ca->cert_path,
			"put the CA's private key beside it (any file name)",
			"no private key beside this certificate belongs to it");
	}
	err->os = os;
	return -1;
}

int store_unlock(
	struct store *s, size_t ca_index, const struct secret *passphrase, struct error *err)
{
	struct store_ca *ca = &s->cas[ca_index];
	struct trouble t = {.locked = NULL};
	for (int encrypted = 0; encrypted < 2; encrypted++)
		for (int like = 3; like >= 0; like--)
			for (size_t i = 0; i < s->n_keys && !ca->open; i++) {
				struct store_key *k = &s->keys[i];
				if (!k->used && k->encrypted == encrypted && k->content.n > 0 &&
					same_cluster(ca, k) &&
					likeness(ca->cert_path, k->path) == like)
					try_key(s, ca, k, passphrase, &t);
			}
	return ca->open ? 0 : say(ca, &t, passphrase != NULL, err);
}

void store_lock(struct store *s)
{
	for (size_t i = 0; i < s->n_cas; i++) {
		key_free(&s->cas[i].key);
		s->cas[i].key = (struct key)KEY_INIT;
		s->cas[i].open = false;
		free(s->cas[i].key_path);
		s->cas[i].key_path = NULL;
	}
	for (size_t i = 0; i < s->n_keys; i++)
		secret_free(&s->keys[i].content);
}
