// SPDX-License-Identifier: MIT
// pile_box: what is in PKCS#12 files.
#include <errno.h>

#include "media/pile_part.h"
#include "pki/pkcs12.h"

static void add_key(struct pile *p, const struct pile_place *at, const struct secret *der,
	const struct secret *passphrase)
{
	struct pile_key *k = pile_add_key(p, at);
	k->encrypted = passphrase && passphrase->n;
	pile_open_key(k, secret_bytes(der), passphrase);
}

static void unpack(
	struct pile *p, size_t file, const struct pkcs12 *box, const struct secret *passphrase)
{
	struct pile_place at = {.file = file, .form = PILE_BOXED};
	struct error err = ERROR_INIT;
	for (size_t i = 0; i < box->n_certs; i++)
		if (!pile_add_cert(p, &at, buf_bytes(&box->certs[i].der), &err))
			pile_note(p, p->files[file].path, true, err.what);
	for (size_t i = 0; i < box->n_keys; i++)
		add_key(p, &at, &box->keys[i].der, box->plain_keys ? NULL : passphrase);
}

void pile_open_box(struct pile *p, size_t file, const struct secret *passphrase)
{
	struct pile_file *f = &p->files[file];
	struct pkcs12 box = PKCS12_INIT;
	struct error err = ERROR_INIT;
	if (pkcs12_read(&box, secret_bytes(&f->content), passphrase, &err) == 0) {
		f->state = PILE_OPEN;
		unpack(p, file, &box, passphrase);
	} else {
		f->state = err.os == EACCES    ? PILE_LOCKED
			   : err.os == ENOTSUP ? PILE_UNUSABLE
					       : PILE_DAMAGED;
	}
	if (f->state == PILE_DAMAGED || f->state == PILE_UNUSABLE)
		pile_note(p, f->path, true, err.what);
	pkcs12_free(&box);
}
