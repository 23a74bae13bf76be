// SPDX-License-Identifier: MIT
// render: puts new certificates and keys into the bytes of the files that held the old ones.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pki/opinion.h"
#include "pki/pem.h"
#include "rescue/render.h"

/* A piece of a text that is replaced. */
struct splice {
	size_t begin, end;
	const struct buf *text; /* owned by the caller */
};

static void apply(struct bytes old, const struct splice *s, size_t n, struct buf *out)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		buf_add(out, old.p + at, s[i].begin - at);
		buf_add(out, s[i].text->p, s[i].text->n);
		at = s[i].end;
	}
	buf_add(out, old.p + at, old.n - at);
}

static int by_begin(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The first private key block of a PEM text; false: none. */
static bool key_block(struct bytes text, size_t *begin, size_t *end)
{
	struct pem_block b = {0};
	struct error ignored = ERROR_INIT;
	size_t at = 0;
	bool found = false;
	for (int rc; !found && (rc = pem_next(text, &at, &b, &ignored)) != 0;) {
		if (rc < 0 || bytes_find(b.label, "PRIVATE KEY") == SIZE_MAX)
			continue;
		*begin = b.begin;
		*end = b.end;
		found = true;
	}
	pem_block_free(&b);
	return found;
}

/* Everything render needs at hand. */
struct job {
	const struct signing *s;
	const struct inventory *inv;
	struct entries *entries;
	bool *done; /* by inventory file: it has an entry */
	int64_t now;
	mode_t key_mode;
};

static const struct plan_item *item_of(const struct job *j, size_t cert)
{
	return &j->s->plan->items[cert];
}

/* Does certificate i get something new? */
static const struct signed_item *renewed(const struct job *j, size_t i)
{
	return item_of(j, i)->action == PLAN_RENEW ? sign_result(j->s, i) : NULL;
}

/* The plan's item that makes the key of certificate i (its own, or of the one it is a copy of). */
static bool new_key(const struct job *j, size_t i)
{
	const struct plan_item *p = item_of(j, i);
	return p->same_as >= 0 ? item_of(j, (size_t)p->same_as)->new_key : p->new_key;
}

static int bad_file(const struct inv_file *f, const char *what, struct error *err)
{
	return error_set(err, ERR_FAILED, f->path,
		"nothing was changed; leave this certificate out or repair the file by hand", "%s",
		what);
}

static struct entry *replace(struct job *j, size_t file)
{
	const struct inv_file *f = &j->inv->files[file];
	struct entry *e = entries_add(j->entries, f->real);
	e->mode = f->st.st_mode & 07777;
	e->uid = f->st.st_uid;
	e->gid = f->st.st_gid;
	e->like = xstrdup(f->real);
	e->had_old = true;
	e->old = f->st;
	memcpy(e->old_sha, f->sha256, SHA256_SIZE);
	j->done[file] = true;
	return e;
}

/*
 * The new bytes of one PEM text: the certificates of the inventory that stand in it (file, and
 * entry of a kubeconfig if place is not empty) and, where they get one, the private key in it.
 */
static int render_pem(struct job *j, size_t file, const char *place, struct bytes old,
	bool with_key, struct buf *out, struct error *err)
{
	struct splice cuts[32];
	struct buf texts[32];
	size_t n = 0;
	int rc = 0;
	memset(texts, 0, sizeof(texts));
	for (size_t i = 0; rc == 0 && i < j->inv->n_certs; i++) {
		const struct inv_cert *c = &j->inv->certs[i];
		const struct signed_item *r = renewed(j, i);
		if (c->file != file || strcmp(c->place, place) != 0 || !r)
			continue;
		if (n + 2 > 32)
			rc = bad_file(
				&j->inv->files[file], "there are too many certificates in it", err);
		else if (c->end <= c->begin || c->end > old.n)
			rc = bad_file(&j->inv->files[file], "the certificate is not PEM", err);
		if (rc)
			break;
		pem_write(&texts[n], "CERTIFICATE", buf_bytes(&r->der));
		cuts[n] = (struct splice){c->begin, c->end, &texts[n]};
		n++;
		if (!with_key || !c->key_same_file || !new_key(j, i))
			continue;
		if (!key_block(old, &cuts[n].begin, &cuts[n].end)) {
			rc = bad_file(&j->inv->files[file], "the key in it is not PEM", err);
			break;
		}
		key_write(
			&texts[n], &r->key, c->key_state == INV_KEY_OK ? c->key.form : r->key.form);
		cuts[n].text = &texts[n];
		n++;
	}
	qsort(cuts, n, sizeof(cuts[0]), by_begin);
	for (size_t i = 1; rc == 0 && i < n; i++)
		if (cuts[i].begin < cuts[i - 1].end)
			rc = bad_file(&j->inv->files[file], "its parts overlap", err);
	if (rc == 0)
		apply(old, cuts, n, out);
	for (size_t i = 0; i < 32; i++)
		buf_wipe(&texts[i]);
	return rc;
}

/* The key file of certificate i, where it is a file of its own and gets a new key. */
static int render_key_file(struct job *j, size_t i, struct error *err)
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct signed_item *r = renewed(j, i);
	struct buf text = BUF_INIT;
	size_t begin, end;
	if (!new_key(j, i) || c->key_same_file || c->key_state == INV_KEY_NONE)
		return 0;
	if (c->key_state == INV_KEY_MISSING) {
		struct entry *lost = entries_add(j->entries, c->key_path);
		lost->mode = j->key_mode;
		lost->uid = j->inv->files[c->file].st.st_uid;
		lost->gid = j->inv->files[c->file].st.st_gid;
		key_write(&lost->content, &r->key, KEY_FORM_TRADITIONAL);
		return 0;
	}
	if (j->done[c->key_file])
		return 0;
	struct bytes old = buf_bytes(&j->inv->files[c->key_file].content);
	struct entry *e = replace(j, c->key_file);
	if (c->key_state == INV_KEY_OK && !key_block(old, &begin, &end))
		return bad_file(&j->inv->files[c->key_file], "the key is not PEM", err);
	key_write(&text, &r->key, c->key_state == INV_KEY_OK ? c->key.form : r->key.form);
	if (c->key_state == INV_KEY_UNREADABLE) { /* garbled: nothing in it is worth keeping */
		begin = 0;
		end = old.n;
	} else if (!key_block(old, &begin, &end)) {
		begin = end = old.n;
	}
	struct splice cut = {begin, end, &text};
	apply(old, &cut, 1, &e->content);
	buf_wipe(&text);
	return 0;
}

