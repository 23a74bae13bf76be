// SPDX-License-Identifier: MIT
// renew_ledger: what a rescue leaves in the audit trail: on the medium, and a copy on the node.
#include <stdlib.h>

#include "cmd/renew.h"
#include "report/json.h"

/* A damaged ledger is left as it is and told; this rescue begins one beside it. */
static void open_ledger(struct renew *r, const char *cluster)
{
	struct error err = ERROR_INIT;
	char *beside = xasprintf("%s-%s", cluster, r->id);
	if (ledger_open(&r->ledger, r->c.media, cluster, &err)) {
		common_warn(&err);
		if (ledger_open(&r->ledger, r->c.media, beside, &err) == 0)
			renew_say(r, "the record of this rescue goes into %s", r->ledger.path);
	}
	free(beside);
}

void renew_ledger_open(struct renew *r)
{
	r->ledger = (struct ledger)LEDGER_INIT;
	if (r->c.media && r->plan.cluster && *r->plan.cluster)
		open_ledger(r, r->plan.cluster);
	r->ledger_begin = r->ledger.text.n;
	r->signing.ledger = &r->ledger;
}

static void add(struct renew *r, struct buf *object)
{
	ledger_add(&r->ledger, buf_bytes(object));
	buf_free(object);
}

/* A medium that takes no record is told, and the rescue goes on: the node keeps the copy. */
static void write_out(struct renew *r)
{
	struct error err;
	if (ledger_write(&r->ledger, &err) == 0)
		return;
	common_warn(&err);
	ledger_detach(&r->ledger); /* once is enough */
}

void renew_ledger_plan(struct renew *r)
{
	struct buf plan = BUF_INIT, object = BUF_INIT;
	char digest[LEDGER_HEX];
	ledger_who(&r->who, &r->root);
	report_json_plan(&plan, &r->inv, &r->plan, r->c.now, r->within);
	ledger_digest(buf_bytes(&plan), digest);
	struct ledger_run run = ledger_run(&r->who, &r->result);
	report_ledger_plan(&object, &run, &r->signing, digest);
	add(r, &object);
	write_out(r);
	buf_free(&plan);
	r->ledger_planned = true;
}

/*
 * A certificate whose key was replaced is not to be used any more, nor the key; the kubelet's
 * self-signed ones concern nobody else.
 */
static void revoke_replaced(struct renew *r, const struct ledger_run *run)
{
	for (size_t i = 0; i < r->plan.n; i++) {
		const struct plan_item *p = &r->plan.items[i];
		const struct inv_cert *old = &r->inv.certs[i];
		struct buf object = BUF_INIT, serial = BUF_INIT, subject = BUF_INIT;
		if (p->action != PLAN_RENEW || !p->new_key || !old->readable || p->ca < 0 ||
			p->same_as >= 0)
			continue;
		cert_serial_decimal(&serial, old->cert.serial);
		cert_name_text(&subject, old->cert.subject);
		report_ledger_revoke(&object, run, buf_text(&serial), buf_text(&subject),
			r->inv.files[old->file].path, "new-key");
		add(r, &object);
		buf_free(&serial);
		buf_free(&subject);
	}
}

void renew_ledger_end(struct renew *r, bool done)
{
	struct ledger_run run = ledger_run(&r->who, &r->result);
	struct buf object = BUF_INIT;
	struct error err;
	if (!r->ledger_planned)
		return;
	report_ledger_result(&object, &run);
	add(r, &object);
	if (done)
		revoke_replaced(r, &run);
	write_out(r);
	struct bytes own = {r->ledger.text.p + r->ledger_begin, r->ledger.text.n - r->ledger_begin};
	if (r->result.state_dir && tx_note(&r->root, r->id, "ledger.jsonl", own, &err))
		common_warn(&err);
	r->result.ledger_head = r->ledger.head;
	if (r->ledger.media && r->ledger.written == r->ledger.text.n)
		renew_say(r, "ledger: %s, %zu lines, head %s", r->ledger.path, r->ledger.lines,
			r->ledger.head);
}
