// SPDX-License-Identifier: MIT
// ledger: the lines of an undo and a resume; who writes.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsondoc.h"
#include "cmd/ledger.h"
#include "media/medium.h"
#include "rescue/tx.h"

#define PROGRAM "/proc/self/exe"
#define PROGRAM_MAX (64 << 20)
#define COPY "ledger.jsonl" /* in the rescue's directory on the node */

static void digest_program(char hex[LEDGER_HEX])
{
	struct stat st;
	struct buf b = BUF_INIT;
	int fd = open(PROGRAM, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size < PROGRAM_MAX) {
		ssize_t got = 1;
		while (got > 0 && (got = read(fd, buf_room(&b, 1 << 20), 1 << 20)) > 0)
			b.n += (size_t)got;
		if (got == 0)
			ledger_digest(buf_bytes(&b), hex);
	}
	if (fd >= 0)
		close(fd);
	buf_free(&b);
}

void ledger_who(struct ledger_who *who, const struct root *root)
{
	struct buf text = BUF_INIT;
	struct stat st;
	struct error ignored;
	*who = (struct ledger_who){.machine_id = ""};
	if (root_read(root, "/etc/machine-id", 64, &text, &st, &ignored) == 0 && text.n)
		snprintf(who->machine_id, sizeof(who->machine_id), "%.*s",
			(int)strcspn(buf_text(&text), "\n"), buf_text(&text));
	buf_free(&text);
	digest_program(who->tool_sha256);
}

struct ledger_run ledger_run(const struct ledger_who *who, const struct result *result)
{
	return (struct ledger_run){result, who->machine_id[0] ? who->machine_id : NULL,
		who->tool_sha256[0] ? who->tool_sha256 : NULL, NULL};
}

/* --- undo and resume ------------------------------------------------------------------------- */

static const char *text_of(const struct jsondoc *d, const char *key)
{
	const struct jsondoc *v = jsondoc_get(d, key);
	return v && v->kind == JSONDOC_STRING ? buf_text(&v->text) : "";
}

/* The rescue's plan among the lines of text; false: it is not there. jsondoc_free in any case. */
static bool find_plan(struct bytes text, const char *id, struct jsondoc *plan)
{
	struct bytes line;
	struct error ignored;
	size_t at = 0;
	*plan = (struct jsondoc){.n = 0};
	while (ledger_line(text, &at, &line)) {
		jsondoc_free(plan);
		if (jsondoc_read(plan, line, &ignored) == 0 &&
			strcmp(text_of(plan, "kind"), "plan") == 0 &&
			strcmp(text_of(plan, "id"), id) == 0)
			return true;
	}
	return false;
}

struct search {
	const char *media, *id;
	struct ledger ledger; /* the one that has the plan, once found */
	struct jsondoc plan;
	bool found;
};

static void look(void *to, const char *path)
{
	struct search *s = to;
	const char *slash = strrchr(path, '/');
	struct ledger l;
	struct jsondoc plan;
	struct error err;
	if (s->found || !slash)
		return;
	char *cluster = xstrndup(slash + 1, strlen(slash + 1) - strlen(".jsonl"));
	if (ledger_open(&l, s->media, cluster, &err)) {
		common_warn(&err);
	} else if (find_plan(buf_bytes(&l.text), s->id, &plan)) {
		s->found = true;
		s->ledger = l;
		s->plan = plan;
	} else {
		jsondoc_free(&plan);
		ledger_close(&l);
	}
	free(cluster);
}

/* Without the medium, what the node kept of the rescue says what it had issued. */
static void look_on_node(struct search *s, const struct root *root)
{
	char *path = xasprintf("%s/%s/%s", STATE_DIR, s->id, COPY);
	struct buf text = BUF_INIT;
	struct stat st;
	struct error ignored;
	s->ledger = (struct ledger)LEDGER_INIT;
	if (root_read(root, path, LEDGER_COPY_MAX, &text, &st, &ignored) == 0)
		find_plan(buf_bytes(&text), s->id, &s->plan);
	buf_free(&text);
	free(path);
}

static void add(struct ledger *l, struct buf *object)
{
	ledger_add(l, buf_bytes(object));
	buf_free(object);
}

/* Has an earlier certificate of the list this serial number? One certificate may stand in several
 * places. */
static bool seen_before(const struct jsondoc *certs, size_t i, const char *serial)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(text_of(jsondoc_get(&certs->v[k], "new"), "serial_number"), serial) == 0)
			return true;
	return false;
}

static void revoke_issued(struct search *s, const struct ledger_run *run)
{
	const struct jsondoc *certs = jsondoc_get(&s->plan, "certificates");
	for (size_t i = 0; certs && i < certs->n; i++) {
		const struct jsondoc *made = jsondoc_get(&certs->v[i], "new");
		const char *serial = text_of(made, "serial_number");
		struct buf object = BUF_INIT;
		if (seen_before(certs, i, serial))
			continue;
		report_ledger_revoke(&object, run, serial, text_of(made, "subject"),
			text_of(&certs->v[i], "path"), "undo");
		add(&s->ledger, &object);
	}
}

static void write_out(struct search *s, const struct root *root, size_t begin, bool back)
{
	struct error err;
	struct bytes own = {s->ledger.text.p + begin, s->ledger.text.n - begin};
	if (ledger_write(&s->ledger, &err))
		common_warn(&err);
	if (tx_note(root, s->id, back ? "ledger-undo.jsonl" : "ledger-resume.jsonl", own, &err))
		common_warn(&err);
}

void ledger_record_end(const struct common *c, const struct root *root, const char *id, bool back)
{
	struct search s = {.media = c->media, .id = id, .ledger = LEDGER_INIT};
	struct ledger_who who;
	struct buf object = BUF_INIT;
	struct error err;
	struct result result = {.command = back ? "undo" : "resume",
		.started = c->now,
		.version = CERTRESCUE_VERSION,
		.clock_source = c->now_given ? "operator (--now)" : "system clock"};
	snprintf(result.id, sizeof(result.id), "%s", id);
	if (c->media && medium_ledgers(c->media, NULL, look, &s, &err))
		common_warn(&err);
	if (!s.found)
		look_on_node(&s, root);
	size_t begin = s.ledger.text.n;
	ledger_who(&who, root);
	struct ledger_run run = ledger_run(&who, &result);
	const char *node = text_of(&s.plan, "node");
	run.node = *node ? node : NULL;
	report_ledger_result(&object, &run);
	add(&s.ledger, &object);
	if (back)
		revoke_issued(&s, &run);
	write_out(&s, root, begin, back);
	jsondoc_free(&s.plan);
	ledger_close(&s.ledger);
}
