// SPDX-License-Identifier: MIT
// share_text: the words of shares, written and read as people give them (share.h).
#include <string.h>

#include "pki/share.h"
#include "pki/share_text.h"
#include "pki/words.h"

#define WORD_MAX 24 /* letters of a typed word that are looked at */
#define LIKE_LEAST 8

void share_write(struct secret *line, const struct share *s)
{
	secret_alloc(line, SHARE_WORDS * (WORDS_LENGTH + 1));
	for (size_t i = 0; i < SHARE_WORDS; i++) {
		const char *word = words[s->octets[i]];
		size_t n = strlen(word);
		if (i)
			line->p[line->n++] = ' ';
		memcpy(line->p + line->n, word, n);
		line->n += n;
	}
}

/* A letter of any script: what is not ASCII is no separator. */
static bool letter(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch >= 0x80;
}

/* The next word in small letters, cut to WORD_MAX; its length, or 0. */
static size_t next_word(struct bytes *text, char word[WORD_MAX + 1])
{
	size_t n = 0;
	while (text->n && !letter(text->p[0])) {
		text->p++;
		text->n--;
	}
	for (; text->n && letter(text->p[0]); text->p++, text->n--) {
		uint8_t ch = text->p[0];
		if (n < WORD_MAX)
			word[n++] = (char)(ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch);
	}
	word[n] = 0;
	return n;
}

/* The place in the list, or -1. */
static int find(const char *word)
{
	size_t n = strlen(word);
	for (int i = 0; i < 256; i++)
		if (strcmp(word, words[i]) == 0 ||
			(n >= WORDS_PREFIX && strncmp(word, words[i], n) == 0))
			return i;
	return -1;
}

/* Letters to insert, drop, change or swap with their neighbour to make b of a. */
static int distance(const char *a, const char *b)
{
	int d[3][WORDS_LENGTH + 1]; /* rows i - 2, i - 1 and i, by i % 3 */
	int n = (int)strlen(a), m = (int)strlen(b);
	for (int i = 0; i <= n; i++) {
		int *now = d[i % 3], *last = d[(i + 2) % 3], *before = d[(i + 1) % 3];
		for (int j = 0; j <= m; j++) {
			if (i == 0 || j == 0) {
				now[j] = i + j;
				continue;
			}
			int best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return d[n % 3][m];
}

/* The word of the list that is most like it, or NULL if none is near. */
static const char *nearest(const char *word)
{
	const char *found = NULL;
	int least = 3;
	for (int i = 0; i < 256; i++) {
		int d = strncmp(word, words[i], WORDS_PREFIX) == 0 ? 1 : distance(word, words[i]);
		if (d < least) {
			least = d;
			found = words[i];
		}
	}
	return found;
}

static int not_listed(size_t place, const char *word, struct error *err)
{
	const char *like = nearest(word);
	if (like)
		return error_set(err, ERR_FAILED, NULL, "compare it with the paper",
			"word %zu is not in the list; did you mean \"%s\"?", place, like);
	return error_set(err, ERR_FAILED, NULL, "compare it with the paper",
		"word %zu is not in the list", place);
}

int share_read(struct share *s, struct bytes text, struct error *err)
{
	char word[WORD_MAX + 1];
	size_t n = 0;
	int rc = 0;
	while (rc == 0 && next_word(&text, word)) {
		int at = find(word);
		if (at < 0)
			rc = not_listed(n + 1, word, err);
		else if (n < SHARE_WORDS)
			s->octets[n] = (uint8_t)at;
		n++;
	}
	wipe(word, sizeof(word));
	if (rc == 0 && n != SHARE_WORDS)
		rc = error_set(err, ERR_FAILED, NULL, "compare it with the paper, word by word",
			"a share has %d words, and this has %zu", SHARE_WORDS, n);
	if (rc == 0)
		rc = share_check(s, err);
	if (rc < 0)
		wipe(s, sizeof(*s));
	return rc;
}

/* Counts words, and those of the list. */
static void count(struct bytes text, size_t *n, size_t *known)
{
	char word[WORD_MAX + 1];
	while (next_word(&text, word)) {
		*n += 1;
		*known += find(word) >= 0;
	}
	wipe(word, sizeof(word));
}

static bool like(size_t n, size_t known)
{
	return n >= LIKE_LEAST && known * 4 >= n * 3;
}

bool share_like(struct bytes text)
{
	size_t n = 0, known = 0;
	count(text, &n, &known);
	return like(n, known);
}

/* --- files ---------------------------------------------------------------------------------- */

/* The next line without its end (LF, CRLF or CR); false at the end. */
static bool next_line(struct bytes *text, struct bytes *line)
{
	size_t n = 0;
	if (text->n == 0)
		return false;
	while (n < text->n && text->p[n] != '\n' && text->p[n] != '\r')
		n++;
	*line = (struct bytes){text->p, n};
	if (n + 1 < text->n && text->p[n] == '\r' && text->p[n + 1] == '\n')
		n++;
	n += n < text->n;
	text->p += n;
	text->n -= n;
	return true;
}

static bool comment(struct bytes line)
{
	return line.n && line.p[0] == '#';
}

static bool text_like(struct bytes text)
{
	struct bytes line;
	size_t n = 0, known = 0;
	while (next_line(&text, &line))
		if (!comment(line))
			count(line, &n, &known);
	return like(n, known);
}

/* The shares read so far, and the lines of the one that is being put together. */
struct reading {
	struct share shares[SHARE_MOST];
	size_t n;
	struct bytes text; /* of the present one; empty between two */
	size_t words, first, number;
};

static int end_share(struct reading *r, struct error *err)
{
	struct error why = ERROR_INIT;
	if (r->words == 0)
		return 0;
	if (r->n == SHARE_MOST)
		return error_set(err, ERR_FAILED, NULL, "leave as many as are needed",
			"line %zu: more than %d shares", r->first, SHARE_MOST);
	if (share_read(&r->shares[r->n], r->text, &why) < 0)
		return error_set(
			err, ERR_FAILED, NULL, why.todo, "line %zu: %s", r->first, why.what);
	r->n++;
	r->words = 0;
	return 0;
}

static int add_line(struct reading *r, struct bytes line, struct error *err)
{
	size_t n = 0, known = 0;
	r->number++;
	if (!comment(line))
		count(line, &n, &known);
	if (n == 0)
		return end_share(r, err);
	if (r->words == 0) {
		r->text = line;
		r->first = r->number;
	}
	r->text.n = (size_t)(line.p + line.n - r->text.p);
	r->words += n;
	return n > SHARE_WORDS / 2 || r->words >= SHARE_WORDS ? end_share(r, err) : 0;
}

int share_join_text(struct bytes text, struct secret *passphrase, struct error *err)
{
	struct secret memory = SECRET_INIT;
	struct bytes line;
	int rc = 0;
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = (struct bytes){text.p + 3, text.n - 3};
	if (!text_like(text))
		return 0;
	secret_alloc(&memory, sizeof(struct reading));
	struct reading *r = (void *)memory.p;
	while (rc == 0 && next_line(&text, &line))
		rc = add_line(r, line, err);
	if (rc == 0)
		rc = end_share(r, err);
	if (rc == 0)
		rc = share_join(r->shares, r->n, passphrase, err);
	secret_free(&memory);
	return rc < 0 ? -1 : 1;
}
