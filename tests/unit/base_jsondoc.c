// SPDX-License-Identifier: MIT
// JSON is read as RFC 8259 has it, and what is doubtful is refused with its line.
#include "base/jsondoc.h"
#include "tap.h"

static const char *const good[] = {
	"{}",
	"[]",
	" [ ] ",
	"\"\"",
	"0",
	"-0",
	"1.5e+10",
	"true",
	"\tnull\r\n",
	"{\"a\":{\"b\":[1,2,{}]}}",
	"[\"\\u00e9\\ud83d\\ude00\\n\\/\"]",
	"[\"\xc3\xa9\xf0\x9f\x98\x80\"]",
	"{\"\":1}",
	"{\"a\":1,\"b\":1}",
	"[\"\x7f\"]",
};

static const struct {
	const char *text, *what, *why;
} bad[] = {
	{"", "line 1: the text ends where a value should follow", "no text"},
	{" \n \n", "line 3: the text ends", "only white space"},
	{"{", "a member's name", "an object that ends"},
	{"{\n\"a\"", "line 2: the text ends where ':'", "a name alone"},
	{"{\"a\" 1}", "':' should follow, there is '1'", "no colon"},
	{"{\"a\":}", "a value should follow, there is '}'", "no value"},
	{"{\"a\":1,}", "a member's name in quotes should follow, there is '}'", "a trailing comma"},
	{"[1,]", "a value should follow, there is ']'", "a trailing comma in an array"},
	{"[1 2]", "',' or ']'", "no comma"},
	{"{\"a\":1\n\"b\":2}", "line 2: ',' or '}'", "no comma between members"},
	{"{a:1}", "in quotes", "a name without quotes"},
	{"{'a':1}", "in quotes", "single quotes"},
	{"[1] // x", "the end of the text should follow, there is '/'", "a comment"},
	{"{} {}", "the end of the text", "a second value"},
	{"\xef\xbb\xbf{}", "byte 0xef", "a byte order mark"},
	{"[01]", "',' or ']'", "a leading zero"},
	{"[+1]", "a value", "a plus sign"},
	{"[1.]", "a digit", "no digit behind the point"},
	{"[.5]", "a value", "no digit before the point"},
	{"[1e]", "a digit", "no exponent"},
	{"[-]", "a digit", "a minus alone"},
	{"[NaN]", "a value", "NaN"},
	{"[True]", "a value", "Python's True"},
	{"[tru]", "a value", "a cut word"},
	{"\"a", "ends within a string", "a string that ends"},
	{"\"a\\", "ends within a string", "a string that ends in a backslash"},
	{"\"a\nb\"", "line 1: a line end or control", "a line end in a string"},
	{"\"\t\"", "control character", "a tab in a string"},
	{"\"\\x41\"", "does not know", "an escape of C's"},
	{"\"\\u12g4\"", "four hexadecimal", "a bad \\u"},
	{"\"\\u12\"", "four hexadecimal", "a short \\u"},
	{"\"\\ud800\"", "surrogate", "half a pair"},
	{"\"\\ud800\\u0041\"", "surrogate", "half a pair before a letter"},
	{"\"\\udc00\"", "surrogate", "the second half alone"},
	{"\"\xff\"", "not UTF-8", "a byte that is never UTF-8"},
	{"\"\xc0\xaf\"", "not UTF-8", "an overlong slash"},
	{"\"\xe0\x80\xaf\"", "not UTF-8", "a longer overlong slash"},
	{"\"\xed\xa0\x80\"", "not UTF-8", "an encoded surrogate"},
	{"\"\xf4\x90\x80\x80\"", "not UTF-8", "beyond U+10FFFF"},
	{"\"\xe2\x82\"", "not UTF-8", "a cut sequence"},
	{"{\"CN\":1,\n\"CN\":2}", "line 2: \"CN\" stands twice in one object (first in line 1)",
		"a name twice"},
	{"{\"cn\":1,\"x\":0,\n\"CN\":2}", "\"CN\" stands twice", "a name twice in other case"},
	{"{\"a\\u0000\":1}", "NUL", "NUL in a name"},
};

static void check_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct jsondoc d;
		struct error err = ERROR_INIT;
		if (!ok(jsondoc_read(&d, bytes_of(good[i]), &err) == 0, "read: %s", good[i]))
			diag("%s", err.what);
		jsondoc_free(&d);
	}
}

static void check_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct jsondoc d;
		struct error err = ERROR_INIT;
		/* A copy of exact size, so that one byte too far is seen. */
		struct bytes text = bytes_of(bad[i].text);
		uint8_t *copy = malloc(text.n ? text.n : 1);
		memcpy(copy, text.p, text.n);
		text.p = copy;
		ok(jsondoc_read(&d, text, &err) < 0, "refused: %s", bad[i].why);
		has_str(err.what, bad[i].what, "with the line and what was expected");
		jsondoc_free(&d);
		free(copy);
	}
}

