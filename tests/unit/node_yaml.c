// SPDX-License-Identifier: MIT
// node_yaml: places are bytes, whatever stands before them; bombs and ambiguity are refused.
#include <stdlib.h>

#include "node/yaml.h"
#include "tap.h"

/* The bytes that a key's value has in the text. */
static char *place(const char *text, const char *key)
{
	struct yaml_doc doc;
	struct error err = ERROR_INIT;
	if (yaml_doc_read(&doc, bytes_of(text), &err))
		return xasprintf("refused: %s", err.what);
	const struct yaml_item *v = yaml_get(doc.root, key);
	char *got = v ? xstrndup(text + v->begin, v->end - v->begin) : xstrdup("absent");
	yaml_doc_free(&doc);
	return got;
}

static void places(void)
{
	static const struct {
		const char *text, *want, *name;
	} cases[] = {
		{"a: x\nk: value # c\n", "value", "a plain scalar without its comment"},
		{"a: x\r\nk: value\r\n", "value", "CRLF"},
		{"\xef\xbb\xbfk: value\n", "value", "a byte order mark"},
		{"# \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\nk: value\n", "value",
			"characters of two, three and four bytes before"},
		{"\xef\xbb\xbf# \xc3\xa4\r\n\xc3\xb6: 1\r\nk: \"v\xc3\xbc\"\r\n", "\"v\xc3\xbc\"",
			"all of it together"},
		{"a: \"x\xc2\x85y\"\nk: value\n", "value", "a NEL that libyaml takes as a line"},
		{"k: 'it''s'\n", "'it''s'", "single quotes"},
		{"k: &a value\n", "value", "an anchor is not part of the value"},
		{"k: !!str &a value\n", "value", "neither is a tag"},
		{"k: &a # c\n  value\n", "value", "an anchor with the value on the next line"},
		{"k: |\n  one\n  two\n\n\nz: 1\n", "|\n  one\n  two",
			"a literal without the line ends behind it"},
		{"k: >-  # c\n  one\nz: 1\n", ">-  # c\n  one", "a folded one with its header"},
		{"k: a\n  b\nz: 1\n", "a\n  b", "a plain scalar of two lines"},
		{"{\"a\":1,\"k\":\"v\"}", "\"v\"", "JSON"},
		{"k: [1, 2]\n", "[1, 2]", "a flow sequence"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = place(cases[i].text, "k");
		is_str(got, cases[i].want, cases[i].name);
		free(got);
	}
}

static char *why(struct bytes text)
{
	struct yaml_doc doc;
	struct error err = ERROR_INIT;
	if (yaml_doc_read(&doc, text, &err))
		return xstrdup(err.what);
	yaml_doc_free(&doc);
	return xstrdup("taken");
}

static void refused(const char *text, const char *part, const char *name)
{
	char *got = why(bytes_of(text));
	has_str(got, part, name);
	free(got);
}

static char *repeat(const char *text, int n, const char *end)
{
	struct buf b = BUF_INIT;
	for (int i = 0; i < n; i++)
		buf_str(&b, text);
	buf_str(&b, end);
	return (char *)b.p;
}

static void limits(void)
{
	char *deep = repeat("[", 33, ""), *long_list = repeat("- a\n", 20001, "");
	char *huge = repeat("# 345678901234567\n", 1 << 16, "");
	refused(deep, "nested too deeply", "33 brackets");
	refused(long_list, "too many values", "20001 items");
	refused(huge, "longer than", "more than a mebibyte");
	free(deep);
	free(long_list);
	free(huge);
	deep = repeat("[", 32, "");
	refused(deep, "did not find", "32 open brackets are only unfinished");
	free(deep);
	struct buf keys = BUF_INIT;
	for (int i = 0; i < 1025; i++)
		buf_printf(&keys, "k%d: 1\n", i);
	refused(buf_text(&keys), "too many keys", "1025 keys in a mapping");
	buf_free(&keys);
	char *aliases = repeat("- *a\n", 1001, "");
	char *all = xasprintf("- &a x\n%s", aliases);
	refused(all, "too many aliases", "1001 aliases");
	free(aliases);
	free(all);
}

static void hostile(void)
{
	refused("a: 1\nb: 2\na: 3\n", "line 3: the key a stands twice", "a duplicate key");
	refused("{\"a\":1,\"a\":2}", "stands twice", "a duplicate key in JSON");
	refused("? [a, b]\n: c\n", "a key that is not plain text", "a sequence as a key");
	refused("a: &a [*a]\n", "contains itself", "a value that contains itself");
	refused("a: *b\n", "without an anchor", "an alias of nothing");
	refused("a: \"x\\0y\"\n", "a NUL character", "an escaped NUL");
	refused("a: \xff\n", "line 1", "bytes that are not UTF-8");
	refused("a: [1, 2\n", "line", "an unfinished list");
	refused("a: b: c\n", "line 1", "two colons");
	refused("\tb: c\n", "line 1", "a tab as indentation");
	char *got = why((struct bytes){(const uint8_t *)"\xff\xfe"
							"a\0:\0",
		6});
	has_str(got, "UTF-16", "UTF-16 is named");
	free(got);
	struct buf bomb = BUF_INIT;
	buf_str(&bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++)
		buf_printf(&bomb, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	refused(buf_text(&bomb), "too big", "a billion laughs");
	buf_free(&bomb);
}

static void reading(void)
{
	struct yaml_doc doc;
	struct error err = ERROR_INIT;
	const char *text = "a: &x {k: v}\nb: *x\nc: ~\nd: ''\ne:\nf: [1, 2]\n---\nz: 1\n";
	if (!ok(!yaml_doc_read(&doc, bytes_of(text), &err), "aliases, nulls, two documents"))
		return;
	is_str(yaml_text(yaml_get(yaml_get(doc.root, "b"), "k")), "v", "an alias is followed");
	ok(yaml_get(yaml_get(doc.root, "b"), "k")->uses == 2, "its value has two uses");
	ok(!yaml_text(yaml_get(doc.root, "c")) && !yaml_text(yaml_get(doc.root, "e")),
		"~ and nothing are null");
	is_str(yaml_text(yaml_get(doc.root, "d")), "", "quotes with nothing in them are not");
	ok(yaml_count(yaml_get(doc.root, "f")) == 2 && !yaml_at(yaml_get(doc.root, "f"), 2),
		"a sequence ends where it ends");
	ok(!yaml_get(doc.root, "z") && doc.more, "the second document is only mentioned");
	ok(!yaml_get(NULL, "a") && !yaml_text(yaml_get(doc.root, "f")), "what is absent is NULL");
	yaml_doc_free(&doc);
	ok(!yaml_doc_read(&doc, bytes_of(""), &err) && !doc.root, "an empty text has no root");
	yaml_doc_free(&doc);
}

int main(void)
{
	places();
	limits();
	hostile();
	reading();
	return done();
}
