// SPDX-License-Identifier: MIT
// A pattern matches what perl says it matches; what it does not know it refuses.
#include "base/pattern.h"
#include "pki.h"

static const char *const patterns[] = {
	"",
	"a",
	"^a",
	"a$",
	"^a$",
	"^$",
	"a|b",
	"^(a|b)$",
	"^(?:ab|)$",
	"a*",
	"^a*$",
	"^a+$",
	"^a?$",
	"^(ab)+$",
	"^[a-c]+$",
	"^[^a-c]+$",
	"^[]a]+$",
	"^[a-]+$",
	"^[\\]\\-]+$",
	"^\\d+$",
	"^[\\d.]+$",
	"^[\\w-]+\\.example\\.com$",
	"^.$",
	"^..$",
	"^a{2}$",
	"^a{2,}$",
	"^a{1,3}$",
	"^(a|b){2}c$",
	"^a{0}b$",
	"a{",
	"^(a*)*$",
	"^(a?){3}$",
	"(?i)^AB[c-d]$",
	"(?i)[^a]",
	"^a+?$",
	"^a??$",
	"^\\s$",
	"\\Aab\\z",
	"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
	"^system:node:",
	"\\.",
	"x^",
	"$a",
	"^((a)|(b(c|d)))+$",
	"\xc3\xa9",
	"^[\xc3\xa0-\xc3\xbf]$",
	"^[^x]$",
	"(a|ab)(c|bcd)$",
	"^\\+\\*\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\$",
	"^a|b$",
};

static const char *const texts[] = {
	"",
	"a",
	"b",
	"c",
	"ab",
	"ba",
	"aa",
	"aaa",
	"aaaa",
	"abab",
	"abc",
	"abcd",
	"x",
	"A",
	"ABC",
	"abd",
	"]",
	"a-",
	"-]",
	"1",
	"12.3",
	"cp-1.example.com",
	"cp_1.example.com.",
	".example.com",
	"bc",
	"aac",
	"abba",
	"a{,2}",
	"a{",
	" ",
	"\t",
	"\xc3\xa9",
	"\xc3\xa9\xc3\xa9",
	"system:node:cp-1",
	"xsystem:node:",
	"+*?()[]{}|^$\\",
	"acd",
	"bd",
	"cp-1",
	"-cp",
	"a.b.c",
	"a..b",
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* perl's answers: one line a pattern, 0 or 1 a text. */
static struct buf ask_perl(void)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < COUNT(patterns); i++)
		buf_printf(&all, "p%s\n", patterns[i]);
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_printf(&all, "t%s\n", texts[i]);
	save("all", buf_bytes(&all));
	buf_free(&all);
	if (!sh("perl -CSD -ne 'chomp; /^(.)(.*)/; push @{$1 eq q(p) ? \\@p : \\@t}, $2; END { for "
		"$p (@p) "
		"{ print join(q(), map { $_ =~ /(?:$p)/ ? 1 : 0 } @t), qq(\\n) } }' all >answers"))
		bail("perl cannot be asked");
	return load("answers");
}

static void compare(void)
{
	struct buf answers = ask_perl();
	const char *line = buf_text(&answers);
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct error err = ERROR_INIT;
		struct pattern *p = pattern_read(patterns[i], &err);
		bool same = p != NULL;
		for (size_t k = 0; p && k < COUNT(texts); k++) {
			if (pattern_matches(p, bytes_of(texts[k])) == (line[k] == '1'))
				continue;
			same = diag("\"%s\": perl says %c", texts[k], line[k]);
		}
		ok(same, "as perl: %s", patterns[i]);
		if (!p)
			diag("%s", err.what);
		pattern_free(p);
		line = strchr(line, '\n') + 1;
	}
	buf_free(&answers);
}

static const struct {
	const char *text, *why;
} bad[] = {
	{"(", "not closed at character 2"},
	{"(a", "not closed"},
	{")", "without a ("},
	{"[", "not closed"},
	{"[a", "not closed"},
	{"[]", "not closed"},
	{"[b-a]", "ends before it begins"},
	{"[[:alpha:]]", "[: that is not known"},
	{"*", "nothing to repeat"},
	{"a**", "repetition of a"},
	{"a|*", "nothing to repeat"},
	{"a{2}{3}", "repetition of a"},
	{"a*{2}", "repetition of a"},
	{"\\", "nothing behind"},
	{"\\b", "escape that is not known here at character 2"},
	{"\\p{L}", "escape"},
	{"\\x41", "escape"},
	{"\\1", "escape"},
	{"\\D", "escape"},
	{"(?=a)", "kind of group"},
	{"(?P<n>a)", "kind of group"},
	{"a(?i)b", "kind of group"},
	{"a{1001}", "count"},
	{"a{3,2}", "count"},
	{"a{1,99999999999}", "count"},
	{"((a{100}){100}){100}", "too much repetition"},
	{"(((){1000}){1000}){1000}", "too much repetition"},
	{"([ab]{1000}|b{1000}){1000}", "too much repetition"},
};

static void refusals(void)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct error err = ERROR_INIT;
		struct pattern *p = pattern_read(bad[i].text, &err);
		ok(!p, "refused: %s", bad[i].text);
		has_str(err.what, bad[i].why, "with the reason");
		pattern_free(p);
	}
	struct buf many = BUF_INIT;
	struct error err = ERROR_INIT;
	for (int i = 0; i < 5000; i++)
		buf_str(&many, "(");
	ok(!pattern_read(buf_text(&many), &err), "5000 groups are refused");
	many.n = 1000;
	many.p[many.n] = 0;
	ok(!pattern_read(buf_text(&many), &err) && strstr(err.what, "too deep"),
		"and 1000, nested");
	buf_free(&many);
}

static void quick(void)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct pattern *p = pattern_read("^(a*)*(a|aa)+b$", &err);
	for (int i = 0; i < 20000; i++)
		buf_str(&text, "a");
	ok(p && !pattern_matches(p, buf_bytes(&text)), "no text takes for ever");
	pattern_free(p);
	buf_free(&text);
	p = pattern_read("^a{,2}$", &err);
	ok(p && pattern_matches(p, bytes_of("a{,2}")) && !pattern_matches(p, bytes_of("aa")),
		"{,2} is text, as in RE2");
	pattern_free(p);
	p = pattern_read("^.$", &err);
	ok(p && pattern_matches(p, (struct bytes){(const uint8_t *)"\xff", 1}),
		"a byte that is no UTF-8 is a character");
	pattern_free(p);
}

int main(void)
{
	make_dir();
	compare();
	refusals();
	quick();
	return done();
}