static void check_values(void)
{
	static const char text[] =
		"{\n \"CN\": \"a\\u0000b\", \"Size\": 2048,\n\"neg\":-9223372036854775808,"
		"\"big\":9223372036854775808,\"frac\":1.0,\"exp\":1e3,\"yes\":true,"
		"\"list\":[\n{\"\\u0041\":\"\\ud83d\\ude00\\t\"}]}";
	struct jsondoc d;
	struct error err = ERROR_INIT;
	int64_t v = 0;
	ok(jsondoc_read(&d, bytes_of(text), &err) == 0, "an object is read");
	const struct jsondoc *cn = jsondoc_get(&d, "cn");
	ok(cn && cn->kind == JSONDOC_STRING && cn->text.n == 3 &&
			memcmp(cn->text.p, "a\0b", 4) == 0,
		"a string may hold NUL, and its length says so");
	is_int(cn ? cn->line : 0, 2, "the line of a value");
	ok(jsondoc_int(jsondoc_get(&d, "size"), &v) && v == 2048, "names match in any case");
	ok(jsondoc_int(jsondoc_get(&d, "neg"), &v) && v == INT64_MIN, "the smallest number");
	ok(!jsondoc_int(jsondoc_get(&d, "big"), &v), "a number that is too large is none");
	ok(!jsondoc_int(jsondoc_get(&d, "frac"), &v), "nor is a fraction");
	ok(!jsondoc_int(jsondoc_get(&d, "exp"), &v), "nor an exponent");
	ok(!jsondoc_int(cn, &v) && !jsondoc_int(NULL, &v), "nor a string, nor nothing");
	ok(jsondoc_get(&d, "yes") && jsondoc_get(&d, "yes")->yes, "true");
	ok(!jsondoc_get(&d, "no") && !jsondoc_get(NULL, "x") && !jsondoc_get(cn, "x"),
		"what is not there is NULL");
	const struct jsondoc *list = jsondoc_get(&d, "list");
	if (ok(list && list->n == 1 && list->v[0].n == 1, "an array of one object")) {
		is_str(list->v[0].v[0].key, "A", "an escaped name");
		is_str(buf_text(&list->v[0].v[0].text), "\xf0\x9f\x98\x80\t", "an escaped string");
		is_int(list->v[0].line, 4, "the line of an element");
	}
	jsondoc_free(&d);
}

static struct buf repeat(const char *part, size_t n)
{
	struct buf b = BUF_INIT;
	while (n--)
		buf_str(&b, part);
	return b;
}

static void check_limits(void)
{
	struct jsondoc d;
	struct error err = ERROR_INIT;
	struct buf deep = repeat("[", JSONDOC_DEPTH), end = repeat("]", JSONDOC_DEPTH);
	buf_add(&deep, end.p, end.n);
	ok(jsondoc_read(&d, buf_bytes(&deep), &err) == 0, "%d levels are read", JSONDOC_DEPTH);
	jsondoc_free(&d);
	buf_free(&deep);
	buf_free(&end);
	deep = repeat("[", 1000000);
	ok(jsondoc_read(&d, buf_bytes(&deep), &err) < 0, "a million brackets are not");
	has_str(err.what, "nested too deep", "with the reason");
	jsondoc_free(&d);
	buf_free(&deep);
	struct buf many = BUF_INIT;
	buf_str(&many, "[0");
	struct buf more = repeat(",0", JSONDOC_VALUES);
	buf_add(&many, more.p, more.n);
	buf_str(&many, "]");
	ok(jsondoc_read(&d, buf_bytes(&many), &err) < 0, "too many values are refused");
	has_str(err.what, "too many values", "with the reason");
	jsondoc_free(&d);
	buf_free(&many);
	buf_free(&more);
	struct buf wide =
		BUF_INIT; /* many members: looking for a name that stands twice is quick */
	for (int i = 0; i < 200000; i++)
		buf_printf(&wide, "%c\"k%d\":0", i ? ',' : '{', i);
	buf_str(&wide, ",\"K77\":1}");
	ok(jsondoc_read(&d, buf_bytes(&wide), &err) < 0, "one name twice among 200000");
	has_str(err.what, "\"K77\" stands twice", "is found");
	jsondoc_free(&d);
	buf_free(&wide);
	ok(jsondoc_read(&d, (struct bytes){(const uint8_t *)"", JSONDOC_MAX + 1}, &err) < 0,
		"a text that is too long is not looked at");
	jsondoc_free(&d);
}

int main(void)
{
	check_good();
	check_bad();
	check_values();
	check_limits();
	return done();
}
