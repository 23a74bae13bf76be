// SPDX-License-Identifier: MIT
// pile: takes certificates and keys out of files, block by block.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/pile_part.h"
#include "media/walk.h"
#include "pki/chain.h"
#include "pki/pem.h"
#include "pki/pkcs12.h"

void pile_note(struct pile *p, const char *path, bool damaged, const char *text)
{
	p->notes = xrealloc(p->notes, (p->n_notes + 1) * sizeof(*p->notes));
	p->notes[p->n_notes++] = (struct pile_note){
		.path = xstrdup(path), .text = xstrdup(text), .damaged = damaged};
}

static void note_passed(void *to, const char *path, const char *why)
{
	pile_note(to, path, false, why);
}

/* --- certificates --------------------------------------------------------------------------- */

static bool is_ca(const struct cert *c)
{
	return c->is_ca || (c->version == 1 && chain_signed_by(c, c));
}

bool pile_add_cert(struct pile *p, const struct pile_place *at, struct bytes der, struct error *err)
{
	struct cert probe;
	if (cert_parse(&probe, der, err))
		return false;
	p->certs = xrealloc(p->certs, (p->n_certs + 1) * sizeof(*p->certs));
	struct pile_cert *c = &p->certs[p->n_certs++];
	*c = (struct pile_cert){
		.file = at->file, .form = at->form, .begin = at->begin, .end = at->end};
	buf_add(&c->der, der.p, der.n);
	cert_parse(&c->cert, buf_bytes(&c->der), err);
	c->is_ca = is_ca(&c->cert);
	return true;
}

/* --- keys ----------------------------------------------------------------------------------- */

struct pile_key *pile_add_key(struct pile *p, const struct pile_place *at)
{
	p->keys = xrealloc(p->keys, (p->n_keys + 1) * sizeof(*p->keys));
	struct pile_key *k = &p->keys[p->n_keys++];
	*k = (struct pile_key){
		.file = at->file, .form = at->form, .begin = at->begin, .end = at->end};
	k->key = (struct key)KEY_INIT;
	return k;
}

void pile_open_key(struct pile_key *k, struct bytes text, const struct secret *passphrase)
{
	struct error err = ERROR_INIT;
	free(k->why);
	k->why = NULL;
	if (key_import(&k->key, text, passphrase, &err) == 0) {
		k->state = PILE_OPEN;
		if (k->encrypted)
			secret_set(&k->passphrase, passphrase->p, passphrase->n);
		return;
	}
	k->state = err.os == EACCES    ? PILE_LOCKED
		   : err.os == ENOTSUP ? PILE_UNUSABLE
				       : PILE_DAMAGED;
	if (k->state != PILE_LOCKED)
		k->why = xstrdup(err.what);
}

static void add_key(struct pile *p, const struct pile_place *at, struct bytes text)
{
	struct pile_key *k = pile_add_key(p, at);
	k->encrypted = key_is_encrypted(text);
	pile_open_key(k, text, NULL);
}

/* --- files ---------------------------------------------------------------------------------- */

static bool label_ends(struct bytes label, const char *end)
{
	size_t n = strlen(end);
	return label.n >= n && memcmp(label.p + label.n - n, end, n) == 0;
}

static struct pile_place block_place(const struct pile *p, const struct pem_block *b, size_t end)
{
	return (struct pile_place){p->n_files, PILE_PEM, b->begin, end};
}

static void add_block(
	struct pile *p, const char *path, struct bytes text, const struct pem_block *b)
{
	struct pile_place at = block_place(p, b, b->end);
	struct error err = ERROR_INIT;
	if (label_ends(b->label, "PRIVATE KEY"))
		add_key(p, &at, (struct bytes){text.p + b->begin, b->end - b->begin});
	else if ((bytes_is(b->label, "CERTIFICATE") || bytes_is(b->label, "X509 CERTIFICATE")) &&
		 !pile_add_cert(p, &at, buf_bytes(&b->der), &err))
		pile_note(p, path, true, err.what);
}

/* A key's block that cannot be decoded is kept, as what it is. */
static void add_damaged(struct pile *p, const char *path, struct bytes text,
	const struct pem_block *b, const char *why)
{
	struct pile_place at = block_place(p, b, b->end > b->begin ? b->end : text.n);
	if (!label_ends(b->label, "PRIVATE KEY")) {
		pile_note(p, path, true, why);
		return;
	}
	struct pile_key *k = pile_add_key(p, &at);
	k->state = PILE_DAMAGED;
	k->why = xstrdup(why);
}

/* Returns how many blocks there are, damaged ones too. */
static size_t add_blocks(struct pile *p, const char *path, struct bytes text)
{
	struct pem_block block = {.begin = 0};
	struct error err = ERROR_INIT;
	size_t at = 0, blocks = 0;
	int rc;
	while ((rc = pem_next(text, &at, &block, &err)) != 0) {
		blocks++;
		if (rc > 0)
			add_block(p, path, text, &block);
		else
			add_damaged(p, path, text, &block, err.what);
	}
	pem_block_free(&block);
	return blocks;
}