static void encode(struct buf *out, struct buf *pem)
{
	base64_encode(out, buf_bytes(pem));
	buf_wipe(pem);
}

/* The edits for one user of a kubeconfig; texts hold what they point to. */
static int edit_user(struct job *j, size_t i, struct kubeconfig_edit edits[2], struct buf texts[2],
	struct error *err)
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct inv_file *f = &j->inv->files[c->file];
	const struct kubeconfig_entry *u = &f->config.entries[c->entry];
	struct buf data = BUF_INIT, pem = BUF_INIT, key = BUF_INIT;
	if (base64_decode(&data, bytes_of(u->cert_data.text), err))
		return bad_file(f, "its certificate data cannot be decoded", err);
	int rc = render_pem(j, c->file, c->place, buf_bytes(&data), false, &pem, err);
	buf_free(&data);
	if (rc)
		return -1;
	encode(&texts[0], &pem);
	edits[0] = (struct kubeconfig_edit){&u->cert_data, buf_text(&texts[0]), NULL};
	if (!new_key(j, i))
		return 1;
	const struct signed_item *r = renewed(j, i);
	key_write(&key, &r->key, c->key_state == INV_KEY_OK ? c->key.form : r->key.form);
	rc = opinion_pair(buf_bytes(&r->der), buf_bytes(&key), err);
	encode(&texts[1], &key);
	edits[1] = (struct kubeconfig_edit){&u->key_data, buf_text(&texts[1]), NULL};
	return rc ? -1 : 2;
}

static char *kubelet_link(const struct job *j)
{
	return xasprintf("%s/kubelet-client-current.pem", j->inv->kubelet_dir);
}

/* kubelet.conf's stale embedded certificate becomes the path of the kubelet's own file. */
static int edit_to_path(
	struct job *j, size_t i, struct kubeconfig_edit edits[2], struct buf texts[2])
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct kubeconfig_entry *u = &j->inv->files[c->file].config.entries[c->entry];
	char *path = kubelet_link(j);
	buf_str(&texts[0], path);
	free(path);
	edits[0] =
		(struct kubeconfig_edit){&u->cert_data, buf_text(&texts[0]), "client-certificate"};
	edits[1] = (struct kubeconfig_edit){&u->key_data, buf_text(&texts[0]), "client-key"};
	return u->key_data.text ? 2 : 1;
}

