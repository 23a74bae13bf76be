// SPDX-License-Identifier: MIT
// node_manifest: flags in every form, paths of the container as paths of the node.
#include <stdlib.h>

#include "node/manifest.h"
#include "node/path.h"
#include "tap.h"

#define POD(rest) "kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n" rest

static void flag(const char *text, const char *name, const char *want, const char *what)
{
	struct manifest m;
	struct error err = ERROR_INIT;
	if (manifest_parse(&m, bytes_of(text), &err)) {
		ok(false, "%s: %s", what, err.what);
		return;
	}
	const char *got = manifest_flag(&m.containers[0], name);
	is_str(got ? got : "(absent)", want, what);
	manifest_free(&m);
}

static void program(const char *text, const char *want, const char *what)
{
	struct manifest m;
	struct error err = ERROR_INIT;
	if (manifest_parse(&m, bytes_of(text), &err)) {
		ok(false, "%s: %s", what, err.what);
		return;
	}
	is_str(m.containers[0].program, want, what);
	manifest_free(&m);
}

static void flags(void)
{
	const char *both = POD("  - name: x\n    command: [/usr/bin/etcd, --a=1, --b, '2']\n"
			       "    args: [\"--c=${VAR}\", -d=4, --e, --f=x=y, --a=9]\n");
	flag(both, "--b", "2", "--b 2");
	flag(both, "--c", "${VAR}", "${VAR} is left alone");
	flag(both, "--d", "4", "one dash, as etcd takes it");
	flag(both, "--e", "", "a flag without a value");
	flag(both, "--f", "x=y", "only the first = parts");
	flag(both, "--a", "9", "the last one counts");
	flag(both, "--z", "(absent)", "a flag that is not there");
	program(both, "etcd", "the command's base name");
	program(POD("  - {name: kube-apiserver, args: [--a=1]}\n"), "kube-apiserver",
		"the container's name where there is no command");
	const char *shell = POD(
		"  - name: x\n    command:\n    - /bin/sh\n    - -c\n"
		"    - |\n      exec kube-apiserver --a=1 \\\n        --b \"two words\" 2>&1\n");
	program(shell, "kube-apiserver", "the program that a shell starts");
	flag(shell, "--b", "two words", "its flags, quotes taken away");
	flag("{\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"x\",\"command\":[\"a\",\"--k="
	     "v\"]}]}}",
		"--k", "v", "JSON");
	flag(POD("  - name: x\n    command: [a, [b], {c: d}, --k=v]\n"), "--k", "v",
		"items that are no texts are passed over");
}

static void refused(const char *text, const char *part, const char *what)
{
	struct manifest m;
	struct error err = ERROR_INIT;
	if (manifest_parse(&m, bytes_of(text), &err)) {
		has_str(err.what, part, what);
		return;
	}
	ok(false, "%s", what);
	manifest_free(&m);
}

static void mounts(void)
{
	const char *text = POD("  - name: x\n    command: [a]\n    volumeMounts:\n"
			       "    - {mountPath: /etc/kubernetes/pki, name: pki}\n"
			       "    - {mountPath: /etc/kubernetes/pki/etcd/, name: etcd}\n"
			       "    - {mountPath: /conf, name: pki, subPath: sub}\n"
			       "    - {mountPath: /tmp, name: empty}\n"
			       "    - {mountPath: /file.conf, name: file}\n"
			       "  volumes:\n"
			       "  - {name: pki, hostPath: {path: /etc/kubernetes/ssl/}}\n"
			       "  - {name: etcd, hostPath: {path: /srv/etcd}}\n"
			       "  - {name: file, hostPath: {path: /etc/file.conf}}\n"
			       "  - {name: empty, emptyDir: {}}\n");
	static const struct {
		const char *inside, *outside;
	} cases[] = {
		{"/etc/kubernetes/pki/a.crt", "/etc/kubernetes/ssl/a.crt"},
		{"/etc/kubernetes/pki//./x/../a.crt", "/etc/kubernetes/ssl/a.crt"},
		{"/etc/kubernetes/pki/etcd/s.crt", "/srv/etcd/s.crt"},
		{"/conf/c.yaml", "/etc/kubernetes/ssl/sub/c.yaml"},
		{"/file.conf", "/etc/file.conf"},
		{"/etc/kubernetes/pki2/a.crt", NULL},
		{"/tmp/a.crt", NULL},
		{"relative.crt", NULL},
		{"/etc/kubernetes/pki/../../shadow", NULL},
	};
	struct manifest m;
	struct error err = ERROR_INIT;
	if (!ok(!manifest_parse(&m, bytes_of(text), &err), "a pod with volumes"))
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = manifest_outside(&m.containers[0], cases[i].inside);
		is_str(got ? got : "none", cases[i].outside ? cases[i].outside : "none",
			cases[i].inside);
		free(got);
	}
	manifest_free(&m);
}

static void paths(void)
{
	static const struct {
		const char *path, *clean;
	} cases[] = {{"/a/b/", "/a/b"}, {"//a//b", "/a/b"}, {"/a/./b", "/a/b"}, {"/a/../b", "/b"},
		{"/../../a", "/a"}, {"/", "/"}, {"/a/..", "/"}, {"a", "/a"}, {"", "/"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = path_clean(cases[i].path);
		is_str(got, cases[i].clean, "a path is cleaned");
		free(got);
	}
	ok(path_beneath("/a/b", "/a") && path_beneath("/a", "/a") && path_beneath("/a", "/") &&
			!path_beneath("/ab", "/a"),
		"beneath is not a prefix");
	char *got = path_from_file("/etc/k/x.conf", "../pki/a.pem");
	is_str(got, "/etc/pki/a.pem", "a path relative to its file");
	free(got);
}

int main(void)
{
	flags();
	mounts();
	paths();
	refused("", "is not a Pod", "an empty file");
	refused("kind: ConfigMap\n", "is not a Pod", "another kind");
	refused("kind: Pod\nspec: {}\n", "has no containers", "a pod without containers");
	refused("kind: Pod\nspec: {containers: x}\n", "has no containers", "containers as a text");
	refused(POD("  - x\n"), "a container that is not a mapping", "a container as a text");
	refused("kind: [Pod\n", "line", "broken YAML");
	refused("\x7f"
		"ELF\x01\x02",
		"line", "a binary");
	return done();
}
