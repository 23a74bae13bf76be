// SPDX-License-Identifier: MIT
// renew_end: verifies what the disk holds now, writes the reports, says the last words.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/renew.h"
#include "media/medium.h"
#include "report/json.h"
#include "report/text.h"

/* Where the node, read again, holds what item i was to put there; -1: nowhere. */
static int found_again(const struct renew *r, size_t i)
{
	const struct inv_cert *c = &r->inv.certs[i];
	const struct signed_item *want = sign_result(&r->signing, i);
	bool moved = c->role == ROLE_KUBELET_CLIENT; /* from kubelet.conf into the kubelet's file */
	for (size_t k = 0; k < r->after.n_certs; k++) {
		const struct inv_cert *o = &r->after.certs[k];
		bool place =
			strcmp(r->after.files[o->file].path, r->inv.files[c->file].path) == 0 &&
			strcmp(o->place, c->place) == 0;
		if (o->readable && (place || (moved && o->role == c->role)) &&
			bytes_equal(o->cert.raw, buf_bytes(&want->der)))
			return (int)k;
	}
	return -1;
}

static int failed(struct error *err, const char *path, const char *what)
{
	return error_set(err, ERR_PENDING, path,
		"run `certrescue undo` to go back, or `certrescue verify` to see more",
		"read again after the commit: %s", what);
}

/*
 * What was judged twice in memory must be what the disk holds, byte for byte, with its own key
 * beside it: then every judgement holds for the disk too.
 */
int renew_verify(struct renew *r, struct error *err)
{
	if (discover(&r->root, &r->after, err))
		return failed(err, r->c.root, "the node is not found any more");
	r->result.after = &r->after;
	for (size_t i = 0; i < r->plan.n; i++) {
		const char *path = r->inv.files[r->inv.certs[i].file].path;
		if (r->plan.items[i].action != PLAN_RENEW)
			continue;
		int k = found_again(r, i);
		if (k < 0)
			return failed(err, path, "the new certificate is not there");
		if (!r->after.certs[k].is_ca && r->after.certs[k].key_state != INV_KEY_OK)
			return failed(
				err, path, "the key beside the new certificate is not its own");
	}
	struct error mode = ERROR_INIT;
	if (modes_verify(&r->root, &r->entries, &mode))
		return failed(err, mode.path, mode.what);
	if (r->plan.renewed)
		renew_say(r, "read again from the disk: every new certificate is in place, with "
			     "its key");
	if (r->plan.n_modes)
		renew_say(r, "read again from the disk: every key file has its new mode");
	return 0;
}

static void write_reports(struct renew *r)
{
	struct buf text = BUF_INIT, json = BUF_INIT, path = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *node = r->inv.node ? r->inv.node : "unknown";
	if (!r->c.media || r->dry_run || !r->id[0] || r->store.n_cas == 0)
		return; /* without a CA in it, it is no medium, perhaps a mistyped path */
	text_report(&text, &r->result);
	report_json_result(&json, &r->result);
	if (medium_write_report(r->c.media, node, r->id, "report.json", buf_bytes(&json), &err) ||
		medium_write_report(
			r->c.media, node, r->id, "report.txt", buf_bytes(&text), &err)) {
		common_warn(&err); /* the node is done; the report is told on the console alone */
	} else {
		medium_report_path(&path, node, r->id, "report.txt");
		renew_say(r, "report: %s/%s", r->c.media, buf_text(&path));
	}
	buf_free(&text);
	buf_free(&json);
	buf_free(&path);
}

static void write_result(struct renew *r)
{
	struct buf line = BUF_INIT;
	struct error err = ERROR_INIT;
	text_result_line(&line, &r->result);
	int fd = open(r->result_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line.p, line.n) != (ssize_t)line.n) {
		error_errno(&err, r->result_file, NULL, "the RESULT line cannot be written");
		common_warn(&err);
	}
	if (fd >= 0)
		close(fd);
	buf_free(&line);
}

static void last_words(const struct renew *r)
{
	char end[CLOCK_TEXT], modes[48] = "";
	if (r->dry_run)
		return;
	if (r->plan.n_modes)
		snprintf(modes, sizeof(modes), ", %zu mode%s mended", r->plan.n_modes,
			r->plan.n_modes == 1 ? "" : "s");
	renew_say(r,
		"done: %zu renewed, %zu kept, %zu left undone%s; good until %.10s; "
		"`certrescue undo %s` takes it back",
		r->plan.renewed, r->plan.kept, r->plan.refused, modes,
		r->plan.until ? clock_text(r->plan.until, end) : "-", r->id);
}

int renew_end(struct renew *r, int exit_code, const struct error *err)
{
	if (err) {
		common_fail(err);
		snprintf(r->error, sizeof(r->error), "%s%s%s%s%s", err->path,
			err->path[0] ? ": " : "", err->what, err->todo[0] ? "; " : "", err->todo);
		r->result.error = r->error;
	}
	r->result.exit = exit_code;
	r->result.finished = r->c.now_given ? r->c.now : clock_now();
	bool done = exit_code == ERR_NONE || (exit_code == ERR_PARTIAL && !err);
	renew_ledger_end(r, done);
	if (done)
		last_words(r);
	write_reports(r);
	if (r->c.json && !r->dry_run) {
		struct buf json = BUF_INIT;
		report_json_result(&json, &r->result);
		common_print(&json);
		buf_free(&json);
	}
	if (r->result_file)
		write_result(r);
	return exit_code;
}
