// SPDX-License-Identifier: MIT
// passphrase: from a file or a terminal, whole or in shares.
#include <stdio.h>

#include "cmd/common.h"
#include "cmd/passphrase.h"
#include "pki/share.h"

#define SLIPS 5 /* in a row; then somebody leans on the keyboard */

int passphrase_from_file(struct secret *s, const char *path, struct error *err)
{
	struct secret text = SECRET_INIT;
	struct error why = ERROR_INIT;
	if (secret_from_file(&text, path, err))
		return -1;
	int rc = share_join_text(secret_bytes(&text), s, &why);
	if (rc < 0)
		error_set(err, ERR_FAILED, path, why.todo, "%s", why.what);
	else if (rc == 0 && text.n > SECRET_PASSPHRASE_MAX)
		rc = error_set(err, ERR_FAILED, path, "put the passphrase alone into the file",
			"the passphrase file holds more than %d bytes", SECRET_PASSPHRASE_MAX);
	else if (rc == 0)
		secret_set(s, text.p, text.n);
	secret_free(&text);
	return rc < 0 ? -1 : 0;
}

/* The shares that were typed. */
struct typed {
	struct share shares[SHARE_MOST];
	size_t n;
};

/* Takes a line as the next share; with those before it, it must not be refused for itself. */
static int take(struct typed *t, struct bytes line, struct error *err)
{
	struct share *s = &t->shares[t->n];
	if (share_read(s, line, err) || share_fits(t->shares, t->n, s, err))
		return -1;
	t->n++;
	return 0;
}

static int ask_share(struct typed *t, struct secret *line, struct error *err)
{
	char question[80];
	const struct share *s = &t->shares[0];
	if (t->n)
		snprintf(question, sizeof(question),
			"Share %zu of the %d that are needed: ", t->n + 1, share_needed(s));
	else
		snprintf(question, sizeof(question), "The first share again: ");
	return secret_ask(line, question, err);
}

/* The first share stands in line; asks until there are enough, and joins them. */
static int ask_shares(struct typed *t, struct secret *line, struct secret *s, struct error *err)
{
	int slips = 0;
	for (;;) {
		if (take(t, secret_bytes(line), err)) {
			if (++slips == SLIPS)
				return -1;
			common_warn(err);
		} else {
			char set[SHARE_SET];
			const struct share *last = &t->shares[t->n - 1];
			slips = 0;
			fprintf(stderr, "share %d of the set \"%s\" is taken\n", share_number(last),
				share_set(last, set));
		}
		if (t->n && t->n == (size_t)share_needed(&t->shares[0]))
			return share_join(t->shares, t->n, s, err);
		if (ask_share(t, line, err))
			return -1;
	}
}

int passphrase_ask(struct secret *s, const char *question, struct error *err)
{
	struct secret line = SECRET_INIT, memory = SECRET_INIT;
	if (secret_ask(&line, question, err))
		return -1;
	int rc = 0;
	if (share_like(secret_bytes(&line))) {
		secret_alloc(&memory, sizeof(struct typed));
		rc = ask_shares((void *)memory.p, &line, s, err);
	} else {
		secret_set(s, line.p, line.n);
	}
	secret_free(&line);
	secret_free(&memory);
	return rc;
}
