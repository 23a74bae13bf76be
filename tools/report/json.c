// SPDX-License-Identifier: MIT
// json: check, plan, verify and report as one JSON object each.
#include <stdio.h>

#include "base/json.h"
#include "report/json.h"
#include "report/text.h"

#define FORMAT_VERSION 1

static void name_or_null(struct json *j, const char *key, struct bytes name)
{
	struct buf text = BUF_INIT;
	cert_name_text(&text, name);
	json_key(j, key);
	json_bytes(j, buf_bytes(&text));
	buf_free(&text);
}

/* What the certificate itself says; null where it cannot be read. */
static void contents(struct json *j, const struct inv_cert *c, int64_t now)
{
	static const char *const keys[] = {
		"subject", "issuer", "serial_number", "not_before", "not_after", "seconds_left"};
	if (!c->readable) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
			json_key(j, keys[i]);
			json_null(j);
		}
		return;
	}
	struct buf serial = BUF_INIT;
	cert_serial_decimal(&serial, c->cert.serial);
	name_or_null(j, "subject", c->cert.subject);
	name_or_null(j, "issuer", c->cert.issuer);
	json_put(j, "serial_number", buf_text(&serial));
	json_put_time(j, "not_before", c->cert.not_before);
	json_put_time(j, "not_after", c->cert.not_after);
	json_put_int(j, "seconds_left", c->cert.not_after - now);
	buf_free(&serial);
}

static void users(struct json *j, const struct inv_cert *c)
{
	json_key(j, "users");
	json_array(j);
	for (size_t i = 0; i < c->n_users; i++) {
		json_object(j);
		json_put(j, "component", c->users[i].component);
		json_put(j, "flag", c->users[i].flag);
		json_end(j, '}');
	}
	json_end(j, ']');
}

/* The object of one certificate, left open for what a command adds. */
static void certificate(struct json *j, const struct inventory *inv, const struct inv_cert *c,
	int64_t now, int64_t within)
{
	char key[32];
	json_object(j);
	json_put(j, "path", inv->files[c->file].path);
	json_put(j, "place", c->place ? c->place : "");
	json_put(j, "kind", c->is_ca ? "ca" : "leaf");
	contents(j, c, now);
	json_put(j, "state", inventory_state_text(inventory_state(inv, c, now, within)));
	json_put(j, "key", c->readable ? cert_key_text(c->cert.key, c->cert.key_bits, key) : NULL);
	users(j, c);
}

static void head(struct json *j, const struct inventory *inv, int64_t now)
{
	json_put_int(j, "version", FORMAT_VERSION);
	json_put(j, "node", inv ? inv->node : NULL);
	json_put(j, "layout", inv ? inv->layout : NULL);
	json_put_time(j, "now", now);
}

static void one_finding(
	struct json *j, const char *path, const char *code, const char *text, const char *remedy)
{
	json_object(j);
	json_put(j, "path", path);
	json_put(j, "code", code);
	json_put(j, "text", text);
	json_put(j, "remedy", remedy ? remedy : "");
	json_end(j, '}');
}

static void findings(struct json *j, const struct inventory *inv)
{
	json_key(j, "findings");
	json_array(j);
	for (size_t i = 0; inv && i < inv->n_findings; i++) {
		const struct inv_finding *f = &inv->findings[i];
		one_finding(j, f->path, f->code, f->text, f->remedy);
	}
	json_end(j, ']');
}

