// SPDX-License-Identifier: MIT
// authority: groups a pile's CA certificates and gives each its key.
#include <stdlib.h>
#include <string.h>

#include "media/authority.h"
#include "media/authority_role.h"
#include "media/likeness.h"
#include "pki/chain.h"
#include "pki/oid.h"
#include "pki/spki.h"

#define RSA_LEAST 2048

/* --- certificates --------------------------------------------------------------------------- */

static bool same_authority(const struct cert *a, const struct cert *b)
{
	return bytes_equal(a->subject, b->subject) && spki_same(a->spki, b->spki);
}

static struct authority *find(struct authorities *a, const struct cert *c)
{
	for (size_t i = 0; i < a->n; i++)
		if (same_authority(&a->pile->certs[a->v[i].cert].cert, c))
			return &a->v[i];
	return NULL;
}

static bool known(const struct authorities *a, const struct authority *ca, const struct cert *c)
{
	if (bytes_equal(a->pile->certs[ca->cert].cert.raw, c->raw))
		return true;
	for (size_t i = 0; i < ca->n_older; i++)
		if (bytes_equal(a->pile->certs[ca->older[i]].cert.raw, c->raw))
			return true;
	return false;
}

/* The one that ends last is the CA's; the same one twice counts once. */
static void add_cert(struct authorities *a, size_t at)
{
	const struct cert *c = &a->pile->certs[at].cert;
	struct authority *ca = find(a, c);
	if (!ca) {
		a->v = xrealloc(a->v, (a->n + 1) * sizeof(*a->v));
		a->v[a->n++] = (struct authority){.cert = at, .key = -1};
		return;
	}
	if (known(a, ca, c))
		return;
	if (c->not_after > a->pile->certs[ca->cert].cert.not_after) {
		size_t newest = at;
		at = ca->cert;
		ca->cert = newest;
	}
	ca->older = xrealloc(ca->older, (ca->n_older + 1) * sizeof(*ca->older));
	ca->older[ca->n_older++] = at;
}

/* --- keys ----------------------------------------------------------------------------------- */

static const char *key_path(const struct pile *p, const struct pile_key *k)
{
	return p->files[k->file].path;
}

static int alike(const struct pile *p, const struct pile_cert *c, const struct pile_key *k)
{
	return likeness(p->files[c->file].path, key_path(p, k));
}

/* How much the key's name resembles that of the certificate which it resembles most. */
static int best_likeness(const struct pile *p, const struct pile_key *k)
{
	int best = 0;
	for (size_t i = 0; i < p->n_certs; i++) {
		int l = alike(p, &p->certs[i], k);
		best = l > best ? l : best;
	}
	return best;
}

static bool belongs_somewhere(const struct pile *p, const struct pile_key *k)
{
	for (size_t i = 0; i < p->n_certs; i++)
		if (key_matches(&k->key, &p->certs[i].cert))
			return true;
	return false;
}

/* Its own key, of several copies the one whose name is likest. */
static bool pair(struct authority *ca, const struct pile *p)
{
	int best = -1;
	for (size_t i = 0; i < p->n_keys; i++) {
		const struct pile_key *k = &p->keys[i];
		int l = alike(p, &p->certs[ca->cert], k);
		if (k->state != PILE_OPEN || !key_matches(&k->key, &p->certs[ca->cert].cert) ||
			l <= best)
			continue;
		best = l;
		ca->key = (int)i;
	}
	return ca->key >= 0;
}

/*
 * What may be meant for its key, by name: one that is locked or damaged unless its name says that
 * it is another certificate's; one that is open and another's only if it lies right beside.
 */
static bool suspect(const struct pile *p, const struct authority *ca, const struct pile_key *k)
{
	int l = alike(p, &p->certs[ca->cert], k);
	if (k->state != PILE_OPEN)
		return l == best_likeness(p, k);
	return l == 2 || (l == 3 && !belongs_somewhere(p, k));
}

static void blame(struct authority *ca, const struct pile *p)
{
	int best = -1;
	ca->pair = AUTHORITY_NO_KEY;
	for (size_t i = 0; i < p->n_keys; i++) {
		const struct pile_key *k = &p->keys[i];
		int rank = 2 * alike(p, &p->certs[ca->cert], k) + (k->state == PILE_LOCKED);
		if (rank <= best || !suspect(p, ca, k))
			continue;
		best = rank;
		ca->key = (int)i;
		ca->pair = k->state == PILE_LOCKED ? AUTHORITY_LOCKED
			   : k->state == PILE_OPEN ? AUTHORITY_MISMATCH
						   : AUTHORITY_DAMAGED;
	}
}

static bool usable(const struct cert *c)
{
	return (c->key == KEY_RSA && c->key_bits >= RSA_LEAST) || c->key == KEY_P256 ||
	       c->key == KEY_P384 || c->key == KEY_P521;
}

/* A signature that cannot be verified here (RSA-PSS) is taken for its own. */
static bool self_signed(const struct cert *c)
{
	if (c->sig == SIG_RSA_PSS || c->sig == SIG_ED25519 || c->sig == SIG_OTHER)
		return bytes_equal(c->issuer, c->subject);
	return chain_signed_by(c, c);
}

void authorities_find(struct authorities *a, const struct pile *p)
{
	*a = (struct authorities){.pile = p};
	for (size_t i = 0; i < p->n_certs; i++)
		if (p->certs[i].is_ca)
			add_cert(a, i);
	for (size_t i = 0; i < a->n; i++) {
		struct authority *ca = &a->v[i];
		const struct cert *c = &p->certs[ca->cert].cert;
		ca->self_signed = self_signed(c);
		if (!usable(c))
			ca->pair = AUTHORITY_UNUSABLE;
		else if (!pair(ca, p))
			blame(ca, p);
	}
	authority_roles(a);
}

void authorities_free(struct authorities *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].older);
	free(a->v);
	*a = (struct authorities){.n = 0};
}

/* --- use ------------------------------------------------------------------------------------ */

const struct cert *authority_cert(const struct authorities *a, size_t i)
{
	return &a->pile->certs[a->v[i].cert].cert;
}

const char *authority_cert_path(const struct authorities *a, size_t i)
{
	return a->pile->files[a->pile->certs[a->v[i].cert].file].path;
}

const char *authority_key_path(const struct authorities *a, size_t i)
{
	return a->v[i].key < 0 ? NULL : key_path(a->pile, &a->pile->keys[a->v[i].key]);
}

bool authorities_on_node(const struct authorities *a)
{
	for (size_t i = 0; i < a->pile->n_keys; i++)
		for (size_t j = 0; j < a->pile->n_certs; j++)
			if (!a->pile->certs[j].is_ca && a->pile->keys[i].state == PILE_OPEN &&
				key_matches(&a->pile->keys[i].key, &a->pile->certs[j].cert))
				return true;
	return false;
}

void authority_key_kind(struct buf *out, const struct cert *c)
{
	struct spki s;
	char text[32];
	if (c->key != KEY_OTHER) {
		buf_str(out, cert_key_text(c->key, c->key_bits, text));
	} else if (spki_parse(c->spki, &s, NULL) == 0) {
		struct der d = der_reader(s.params, NULL);
		struct der_tlv curve;
		bool named = oid_find(s.oid) == OID_EC && der_take(&d, DER_OID, "", &curve) == 0;
		spki_algorithm_text(out, named ? curve.body : s.oid);
	}
}