static bool to_path(const struct job *j, size_t i)
{
	const struct inv_cert *c = &j->inv->certs[i];
	return c->role == ROLE_KUBELET_CLIENT && c->place[0] && j->inv->kubelet_conf_embedded;
}

static int render_kubeconfig(struct job *j, size_t file, struct error *err)
{
	const struct inv_file *f = &j->inv->files[file];
	struct kubeconfig_edit edits[KUBECONFIG_ENTRIES];
	struct buf texts[KUBECONFIG_ENTRIES];
	size_t n = 0;
	int rc = 0;
	memset(texts, 0, sizeof(texts));
	for (size_t i = 0; i < j->inv->n_certs; i++) {
		const struct inv_cert *c = &j->inv->certs[i];
		if (c->file != file || c->block != 0 || !renewed(j, i))
			continue;
		if (n + 2 > KUBECONFIG_ENTRIES) {
			rc = bad_file(f, "there are too many users in it", err);
			break;
		}
		int got = to_path(j, i) ? edit_to_path(j, i, edits + n, texts + n)
					: edit_user(j, i, edits + n, texts + n, err);
		if (got < 0) {
			rc = -1;
			break;
		}
		n += (size_t)got;
	}
	if (rc == 0) {
		struct entry *e = replace(j, file);
		rc = kubeconfig_edit(
			buf_bytes(&f->content), &f->config, edits, n, &e->content, err);
	}
	for (size_t i = 0; i < KUBECONFIG_ENTRIES; i++)
		buf_wipe(&texts[i]);
	if (rc && !err->path[0])
		snprintf(err->path, sizeof(err->path), "%s", f->path);
	return rc;
}

static bool is_kubelet_current(const struct inv_file *f)
{
	const char *slash = strrchr(f->path, '/');
	/* -updated: the kubelet was stopped between its two renames, and there is no -current. */
	return slash && (strcmp(slash, "/kubelet-client-current.pem") == 0 ||
				strcmp(slash, "/kubelet-client-updated.pem") == 0);
}

char *render_kubelet_name(const char *dir, int64_t t)
{
	struct clock_date d = clock_to_date(t);
	return xasprintf("%s/kubelet-client-%04d-%02d-%02d-%02d-%02d-%02d.pem", dir, d.year,
		d.month, d.day, d.hour, d.minute, d.second);
}

static void add_link(struct job *j, const struct inv_file *old, const char *target)
{
	char *path = kubelet_link(j);
	struct entry *e = entries_add(j->entries, path);
	free(path);
	e->link = true;
	buf_str(&e->content, target);
	e->mode = 0777;
	if (old) {
		e->had_old = true;
		e->uid = old->st.st_uid;
		e->gid = old->st.st_gid;
	}
}

/*
 * The kubelet's client certificate: a new dated file with certificates first and the key last, and
 * the absolute symlink to it; the old dated file stays, as the kubelet itself leaves it (client-go
 * util/certificate/certificate_store.go).
 */
static int render_kubelet(struct job *j, size_t i, struct error *err)
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct inv_file *f = &j->inv->files[c->file];
	const struct signed_item *r = renewed(j, i);
	char *name = render_kubelet_name(j->inv->kubelet_dir, j->now);
	struct entry *e = entries_add(j->entries, name);
	int rc = 0;
	e->mode = j->key_mode;
	e->like = xstrdup(f->real);
	e->uid = f->st.st_uid;
	e->gid = f->st.st_gid;
	j->done[c->file] = true;
	if (c->place[0]) { /* there was only the embedded one */
		pem_write(&e->content, "CERTIFICATE", buf_bytes(&r->der));
		key_write(&e->content, new_key(j, i) ? &r->key : &c->key, KEY_FORM_TRADITIONAL);
	} else {
		rc = render_pem(j, c->file, "", buf_bytes(&f->content), true, &e->content, err);
		if (rc == 0 && !c->key_same_file && new_key(j, i))
			key_write(&e->content, &r->key, KEY_FORM_TRADITIONAL);
	}
	if (rc == 0)
		rc = opinion_pair(buf_bytes(&r->der), buf_bytes(&e->content), err);
	if (rc == 0)
		add_link(j, c->place[0] ? NULL : f, name);
	free(name);
	return rc;
}

