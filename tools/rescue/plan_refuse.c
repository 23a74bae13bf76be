// SPDX-License-Identifier: MIT
// plan_refuse: the reasons for which a plan as a whole must not be carried out.
#include <string.h>

#include "rescue/plan_make.h"

/* Does a CA of this node stand in another cluster's directory as well? */
static int one_cluster(const struct maker *m, struct error *err)
{
	const char *cluster = NULL;
	for (size_t i = 0; i < m->plan->n; i++) {
		int ca = m->plan->items[i].ca;
		if (ca < 0)
			continue;
		for (size_t k = 0; k < m->n_cas; k++) {
			if (!spki_same(m->cas[k].cert->spki, m->cas[ca].cert->spki))
				continue;
			if (cluster && strcmp(cluster, m->cas[k].cluster) != 0)
				return error_set(err, ERR_REFUSED, NULL,
					"name one with --cluster NAME",
					"this node's CA stands in two clusters' directories: %s "
					"and %s",
					cluster, m->cas[k].cluster);
			cluster = m->cas[k].cluster;
		}
	}
	m->plan->cluster = cluster;
	return 0;
}

/* No CA at hand signed anything here: the wrong stick, most likely. Names both sides by key. */
static int check_cluster(const struct maker *m, struct error *err)
{
	const struct inv_cert *ca = NULL, *leaf = NULL;
	for (size_t i = 0; i < m->inv->n_certs; i++) {
		const struct inv_cert *c = &m->inv->certs[i];
		if (m->plan->items[i].ca >= 0)
			return 0;
		if (!leaf && c->readable && !c->is_ca && c->issuer >= 0 && !plan_is_own(c) &&
			c->role != ROLE_OTHER)
			leaf = c;
		if (!ca && c->readable && c->role == ROLE_CA)
			ca = c;
	}
	if (!leaf && !ca)
		return 0;
	struct buf mine = BUF_INIT, theirs = BUF_INIT;
	char key[2 * SHA256_SIZE + 1];
	const struct inv_cert *node = ca ? ca : &m->inv->certs[leaf->issuer];
	cert_name_text(&theirs, node->cert.subject);
	sha256_hex(node->cert.spki, key);
	buf_printf(&theirs, " (key %.16s)", key);
	for (size_t i = 0; i < m->n_cas && i < 4; i++) {
		buf_str(&mine, i ? ", " : "");
		cert_name_text(&mine, m->cas[i].cert->subject);
		sha256_hex(m->cas[i].cert->spki, key);
		buf_printf(&mine, " of %s (key %.16s)", m->cas[i].cluster, key);
	}
	error_set(err, ERR_REFUSED, m->inv->files[node->file].path,
		"bring the stick that holds this cluster's CA",
		"the CA at hand is another cluster's: this node's is %s; at hand: %s",
		buf_text(&theirs), buf_text(&mine));
	buf_free(&mine);
	buf_free(&theirs);
	return -1;
}

static int identity_in_doubt(const struct inventory *inv, struct error *err)
{
	for (size_t i = 0; i < inv->n_findings; i++) {
		const struct inv_finding *f = &inv->findings[i];
		if (strcmp(f->code, "identity") == 0)
			return error_set(err, ERR_REFUSED, f->path, f->remedy, "%s", f->text);
	}
	return 0;
}

/* Nothing but the kubelet's own serving pair could be renewed, though more is due: why, of the
 * first. */
static int hopeless(const struct maker *m, struct error *err)
{
	const struct plan_item *first = NULL;
	for (size_t i = 0; i < m->plan->n; i++) {
		const struct plan_item *item = &m->plan->items[i];
		const struct inv_cert *c = &m->inv->certs[i];
		if (item->action == PLAN_RENEW && !plan_is_own(c))
			return 0;
		if (!first && item->action == PLAN_REFUSE && item->due && !c->is_ca)
			first = item;
	}
	if (!first)
		return 0;
	return error_set(err, ERR_FAILED, m->inv->files[m->inv->certs[first->cert].file].path,
		"nothing was changed; the plan gives each reason",
		"none of the %zu that are due can be renewed; the first: %s", m->plan->refused,
		first->reason);
}

int plan_refused(const struct maker *m, struct error *err)
{
	if (check_cluster(m, err) || one_cluster(m, err) || identity_in_doubt(m->inv, err))
		return -1;
	return hopeless(m, err);
}
