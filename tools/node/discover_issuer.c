// SPDX-License-Identifier: MIT
// discover_issuer: what CA data in kubeconfigs is, who signed what, and whose copies people have.
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "pki/chain.h"
#include "pki/key.h"

/* The CA certificate of a file of the node that has the same key, the same bytes if there is one.
 */
static const struct inv_cert *file_ca(const struct inventory *inv, struct cert cert)
{
	const struct inv_cert *best = NULL;
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (*c->place || !c->readable || !c->is_ca || !role_is_ca(c->role))
			continue;
		if (bytes_equal(c->cert.raw, cert.raw))
			return c;
		if (!best && spki_same(c->cert.spki, cert.spki))
			best = c;
	}
	return best;
}

static bool has_file_ca(const struct inventory *inv, enum inv_role role)
{
	for (size_t i = 0; i < inv->n_certs; i++)
		if (!*inv->certs[i].place && inv->certs[i].readable && inv->certs[i].role == role)
			return true;
	return false;
}

/* CA data in kubeconfigs, and CA certificates that stand behind leaves in their files. */
static void ca_role(struct discovery *d, struct inv_cert *c)
{
	struct inventory *inv = d->inv;
	const struct inv_cert *same = file_ca(inv, c->cert);
	const struct inv_file *f = &inv->files[c->file];
	bool ours = d->notes[c->file].claim.role != ROLE_OTHER;
	if (!same) {
		/* ca.crt is lost: what the components' own kubeconfigs trust takes its place. */
		if (ours && *c->place && !has_file_ca(inv, ROLE_CA)) {
			c->role = ROLE_CA;
			c->name = "ca";
		}
		return;
	}
	c->role = same->role;
	c->name = same->name;
	if (*c->place && !bytes_equal(same->cert.raw, c->cert.raw) && ours)
		discover_find(d, f->path, "ca-other-edition", false,
			"compare the two dates; renew writes the newer one where it re-issues the "
			"CA",
			"%s: the CA data is another edition of the CA in %s (same key)", c->place,
			inv->files[same->file].path);
}

static void ca_roles(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		struct inv_cert *c = &d->inv->certs[i];
		if (c->readable && c->is_ca && c->role == ROLE_OTHER)
			ca_role(d, c);
	}
}

/* What a look at a signature by this key takes, in tenths of a millisecond or so. */
static long effort(const struct cert *ca)
{
	switch (ca->key) {
	case KEY_RSA:
		return 1 + (long)ca->key_bits * ca->key_bits / (2048L * 2048);
	case KEY_P256:
		return 8;
	case KEY_P384:
		return 20;
	default:
		return 30;
	}
}

/* Has too much time gone into signatures? */
static bool exhausted(struct discovery *d, const struct inv_cert *c)
{
	if (d->effort < DISCOVER_EFFORT)
		return false;
	discover_find(d, d->inv->files[c->file].path, "too-many", false,
		"move certificates that do not belong to the node away",
		"there are too many certificates; its signature was not checked");
	return true;
}

static bool signed_by(struct discovery *d, const struct inv_cert *c, const struct inv_cert *ca)
{
	if (!ca->readable || !bytes_equal(c->cert.issuer, ca->cert.subject))
		return false;
	d->effort += effort(&ca->cert);
	return chain_signed_by(&c->cert, &ca->cert);
}

/* Of several copies of the CA: itself, the one in the same file, a role's file, any file, data. */
static int rank(const struct inv_cert *c, const struct inv_cert *ca)
{
	if (c == ca)
		return 0;
	if (c->role == ROLE_KUBELET_SERVER && ca->file == c->file)
		return 1;
	if (*ca->place)
		return 4;
	return role_is_ca(ca->role) ? 2 : 3;
}

/* The first place with the very same certificate: its answer holds here too, and costs nothing. */
static const struct inv_cert *seen(struct discovery *d, const struct inv_cert *c)
{
	uint64_t hash = index_hash(c->role, c->cert.raw);
	for (size_t i = index_first(&d->certs, hash); i != INDEX_END;
		i = index_next(&d->certs, i)) {
		const struct inv_cert *o = &d->inv->certs[index_at(&d->certs, i)];
		if (o->role == c->role && bytes_equal(o->cert.raw, c->cert.raw))
			return o;
	}
	index_add(&d->certs, hash, (size_t)(c - d->inv->certs));
	return NULL;
}

/* All CA certificates, by their names. */
static void note_issuers(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		const struct inv_cert *c = &d->inv->certs[i];
		if (c->readable && c->is_ca)
			index_add(&d->issuers, index_hash(0, c->cert.subject), i);
	}
}

static int find_issuer(struct discovery *d, const struct inv_cert *c)
{
	const struct inv_cert *same = seen(d, c);
	if (same && same->issuer == (int)(same - d->inv->certs))
		return (int)(c - d->inv->certs);
	if (same && c->role != ROLE_KUBELET_SERVER)
		return same->issuer;
	if (exhausted(d, c))
		return -1;
	if (signed_by(d, c, c))
		return (int)(c - d->inv->certs);
	uint64_t hash = index_hash(0, c->cert.issuer);
	for (int want = 1; want <= 4; want++) {
		for (size_t i = index_first(&d->issuers, hash); i != INDEX_END;
			i = index_next(&d->issuers, i)) {
			const struct inv_cert *ca = &d->inv->certs[index_at(&d->issuers, i)];
			if (rank(c, ca) != want)
				continue;
			if (exhausted(d, c))
				return -1;
			if (signed_by(d, c, ca))
				return (int)(ca - d->inv->certs);
		}
	}
	return -1;
}

