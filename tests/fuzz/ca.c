// SPDX-License-Identifier: MIT
// What ca show, import, protect and renew read: any file gives CAs, keys and findings that hold
// together; a key's bytes can be replaced without harm to what stands around them.
#include <stdlib.h>
#include <string.h>

#include "report/ca.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_pile(const struct pile *p)
{
	for (size_t i = 0; i < p->n_certs; i++) {
		const struct pile_cert *c = &p->certs[i];
		require(c->file < p->n_files && c->begin <= c->end);
		require(c->end <= p->files[c->file].content.n);
	}
	for (size_t i = 0; i < p->n_keys; i++) {
		const struct pile_key *k = &p->keys[i];
		require(k->file < p->n_files && k->begin <= k->end);
		require(k->end <= p->files[k->file].content.n);
		require((k->state == PILE_DAMAGED || k->state == PILE_UNUSABLE) ==
			(k->why != NULL));
		require(k->state != PILE_LOCKED || k->encrypted);
	}
}

static void check_cas(const struct pile *p)
{
	struct authorities cas;
	struct authority_findings findings;
	struct authority_ask ask = {.now = 1800000000, .within = 1000000};
	struct buf text = BUF_INIT, json = BUF_INIT;
	authorities_find(&cas, p);
	authority_check(&findings, &cas, &ask);
	for (size_t i = 0; i < cas.n; i++) {
		require(cas.v[i].cert < p->n_certs && cas.v[i].key < (int)p->n_keys);
		require(cas.v[i].pair != AUTHORITY_PAIRED ||
			key_matches(&p->keys[cas.v[i].key].key, authority_cert(&cas, i)));
	}
	struct ca_view view = {&cas, &findings, ask.now, ask.within, false};
	report_ca_text(&text, &view);
	report_ca_json(&json, &view);
	buf_free(&text);
	buf_free(&json);
	authority_findings_free(&findings);
	authorities_free(&cas);
}

/* Every key in a PEM block is replaced by a remark. */
static void check_rewrite(const struct pile *p)
{
	struct pile_edit *edits = xmalloc((p->n_keys + 1) * sizeof(*edits));
	struct buf out = BUF_INIT;
	struct pile again = PILE_INIT;
	size_t n = 0, certs = 0;
	for (size_t i = 0; i < p->n_keys; i++) {
		const struct pile_key *k = &p->keys[i];
		if (k->form != PILE_PEM || k->state != PILE_OPEN)
			continue;
		edits[n] = (struct pile_edit){k->file, k->begin, k->end, BUF_INIT};
		buf_str(&edits[n++].with, "# a key\n");
	}
	for (size_t i = 0; i < p->n_certs; i++)
		certs += p->certs[i].form == PILE_PEM;
	if (n > 0) {
		pile_rewrite(&out, p, 0, edits, n);
		pile_add(&again, "x", buf_bytes(&out));
		require(again.n_certs == certs);
		require(again.n_keys == p->n_keys - n);
	}
	for (size_t i = 0; i < n; i++)
		buf_free(&edits[i].with);
	free(edits);
	buf_wipe(&out);
	pile_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pile p = PILE_INIT;
	p.path = xstrdup("ca");
	pile_add(&p, "ca/x", (struct bytes){data, size});
	check_pile(&p);
	check_cas(&p);
	check_rewrite(&p);
	pile_free(&p);
	return 0;
}
