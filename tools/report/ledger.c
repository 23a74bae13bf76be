// SPDX-License-Identifier: MIT
// ledger: the lines that a rescue leaves in the audit trail.
#include "base/json.h"
#include "report/json.h"
#include "report/ledger.h"
#include "report/text.h"

static void head(struct json *j, const struct ledger_run *run, const char *kind)
{
	const struct result *r = run->result;
	const struct inventory *inv = r->before ? r->before : r->after;
	json_object(j);
	json_put(j, "kind", kind);
	json_put(j, "id", r->id[0] ? r->id : NULL);
	json_put_time(j, "time", r->finished ? r->finished : r->started);
	json_put(j, "clock", r->clock_source);
	json_put(j, "operator", r->operator_name);
	json_put(j, "node", inv ? inv->node : run->node);
	json_put(j, "machine_id", run->machine_id);
	json_key(j, "tool");
	json_object(j);
	json_put(j, "version", r->version);
	json_put(j, "sha256", run->tool_sha256);
	json_end(j, '}');
}

static void certificate(struct json *j, const char *key, const struct cert *c)
{
	struct buf subject = BUF_INIT, serial = BUF_INIT;
	char digest[2 * SHA256_SIZE + 1];
	json_key(j, key);
	if (!c) {
		json_null(j);
		return;
	}
	cert_name_text(&subject, c->subject);
	cert_serial_decimal(&serial, c->serial);
	sha256_hex(c->raw, digest);
	json_object(j);
	json_put(j, "subject", buf_text(&subject));
	json_put(j, "serial_number", buf_text(&serial));
	json_put_time(j, "not_before", c->not_before);
	json_put_time(j, "not_after", c->not_after);
	json_put(j, "sha256", digest);
	json_end(j, '}');
	buf_free(&subject);
	buf_free(&serial);
}

void report_ledger_plan(struct buf *out, const struct ledger_run *run, const struct signing *s,
	const char *plan_sha256)
{
	struct json j = JSON_INIT(out);
	head(&j, run, "plan");
	json_put(&j, "cluster", s->plan->cluster);
	json_put(&j, "plan_sha256", plan_sha256);
	json_key(&j, "certificates");
	json_array(&j);
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct inv_cert *old = &s->inv->certs[i];
		const struct signed_item *made = sign_result(s, i);
		if (s->plan->items[i].action != PLAN_RENEW || !made)
			continue;
		json_object(&j);
		json_put(&j, "path", s->inv->files[old->file].path);
		json_put(&j, "place", old->place ? old->place : "");
		certificate(&j, "old", old->readable ? &old->cert : NULL);
		certificate(&j, "new", &made->cert);
		json_put_bool(&j, "new_key", s->plan->items[i].new_key);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	report_json_modes(&j, s->inv, s->plan);
	json_end(&j, '}');
}

void report_ledger_result(struct buf *out, const struct ledger_run *run)
{
	const struct result *r = run->result;
	struct buf line = BUF_INIT;
	struct json j = JSON_INIT(out);
	head(&j, run, "result");
	json_put(&j, "command", r->command);
	json_put_int(&j, "exit", r->exit);
	text_result_line(&line, r);
	json_key(&j, "result");
	json_bytes(&j, (struct bytes){line.p, line.n - 1});
	json_put(&j, "error", r->error);
	json_end(&j, '}');
	buf_free(&line);
}

void report_ledger_revoke(struct buf *out, const struct ledger_run *run, const char *serial_number,
	const char *subject, const char *path, const char *reason)
{
	struct json j = JSON_INIT(out);
	head(&j, run, "revoke");
	json_put(&j, "serial_number", serial_number);
	json_put(&j, "subject", subject);
	json_put(&j, "path", path);
	json_put(&j, "reason", reason);
	json_end(&j, '}');
}
