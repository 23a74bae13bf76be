// SPDX-License-Identifier: MIT
// store: reads the offline CAs' certificates and opens their keys.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/store.h"
#include "media/walk.h"
#include "pki/chain.h"
#include "pki/pem.h"

#define BRING                                                                                      \
	"put the cluster's CA certificates and keys beneath ca/NAME/ on the medium (a copy of "    \
	"/etc/kubernetes/pki from a good control-plane node will do)"

/* --- reading -------------------------------------------------------------------------------- */

static bool is_ca(const struct cert *c)
{
	return c->is_ca || (c->version == 1 && chain_signed_by(c, c));
}

void store_add_cert(struct store *s, const char *cluster, const char *path, struct bytes der)
{
	struct error ignored;
	struct cert probe;
	if (cert_parse(&probe, der, &ignored) || !is_ca(&probe))
		return;
	for (size_t i = 0; i < s->n_cas; i++)
		if (strcmp(s->cas[i].cluster, cluster) == 0 &&
			bytes_equal(buf_bytes(&s->cas[i].der), der))
			return;
	s->cas = xrealloc(s->cas, (s->n_cas + 1) * sizeof(*s->cas));
	struct store_ca *ca = &s->cas[s->n_cas++];
	*ca = (struct store_ca){.cluster = xstrdup(cluster), .cert_path = xstrdup(path)};
	ca->key = (struct key)KEY_INIT;
	buf_add(&ca->der, der.p, der.n);
	cert_parse(&ca->cert, buf_bytes(&ca->der), &ignored);
}

void store_note_key(struct store *s, const char *cluster, const char *path, bool encrypted)
{
	s->keys = xrealloc(s->keys, (s->n_keys + 1) * sizeof(*s->keys));
	s->keys[s->n_keys++] = (struct store_key){
		.cluster = xstrdup(cluster), .path = xstrdup(path), .encrypted = encrypted};
}

static void add_key(struct store *s, const char *cluster, const char *path, struct bytes text)
{
	if (!key_present(text))
		return;
	store_note_key(s, cluster, path, key_is_encrypted(text));
	secret_set(&s->keys[s->n_keys - 1].content, text.p, text.n);
}

static bool label_ends(struct bytes label, const char *end)
{
	size_t n = strlen(end);
	return label.n >= n && memcmp(label.p + label.n - n, end, n) == 0;
}

/* Each key of a file is kept apart, so that a file may hold several CAs with their keys. */
static void add_file(void *to, const char *cluster, const char *path, struct bytes text)
{
	struct store *s = to;
	struct pem_block block = {.begin = 0};
	struct error ignored;
	size_t at = 0, blocks = 0, damaged = 0, before = s->n_keys;
	int rc;
	while ((rc = pem_next(text, &at, &block, &ignored)) != 0) {
		blocks++;
		if (rc < 0) {
			damaged++;
			continue;
		}
		if (bytes_is(block.label, "CERTIFICATE") ||
			bytes_is(block.label, "X509 CERTIFICATE"))
			store_add_cert(s, cluster, path, buf_bytes(&block.der));
		else if (label_ends(block.label, "PRIVATE KEY"))
			add_key(s, cluster, path,
				(struct bytes){text.p + block.begin, block.end - block.begin});
	}
	pem_block_free(&block);
	if (blocks == 0)
		store_add_cert(s, cluster, path, text);
	/* A damaged key is kept too: opening it says so, with its path. */
	if (blocks == 0 || (damaged && s->n_keys == before))
		add_key(s, cluster, path, text);
}

static int read_cluster(
	struct store *s, int at, const char *name, const char *path, struct error *err)
{
	int fd = openat(at, *name ? name : ".",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | (*name ? O_NOFOLLOW : 0));
	if (fd < 0)
		return error_errno(err, path, NULL, "the directory cannot be opened");
	int rc = walk_files(fd, path, name, add_file, NULL, s, err);
	close(fd);
	return rc;
}

/* Every directory beneath ca/, or the one that was asked for. */
static int read_clusters(
	struct store *s, int ca, const char *path, const char *only, struct error *err)
{
	struct walk_names names;
	bool found = false;
	if (walk_names(ca, path, &names, err))
		return -1;
	int rc = 0;
	for (size_t i = 0; i < names.n && rc == 0; i++) {
		const char *name = names.v[i];
		if (name[0] == '.' || (only && strcmp(only, name) != 0) || !walk_is_dir(ca, name))
			continue;
		char *sub = xasprintf("%s/%s", path, name);
		found = true;
		rc = read_cluster(s, ca, name, sub, err);
		free(sub);
	}
	walk_names_free(&names);
	if (rc == 0 && !found && only)
		rc = error_set(err, ERR_FAILED, path,
			"--cluster takes the name of a directory beneath ca/",
			"there is no cluster \"%s\" here", only);
	else if (rc == 0 && !found)
		rc = error_set(err, ERR_FAILED, path, BRING,
			"there is no cluster's directory in it (ca/NAME/)");
	return rc;
}

