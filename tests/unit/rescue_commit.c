// SPDX-License-Identifier: MIT
// The transaction with every changing system call made to fail in turn: old or new, never mixed,
// never a false success; resume and undo lead out of every state.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/change.h"
#include "rescue/commit.h"
#include "rescue/stage.h"
#include "rescue/undo.h"
#include "tap.h"

#define ID "20261123T174501Z"
#define FILES 5
#define MODE 2 /* this one keeps its bytes and gets another mode: 0644 becomes 0400 */

static char base[64];
static const char *const paths[FILES] = {"/etc/kubernetes/pki/a.crt", "/etc/kubernetes/pki/a.key",
	"/etc/kubernetes/pki/sa.key", "/root/.kube/config",
	"/var/lib/kubelet/pki/new.pem"}; /* the last does not exist before */
#define LINK "/var/lib/kubelet/pki/current.pem"

static int fail_at, fail_with; /* fail_at 0: never; fail_with 0: the process ends */
static int *calls;             /* shared with the children */

static int fault(const char *call)
{
	(void)call;
	if (++*calls != fail_at)
		return 0;
	if (fail_with == 0)
		_exit(99);
	return fail_with;
}

static void sh(const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0)
		bail("%s", cmd);
}

static void make_node(void)
{
	sh("rm -rf %s && mkdir -p %s/etc/kubernetes/pki %s/root/.kube %s/var/lib/kubelet/pki && "
	   "cd %s && echo old0 >etc/kubernetes/pki/a.crt && echo old1 >etc/kubernetes/pki/a.key && "
	   "echo same >etc/kubernetes/pki/sa.key && chmod 644 etc/kubernetes/pki/sa.key && "
	   "echo old2 >root/.kube/config && chmod 600 etc/kubernetes/pki/a.key && "
	   "ln -s /var/lib/kubelet/pki/old.pem var/lib/kubelet/pki/current.pem && "
	   "find . -exec touch -h -d @1700000000 {} +",
		base, base, base, base, base);
}

/* A change of the mode leaves the time of the content as it was. */
static char mode_state(const struct stat *st)
{
	mode_t mode = st->st_mode & 07777;
	return st->st_mtim.tv_sec != 1700000000 ? '?'
	       : mode == 0644                   ? 'o'
	       : mode == 0400                   ? 'n'
						: '?';
}

