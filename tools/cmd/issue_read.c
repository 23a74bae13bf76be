// SPDX-License-Identifier: MIT
// issue_read: the configuration, the CSR JSON of the command line, or a plan of many.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonfield.h"
#include "cmd/issue.h"

#define JOBS_MAX SIGNLIST_MAX

int issue_slurp(struct buf *out, const char *path, size_t most, struct error *err)
{
	bool in = strcmp(path, "-") == 0;
	int rc = 0, fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, path, NULL, "cannot be opened");
	for (;;) {
		uint8_t *to = buf_room(out, 16 << 10);
		ssize_t got = read(fd, to, 16 << 10);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			rc = error_errno(err, path, NULL, "cannot be read");
		if (got <= 0)
			break;
		out->n += (size_t)got;
		out->p[out->n] = 0;
		if (out->n > most) {
			rc = error_set(
				err, ERR_FAILED, path, NULL, "is longer than %zu KiB", most >> 10);
			break;
		}
	}
	if (!in)
		close(fd);
	return rc;
}

static void at_path(struct error *err, const char *path)
{
	struct error cause = *err;
	error_set(err, cause.kind, path, cause.todo[0] ? cause.todo : NULL, "%s", cause.what);
	err->os = cause.os;
}

static int read_json(struct jsondoc *doc, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	*doc = (struct jsondoc){.kind = JSONDOC_NULL};
	int rc = issue_slurp(&text, path, JSONDOC_MAX, err);
	if (rc == 0 && (rc = jsondoc_read(doc, buf_bytes(&text), err)))
		at_path(err, path);
	buf_free(&text);
	return rc;
}

/* --- profiles ------------------------------------------------------------------------------- */

static bool is_named(const struct profile *p, const char *name)
{
	return strcmp(p->name, name ? name : "default") == 0;
}

/* Each profile is read once. */
static int find_profile(
	struct issue_work *w, const char *name, const struct profile **to, struct error *err)
{
	for (size_t i = 0; i < w->n_profiles; i++)
		if (is_named(w->profiles[i], name)) {
			*to = w->profiles[i];
			return 0;
		}
	struct profile *p = xmalloc(sizeof(*p));
	int rc = 0;
	if (w->has_config) {
		rc = profile_read(p, &w->config, name, err);
		if (rc)
			at_path(err, w->config_path);
	} else {
		profile_builtin(p);
		if (!is_named(p, name))
			rc = error_set(err, ERR_REFUSED, NULL,
				"name a ca-config.json with --config",
				"without --config there is only the profile \"default\", not "
				"\"%s\"",
				name);
	}
	if (rc) {
		profile_free(p);
		free(p);
		return -1;
	}
	w->profiles = xrealloc(w->profiles, (w->n_profiles + 1) * sizeof(struct profile *));
	w->profiles[w->n_profiles++] = p;
	*to = p;
	return 0;
}

/* --- jobs ----------------------------------------------------------------------------------- */

void issue_place(const struct issue_job *j, struct error *err)
{
	const struct issue_work *w = j->work;
	struct error cause = *err;
	bool has_line = strncmp(cause.what, "line ", 5) == 0;
	if (j->line == 0 && !cause.path[0])
		at_path(err, w->csr_path);
	if (j->line == 0)
		return;
	if (cause.path[0])
		error_set(err, cause.kind, w->plan, cause.todo, "line %d: %s: %s", j->line,
			cause.path, cause.what);
	else if (has_line)
		at_path(err, w->plan);
	else
		error_set(err, cause.kind, w->plan, cause.todo, "line %d: %s", j->line, cause.what);
	err->os = cause.os;
}

static int fill_job(struct issue_work *w, struct issue_job *j, const struct jsondoc *csr,
	const char *profile, const struct request_change *change, struct error *err)
{
	if (request_read(&j->request, csr, change, err))
		return -1;
	if (j->request.has_ca)
		return error_set(err, ERR_REFUSED, NULL,
			"leave it out, or make a CA with certrescue ca init",
			"line %d: a \"ca\" section is for new CAs; the profile says whether this "
			"is one",
			csr->line);
	return find_profile(w, profile, &j->profile, err);
}

