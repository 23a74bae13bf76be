// SPDX-License-Identifier: MIT
// keyout: writes private keys and reads them back.
#include "media/keyout.h"
#include "media/pile.h"
#include "pki/seal.h"

int keyout_text(struct buf *out, const struct key *k, const struct secret *passphrase, long rounds,
	struct error *err)
{
	if (passphrase->n)
		return seal_key(out, k, passphrase, rounds, err);
	key_write(out, k, k->form);
	return 0;
}

static bool holds(const struct pile *p, const struct key *k, bool encrypted)
{
	for (size_t i = 0; i < p->n_keys; i++)
		if (p->keys[i].state == PILE_OPEN && p->keys[i].encrypted == encrypted &&
			spki_same(buf_bytes(&p->keys[i].key.spki), buf_bytes(&k->spki)))
			return true;
	return false;
}

int keyout_check(const struct outfile *f, const struct key *k, const struct secret *passphrase,
	struct error *err)
{
	struct pile p = PILE_INIT;
	int rc = pile_read(&p, f->temporary, err);
	if (rc == 0 && passphrase->n)
		pile_unlock(&p, passphrase);
	if (rc == 0 && !holds(&p, k, passphrase->n > 0))
		rc = error_set(err, ERR_FAILED, f->path, "try another medium",
			"the key that was written cannot be read back from the disk");
	pile_free(&p);
	return rc;
}

int keyout_add(struct outset *s, const char *path, const struct key *k,
	const struct secret *passphrase, long rounds, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = keyout_text(&text, k, passphrase, rounds, err);
	if (rc == 0)
		rc = outset_add(s, path, buf_bytes(&text), 0600, false, err);
	buf_wipe(&text);
	return rc ? rc : keyout_check(&s->v[s->n - 1], k, passphrase, err);
}
