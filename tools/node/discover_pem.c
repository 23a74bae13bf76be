// SPDX-License-Identifier: MIT
// discover_pem: takes the certificates out of a PEM text.
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "pki/pem.h"

static struct inv_cert *add_cert(struct discovery *d, const struct pem_place *at)
{
	struct inventory *inv = d->inv;
	if (inv->n_certs == DISCOVER_CERTS) {
		if (!d->certs_capped)
			discover_find(d, inv->files[at->file].path, "too-many", true,
				"move certificates that do not belong to the node away",
				"the node holds more than %d certificates; the rest was not read",
				DISCOVER_CERTS);
		d->certs_capped = true;
		return NULL;
	}
	inv->certs = xgrow(inv->certs, inv->n_certs, sizeof(*inv->certs));
	struct inv_cert *c = &inv->certs[inv->n_certs++];
	*c = (struct inv_cert){
		.file = at->file,
		.place = xstrdup(at->place),
		.entry = at->entry,
		.role = at->role,
		.name = at->name,
		.is_ca = at->ca,
		.issuer = -1,
	};
	return c;
}

static void find_broken(struct discovery *d, const struct pem_place *at, const char *code,
	const char *problem, const char *remedy)
{
	const char *path = d->inv->files[at->file].path;
	if (*at->place)
		discover_find(d, path, code, !at->optional, remedy, "%s: %s", at->place, problem);
	else
		discover_find(d, path, code, !at->optional, remedy, "%s", problem);
}

void discover_broken(struct discovery *d, const struct pem_place *at, const char *code,
	const char *problem, const char *remedy)
{
	find_broken(d, at, code, problem, remedy);
	struct inv_cert *c = at->optional ? NULL : add_cert(d, at);
	if (c)
		c->problem = xstrdup(problem);
}

/* Is the damaged block whose BEGIN line ends before end a certificate's? */
static bool was_certificate(struct bytes text, size_t from, size_t end)
{
	static const char begin[] = "-----BEGIN ";
	struct bytes rest = {text.p + from, end - from};
	bool is = false;
	size_t at;
	while ((at = bytes_find(rest, begin)) != SIZE_MAX) {
		rest.p += at + sizeof(begin) - 1;
		rest.n -= at + sizeof(begin) - 1;
		is = rest.n >= 11 && !memcmp(rest.p, "CERTIFICATE", 11);
	}
	return is;
}

#define REMEDY_DAMAGED                                                                             \
	"restore the file from a backup or another copy: what cannot be read cannot be cloned"

/* One good block: a certificate or not, in the place's role if it is the first of its kind. */
static void add_block(struct discovery *d, const struct pem_place *at, struct pem_block *block,
	size_t n, bool *leaf_seen)
{
	struct error err = ERROR_INIT;
	struct cert cert;
	if (cert_parse(&cert, buf_bytes(&block->der), &err)) {
		char *problem = xasprintf("certificate %zu is damaged: %s", n + 1, err.what);
		discover_broken(d, at, "damaged", problem, REMEDY_DAMAGED);
		free(problem);
		return;
	}
	struct inv_cert *c = add_cert(d, at);
	if (!c)
		return;
	c->block = n;
	c->begin = block->begin;
	c->end = block->end;
	c->der = block->der;
	block->der = (struct buf)BUF_INIT;
	c->readable = !cert_parse(&c->cert, buf_bytes(&c->der), &err);
	c->is_ca = cert.is_ca || (at->ca && !cert.has_bc);
	bool in_place = at->ca == c->is_ca || at->role == ROLE_KUBELET_SERVER;
	/* What stands behind the leaf, or does not belong there, has no role of its own. */
	if (!in_place || (!c->is_ca && *leaf_seen))
		c->role = ROLE_OTHER;
	*leaf_seen = *leaf_seen || !c->is_ca;
}

static void nothing_found(struct discovery *d, const struct pem_place *at, struct bytes text)
{
	const char *problem = text.n == 0 ? "is empty" : "holds no certificate in PEM form";
	if (!at->optional)
		discover_broken(d, at, "no-certificate", problem, REMEDY_DAMAGED);
}

size_t discover_pem(struct discovery *d, struct bytes text, const struct pem_place *at)
{
	struct pem_block block = {0};
	size_t pos = 0, n = 0;
	bool leaf_seen = false, damaged = false;
	for (;;) {
		struct error err = ERROR_INIT;
		size_t from = pos;
		int rc = pem_next(text, &pos, &block, &err);
		if (rc == 0 || d->certs_capped)
			break;
		if (rc < 0 && was_certificate(text, from, pos)) {
			char *problem =
				xasprintf("certificate %zu is damaged: %s", n + 1, err.what);
			discover_broken(d, at, "damaged", problem, REMEDY_DAMAGED);
			free(problem);
			damaged = true;
			n++;
		} else if (rc > 0 && bytes_is(block.label, "CERTIFICATE")) {
			add_block(d, at, &block, n++, &leaf_seen);
		}
		pem_block_free(&block);
	}
	pem_block_free(&block);
	if (n == 0)
		nothing_found(d, at, text);
	else if (!leaf_seen && !damaged && !at->ca && at->role != ROLE_OTHER)
		discover_find(d, d->inv->files[at->file].path, "wrong-certificate", true,
			"put the right certificate there",
			"holds a CA certificate where %s belongs", at->name);
	return n;
}