/* key: "certificates" or "after"; with the plan's decision where there is one. */
static void certificates(struct json *j, const char *key, const struct inventory *inv,
	const struct plan *plan, int64_t now, int64_t within)
{
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; inv && i < inv->n_certs; i++) {
		certificate(j, inv, &inv->certs[i], now, within);
		if (plan && i < plan->n) {
			json_put(j, "action", plan_action_text(plan->items[i].action));
			json_put(j, "reason", plan->items[i].reason);
		}
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void one_mode(struct json *j, const char *key, mode_t mode)
{
	char text[8];
	snprintf(text, sizeof(text), "%04o", (unsigned)mode & 07777);
	json_put(j, key, text);
}

void report_json_modes(struct json *j, const struct inventory *inv, const struct plan *plan)
{
	json_key(j, "modes");
	json_array(j);
	for (size_t i = 0; inv && plan && i < plan->n_modes; i++) {
		const struct plan_mode *m = &plan->modes[i];
		const struct inv_file *f = &inv->files[m->file];
		json_object(j);
		json_put(j, "path", f->real);
		one_mode(j, "old_mode", f->st.st_mode);
		one_mode(j, "new_mode", m->mode);
		json_put_int(j, "old_owner", f->st.st_uid);
		json_put_int(j, "new_owner", m->uid);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void done(struct json *j)
{
	json_end(j, '}');
	buf_str(j->out, "\n");
}

static void count(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	if (n < 0)
		json_null(j);
	else
		json_int(j, n);
}

static void until(struct json *j, int64_t t)
{
	if (t) {
		json_put_time(j, "until", t);
	} else {
		json_key(j, "until");
		json_null(j);
	}
}

void report_json_check(struct buf *out, const struct inventory *inv, int64_t now, int64_t within)
{
	struct json j = JSON_INIT(out);
	json_object(&j);
	head(&j, inv, now);
	certificates(&j, "certificates", inv, NULL, now, within);
	findings(&j, inv);
	done(&j);
}

void report_json_plan(struct buf *out, const struct inventory *inv, const struct plan *plan,
	int64_t now, int64_t within)
{
	struct json j = JSON_INIT(out);
	json_object(&j);
	head(&j, inv, now);
	json_put(&j, "cluster", plan->cluster);
	json_put_int(&j, "renewed", (int64_t)plan->renewed);
	json_put_int(&j, "kept", (int64_t)plan->kept);
	json_put_int(&j, "refused", (int64_t)plan->refused);
	until(&j, plan->until);
	certificates(&j, "certificates", inv, plan, now, within);
	report_json_modes(&j, inv, plan);
	findings(&j, inv);
	done(&j);
}

void report_json_verify(struct buf *out, const struct inventory *inv,
	const struct verify_report *verify, int64_t now)
{
	struct json j = JSON_INIT(out);
	json_object(&j);
	head(&j, inv, now);
	json_put_bool(&j, "ok", verify->n_findings == 0);
	json_key(&j, "certificates");
	json_array(&j);
	for (size_t i = 0; i < inv->n_certs; i++) {
		certificate(&j, inv, &inv->certs[i], now, 0);
		json_put_bool(&j, "ok", verify->certs[i].verdict != VERIFY_BAD);
		json_put(&j, "problem", verify->certs[i].problem);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_key(&j, "findings");
	json_array(&j);
	for (size_t i = 0; i < verify->n_findings; i++) {
		const struct verify_finding *f = &verify->findings[i];
		one_finding(&j, f->path, f->code, f->text, f->remedy);
	}
	json_end(&j, ']');
	done(&j);
}

static void line_of(struct json *j, const struct result *r)
{
	struct buf line = BUF_INIT;
	text_result_line(&line, r);
	json_key(j, "result");
	json_bytes(j, (struct bytes){line.p, line.n - 1}); /* without the line end */
	buf_free(&line);
}

void report_json_result(struct buf *out, const struct result *r)
{
	const int64_t within = 30 * (int64_t)86400;
	const struct inventory *inv = r->before ? r->before : r->after;
	struct text_counts c = text_result_counts(r);
	struct json j = JSON_INIT(out);
	json_object(&j);
	head(&j, inv, r->finished ? r->finished : r->started);
	json_put(&j, "command", r->command);
	json_put_int(&j, "exit", r->exit);
	json_put(&j, "id", r->id[0] ? r->id : NULL);
	line_of(&j, r);
	json_put(&j, "error", r->error);
	json_put_time(&j, "started", r->started);
	json_put_time(&j, "finished", r->finished);
	json_put(&j, "certrescue", r->version);
	json_put(&j, "operator", r->operator_name);
	json_put(&j, "clock", r->clock_source);
	json_put(&j, "state_dir", r->state_dir);
	json_put(&j, "ledger_head", r->ledger_head);
	json_put(&j, "cluster", r->plan ? r->plan->cluster : NULL);
	count(&j, "renewed", c.renewed);
	count(&j, "kept", c.kept);
	count(&j, "refused", c.refused);
	until(&j, c.until);
	certificates(&j, "certificates", r->before, r->plan, r->started, within);
	certificates(&j, "after", r->after, NULL, r->finished, within);
	report_json_modes(&j, r->before, r->plan);
	findings(&j, inv);
	done(&j);
}
