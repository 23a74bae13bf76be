// SPDX-License-Identifier: MIT
// Shares as people write them: what does not matter is passed over, a slip of the pen is named.
#include <ctype.h>

#include "share.h"

/* --- the list ------------------------------------------------------------------------------- */

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Damerau and Levenshtein's distance (neighbours that change places count once), by recursion. */
static int distance(const char *a, int n, const char *b, int m, int stop)
{
	if (stop < 0)
		return 99;
	if (n == 0 || m == 0)
		return n + m;
	if (a[0] == b[0])
		return distance(a + 1, n - 1, b + 1, m - 1, stop);
	int d = 1 + distance(a + 1, n - 1, b + 1, m - 1, stop - 1);
	d = least(d, 1 + distance(a + 1, n - 1, b, m, stop - 1));
	d = least(d, 1 + distance(a, n, b + 1, m - 1, stop - 1));
	if (n > 1 && m > 1 && a[0] == b[1] && a[1] == b[0])
		d = least(d, 1 + distance(a + 2, n - 2, b + 2, m - 2, stop - 1));
	return d;
}

static void list(void)
{
	int bad = 0, same = 0, near = 0, near4 = 0;
	for (int i = 0; i < 256; i++) {
		size_t n = strlen(words[i]);
		bad += n < 4 || n > WORDS_LENGTH || (i && strcmp(words[i - 1], words[i]) >= 0);
		for (const char *p = words[i]; *p; p++)
			bad += !islower((unsigned char)*p);
		for (int j = 0; j < i; j++) {
			same += strncmp(words[i], words[j], WORDS_PREFIX) == 0;
			near += distance(words[i], (int)n, words[j], (int)strlen(words[j]), 2) < 3;
			near4 += distance(words[i], 4, words[j], 4, 1) < 2;
		}
	}
	is_int(bad, 0, "256 different words of 4 to 8 small letters in the alphabet's order");
	is_int(same, 0, "no two have their first four letters in common");
	is_int(near, 0, "it takes three slips to make one word of another");
	is_int(near4, 0, "and two where only four letters are given");
}

/* --- how people write ----------------------------------------------------------------------- */

static void reads(const char *text, const char *how)
{
	struct share s, want;
	struct error err = ERROR_INIT;
	share_read(&want, bytes_of(golden[0]), &err);
	ok(share_read(&s, bytes_of(text), &err) == 0 && memcmp(&s, &want, sizeof(s)) == 0,
		"read: %s %s", how, err.what);
	ok(share_like(bytes_of(text)), "and taken for a share: %s", how);
}

static void tolerated(void)
{
	reads("BISHOP ZigZag ceiling dragon kitchen artist apple airport banjo badger atlas april "
	      "almond barrel bakery autumn dentist jigsaw crimson jumbo museum otter bucket otter",
		"capitals");
	reads("bish zigz ceil drag kitc arti appl airp banj badg atla apri almo barr bake autu "
	      "dent "
	      "jigs crim jumb muse otte buck otte",
		"four letters of each");
	reads("\t1. bishop, 2. zigzag, 3. ceiling; dragon  -  kitchen artist apple airport banjo "
	      "badger / atlas april almond barrel bakery autumn dentist jigsa crimso jumbo museum "
	      "otter (bucket) otter.\r\n",
		"figures, commas, more letters than four");
	reads("bishop-zigzag-ceiling-dragon-kitchen-artist-apple-airport-banjo-badger-atlas-april-"
	      "almond-barrel-bakery-autumn-dentist-jigsaw-crimson-jumbo-museum-otter-bucket-otter",
		"hyphens");
}

static void refuses(const char *text, const char *reason)
{
	struct share s;
	struct error err = ERROR_INIT;
	if (!ok(share_read(&s, bytes_of(text), &err) < 0 && strstr(err.what, reason) && err.todo[0],
		    "refused: %s", err.what))
		diag("want ...%s...", reason);
}

/* The golden share with word number n replaced. */
static char *with(int n, const char *word)
{
	struct buf out = BUF_INIT;
	char *copy = xstrdup(golden[0]), *rest = copy, *w;
	for (int i = 1; (w = strsep(&rest, " ")); i++)
		buf_printf(&out, "%s%s", i == n ? word : w, rest && (i != n || *word) ? " " : "");
	free(copy);
	return (char *)out.p;
}

