// SPDX-License-Identifier: MIT
// A set of files is written whole or, where one of them cannot be, leaves what was there.
#include <errno.h>
#include <sys/stat.h>

#include "media/outset.h"
#include "pki.h"

static char *in_dir(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static int add(struct outset *s, const char *name, const char *text, mode_t mode, bool replace,
	struct error *err)
{
	char *path = in_dir(name);
	int rc = outset_add(s, path, bytes_of(text), mode, replace, err);
	free(path);
	return rc;
}

static mode_t mode_of(const char *name)
{
	struct stat st;
	char *path = in_dir(name);
	mode_t mode = lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
	free(path);
	return mode;
}

static bool holds(const char *name, const char *text)
{
	struct buf b = load(name);
	bool same = bytes_is(buf_bytes(&b), text);
	buf_free(&b);
	return same;
}

/* n files in two directories; more than a few are synced together. */
static void write_set(int n)
{
	struct outset s;
	struct error err = ERROR_INIT;
	char name[64];
	int rc = 0, good = 0;
	outset_begin(&s);
	for (int i = 0; i < n && rc == 0; i++) {
		snprintf(name, sizeof(name), "%s/%d-%d", i % 2 ? "a" : "b", n, i);
		rc = add(&s, name, name, i % 3 ? 0600 : 0644, false, &err);
	}
	ok(rc == 0 && mode_of("a") && sh("! ls a b | grep -q '^%d-'", n),
		"%d files: none is there before its time", n);
	ok(outset_put(&s, &err) == 0 && s.put == (size_t)n, "then all are put");
	outset_end(&s);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%d-%d", i % 2 ? "a" : "b", n, i);
		good += holds(name, name) && mode_of(name) == (i % 3 ? 0600u : 0644u);
	}
	is_int(good, n, "each with its content and mode");
	ok(sh("! find . -name '.*' -type f | grep ."), "and nothing lies beside them");
}

static void refusals(void)
{
	struct outset s;
	struct error err = ERROR_INIT;
	save("there", bytes_of("old"));
	sh("ln -s there link");
	outset_begin(&s);
	ok(add(&s, "new", "1", 0600, false, &err) == 0 &&
			add(&s, "there", "2", 0600, false, &err) == 0,
		"a file that is there can be staged");
	ok(outset_put(&s, &err) < 0 && err.os == EEXIST && s.put == 1, "but not put");
	outset_undo(&s);
	outset_end(&s);
	ok(holds("there", "old") && mode_of("new") == 0,
		"what is there stays, what was put is taken back");
	outset_begin(&s);
	ok(add(&s, "there", "2", 0600, true, &err) == 0 && outset_put(&s, &err) == 0,
		"it can be replaced if that is said");
	outset_end(&s);
	ok(holds("there", "2"), "and is");
	outset_begin(&s);
	ok(add(&s, "link", "3", 0600, true, &err) == 0 && outset_put(&s, &err) < 0 &&
			err.os == EEXIST,
		"a link is never followed or replaced");
	outset_end(&s);
	ok(holds("there", "2"), "nor what it points to");
	outset_begin(&s);
	ok(add(&s, "nowhere/x", "1", 0600, false, &err) < 0 &&
			strstr(err.todo, "make the directory"),
		"no directory, no file");
	for (int i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof(name), "c/%d", i);
		add(&s, name, name, 0600, false, &err);
	}
	sh("rm -rf c");
	ok(outset_put(&s, &err) < 0 && s.put == 0, "the directory went away: none is put");
	outset_end(&s);
	ok(sh("! find . -name '.*' -type f | grep ."), "nothing lies about");
}

int main(void)
{
	make_dir();
	sh("mkdir a b c");
	umask(077);
	write_set(1);
	write_set(5);
	write_set(200);
	refusals();
	return done();
}
