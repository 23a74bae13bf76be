// SPDX-License-Identifier: MIT
// Patterns of certrescue.conf: a star stays within one part of a name or path, two go beyond.
#include <string.h>

#include "base/buf.h"
#include "media/glob.h"
#include "tap.h"

static const struct {
	enum glob_parts parts;
	const char *pattern, *text;
	bool matches;
} cases[] = {
	{GLOB_NAME, "CN=kube-apiserver", "CN=kube-apiserver", true},
	{GLOB_NAME, "CN=kube-apiserver", "CN=kube-apiserver2", false},
	{GLOB_NAME, "CN=kube-apiserver", "O=x,CN=kube-apiserver", false},
	{GLOB_NAME, "CN=Kube-apiserver", "CN=kube-apiserver", false},
	{GLOB_NAME, "", "", true},
	{GLOB_NAME, "", "CN=x", false},
	{GLOB_NAME, "*", "", true},
	{GLOB_NAME, "CN=*", "CN=", true},
	{GLOB_NAME, "CN=*", "CN=a b", true},
	{GLOB_NAME, "CN=*", "CN=a,O=system:masters", false},
	{GLOB_NAME, "CN=*", "CN=a+O=system:masters", false},
	{GLOB_NAME, "O=*,CN=x", "O=a,CN=x", true},
	{GLOB_NAME, "O=*,CN=x", "O=a,O=system:masters,CN=x", false},
	{GLOB_NAME, "O=**,CN=x", "O=a,O=system:masters,CN=x", true},
	{GLOB_NAME, "**CN=x", "CN=x", true},
	{GLOB_NAME, "**CN=x", "C=DE,O=a,CN=x", true},
	{GLOB_NAME, "O=*,CN=x", "O=Example\\, Inc.,CN=x", true},
	{GLOB_NAME, "O=*,CN=x", "O=a\\\\,OU=b,CN=x", false}, /* a backslash, and a real comma */
	{GLOB_NAME, "O=a*c*e,CN=x", "O=abcde,CN=x", true},
	{GLOB_NAME, "O=a*c*e,CN=x", "O=abde,CN=x", false},
	{GLOB_NAME, "CN=system:node:*", "CN=system:node:cp-1", true},
	{GLOB_NAME, "CN=system:node:*", "CN=system:nodes", false},
	{GLOB_NAME, "***", "a,b", true},
	{GLOB_NAME, "CN=*x", "CN=xxx", true},
	{GLOB_NAME, "CN=?", "CN=a", false},
	{GLOB_PATH, "/etc/kubernetes/pki/*.crt", "/etc/kubernetes/pki/ca.crt", true},
	{GLOB_PATH, "/etc/kubernetes/pki/*.crt", "/etc/kubernetes/pki/etcd/ca.crt", false},
	{GLOB_PATH, "/etc/kubernetes/**.crt", "/etc/kubernetes/pki/etcd/ca.crt", true},
	{GLOB_PATH, "/etc/*/pki", "/etc/a,b/pki", true},
	{GLOB_PATH, "/**", "/x", true},
	{GLOB_PATH, "/*", "/x/y", false},
	{GLOB_PATH, "/a\\*", "/a\\/b", false},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(glob_match(cases[i].parts, cases[i].pattern, cases[i].text) == cases[i].matches,
			"\"%s\" %s \"%s\"", cases[i].pattern,
			cases[i].matches ? "matches" : "does not match", cases[i].text);
	/* What takes other matchers years: many stars, a long text, and no match at its end. */
	struct buf pattern = BUF_INIT, text = BUF_INIT;
	for (int i = 0; i < 200; i++)
		buf_str(&pattern, "*a");
	buf_str(&pattern, "b");
	for (int i = 0; i < 20000; i++)
		buf_str(&text, "a");
	ok(!glob_match(GLOB_NAME, buf_text(&pattern), buf_text(&text)), "many stars end soon");
	buf_free(&pattern);
	buf_free(&text);
	return done();
}
