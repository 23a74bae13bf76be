// SPDX-License-Identifier: MIT
// discover_sa: which keys of certificates also sign or verify service account tokens.
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "pki/pem.h"

#define KEYS_MAX 32

struct sa_keys {
	struct buf spki[KEYS_MAX];
	size_t n;
};

static void add(struct sa_keys *keys, struct bytes spki)
{
	if (keys->n < KEYS_MAX && spki.n)
		buf_add(&keys->spki[keys->n++], spki.p, spki.n);
}

/* PKCS#1 RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static void add_pkcs1(struct sa_keys *keys, struct bytes der)
{
	static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00};
	struct buf spki = BUF_INIT;
	size_t bits = der.n + 1;
	if (der.n > 0xff00)
		return;
	/* Lengths of two octets: such a key is never shorter than 256 bytes. */
	size_t whole = sizeof(rsa) + 4 + bits;
	const uint8_t head[] = {0x30, 0x82, (uint8_t)(whole >> 8), (uint8_t)whole};
	const uint8_t string[] = {0x03, 0x82, (uint8_t)(bits >> 8), (uint8_t)bits, 0};
	buf_add(&spki, head, sizeof(head));
	buf_add(&spki, rsa, sizeof(rsa));
	buf_add(&spki, string, sizeof(string));
	buf_add(&spki, der.p, der.n);
	add(keys, buf_bytes(&spki));
	buf_free(&spki);
}

static void read_blocks(struct sa_keys *keys, struct bytes text)
{
	struct pem_block block = {0};
	size_t at = 0;
	int rc;
	do {
		struct error err = ERROR_INIT;
		struct cert cert;
		rc = pem_next(text, &at, &block, &err);
		if (rc <= 0)
			continue;
		if (bytes_is(block.label, "PUBLIC KEY"))
			add(keys, buf_bytes(&block.der));
		else if (bytes_is(block.label, "RSA PUBLIC KEY"))
			add_pkcs1(keys, buf_bytes(&block.der));
		else if (bytes_is(block.label, "CERTIFICATE") &&
			 !cert_parse(&cert, buf_bytes(&block.der), &err))
			add(keys, cert.spki);
		pem_block_free(&block);
	} while (rc != 0);
	pem_block_free(&block);
}

static void read_file(struct discovery *d, struct sa_keys *keys, const char *path)
{
	struct error err = ERROR_INIT;
	struct key key = KEY_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	size_t before = keys->n;
	const char *code;
	if (root_read(d->root, path, KEY_FILE_MAX, &text, &st, &err)) {
		const char *why = discover_why(&err, &code);
		discover_find(d, path, "sa-key-unreadable", false,
			"restore it: without it the API server does not start and tokens fail",
			"the service accounts' key cannot be read: %s", why);
		buf_wipe(&text);
		return;
	}
	read_blocks(keys, buf_bytes(&text));
	if (!key_import(&key, buf_bytes(&text), NULL, &err))
		add(keys, buf_bytes(&key.spki));
	key_free(&key);
	buf_wipe(&text);
	if (keys->n == before)
		discover_find(d, path, "sa-key-unreadable", false,
			"restore it: without it the API server does not start and tokens fail",
			"the service accounts' key holds no key that can be read");
}

/* The same file as a key's, though neither could be read. */
static bool same_file(const struct discovery *d, const struct inv_cert *c)
{
	for (size_t i = 0; c->key_path && i < d->ev.n_sa; i++) {
		char a[PATH_MAX], b[PATH_MAX];
		struct error err = ERROR_INIT;
		if (!strcmp(c->key_path, d->ev.sa[i]))
			return true;
		if (!root_resolve(d->root, c->key_path, a, &err) &&
			!root_resolve(d->root, d->ev.sa[i], b, &err) && !strcmp(a, b))
			return true;
	}
	return false;
}

static bool is_sa(const struct discovery *d, const struct sa_keys *keys, const struct inv_cert *c)
{
	/* Without the flag the API server verifies tokens with its own TLS key. */
	if (d->ev.apiserver && !d->ev.apiserver_sa && c->role == ROLE_APISERVER && !c->is_ca)
		return true;
	for (size_t i = 0; i < keys->n; i++) {
		struct bytes sa = buf_bytes(&keys->spki[i]);
		if ((c->readable && spki_same(c->cert.spki, sa)) ||
			(c->key_state == INV_KEY_OK && spki_same(buf_bytes(&c->key.spki), sa)))
			return true;
	}
	return same_file(d, c);
}

void discover_sa(struct discovery *d)
{
	struct sa_keys *keys = xmalloc(sizeof(*keys));
	for (size_t i = 0; i < d->ev.n_sa; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || !strcmp(d->ev.sa[k], d->ev.sa[i]);
		if (!again)
			read_file(d, keys, d->ev.sa[i]);
	}
	for (size_t i = 0; i < d->inv->n_certs; i++)
		d->inv->certs[i].sa_key = is_sa(d, keys, &d->inv->certs[i]);
	for (size_t i = 0; i < keys->n; i++)
		buf_free(&keys->spki[i]);
	free(keys);
}
