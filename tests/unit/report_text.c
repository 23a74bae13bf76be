// SPDX-License-Identifier: MIT
// text: the RESULT line is for machines whatever the node says; plan and report name everything.
#include "inv.h"
#include "report/json.h"
#include "report/text.h"

static struct inventory inv;

static struct plan_item items[INV_CERTS];
static struct plan plan = {.items = items, .n = INV_CERTS, .renewed = 2, .kept = 1, .refused = 1};

static void make_plan(void)
{
	for (size_t i = 0; i < INV_CERTS; i++)
		items[i] = (struct plan_item){.cert = i, .action = PLAN_KEEP, .reason = "not due"};
	items[INV_ADMIN] = (struct plan_item){INV_ADMIN, PLAN_RENEW, "expired 10 days ago", true, 0,
		true, KEY_RSA, 2048, INV_NOW, INV_NOW + 31536000, true, -1};
	items[INV_BROKEN].action = PLAN_REFUSE;
	items[INV_BROKEN].reason = "truncated\033[2J";
	items[INV_BROKEN].due = true;
	plan.until = INV_NOW + 31536000;
	plan.cluster = "prod";
}

static const char *line(struct buf *b, const struct result *r)
{
	buf_free(b);
	text_result_line(b, r);
	return buf_text(b);
}

static void result_line(void)
{
	struct buf b = BUF_INIT;
	struct result r = {
		.command = "renew", .before = &inv, .plan = &plan, .id = "20261123T174501Z"};
	is_str(line(&b, &r),
		"certrescue: RESULT renew exit=0 node=cp-1 renewed=2 kept=1 refused=1 "
		"until=2027-09-21 id=20261123T174501Z\n",
		"the line");
	r.exit = 1;
	is_str(line(&b, &r),
		"certrescue: RESULT renew exit=1 node=cp-1 renewed=0 kept=- refused=- until=- "
		"id=20261123T174501Z\n",
		"what failed renewed nothing, whatever was planned");
	r.exit = 3;
	has_str(line(&b, &r), "renewed=- kept=-", "an interrupted one does not know");
	struct result none = {.command = "renew", .exit = 5};
	is_str(line(&b, &none),
		"certrescue: RESULT renew exit=5 node=- renewed=0 kept=- refused=- until=- id=-\n",
		"nothing is known");
	struct inventory evil = {.node = "a b=c\nexit=0\033\xff%"};
	none.before = &evil;
	has_str(line(&b, &none), "exit=5 node=a%20b%3Dc%0Aexit%3D0%1B%FF%25 renewed=",
		"a hostile node name stays one word");
	evil.node = "";
	has_str(line(&b, &none), " node=- ", "an empty one is none");
	buf_free(&b);
}

static void plan_text(void)
{
	struct buf b = BUF_INIT;
	text_plan(&b, &inv, &plan, INV_NOW, false);
	const char *t = buf_text(&b);
	has_str(t, "renew   admin.conf      ", "what is renewed");
	has_str(t, "new RSA-2048 key; until 2027-09-21 (the CA's end); expired 10 days ago\n",
		"till when, with which key, why");
	has_str(t, "refuse  ", "what is refused");
	has_str(t, "truncated\\x1b[2J", "and why, escaped");
	ok(!strchr(t, '\033'), "no raw control byte");
	has_str(t, "2 to renew, 1 to keep, 1 refused; good until 2027-09-21; CA of prod\n",
		"the count");
	buf_free(&b);
	report_json_plan(&b, &inv, &plan, INV_NOW, 0);
	has_str(buf_text(&b), "\"action\":\"renew\",\"reason\":\"expired 10 days ago\"}",
		"the same for machines");
	buf_free(&b);
}

static void report(void)
{
	struct buf b = BUF_INIT;
	struct result r = {.command = "renew",
		.before = &inv,
		.plan = &plan,
		.after = &inv,
		.id = "20261123T174501Z",
		.started = INV_NOW,
		.finished = INV_NOW + 3,
		.version = "0.1.0",
		.operator_name = "mei",
		.clock_source = "system clock"};
	text_report(&b, &r);
	const char *t = buf_text(&b);
	has_str(t, "operator      mei\n", "who");
	has_str(t, "certrescue undo 20261123T174501Z", "how to take it back");
	has_str(t, "certrescue: RESULT renew exit=0", "the same last line");
	buf_free(&b);
	report_json_result(&b, &r);
	has_str(buf_text(&b), "\"result\":\"certrescue: RESULT renew exit=0 node=cp-1 ",
		"the line stands in report.json");
	has_str(buf_text(&b), "\"after\":[{\"path\"", "and the node as it is now");
	buf_free(&b);
	struct result failed = {.command = "renew", .exit = 1, .error = "no CA"};
	text_report(&b, &failed);
	has_str(buf_text(&b), "failed; the node is unchanged", "a failure says so");
	ok(!strstr(buf_text(&b), "undo"), "and offers no undo");
	buf_free(&b);
	report_json_result(&b, &failed);
	has_str(buf_text(&b), "\"certificates\":[],\"after\":[],\"modes\":[],\"findings\":[]}",
		"empty lists");
	has_str(buf_text(&b), "\"node\":null", "null for what is unknown");
	buf_free(&b);
}

int main(void)
{
	make_dir();
	if (!ok(inv_fixtures(), "openssl makes certificates"))
		return done();
	inv_make(&inv);
	make_plan();
	result_line();
	plan_text();
	report();
	inventory_free(&inv);
	return done();
}
