// SPDX-License-Identifier: MIT
// issue_write: PREFIX.pem, PREFIX-key.pem and PREFIX.csr, or cfssl's line of JSON.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/issue.h"
#include "media/outset.h"
#include "pki/pem.h"

enum part { PART_KEY, PART_CSR, PART_CERT, PARTS }; /* in the order of writing */

static const struct {
	const char *end;
	mode_t mode;
} parts[PARTS] = {{"-key.pem", 0600}, {".csr", 0644}, {".pem", 0644}};

/* A key that is kept stays where it is. */
static bool writes(const struct issue_job *j, enum part part)
{
	return part != PART_KEY || !j->key_path;
}

static char *part_path(const struct issue_job *j, enum part part)
{
	return xasprintf("%s%s", j->out, parts[part].end);
}

static void part_text(struct buf *out, const struct issue_job *j, enum part part)
{
	if (part == PART_KEY)
		key_write(out, &j->key, KEY_FORM_TRADITIONAL);
	else if (part == PART_CSR)
		pem_write(out, "CERTIFICATE REQUEST", buf_bytes(&j->csr));
	else
		pem_write(out, "CERTIFICATE", buf_bytes(&j->cert));
}

/* --- is there room? ------------------------------------------------------------------------- */

struct target {
	char *path;
	const struct issue_job *job;
	bool kept; /* a key that is read, not written */
};

static int by_path(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int order = strcmp(x->path, y->path);
	return order ? order : (x->job > y->job) - (x->job < y->job);
}

static int check_twice(const struct target *t, size_t n, struct error *err)
{
	for (size_t i = 1; i < n; i++) {
		if (strcmp(t[i - 1].path, t[i].path) != 0 || (t[i - 1].kept && t[i].kept))
			continue;
		if (t[i - 1].kept || t[i].kept)
			return error_set(err, ERR_FAILED, t[i].path, "give another prefix",
				"the key that is kept would be overwritten");
		return error_set(err, ERR_FAILED, t[i].path, "give each an \"out\" of its own",
			"two certificates of the plan would use this file (lines %d and %d)",
			t[i - 1].job->line, t[i].job->line);
	}
	return 0;
}

/* The directory must be there, and the file must not, or be one that may be replaced. */
static int check_place(const char *path, bool force, struct error *err)
{
	struct stat st;
	const char *slash = strrchr(path, '/');
	char *dir =
		!slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	int rc = 0;
	if (access(dir, W_OK | X_OK))
		rc = error_errno(err, path, errno == ENOENT ? "make the directory first" : NULL,
			"the file's directory cannot be written to");
	free(dir);
	if (rc)
		return rc;
	if (!force)
		return outfile_absent(path, err);
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return error_set(err, ERR_FAILED, path, "move it away",
			"it is not a regular file and is not replaced");
	return 0;
}

static size_t list_targets(const struct issue_work *w, struct target *t)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct issue_job *j = &w->jobs[i];
		for (enum part part = PART_KEY; part < PARTS; part++)
			if (writes(j, part))
				t[n++] = (struct target){part_path(j, part), j, false};
		if (j->key_path)
			t[n++] = (struct target){xstrdup(j->key_path), j, true};
	}
	return n;
}

int issue_room(const struct issue_work *w, struct error *err)
{
	if (w->c.json)
		return 0;
	struct target *t = xmalloc(w->n * (PARTS + 1) * sizeof(*t));
	size_t n = list_targets(w, t);
	qsort(t, n, sizeof(*t), by_path);
	int rc = check_twice(t, n, err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (t[i].kept)
			continue;
		rc = check_place(t[i].path, w->force, err);
		if (rc && err->os == EEXIST)
			error_set(err, ERR_FAILED, t[i].path, "move it away, or add --force",
				"the file is there already and is not overwritten");
	}
	for (size_t i = 0; i < n; i++)
		free(t[i].path);
	free(t);
	return rc;
}

/* --- writing -------------------------------------------------------------------------------- */

static int stage(
	struct outset *s, const struct issue_work *w, const struct issue_job *j, struct error *err)
{
	int rc = 0;
	for (enum part part = PART_KEY; part < PARTS && rc == 0; part++) {
		struct buf text = BUF_INIT;
		char *path = part_path(j, part);
		if (writes(j, part)) {
			part_text(&text, j, part);
			rc = outset_add(s, path, buf_bytes(&text), parts[part].mode, w->force, err);
		}
		buf_wipe(&text);
		free(path);
	}
	return rc;
}

int issue_write(
	const struct issue_work *w, const struct issue_job *jobs, size_t n, struct error *err)
{
	struct outset set;
	int rc = 0;
	outset_begin(&set);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = stage(&set, w, &jobs[i], err);
	if (rc == 0)
		rc = outset_put(&set, err);
	if (rc && !w->force)
		outset_undo(&set);
	outset_end(&set);
	return rc;
}

void issue_json(struct buf *out, const struct issue_job *j)
{
	static const struct {
		const char *name;
		enum part part;
	} members[] = {{"cert", PART_CERT}, {"csr", PART_CSR}, {"key", PART_KEY}};
	struct json json = JSON_INIT(out);
	json_object(&json);
	for (size_t i = 0; i < PARTS; i++) {
		struct buf text = BUF_INIT;
		if (!writes(j, members[i].part))
			continue;
		part_text(&text, j, members[i].part);
		json_key(&json, members[i].name);
		json_bytes(&json, buf_bytes(&text));
		buf_wipe(&text);
	}
	json_end(&json, '}');
	buf_str(out, "\n");
}
