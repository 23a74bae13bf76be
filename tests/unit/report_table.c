// SPDX-License-Identifier: MIT
// table and json: what check shows for one node, to people and to machines.
#include "base/json.h"
#include "inv.h"
#include "report/json.h"
#include "report/table.h"

#define WITHIN (30 * 86400)

static struct inventory inv;

static const char *table(struct buf *out, int width, bool colour)
{
	struct table_view view = {INV_NOW, WITHIN, width, colour, NULL};
	buf_free(out);
	table_check(out, &inv, &view);
	return buf_text(out);
}

static size_t line_of(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	size_t n = 0;
	for (const char *p = text; at && p < at; p++)
		n += *p == '\n';
	return at ? n : (size_t)tap_failed++ + 999; /* not there: fails */
}

static int widest(const char *text)
{
	int most = 0, n = 0;
	for (; *text; text++) {
		n = *text == '\n' ? 0 : n + 1;
		most = n > most ? n : most;
	}
	return most;
}

static void people(void)
{
	struct buf b = BUF_INIT;
	const char *t = table(&b, 0, false);
	has_str(t, "cp-1: kubeadm control plane, now 2026-09-21", "the heading says which node");
	has_str(t, "EXPIRED 10 days ago", "what has expired says since when");
	ok(line_of(t, "EXPIRED 10 days") < line_of(t, "ok      in 200 days"), "worst first");
	ok(line_of(t, "ok      in 200 days") < line_of(t, " CA  "), "CAs stand apart, below");
	has_str(t, "+ also in /root/.kube/config", "a copy is named");
	ok(line_of(t, "+ also in") == line_of(t, "EXPIRED 10 days") + 1, "below its original");
	has_str(t, "1 of 3 certificates has expired, 1 is damaged; next: certrescue renew.",
		"the last line counts and says what next");
	ok(!strchr(t, '\033'), "no byte of a path reaches the terminal raw");
	has_str(t, "\\x1b[31mserver.crt", "it is shown escaped");
	t = table(&b, 80, false);
	ok(widest(t) < 80, "80 columns are enough");
	has_str(t, "Paths without / in front are in /etc/kubernetes.",
		"the rule that shortens paths is said");
	has_str(t, " pki/apiserver.crt ", "a path beneath it is relative");
	ok(strstr(table(&b, 0, true), "\033[31mEXPIRED\033[0m"), "red where colour is on");
	inventory_find(&inv, "/x", "c", false, "broken", "mend it");
	has_str(table(&b, 0, false), "! /x: broken\n  -> mend it\n", "a finding and its remedy");
	buf_free(&b);
}

static void machines(void)
{
	struct buf b = BUF_INIT;
	report_json_check(&b, &inv, INV_NOW, WITHIN);
	const char *t = buf_text(&b);
	has_str(t, "{\"version\":1,\"node\":\"cp-1\",\"layout\":\"kubeadm\",\"now\":\"2026-09-21T",
		"the head");
	has_str(t,
		"{\"path\":\"/etc/kubernetes/admin.conf\",\"place\":\"\",\"kind\":\"leaf\","
		"\"subject\":\"O=system:masters,CN=kubernetes-admin\",\"issuer\":\"CN=kubernetes\","
		"\"serial_number\":\"",
		"a certificate");
	has_str(t,
		"\"seconds_left\":-864000,\"state\":\"expired\",\"key\":\"ECDSA-P256\",\"users\":[]"
		"}",
		"its state");
	has_str(t, "\"subject\":null,", "what cannot be read is null");
	has_str(t, "\"state\":\"unreadable\",\"key\":null", "and unreadable");
	ok(!strchr(t, '\033') && strstr(t, "\\u001b[31m"), "control bytes are escaped");
	ok(t[b.n - 1] == '\n' && !memchr(t, '\n', b.n - 1), "one line");
	buf_free(&b);
}

static void wrong(void)
{
	struct inventory one = inv;
	one.n_findings = 0;
	ok(table_wrong(&inv, INV_NOW, WITHIN), "expired is wrong");
	one.certs = &inv.certs[INV_API];
	one.n_certs = 0;
	ok(!table_wrong(&one, INV_NOW, WITHIN), "nothing is not");
	one.n_findings = 1;
	ok(table_wrong(&one, INV_NOW, WITHIN), "a finding is");
	one = inv;
	one.n_findings = 0;
	one.n_certs = 2;
	ok(!table_wrong(&one, INV_NOW, WITHIN), "two good ones are not");
	ok(table_wrong(&one, INV_NOW, (int64_t)201 * 86400), "due is");
	ok(table_wrong(&one, INV_NOW - (int64_t)170 * 86400, WITHIN), "not yet valid is");
	struct inv_cert hook = inv.certs[INV_WEBHOOK];
	one.certs = &hook;
	one.n_certs = 1;
	ok(!table_wrong(&one, INV_NOW, WITHIN), "somebody else's certificate is not");
	hook.role = ROLE_APISERVER;
	ok(table_wrong(&one, INV_NOW, WITHIN), "the API server's of an unknown issuer is");
}

int main(void)
{
	make_dir();
	if (!ok(inv_fixtures(), "openssl makes certificates"))
		return done();
	inv_make(&inv);
	people();
	machines();
	wrong();
	inventory_free(&inv);
	return done();
}
