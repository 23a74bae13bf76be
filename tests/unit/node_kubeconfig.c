// SPDX-License-Identifier: MIT
// node_kubeconfig: an edit changes the chosen scalars and no other byte, or it is refused.
#include <stdlib.h>

#include "node/kubeconfig.h"
#include "tap.h"

#define NEW "LS0tLS1CRUdJTiBDRVJU"
#define PATH "/var/lib/kubelet/pki/kubelet-client-current.pem"

/* Edits the certificate of user u; the result, or "refused: ...". */
static char *edit(const char *text, const char *with, const char *rename_key)
{
	struct kubeconfig k;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	if (kubeconfig_parse(&k, bytes_of(text), &err))
		return xasprintf("unread: %s", err.what);
	const struct kubeconfig_entry *u = kubeconfig_find(&k, KUBECONFIG_USER, "u");
	struct kubeconfig_edit e = {u ? &u->cert_data : NULL, with, rename_key};
	char *got;
	if (!u)
		got = xstrdup("no user u");
	else if (kubeconfig_edit(bytes_of(text), &k, &e, 1, &out, &err))
		got = xasprintf("refused: %s", err.what);
	else
		got = xstrdup(buf_text(&out));
	buf_free(&out);
	kubeconfig_free(&k);
	return got;
}

static void styles(void)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{"block style, comments and order kept",
			"# a\nusers:\n- name: u # b\n  user:\n    client-certificate-data: OLD # "
			"c\n"
			"    client-key-data: K\n",
			"# a\nusers:\n- name: u # b\n  user:\n    client-certificate-data: " NEW
			" # c\n    client-key-data: K\n"},
		{"CRLF kept",
			"users:\r\n- name: u\r\n  user:\r\n    client-certificate-data: OLD\r\n",
			"users:\r\n- name: u\r\n  user:\r\n    client-certificate-data: " NEW
			"\r\n"},
		{"a byte order mark kept",
			"\xef\xbb\xbfusers:\n- {name: u, user: {client-certificate-data: OLD}}\n",
			"\xef\xbb\xbfusers:\n- {name: u, user: {client-certificate-data: " NEW
			"}}\n"},
		{"other scripts before",
			"# \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80\nusers:\n- name: u\n  user:\n"
			"    note: \"\xc3\xa4\"\n    client-certificate-data: OLD\n",
			"# \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80\nusers:\n- name: u\n  user:\n"
			"    note: \"\xc3\xa4\"\n    client-certificate-data: " NEW "\n"},
		{"JSON",
			"{\"users\":[{\"name\":\"u\",\"user\":{\"client-certificate-data\":\"OLD\"}"
			"}]}",
			"{\"users\":[{\"name\":\"u\",\"user\":{\"client-certificate-data\":\"" NEW
			"\"}}]}"},
		{"single quotes",
			"users:\n- name: u\n  user:\n    client-certificate-data: 'OLD'\n",
			"users:\n- name: u\n  user:\n    client-certificate-data: '" NEW "'\n"},
		{"a literal becomes plain",
			"users:\n- name: u\n  user:\n    client-certificate-data: |\n      OLD1\n"
			"      OLD2\n    client-key-data: K\n",
			"users:\n- name: u\n  user:\n    client-certificate-data: " NEW
			"\n    client-key-data: K\n"},
		{"a folded one keeps the comment and the empty lines",
			"users:\n- name: u\n  user:\n    client-certificate-data: >-  # why\n"
			"      OLD1\n      OLD2\n\n\n    client-key-data: K\n",
			"users:\n- name: u\n  user:\n    client-certificate-data: " NEW "  # why\n"
			"\n\n    client-key-data: K\n"},
		{"a literal at the end, without a line end",
			"users:\n- name: u\n  user:\n    client-certificate-data: |2-\n        OLD",
			"users:\n- name: u\n  user:\n    client-certificate-data: " NEW},
		{"a literal with CRLF",
			"users:\r\n- name: u\r\n  user:\r\n    client-certificate-data: |\r\n"
			"      OLD\r\n      OLD\r\nkind: Config\r\n",
			"users:\r\n- name: u\r\n  user:\r\n    client-certificate-data: " NEW
			"\r\nkind: Config\r\n"},
		{"a plain scalar of several lines",
			"users:\n- name: u\n  user:\n    client-certificate-data: OLD\n      OLD\n"
			"      OLD\nkind: Config\n",
			"users:\n- name: u\n  user:\n    client-certificate-data: " NEW
			"\nkind: Config\n"},
		{"an anchor that nobody uses",
			"users:\n- name: u\n  user:\n    client-certificate-data: &c OLD\n",
			"users:\n- name: u\n  user:\n    client-certificate-data: &c " NEW "\n"},
		{"only the user asked for",
			"users:\n- name: v\n  user: {client-certificate-data: OLD}\n- name: u\n"
			"  user: {client-certificate-data: OLD, token: t}\n",
			"users:\n- name: v\n  user: {client-certificate-data: OLD}\n- name: u\n"
			"  user: {client-certificate-data: " NEW ", token: t}\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = edit(cases[i].text, NEW, NULL);
		is_str(got, cases[i].want, cases[i].name);
		free(got);
	}
}