static int render_file(struct job *j, size_t i, struct error *err)
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct inv_file *f = &j->inv->files[c->file];
	if (f->format == INV_KUBECONFIG)
		return c->place[0] ? render_kubeconfig(j, c->file, err) : 0;
	struct entry *e = replace(j, c->file);
	if (render_pem(j, c->file, "", buf_bytes(&f->content), true, &e->content, err))
		return -1;
	return 0;
}

static bool kubelet_item(const struct job *j, size_t i)
{
	const struct inv_cert *c = &j->inv->certs[i];
	if (c->role != ROLE_KUBELET_CLIENT || c->block != 0)
		return false;
	if (!c->place[0])
		return is_kubelet_current(&j->inv->files[c->file]);
	return to_path(j, i) && item_of(j, i)->same_as < 0;
}

/* What a file will hold: its entry's content, else what it holds now. */
static struct bytes new_content(const struct job *j, const char *real, size_t file)
{
	for (size_t i = 0; i < j->entries->n; i++)
		if (!j->entries->v[i].link && strcmp(j->entries->v[i].path, real) == 0)
			return buf_bytes(&j->entries->v[i].content);
	return file < j->inv->n_files ? buf_bytes(&j->inv->files[file].content)
				      : (struct bytes){NULL, 0};
}

static bool holds(struct bytes text, struct bytes der)
{
	struct pem_block b = {0};
	struct error ignored = ERROR_INIT;
	size_t at = 0;
	bool found = false;
	for (int rc; !found && (rc = pem_next(text, &at, &b, &ignored)) != 0;)
		found = rc > 0 && bytes_equal(buf_bytes(&b.der), der);
	pem_block_free(&b);
	return found;
}

/* Every renewed certificate of a PEM file stands in what will be written, and its key beside it. */
static int check_written(const struct job *j, size_t i, struct error *err)
{
	const struct inv_cert *c = &j->inv->certs[i];
	const struct inv_file *f = &j->inv->files[c->file];
	const struct signed_item *r = renewed(j, i);
	if (!r)
		return bad_file(f, "the plan renews it, but nothing was signed", err);
	if (f->format == INV_KUBECONFIG || kubelet_item(j, i))
		return 0; /* checked where they were made */
	if (!holds(new_content(j, f->real, c->file), buf_bytes(&r->der)))
		return bad_file(f, "its new certificate is not in what would be written", err);
	if (c->is_ca)
		return 0;
	bool lost = c->key_state == INV_KEY_MISSING;
	struct bytes key = lost ? new_content(j, c->key_path, SIZE_MAX)
				: new_content(j, j->inv->files[c->key_file].real, c->key_file);
	if (opinion_pair(buf_bytes(&r->der), key, err))
		return bad_file(f, "its key would not be its own", err);
	return 0;
}

int render(const struct signing *s, int64_t kubelet_time, mode_t key_mode, struct entries *entries,
	struct error *err)
{
	struct job j = {.s = s,
		.inv = s->inv,
		.entries = entries,
		.now = kubelet_time,
		.key_mode = key_mode};
	int rc = 0;
	j.done = xmalloc(s->inv->n_files + 1);
	for (size_t i = 0; rc == 0 && i < s->inv->n_certs; i++) {
		if (!renewed(&j, i) || kubelet_item(&j, i))
			continue;
		if (!j.done[s->inv->certs[i].file])
			rc = render_file(&j, i, err);
		if (rc == 0 && !s->inv->certs[i].place[0])
			rc = render_key_file(&j, i, err);
	}
	for (size_t i = 0; rc == 0 && i < s->inv->n_certs; i++) {
		if (!renewed(&j, i) || !kubelet_item(&j, i))
			continue;
		rc = render_kubelet(&j, i, err);
		if (rc == 0 && s->inv->certs[i].place[0])
			rc = render_kubeconfig(&j, s->inv->certs[i].file, err);
	}
	for (size_t i = 0; rc == 0 && i < s->inv->n_certs; i++)
		if (item_of(&j, i)->action == PLAN_RENEW)
			rc = check_written(&j, i, err);
	free(j.done);
	return rc;
}