static int open_medium(
	struct store *s, int fd, const char *dir, const char *cluster, struct error *err)
{
	char *path = xasprintf("%s/ca", dir);
	int ca = openat(fd, "ca", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;
	if (ca >= 0)
		rc = read_clusters(s, ca, path, cluster, err);
	else if (errno == ENOENT || errno == ENOTDIR)
		rc = error_set(err, ERR_FAILED, dir, BRING,
			"there is no directory ca/ on the medium, so no CA is at hand");
	else
		rc = error_errno(err, path, NULL, "the directory cannot be opened");
	if (ca >= 0)
		close(ca);
	if (rc == 0 && s->n_cas == 0) {
		char *where = cluster ? xasprintf("%s/%s", path, cluster) : xstrdup(path);
		rc = error_set(
			err, ERR_FAILED, where, BRING, "not one CA certificate was found here");
		free(where);
	}
	free(path);
	return rc;
}

int store_open(
	struct store *s, const char *dir, bool is_ca_dir, const char *cluster, struct error *err)
{
	*s = (struct store)STORE_INIT;
	int rc, fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, dir,
			is_ca_dir ? "--ca takes the directory that holds the CA"
				  : "--media takes the directory where the medium is mounted",
			"cannot be opened");
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	s->path = xstrndup(dir, n);
	if (!is_ca_dir) {
		rc = open_medium(s, fd, s->path, cluster, err);
	} else {
		rc = read_cluster(s, fd, "", s->path, err);
		if (rc == 0 && s->n_cas == 0)
			rc = error_set(err, ERR_FAILED, s->path,
				"--ca takes the directory that holds the CA's certificate and key",
				"not one CA certificate was found here");
	}
	close(fd);
	if (rc)
		store_close(s);
	return rc;
}

/* Certificates from one, keys from the other: what lies beside them there is not what was named. */
int store_open_files(
	struct store *s, const char *cert_file, const char *key_file, struct error *err)
{
	struct store other = STORE_INIT;
	*s = (struct store)STORE_INIT;
	s->path = xstrdup(cert_file);
	int rc = walk_file(cert_file, add_file, s, err);
	if (rc == 0)
		rc = walk_file(key_file, add_file, &other, err);
	struct store_key *keys = s->keys;
	size_t n = s->n_keys;
	s->keys = other.keys;
	s->n_keys = other.n_keys;
	other.keys = keys;
	other.n_keys = n;
	store_close(&other);
	if (rc == 0 && s->n_cas == 0)
		rc = error_set(err, ERR_FAILED, cert_file, "name the CA's certificate",
			"there is no CA certificate in it");
	else if (rc == 0 && s->n_keys == 0)
		rc = error_set(err, ERR_FAILED, key_file, "name the CA's private key",
			"there is no private key in it");
	if (rc)
		store_close(s);
	return rc;
}

void store_close(struct store *s)
{
	store_lock(s);
	for (size_t i = 0; i < s->n_cas; i++) {
		free(s->cas[i].cluster);
		free(s->cas[i].cert_path);
		free(s->cas[i].key_path);
		buf_free(&s->cas[i].der);
	}
	for (size_t i = 0; i < s->n_keys; i++) {
		free(s->keys[i].cluster);
		free(s->keys[i].path);
	}
	free(s->cas);
	free(s->keys);
	free(s->path);
	*s = (struct store)STORE_INIT;
}

/*
 * Of several certificates with one key in one cluster (a CA that was re-issued) the one that ends
 * last is the CA.
 */
int store_find(const struct store *s, struct bytes spki, bool *twice)
{
	int best = -1;
	*twice = false;
	for (size_t i = 0; i < s->n_cas; i++) {
		const struct store_ca *ca = &s->cas[i];
		if (!spki_same(ca->cert.spki, spki))
			continue;
		if (best >= 0 && strcmp(s->cas[best].cluster, ca->cluster) != 0)
			*twice = true;
		else if (best < 0 || ca->cert.not_after > s->cas[best].cert.not_after)
			best = (int)i;
	}
	return best;
}