static void renames(void)
{
	char *got = edit("users:\n- name: u\n  user:\n    client-certificate-data: |\n      OLD\n",
		PATH, "client-certificate");
	is_str(got, "users:\n- name: u\n  user:\n    client-certificate: " PATH "\n",
		"embedded data becomes a path, without a line end in it");
	free(got);
	got = edit("{\"users\":[{\"name\":\"u\",\"user\":{\"client-certificate-data\":\"O\"}}]}",
		PATH, "client-certificate");
	is_str(got, "{\"users\":[{\"name\":\"u\",\"user\":{\"client-certificate\":\"" PATH "\"}}]}",
		"also in JSON, the key's quotes kept");
	free(got);
	got = edit("users:\n- name: u\n  user:\n    client-certificate-data: OLD\n", "1234567890",
		NULL);
	has_str(got, ": \"1234567890\"", "what would be a number is quoted");
	free(got);
	got = edit("users:\n- name: u\n  user:\n    client-certificate-data: OLD\n    "
		   "client-certificate: /x\n",
		PATH, "client-certificate");
	has_str(got, "refused: line 5: the key client-certificate stands twice",
		"a rename onto a key that is there is refused");
	free(got);
	got = edit("x: &k client-certificate-data\nusers:\n- name: u\n  user:\n    *k : OLD\n",
		PATH, "client-certificate");
	has_str(got, "refused: its YAML is of a form", "a key that is an alias is refused");
	free(got);
}

