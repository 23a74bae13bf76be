// SPDX-License-Identifier: MIT
// outfile, and the directories of an outset: files are whole or not there; nothing is overwritten
// or left lying about.
#include <errno.h>
#include <sys/stat.h>

#include "media/outset.h"
#include "pki.h"

static struct error err;

static char *at(const char *sub)
{
	static char path[4][256];
	static int n;
	char *p = path[n++ % 4];
	snprintf(p, 256, "%s/%s", dir, sub);
	return p;
}

static bool holds(const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	if (access(at(name), F_OK))
		return false;
	b = load(name);
	bool same = bytes_is(buf_bytes(&b), text);
	buf_free(&b);
	return same;
}

static unsigned mode(const char *name)
{
	struct stat st;
	return stat(at(name), &st) ? 0 : st.st_mode & 07777;
}

static int entries(void)
{
	return sh("test $(ls -A | grep -vx log | wc -l) -eq 0") ? 0 : 1;
}

/* All steps for one file. */
static int put(const char *path, const char *text, mode_t with, bool replace)
{
	struct outfile f = OUTFILE_INIT;
	int rc = outfile_stage(&f, path, bytes_of(text), with, replace, &err) ||
				 outfile_sync(&f, 1, &err) || outfile_put(&f, &err) ||
				 outfile_sync_places(&f, 1, &err)
			 ? -1
			 : 0;
	outfile_drop(&f);
	return rc;
}

static void one_file(void)
{
	umask(077);
	is_int(put(at("a"), "one", 0644, false), 0, "a new file");
	ok(holds("a", "one"), "has its content");
	is_int(mode("a"), 0644, "and its mode, whatever the umask");
	umask(022);
	ok(put(at("a"), "two", 0600, false) < 0 && err.os == EEXIST,
		"it is not overwritten unasked");
	has_str(err.what, "there already", "which is said");
	ok(holds("a", "one"), "and stays");
	is_int(put(at("a"), "two", 0600, true), 0, "replaced when asked");
	ok(holds("a", "two") && mode("a") == 0600, "content and mode are the new ones");
	ok(sh("ln -s a l; mkdir d; mkfifo f"), "a link, a directory, a FIFO");
	ok(put(at("l"), "x", 0600, true) < 0 && err.os == EEXIST,
		"a link is not replaced");
	ok(put(at("d"), "x", 0600, true) < 0, "nor a directory");
	ok(put(at("f"), "x", 0600, true) < 0, "nor a FIFO");
	ok(holds("a", "two"), "and what the link names stays");
	ok(put(at("no/x"), "x", 0600, false) < 0,
		"a directory that is not there");
	has_str(err.todo, "make the directory", "says what to do");
	ok(outfile_absent(at("l"), &err) < 0, "a link counts as there");
	ok(sh("ln -s gone g") && outfile_absent(at("g"), &err) < 0, "one that leads nowhere too");
	is_int(outfile_absent(at("nothing"), &err), 0, "what is not there is not");
	ok(sh("test \"$(ls -A | tr '\\n' ' ')\" = 'a d f g l log '"), "nothing else is left");
	ok(sh("rm -r a d f g l"), "cleared");
}

static void steps(void)
{
	struct outfile f = OUTFILE_INIT;
	is_int(outfile_stage(&f, at("s"), bytes_of("ready"), 0600, false, &err), 0, "staged");
	ok(access(at("s"), F_OK) != 0, "it is not in its place");
	ok(access(f.temporary, F_OK) == 0, "but beside it");
	outfile_drop(&f);
	is_int(entries(), 0, "dropped: nothing is left");
	outfile_stage(&f, at("s"), bytes_of("ready"), 0600, false, &err);
	ok(sh("echo -n mine >s"), "somebody else comes first");
	ok(outfile_put(&f, &err) < 0 && err.os == EEXIST, "then it is not put");
	outfile_drop(&f);
	ok(holds("s", "mine"), "and theirs stays");
	outfile_stage(&f, at("s"), bytes_of("ready"), 0600, true, &err);
	is_int(outfile_put(&f, &err), 0, "put where it may replace");
	outfile_drop(&f);
	ok(holds("s", "ready"), "and dropping it then does no harm");
	ok(sh("rm s"), "cleared");
}

static void sets(void)
{
	struct outset set;
	outset_begin(&set);
	is_int(outset_mkdir(&set, at("new"), &err), 0, "a directory for the set");
	is_int(outset_add(&set, at("new/a"), bytes_of("a"), 0600, false, &err), 0, "one file");
	is_int(outset_add(&set, at("b"), bytes_of("b"), 0600, false, &err), 0, "another");
	ok(access(at("new/a"), F_OK) && access(at("b"), F_OK), "none is in its place yet");
	outset_end(&set);
	is_int(entries(), 0, "given up: files and directory are gone");

	outset_begin(&set);
	outset_mkdir(&set, at("new"), &err);
	outset_add(&set, at("new/a"), bytes_of("a"), 0600, false, &err);
	outset_add(&set, at("b"), bytes_of("b"), 0600, false, &err);
	ok(sh("echo -n theirs >b"), "the second's place is taken meanwhile");
	ok(outset_put(&set, &err) < 0, "putting fails");
	is_int((long long)set.put, 1, "after the first");
	ok(holds("new/a", "a"), "which is there");
	outset_undo(&set);
	outset_end(&set);
	ok(access(at("new"), F_OK) != 0 && holds("b", "theirs"), "undone: only theirs is left");
	ok(sh("rm b"), "cleared");

	outset_begin(&set);
	outset_mkdir(&set, at("new"), &err);
	outset_add(&set, at("new/a"), bytes_of("a"), 0600, false, &err);
	outset_add(&set, at("b"), bytes_of("b"), 0644, false, &err);
	is_int(outset_put(&set, &err), 0, "all are put");
	outset_end(&set);
	ok(holds("new/a", "a") && holds("b", "b"), "and stay");
	is_int(mode("new"), 0700, "the directory is its owner's alone");
}

static void signals(void)
{
	struct outset set;
	sigset_t now;
	outset_begin(&set);
	sigprocmask(SIG_SETMASK, NULL, &now);
	ok(sigismember(&now, SIGINT) == 1 && sigismember(&now, SIGTERM) == 1,
		"an interrupt waits while a set is written");
	outset_end(&set);
	sigprocmask(SIG_SETMASK, NULL, &now);
	ok(sigismember(&now, SIGINT) == 0, "and comes through afterwards");
}

int main(void)
{
	make_dir();
	one_file();
	steps();
	sets();
	signals();
	return done();
}