static int fill_from_file(struct issue_work *w, struct issue_job *j, const char *path,
	const char *profile, const struct request_change *change, struct error *err)
{
	struct jsondoc csr;
	int rc = read_json(&csr, path, err);
	if (rc == 0 && (rc = fill_job(w, j, &csr, profile, change, err)) && !err->path[0])
		at_path(err, path);
	jsondoc_free(&csr);
	return rc;
}

static int read_single(struct issue_work *w, struct error *err)
{
	struct request_change change = {w->cn, w->hostname};
	struct issue_job *j = w->jobs = xmalloc(sizeof(*j));
	w->n = 1;
	j->work = w;
	j->out = w->out ? xstrdup(w->out) : NULL;
	j->key_path = w->key ? xstrdup(w->key) : NULL;
	return fill_from_file(w, j, w->csr_path, w->profile, &change, err);
}

/* --- the plan ------------------------------------------------------------------------------- */

static int read_entry(
	struct issue_work *w, struct issue_job *j, const struct jsondoc *d, struct error *err)
{
	static const char *const fields[] = {
		"csr", "csr_file", "profile", "hostname", "cn", "key", "out", NULL};
	const struct jsondoc *csr = NULL;
	const char *file = NULL, *profile = w->profile, *key = NULL, *out = NULL;
	struct request_change change = {NULL, NULL};
	j->work = w;
	j->line = d->line;
	if (jsonfield_is(d, "plan", JSONDOC_OBJECT, err) ||
		jsonfield_known(d, fields, "the plan", err) ||
		jsonfield_list(d, "csr", JSONDOC_OBJECT, &csr, err) ||
		jsonfield_text(d, "csr_file", &file, err) ||
		jsonfield_text(d, "profile", &profile, err) ||
		jsonfield_text(d, "hostname", &change.hosts, err) ||
		jsonfield_text(d, "cn", &change.cn, err) || jsonfield_text(d, "key", &key, err) ||
		jsonfield_text(d, "out", &out, err))
		return -1;
	if (!csr == !file)
		return error_set(err, ERR_FAILED, NULL, NULL,
			"line %d: give \"csr\" or \"csr_file\"", d->line);
	if (!out || !*out)
		return error_set(err, ERR_FAILED, NULL,
			"it is the prefix of the files that are written",
			"line %d: there is no \"out\"", d->line);
	j->out = xstrdup(out);
	j->key_path = key ? xstrdup(key) : NULL;
	return csr ? fill_job(w, j, csr, profile, &change, err)
		   : fill_from_file(w, j, file, profile, &change, err);
}

static int read_plan(struct issue_work *w, struct error *err)
{
	struct jsondoc doc;
	int rc = read_json(&doc, w->plan, err);
	if (rc == 0 && (rc = jsonfield_is(&doc, "plan", JSONDOC_ARRAY, err)))
		at_path(err, w->plan);
	if (rc == 0 && (doc.n == 0 || doc.n > JOBS_MAX))
		rc = error_set(err, ERR_FAILED, w->plan, doc.n ? "split it" : "list at least one",
			"the plan lists %zu certificates", doc.n);
	if (rc == 0)
		w->jobs = xmalloc(doc.n * sizeof(*w->jobs));
	for (size_t i = 0; rc == 0 && i < doc.n; i++) {
		w->n++;
		rc = read_entry(w, &w->jobs[i], &doc.v[i], err);
		if (rc)
			issue_place(&w->jobs[i], err);
	}
	jsondoc_free(&doc);
	return rc;
}

int issue_read(struct issue_work *w, struct error *err)
{
	if (w->config_path && read_json(&w->config, w->config_path, err))
		return -1;
	w->has_config = w->config_path != NULL;
	return w->plan ? read_plan(w, err) : read_single(w, err);
}