static void refuses(void)
{
	static const struct {
		const char *name, *text, *part;
	} cases[] = {
		{"a value that another user shares",
			"users:\n- name: v\n  user: {client-certificate-data: &c OLD}\n- name: u\n"
			"  user: {client-certificate-data: *c}\n",
			"refused: a value is shared"},
		{"a user's mapping that another user shares",
			"users:\n- name: v\n  user: &m {client-certificate-data: OLD}\n- name: u\n"
			"  user: *m\n",
			"refused: a value is shared"},
		{"merge keys",
			"x: &m {client-certificate-data: OLD}\nusers:\n- name: u\n  user:\n    <<: "
			"*m\n",
			"unread: line 5: a merge key"},
		{"duplicate keys",
			"users:\n- name: u\n  user:\n    client-certificate-data: A\n"
			"    client-certificate-data: B\n",
			"unread: line 5: the key client-certificate-data stands twice"},
		{"two users of one name", "users:\n- {name: u, user: {}}\n- {name: u, user: {}}\n",
			"unread: line 3: a second user"},
		{"another kind", "kind: Pod\nusers: []\n", "unread: its kind is Pod"},
		{"a list", "- a\n", "unread: is not a mapping"},
		{"nothing", "", "unread: is not a mapping"},
		{"users that are a text", "users: x\n", "unread: line 1: users is not a list"},
		{"a certificate that is a list",
			"users:\n- {name: u, user: {client-certificate-data: [a]}}\n",
			"unread: line 2: client-certificate-data is not a text"},
		{"a tag that Go decodes",
			"users:\n- {name: u, user: {client-certificate-data: !!binary T0xE}}\n",
			"unread: line 2: client-certificate-data has a YAML tag"},
		{"two documents", "users: []\n---\nusers: []\n", "unread: holds more than one"},
		{"an edit of what is not there", "users:\n- {name: u, user: {token: t}}\n",
			"refused: a value that cannot be written"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = edit(cases[i].text, NEW, NULL);
		has_str(got, cases[i].part, cases[i].name);
		free(got);
	}
	static const char *const bad[] = {"", "a b", "a\nb", "a\"b", "a#b", "a'b", "\xc3\xa4"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *got = edit("users:\n- name: u\n  user:\n    client-certificate-data: O\n",
			bad[i], NULL);
		has_str(got, "refused: a value that cannot be written",
			"a text that needs quoting");
		free(got);
	}
}

static void shared(void)
{
	const char *text = "clusters:\n- name: a\n  cluster: {certificate-authority-data: &c OLD}\n"
			   "- name: b\n  cluster: {certificate-authority-data: *c}\n";
	struct kubeconfig k;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	ok(!kubeconfig_parse(&k, bytes_of(text), &err), "two clusters with one CA");
	ok(k.entries[0].cert_data.shared && k.entries[0].cert_data.uses == 2, "it is shared");
	struct kubeconfig_edit e[2] = {
		{&k.entries[0].cert_data, NEW, NULL}, {&k.entries[1].cert_data, NEW, NULL}};
	ok(!kubeconfig_edit(bytes_of(text), &k, e, 2, &out, &err), "both get the same: allowed");
	has_str(buf_text(&out), "&c " NEW "}", "the anchored value changed");
	has_str(buf_text(&out), "data: *c}", "the alias stays one");
	e[1].text = "anotherone";
	out.n = 0;
	ok(kubeconfig_edit(bytes_of(text), &k, e, 2, &out, &err) && out.n == 0,
		"two different ones are refused, and nothing is written");
	has_str(err.what, "two different ones", "the reason is said");
	buf_free(&out);
	kubeconfig_free(&k);
}

static void reading(void)
{
	const char *text =
		"current-context: c\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n"
		"clusters:\n- {name: k, cluster: {server: 'https://x:6443', "
		"certificate-authority: ca.crt}}\n"
		"users:\n- name: u\n  user:\n    client-certificate: a.pem\n    "
		"client-key: b.pem\n- {name: t, user: {token: x}}\n- {name: n}\n";
	struct kubeconfig k;
	struct error err = ERROR_INIT;
	if (!ok(!kubeconfig_parse(&k, bytes_of(text), &err), "references, tokens, empty users"))
		return;
	const struct kubeconfig_entry *u = kubeconfig_find(&k, KUBECONFIG_USER, "u");
	is_str(u->cert_file.text, "a.pem", "client-certificate");
	is_str(u->key_file.text, "b.pem", "client-key");
	ok(!u->cert_data.text && !u->flow && u->column == 4, "block style at column 4");
	is_str(kubeconfig_find(&k, KUBECONFIG_CLUSTER, "k")->server.text, "https://x:6443",
		"server");
	is_str(k.current_context, "c", "current-context");
	is_str(k.contexts[0].user, "u", "the context's user");
	ok(!kubeconfig_find(&k, KUBECONFIG_USER, "k"), "a cluster is no user");
	kubeconfig_free(&k);
	ok(kubeconfig_is(bytes_of("kind: Config\n")) && kubeconfig_is(bytes_of("users: []\n")),
		"kubeconfigs are known");
	ok(!kubeconfig_is(bytes_of("kind: Pod\nusers: []\n")) && !kubeconfig_is(bytes_of("x")) &&
			!kubeconfig_is(bytes_of("{")),
		"other texts are not");
}

/* A random kubeconfig in a random mix of styles. */
static unsigned rnd(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static void scalar(struct buf *b, unsigned *seed, const char *eol, bool block)
{
	static const char *const plain[] = {"OLDdata1", "\"OLD2\"", "'OLD3'", "&x%d OLD4"};
	static int anchor;
	unsigned i = rnd(seed, block ? 7 : 4);
	if (i < 3)
		buf_str(b, plain[i]);
	else if (i == 3)
		buf_printf(b, "&x%d OLD4", anchor++);
	else if (i == 4)
		buf_printf(b, "|%s      OLD5%s      OLD6", eol, eol);
	else if (i == 5)
		buf_printf(b, ">- # c%s      OLD7%s%s", eol, eol, eol);
	else
		buf_printf(b, "OLD8%s      OLD9", eol);
}

static void random_config(struct buf *b, unsigned *seed)
{
	const char *eol = rnd(seed, 2) ? "\r\n" : "\n";
	unsigned users = 1 + rnd(seed, 4);
	if (rnd(seed, 3) == 0)
		buf_str(b, "\xef\xbb\xbf");
	if (rnd(seed, 2))
		buf_printf(b, "# \xc3\xa4\xe2\x82\xac \xf0\x9f\x98\x80%s", eol);
	buf_printf(b, "kind: Config%susers:%s", eol, eol);
	for (unsigned i = 0; i < users; i++) {
		bool flow = rnd(seed, 3) == 0;
		buf_printf(b, "- name: u%u \t# \xc3\xb6%s  user:", i, eol);
		buf_str(b, flow ? " {client-certificate-data: " : eol);
		if (!flow)
			buf_str(b, "    client-certificate-data: ");
		scalar(b, seed, eol, !flow);
		if (flow) {
			buf_printf(b, ", \"client-key-data\": ");
		} else {
			buf_str(b, eol);
			buf_str(b, "    client-key-data: ");
		}
		scalar(b, seed, eol, !flow);
		buf_printf(b, "%s%s", flow ? "}" : "", eol);
	}
}

static bool property(unsigned seed)
{
	struct buf text = BUF_INIT, none = BUF_INIT, out = BUF_INIT;
	struct kubeconfig k, again;
	struct error err = ERROR_INIT;
	struct kubeconfig_edit edits[8];
	size_t n = 0;
	bool holds = false;
	random_config(&text, &seed);
	if (kubeconfig_parse(&k, buf_bytes(&text), &err))
		return diag("%s\n%s", err.what, buf_text(&text));
	for (size_t i = 0; i < k.n_entries; i++) {
		if (rnd(&seed, 2))
			edits[n++] = (struct kubeconfig_edit){&k.entries[i].cert_data, NEW, NULL};
		if (rnd(&seed, 2))
			edits[n++] = (struct kubeconfig_edit){
				&k.entries[i].key_data, PATH, "client-key"};
	}
	if (!kubeconfig_edit(buf_bytes(&text), &k, edits, 0, &none, &err) &&
		bytes_equal(buf_bytes(&text), buf_bytes(&none)) &&
		!kubeconfig_edit(buf_bytes(&text), &k, edits, n, &out, &err) &&
		!kubeconfig_parse(&again, buf_bytes(&out), &err)) {
		size_t want = 0, seen = 0;
		for (size_t i = 0; i < n; i++)
			want += edits[i].rename_key != NULL;
		for (size_t i = 0; i < again.n_entries; i++)
			seen += again.entries[i].key_file.text &&
				!strcmp(again.entries[i].key_file.text, PATH);
		holds = want == seen && again.n_entries == k.n_entries;
		kubeconfig_free(&again);
	}
	if (!holds)
		diag("%s\n%s", err.what, buf_text(&text));
	kubeconfig_free(&k);
	buf_free(&text);
	buf_free(&none);
	buf_free(&out);
	return holds;
}

int main(void)
{
	styles();
	renames();
	refuses();
	shared();
	reading();
	unsigned failed = 0;
	for (unsigned seed = 1; seed <= 2000; seed++) {
		if (!property(seed)) {
			diag("seed %u", seed);
			failed++;
		}
	}
	ok(failed == 0, "2000 random kubeconfigs: no edit is no change, an edit is only itself");
	return done();
}