static void slips(void)
{
	static const struct {
		int place;
		const char *word, *reason;
	} cases[] = {
		{7, "aple", "word 7 is not in the list; did you mean \"apple\"?"},
		{7, "appel", "word 7 is not in the list; did you mean \"apple\"?"},
		{7, "apples", "word 7 is not in the list; did you mean \"apple\"?"},
		{1, "bishup", "word 1 is not in the list; did you mean \"bishop\"?"},
		{24, "toter", "word 24 is not in the list; did you mean \"otter\"?"},
		{12, "xylophone", "word 12 is not in the list"},
		{12, "app", "word 12 is not in the list; did you mean \"apple\"?"},
		{12, "äpril", "word 12 is not in the list; did you mean \"april\"?"},
		{5, "", "a share has 24 words, and this has 23"},
		{5, "kitchen kitchen", "a share has 24 words, and this has 25"},
		{7, "goblin", "if one word alone is wrong, it is word 7"},
		{1, "zone", "if one word alone is wrong, it is word 1"},
		{24, "acorn", "if one word alone is wrong, it is word 24"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(cases[i].place, cases[i].word);
		refuses(text, cases[i].reason);
		free(text);
	}
	refuses("bishop zigzag dragon ceiling kitchen artist apple airport banjo badger atlas "
		"april "
		"almond barrel bakery autumn dentist jigsaw crimson jumbo museum otter bucket "
		"otter",
		"changed places");
	refuses("", "this has 0");
	uint8_t none[SHARE_WORDS - 2] = {1, 2, 0x05};
	refuses(line_of(none), "one share is enough");
}

/* Every single wrong word, and every two that changed places, is found; the first named. */
static void all_slips(void)
{
	struct share s;
	struct error err = ERROR_INIT;
	struct secret line = SECRET_INIT;
	uint8_t good[SHARE_WORDS], bad[SHARE_WORDS];
	int named = 0, swapped = 0, swaps = 0;
	secret_set(&line, golden[1], strlen(golden[1]));
	octets_of(&line, good);
	for (int i = 0; i < SHARE_WORDS; i++)
		for (int v = 1; v < 256; v++) {
			struct buf text = BUF_INIT;
			char want[40];
			memcpy(bad, good, sizeof(bad));
			bad[i] ^= (uint8_t)v;
			for (int k = 0; k < SHARE_WORDS; k++)
				buf_printf(&text, "%s ", words[bad[k]]);
			snprintf(want, sizeof(want), "it is word %d", i + 1);
			const char *end = NULL;
			if (share_read(&s, buf_bytes(&text), &err) < 0)
				end = strstr(err.what, want);
			named += end && !end[strlen(want)];
			buf_free(&text);
		}
	is_int(named, 24 * 255, "every single wrong word is found and named");
	for (int i = 0; i < SHARE_WORDS; i++)
		for (int j = 0; j < i; j++) {
			struct buf text = BUF_INIT;
			if (good[i] == good[j])
				continue;
			memcpy(bad, good, sizeof(bad));
			bad[i] = good[j];
			bad[j] = good[i];
			for (int k = 0; k < SHARE_WORDS; k++)
				buf_printf(&text, "%s ", words[bad[k]]);
			swaps++;
			swapped += share_read(&s, buf_bytes(&text), &err) < 0;
			buf_free(&text);
		}
	ok(swapped == swaps && swaps > 200, "all of %d words that changed places are found", swaps);
	secret_free(&line);
}

/* --- files, and sets that do not fit -------------------------------------------------------- */

static void file_is(int rc, const char *text, const char *say, const char *what)
{
	struct secret got = SECRET_INIT;
	struct error err;
	int is = join_text(text, &got, &err);
	bool right = is == rc && (rc <= 0 || bytes_is(secret_bytes(&got), GOLDEN)) &&
		     (rc >= 0 || (strstr(err.what, say) && err.todo[0] && !got.p));
	if (!ok(right, "%s%s%s", what, rc < 0 ? ": " : "", err.what))
		diag("got %d %s, want %d %s", is, err.what, rc, say);
	secret_free(&got);
}

static void files(void)
{
	char *rows = xstrdup(golden[2]), *four, *other, *two = with(7, "aple");
	for (int i = 0, blanks = 0; rows[i]; i++)
		if (rows[i] == ' ' && ++blanks % 6 == 0)
			rows[i] = '\n';
#define FILE_IS(rc, say, what, ...)                                                                \
	do {                                                                                       \
		char *text = xasprintf(__VA_ARGS__);                                               \
		file_is(rc, text, say, what);                                                      \
		free(text);                                                                        \
	} while (0)
	FILE_IS(1, "", "three lines", "%s\n%s\n%s", golden[4], golden[1], golden[0]);
	FILE_IS(1, "", "DOS lines, remarks, blank lines, a BOM",
		"\xef\xbb\xbf# the safe in Berlin\r\n%s\r\n\r\n# the bank\r\n%s\r\n%s\r\n",
		golden[0], golden[1], golden[2]);
	FILE_IS(1, "", "wrapped lines", "%s\n%s\n%s\n", rows, golden[0], golden[3]);
	FILE_IS(1, "", "more than enough", "%s\n%s\n%s\n%s\n%s\n", golden[0], golden[1], golden[2],
		golden[3], golden[4]);
	FILE_IS(-1, "line 2: word 7 is not in the list", "a slip", "%s\n%s\n", golden[1], two);
	FILE_IS(-1, "3 shares are needed to open it, and 2 given (number 1, 3)", "too few",
		"%s\n%s\n", golden[0], golden[2]);
	FILE_IS(-1, "3 shares are needed to open it, and 1 given", "one alone", "%s\n", golden[0]);
	FILE_IS(-1, "share 2 is given twice", "the same twice", "%s\n%s\n%s\n", golden[0],
		golden[1], golden[1]);
	FILE_IS(-1, "line 2: a share has 24 words, and this has 14", "a half", "%s\n%.88s\n%s\n",
		golden[0], golden[1], golden[2]);
	/* A share of another split, and one of the same that was altered with its check words. */
	uint8_t octets[SHARE_WORDS];
	struct secret line = SECRET_INIT;
	secret_set(&line, golden[3], strlen(golden[3]));
	octets_of(&line, octets);
	octets[9] ^= 4;
	four = xstrdup(line_of(octets));
	FILE_IS(-1, "do not fit each other", "an altered share", "%s\n%s\n%s\n", golden[0],
		golden[1], four);
	FILE_IS(-1, "do not fit each other", "or beyond those that are needed", "%s\n%s\n%s\n%s\n",
		golden[0], golden[1], golden[2], four);
	octets[9] ^= 4;
	octets[1] ^= 1;
	other = xstrdup(line_of(octets));
	FILE_IS(-1, "share 1 of \"bishop zigzag\" and share 4 of \"bishop", "another set",
		"%s\n%s\n%s\n", golden[0], golden[1], other);
	octets[1] ^= 1;
	octets[2] = 0x13;
	free(other);
	other = xstrdup(line_of(octets));
	FILE_IS(-1, "different sets", "another number of shares that open it", "%s\n%s\n%s\n",
		golden[0], golden[1], other);
	FILE_IS(0, "", "a passphrase is none", "correct horse battery staple\n");
	FILE_IS(0, "", "nor one with a few words of the list",
		"apple zebra wolf that would be nice to have in a passphrase, too");
	FILE_IS(0, "", "nor what a join gives", GOLDEN "\n");
	FILE_IS(0, "", "nor a file of remarks alone", "# %s\n", golden[0]);
	FILE_IS(0, "", "nor an empty one", "%s", "");
	free(four);
	free(other);
	free(two);
	free(rows);
	secret_free(&line);
}

static void too_many(void)
{
	struct buf text = BUF_INIT;
	for (int i = 0; i <= SHARE_MOST; i++)
		buf_printf(&text, "%s\n", golden[i % 5]);
	file_is(-1, buf_text(&text), "line 17: more than 16 shares", "17 lines");
	buf_free(&text);
}

int main(void)
{
	tables();
	list();
	tolerated();
	slips();
	all_slips();
	files();
	too_many();
	return done();
}