/* A kubeconfig under .kube whose user is admin.conf's is a copy of it. */
static bool copy_of(struct discovery *d, struct inv_cert *c, enum inv_role role, const char *cn)
{
	bool known = false;
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		const struct inv_cert *admin = &d->inv->certs[i];
		if (admin->role != role || admin->is_ca || !admin->readable)
			continue;
		known = true;
		if (bytes_equal(admin->cert.subject, c->cert.subject))
			return true;
	}
	struct buf name = BUF_INIT;
	cert_common_name(&name, c->cert.subject);
	bool is = !known && !strcmp(buf_text(&name), cn);
	buf_free(&name);
	return is;
}

static void people(struct discovery *d)
{
	for (size_t i = 0; i < d->inv->n_certs; i++) {
		struct inv_cert *c = &d->inv->certs[i];
		if (strncmp(c->place, "users/", 6) != 0 || c->is_ca || !c->readable ||
			d->notes[c->file].claim.role != ROLE_OTHER || c->issuer < 0 ||
			d->inv->certs[c->issuer].role != ROLE_CA)
			continue;
		if (copy_of(d, c, ROLE_ADMIN, "kubernetes-admin"))
			c->role = ROLE_ADMIN;
		else if (copy_of(d, c, ROLE_SUPER_ADMIN, "kubernetes-super-admin"))
			c->role = ROLE_SUPER_ADMIN;
	}
}

/* Does a kubeconfig with a user of our CA's trust that CA? */
static void check_trust(struct discovery *d, const struct inv_cert *user)
{
	const struct inventory *inv = d->inv;
	const struct inv_file *f = &inv->files[user->file];
	const struct kubeconfig_entry *cluster = discover_current(&f->config, KUBECONFIG_CLUSTER);
	const struct inv_cert *wrong = NULL;
	if (!cluster ||
		discover_current(&f->config, KUBECONFIG_USER) != &f->config.entries[user->entry])
		return;
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (c->file != user->file || &f->config.entries[c->entry] != cluster ||
			!c->readable || !c->is_ca)
			continue;
		if (c->role == ROLE_CA)
			return;
		wrong = c;
	}
	if (wrong)
		discover_find(d, f->path, "ca-differs", false,
			"put the data of the CA that signs the API server's certificate there",
			"%s: its CA data is not the CA that signed its user's certificate",
			wrong->place);
}

/* One of our CAs that bears the issuer's name, where the signature is of a kind that is not judged.
 */
static const struct inv_cert *unjudged(const struct discovery *d, const struct inv_cert *c)
{
	enum sig_alg sig = c->cert.sig;
	uint64_t hash = index_hash(0, c->cert.issuer);
	if (sig != SIG_ED25519 && sig != SIG_RSA_PSS && sig != SIG_OTHER)
		return NULL;
	for (size_t i = index_first(&d->issuers, hash); i != INDEX_END;
		i = index_next(&d->issuers, i)) {
		const struct inv_cert *ca = &d->inv->certs[index_at(&d->issuers, i)];
		if (role_is_ca(ca->role) && !*ca->place &&
			bytes_equal(ca->cert.subject, c->cert.issuer))
			return ca;
	}
	return NULL;
}

static void check_unknown(struct discovery *d, const struct inv_cert *c)
{
	struct buf issuer = BUF_INIT;
	if (*c->place || c->is_ca || inventory_state(d->inv, c, 0, 0) < INV_FOREIGN)
		return;
	const struct inv_cert *ca = unjudged(d, c);
	if (ca) {
		discover_find(d, d->inv->files[c->file].path, "ca-kind", true,
			"renew it with the program that made it, or move the cluster to a CA with "
			"an RSA or ECDSA key",
			"the CA in %s signed it with %s, with which certrescue neither verifies "
			"nor "
			"signs",
			d->inv->files[ca->file].path, cert_sig_text(c->cert.sig));
		return;
	}
	cert_name_text(&issuer, c->cert.issuer);
	discover_find(d, d->inv->files[c->file].path, "unknown-issuer", false,
		"it is left as it is; renew it where it was made, or put its CA's certificate back",
		"its issuer (%s) is none of the CAs on this node", buf_text(&issuer));
	buf_free(&issuer);
}

void discover_issuers(struct discovery *d)
{
	struct inventory *inv = d->inv;
	ca_roles(d);
	note_issuers(d);
	for (size_t i = 0; i < inv->n_certs; i++)
		if (inv->certs[i].readable)
			inv->certs[i].issuer = find_issuer(d, &inv->certs[i]);
	people(d);
	for (size_t i = 0; i < inv->n_certs; i++) {
		const struct inv_cert *c = &inv->certs[i];
		if (!c->readable)
			continue;
		check_unknown(d, c);
		if (!c->is_ca && !strncmp(c->place, "users/", 6) && c->issuer >= 0 &&
			role_is_ca(inv->certs[c->issuer].role))
			check_trust(d, c);
	}
}
