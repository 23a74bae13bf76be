// SPDX-License-Identifier: MIT
// ca_shares: makes the shares of a passphrase and gives them to people.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/ca.h"
#include "cmd/ca_shares.h"
#include "media/outset.h"

static int parse(const char *text, int *m, int *n, struct error *err)
{
	char *end;
	long a = strtol(text, &end, 10), b = 0;
	if (end != text && *end == '/' && end[1] >= '0' && end[1] <= '9')
		b = strtol(end + 1, &end, 10);
	if (*end || a < SHARE_LEAST || b < a || b > SHARE_MOST)
		return error_set(err, ERR_USAGE, NULL, "--shares 2/3: any two of three open the CA",
			"shares: M/N with M from %d to N, and N up to %d, not \"%s\"", SHARE_LEAST,
			SHARE_MOST, text);
	*m = (int)a;
	*n = (int)b;
	return 0;
}

/* Do the m shares from the first on give the passphrase? */
static int try_join(
	const struct shares *s, int first, const struct secret *passphrase, struct error *err)
{
	struct share v[SHARE_MOST];
	struct secret joined = SECRET_INIT;
	int rc = 0;
	for (int i = 0; i < s->m && rc == 0; i++)
		rc = share_read(&v[i], secret_bytes(&s->lines[first + i]), err);
	if (rc == 0)
		rc = share_join(v, (size_t)s->m, &joined, err);
	if (rc == 0 && !bytes_equal(secret_bytes(&joined), secret_bytes(passphrase)))
		rc = error_set(err, ERR_FAILED, NULL, "nothing was changed",
			"the shares that were made do not give the secret back");
	wipe(v, sizeof(v));
	secret_free(&joined);
	return rc;
}

int shares_make(struct shares *s, const char *text, struct secret *passphrase, struct error *err)
{
	if (parse(text, &s->m, &s->n, err) || share_split(s->m, s->n, passphrase, s->lines, err))
		return -1;
	return try_join(s, 0, passphrase, err) || try_join(s, s->n - s->m, passphrase, err) ? -1
											    : 0;
}

void shares_free(struct shares *s)
{
	for (int i = 0; i < SHARE_MOST; i++)
		secret_free(&s->lines[i]);
}

/* A heading that readers pass over, and the words, six a line. */
static void put_share(struct buf *out, const struct shares *s, int i, const char *what)
{
	struct bytes words = secret_bytes(&s->lines[i]);
	int n = 0;
	buf_printf(out, "# share %d of %d, any %d of which open the CA in ", i + 1, s->n, s->m);
	buf_escaped(out, what);
	buf_str(out, "\n");
	for (size_t at = 0; at < words.n; at++) {
		bool blank = words.p[at] == ' ';
		buf_add(out, blank && ++n % 6 == 0 ? "\n" : (const char *)words.p + at, 1);
	}
	buf_str(out, "\n");
}

static int to_files(const struct shares *s, const char *dir, const char *what, struct error *err)
{
	struct outset set;
	outset_begin(&set);
	int rc = outset_mkdir(&set, dir, err);
	for (int i = 0; i < s->n && rc == 0; i++) {
		struct buf text = BUF_INIT;
		char *path = xasprintf("%s/share-%d-of-%d.txt", dir, i + 1, s->n);
		put_share(&text, s, i, what);
		rc = outfile_absent(path, err);
		if (rc == 0)
			rc = outset_add(&set, path, buf_bytes(&text), 0600, false, err);
		buf_wipe(&text);
		free(path);
	}
	if (rc == 0)
		rc = outset_put(&set, err);
	if (rc)
		outset_undo(&set);
	outset_end(&set);
	return rc;
}

static bool enter_pressed(void)
{
	int c;
	fputs("Write it down for who is to have it. Press Enter: it is wiped from the screen. ",
		stderr);
	fflush(stderr);
	while ((c = getchar()) != '\n')
		if (c == EOF)
			return false;
	return true;
}

/* Each alone on the screen, and gone from its memory of lines too. */
static int to_terminal(const struct shares *s, const char *what, struct error *err)
{
	for (int i = 0; i < s->n; i++) {
		struct buf text = BUF_INIT, clear = BUF_INIT;
		put_share(&text, s, i, what);
		buf_str(&clear, "\033[H\033[2J\033[3J");
		bool ok = common_print(&text) == 0 && enter_pressed() && common_print(&clear) == 0;
		buf_wipe(&text);
		buf_free(&clear);
		if (!ok)
			return error_set(err, ERR_FAILED, NULL,
				"nothing was changed; throw away what was written down",
				"the shares were not all taken");
	}
	return 0;
}

int shares_hand_out(const struct shares *s, const char *dir, const char *what, struct error *err)
{
	struct buf text = BUF_INIT;
	if (dir)
		return to_files(s, dir, what, err);
	if (isatty(STDOUT_FILENO) && ca_interactive())
		return to_terminal(s, what, err);
	for (int i = 0; i < s->n; i++)
		put_share(&text, s, i, what);
	int rc = common_print(&text);
	buf_wipe(&text);
	return rc ? error_set(err, ERR_FAILED, NULL, "nothing was changed",
			    "the shares cannot be written")
		  : 0;
}