static void keep_file(struct pile *p, const char *path, struct bytes text)
{
	p->files = xrealloc(p->files, (p->n_files + 1) * sizeof(*p->files));
	struct pile_file *f = &p->files[p->n_files++];
	*f = (struct pile_file){.path = xstrdup(path), .state = PILE_OPEN};
	secret_set(&f->content, text.p, text.n);
}

void pile_add(struct pile *p, const char *path, struct bytes text)
{
	struct pile_place whole = {p->n_files, PILE_DER, 0, text.n};
	struct error ignored;
	size_t certs = p->n_certs, keys = p->n_keys;
	if (pkcs12_like(text)) {
		keep_file(p, path, text);
		pile_open_box(p, p->n_files - 1, NULL);
		return;
	}
	if (add_blocks(p, path, text) == 0 && !pile_add_cert(p, &whole, text, &ignored) &&
		key_present(text))
		add_key(p, &whole, text);
	if (p->n_certs > certs || p->n_keys > keys)
		keep_file(p, path, text);
}

static void add_file(void *to, const char *cluster, const char *path, struct bytes text)
{
	(void)cluster;
	pile_add(to, path, text);
}

static int read_dir(struct pile *p, struct error *err)
{
	int fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, p->path, NULL, "the directory cannot be opened");
	int rc = walk_files(fd, p->path, "", add_file, note_passed, p, err);
	close(fd);
	return rc;
}

int pile_read(struct pile *p, const char *path, struct error *err)
{
	struct stat st;
	size_t n = strlen(path);
	*p = (struct pile)PILE_INIT;
	while (n > 1 && path[n - 1] == '/')
		n--;
	p->path = xstrndup(path, n);
	if (stat(path, &st))
		return error_errno(
			err, path, "name a directory or a file that is there", "cannot be read");
	p->is_dir = S_ISDIR(st.st_mode);
	if (p->is_dir)
		return read_dir(p, err);
	return walk_file(path, add_file, p, err);
}

void pile_free(struct pile *p)
{
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].path);
		secret_free(&p->files[i].content);
	}
	for (size_t i = 0; i < p->n_certs; i++)
		buf_free(&p->certs[i].der);
	for (size_t i = 0; i < p->n_keys; i++) {
		key_free(&p->keys[i].key);
		secret_free(&p->keys[i].passphrase);
		free(p->keys[i].why);
	}
	for (size_t i = 0; i < p->n_notes; i++) {
		free(p->notes[i].path);
		free(p->notes[i].text);
	}
	free(p->files);
	free(p->certs);
	free(p->keys);
	free(p->notes);
	free(p->path);
	*p = (struct pile)PILE_INIT;
}

/* --- use ------------------------------------------------------------------------------------ */

struct bytes pile_key_text(const struct pile *p, const struct pile_key *k)
{
	return (struct bytes){p->files[k->file].content.p + k->begin, k->end - k->begin};
}

size_t pile_locked(const struct pile *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_files; i++)
		n += p->files[i].state == PILE_LOCKED;
	for (size_t i = 0; i < p->n_keys; i++)
		n += p->keys[i].state == PILE_LOCKED;
	return n;
}

size_t pile_unlock(struct pile *p, const struct secret *passphrase)
{
	for (size_t i = 0; i < p->n_keys; i++)
		if (p->keys[i].state == PILE_LOCKED)
			pile_open_key(&p->keys[i], pile_key_text(p, &p->keys[i]), passphrase);
	for (size_t i = 0; i < p->n_files; i++)
		if (p->files[i].state == PILE_LOCKED)
			pile_open_box(p, i, passphrase);
	return pile_locked(p);
}

/* The edit of this file that begins first at or behind at. */
static const struct pile_edit *next_edit(
	size_t file, size_t at, const struct pile_edit *edits, size_t n)
{
	const struct pile_edit *next = NULL;
	for (size_t i = 0; i < n; i++)
		if (edits[i].file == file && edits[i].begin >= at &&
			(!next || edits[i].begin < next->begin))
			next = &edits[i];
	return next;
}

void pile_rewrite(
	struct buf *out, const struct pile *p, size_t file, const struct pile_edit *edits, size_t n)
{
	struct bytes in = secret_bytes(&p->files[file].content);
	const struct pile_edit *e;
	size_t at = 0, more = 0;
	for (size_t i = 0; i < n; i++)
		more += edits[i].with.n;
	buf_room(out, in.n + more); /* at once: growing would leave copies of a key behind */
	while ((e = next_edit(file, at, edits, n))) {
		buf_add(out, in.p + at, e->begin - at);
		buf_add(out, e->with.p, e->with.n);
		at = e->end;
	}
	buf_add(out, in.p + at, in.n - at);
}