/* 'o', 'n' or '?' for each target, then the link. */
static void state(char text[FILES + 2])
{
	char path[256], line[64];
	for (int i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s%s", base, paths[i]);
		FILE *f = fopen(path, "r");
		if (!f) {
			text[i] = i == FILES - 1 ? 'o' : '?';
			continue;
		}
		struct stat st;
		fstat(fileno(f), &st);
		text[i] = !fgets(line, sizeof(line), f)  ? '?'
			  : strcmp(line, "same\n") == 0  ? mode_state(&st)
			  : strncmp(line, "old", 3) == 0 ? 'o'
			  : strncmp(line, "new", 3) == 0 ? 'n'
							 : '?';
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s%s", base, LINK);
	ssize_t n = readlink(path, line, sizeof(line));
	text[FILES] = n <= 0                                                          ? '?'
		      : strncmp(line, "/var/lib/kubelet/pki/old.pem", (size_t)n) == 0 ? 'o'
										      : 'n';
	text[FILES + 1] = 0;
}

static void fill(struct root *root, struct entries *entries)
{
	struct error err = ERROR_INIT;
	for (int i = 0; i < FILES; i++) {
		struct entry *e = entries_add(entries, paths[i]);
		struct buf old = BUF_INIT;
		buf_printf(&e->content, "new%d\n", i);
		e->mode = 0640;
		e->had_old = i < FILES - 1;
		if (e->had_old && root_read(root, paths[i], 1000, &old, &e->old, &err))
			bail("%s", err.what);
		sha256(buf_bytes(&old), e->old_sha);
		if (i == MODE) {
			e->content.n = 0;
			buf_add(&e->content, old.p, old.n);
			e->only_mode = e->mended = true;
			e->mode = 0400;
			e->uid = e->old.st_uid;
			e->gid = e->old.st_gid;
		}
		buf_free(&old);
	}
	struct entry *link = entries_add(entries, LINK);
	link->link = true;
	buf_str(&link->content, "/var/lib/kubelet/pki/new.pem");
}

/* Preflight, stage, commit. */
static int rescue(void)
{
	struct root root = ROOT_INIT;
	struct entries entries = {0};
	struct error err = ERROR_INIT;
	struct tx tx;
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	fill(&root, &entries);
	int rc = stage_preflight(&root, &entries, &err);
	if (rc == 0)
		rc = stage(&root, ID, "cp-1", &entries, &tx, &err);
	if (rc == 0) {
		rc = commit(&tx, &err);
		tx_close(&tx);
	}
	entries_free(&entries);
	root_close(&root);
	return rc ? (int)err.kind : 0;
}

static int way_out(bool back)
{
	struct root root = ROOT_INIT;
	struct error err = ERROR_INIT;
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	int rc = back ? undo(&root, ID, false, &err) : commit_resume(&root, ID, &err);
	root_close(&root);
	return rc ? (int)err.kind : 0;
}

static enum journal_state journal(void)
{
	struct root root = ROOT_INIT;
	struct error err = ERROR_INIT;
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	enum journal_state s = journal_state(&root, ID);
	root_close(&root);
	return s;
}

/* Runs fn in a child, so that a fault may end it; 99: it did. */
static int child(int (*fn)(void))
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int resume(void)
{
	return way_out(false);
}

static int take_back(void)
{
	return way_out(true);
}

static bool is(const char *want)
{
	char text[FILES + 2];
	state(text);
	if (strcmp(text, want) != 0)
		printf("# state %s, wanted %s\n", text, want);
	return strcmp(text, want) == 0;
}

#define OLD "oooooo"
#define NEW "nnnnnn"

/* After a run that ended with code: is the node what the code says, and does the way out work? */
static bool holds(int code, bool back)
{
	if (code == 0)
		return is(NEW) && journal() == JOURNAL_DONE;
	if (code == ERR_FAILED)
		return is(OLD);
	enum journal_state s = journal();
	if (code != ERR_PENDING && code != 99)
		return false;
	if (s == JOURNAL_STAGED)
		return is(OLD);
	fail_at = 0;
	return (back ? child(take_back) == 0 && is(OLD) && journal() == JOURNAL_UNDONE
		: s == JOURNAL_DONE ? is(NEW)
				    : child(resume) == 0 && is(NEW) && journal() == JOURNAL_DONE);
}

static void every_call(int with, bool back, const char *what)
{
	bool good = true;
	int n = 0, pending = 0, code = 1;
	for (int at = 1; at < 500; at++, n++) {
		make_node();
		fail_at = at;
		fail_with = with;
		*calls = 0;
		code = child(rescue);
		pending += code == ERR_PENDING || code == 99;
		if (!holds(code, back)) {
			printf("# at call %d: exit %d\n", at, code);
			good = false;
		}
		if (*calls < at)
			break;
	}
	ok(good && n > 40 && pending > 5, "%s at each of %d calls (%d after the record)", what, n,
		pending);
}

/* A fault inside the way out, then the way out again. */
static void every_call_of(int (*fn)(void), const char *want, int with, const char *what)
{
	bool good = true;
	int n = 0;
	for (int at = 1; at < 200; at++, n++) {
		make_node();
		fail_at = 0;
		if (child(rescue) != 0)
			bail("the rescue fails");
		if (fn == resume) { /* as if the power had gone before the done record */
			sh("mv %s" STATE_DIR "/" ID "/done %s/x && rm %s/x", base, base, base);
			sh("cd %s && mv etc/kubernetes/pki/a.crt t && mv ." STATE_DIR "/" ID
			   "/new/000 etc/kubernetes/pki/a.crt && mv t ." STATE_DIR "/" ID
			   "/new/000",
				base);
		}
		fail_at = at;
		fail_with = with;
		*calls = 0;
		int code = child(fn);
		if (code == 0)
			good = good && is(want);
		if (*calls < at)
			break;
		if (code == 0)
			continue;
		fail_at = 0;
		if ((code != ERR_PENDING && code != ERR_FAILED && code != 99) || child(fn) != 0 ||
			!is(want)) {
			int again = child(fn); /* a cut between the last record and the end */
			if (again != ERR_NOTHING && again != 0) {
				printf("# at call %d: exit %d\n", at, code);
				good = false;
			}
			good = good && is(want);
		}
	}
	ok(good && n > 3, "%s at each of %d calls", what, n);
}

static void metadata(void)
{
	char before[300], after[300];
	make_node();
	snprintf(before, sizeof(before), "%s.before", base);
	snprintf(after, sizeof(after), "%s.after", base);
	const char *list =
		"cd %s && find etc root var/lib/kubelet -printf '%%p %%m %%u %%s %%l %%T@\\n' "
		"| sort >%s";
	sh(list, base, before);
	fail_at = 0;
	ok(child(rescue) == 0 && is(NEW), "a rescue puts everything in place");
	ok(child(take_back) == 0 && is(OLD), "undo takes it back");
	sh(list, base, after);
	char cmd[700];
	snprintf(cmd, sizeof(cmd), "diff %s %s", before, after);
	ok(system(cmd) == 0,
		"undo brings back modes, owners, links and mtimes, directories included");
	ok(child(take_back) == ERR_NOTHING, "undo a second time: nothing to do");
	unlink(before);
	unlink(after);
}

static void changed_since(void)
{
	make_node();
	fail_at = 0;
	child(rescue);
	sh("echo mine >%s/root/.kube/config", base);
	ok(child(take_back) == ERR_REFUSED && is("nnn?nn"), "undo over a changed file is refused");
	make_node();
	child(rescue);
	sh("chmod 0440 %s/etc/kubernetes/pki/sa.key", base);
	ok(child(take_back) == ERR_REFUSED && is("nn?nnn"),
		"undo of a mode that somebody changed again is refused");
	make_node();
	struct root root = ROOT_INIT;
	struct entries entries = {0};
	struct error err = ERROR_INIT;
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	fill(&root, &entries);
	sh("chmod 0666 %s/etc/kubernetes/pki/sa.key", base);
	ok(stage_preflight(&root, &entries, &err) && err.kind == ERR_REFUSED,
		"a mode that changed since it was looked at: refused");
	entries_free(&entries);
	root_close(&root);
	make_node();
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	fill(&root, &entries);
	sh("echo changed >%s/etc/kubernetes/pki/a.crt", base);
	ok(stage_preflight(&root, &entries, &err) && err.kind == ERR_REFUSED,
		"a file that changed since it was looked at: refused");
	entries_free(&entries);
	root_close(&root);
	make_node();
	if (root_open(&root, base, &err))
		bail("%s", err.what);
	fill(&root, &entries);
	sh("echo there >%s/var/lib/kubelet/pki/new.pem", base);
	ok(stage_preflight(&root, &entries, &err) && err.kind == ERR_REFUSED,
		"a file where none was expected: refused");
	entries_free(&entries);
	root_close(&root);
}

int main(void)
{
	/* In memory where possible: no power is cut here, so that syncs need not be waited for. */
	snprintf(base, sizeof(base), "%s/certrescue-unit.%d",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
	calls = mmap(
		NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (calls == MAP_FAILED)
		bail("no shared memory");
	change_fault = fault;
	metadata();
	changed_since();
	every_call(ENOSPC, false, "no space left");
	every_call(EIO, true, "a disk error, then back");
	every_call(0, false, "the process ends");
	every_call(0, true, "the process ends, then back");
	every_call_of(take_back, OLD, EIO, "a disk error in undo");
	every_call_of(take_back, OLD, 0, "the end in undo");
	every_call_of(resume, NEW, EIO, "a disk error in resume");
	every_call_of(resume, NEW, 0, "the end in resume");
	sh("rm -rf %s", base);
	return done();
}
