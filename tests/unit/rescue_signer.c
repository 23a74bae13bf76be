// SPDX-License-Identifier: MIT
// signer: it signs what its list says and nothing else, and can do nothing else.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/sandbox.h"
#include "pki.h"
#include "pki/issue.h"
#include "pki/mbedtls.h"
#include "rescue/signer.h"

#define NOW 1790000000 /* 2026-09-21 */

static struct signer signer = SIGNER_INIT;
static struct store store;
static struct error err;
static struct buf leaf_der, other_der;
static struct cert leaf, other;

static bool fixtures(void)
{
	return sh(
		"mkdir ca; cd ca\n"
		"for n in a b; do openssl ecparam -name prime256v1 -genkey -noout -out $n.key\n"
		"openssl req -x509 -new -key $n.key -subj /CN=ca-$n -days 3650 -out $n.crt; done\n"
		"openssl genrsa -out r.plain 2048; openssl pkcs8 -topk8 -in r.plain -v2 "
		"aes-256-cbc "
		"-passout pass:good -out r.key; openssl req -x509 -new -key r.plain -subj /CN=ca-r "
		"-days 3650 -out r.crt; rm r.plain; cd ..\n"
		"printf 'keyUsage=critical,digitalSignature\\nextendedKeyUsage=clientAuth\\n"
		"subjectKeyIdentifier=none\\nsubjectAltName=DNS:cp-1\\n' >ext\n"
		"for n in leaf other; do openssl req -new -newkey ec -pkeyopt "
		"ec_paramgen_curve:P-256 -nodes -keyout $n.key -subj /O=x/CN=$n -out $n.csr\n"
		"openssl x509 -req -in $n.csr -CA ca/a.crt -CAkey ca/a.key -extfile ext -days 3 "
		"-out $n.crt; done");
}

static void clean(void)
{
	signer_end(&signer);
	store_close(&store);
	err = (struct error)ERROR_INIT;
}

static int ca_named(const char *file)
{
	for (size_t i = 0; i < store.n_cas; i++)
		if (strstr(store.cas[i].cert_path, file))
			return (int)i;
	bail("%s is not in the store", file);
}

/* Starts one that has scanned the CAs. */
static void begin(void)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/ca", dir);
	struct signer_source from = {.dir = path, .is_ca_dir = true};
	clean();
	if (signer_start(&signer, &err) || signer_scan(&signer, &from, &store, &err))
		bail("the signer does not start: %s", err.what);
}

static struct signlist_line line_of(const struct cert *c, const char *ca)
{
	return (struct signlist_line){.ca = (size_t)ca_named(ca),
		.subject = c->subject,
		.extensions = c->extensions,
		.not_before = NOW,
		.not_after = NOW + CLOCK_DAY,
		.spki = c->spki};
}

/* Begins, with a list of these lines. */
static void listed(const struct signlist_line *lines, size_t n)
{
	struct signlist list = {.n = 0};
	bool confined = false;
	for (size_t i = 0; i < n; i++)
		signlist_add(&list, &lines[i]);
	if (signer_list(&signer, &list, &confined, &err))
		bail("the list is not taken: %s", err.what);
	if (!confined)
		bail("the kernel of this test has no seccomp filters");
	signlist_free(&list);
}

static struct issue what_of(const struct cert *old, const char *ca)
{
	struct issue what = {.old = old,
		.ca = &store.cas[ca_named(ca)].cert,
		.not_before = NOW,
		.not_after = NOW + CLOCK_DAY,
		.spki = old->spki,
		.sig = SIG_ECDSA_SHA256};
	issue_serial(what.serial);
	return what;
}

/* Asks for it; 0 if it was signed, with a signature that mbedTLS verifies. */
static int ask(size_t line, const struct issue *what)
{
	struct buf tbs = BUF_INIT, signature = BUF_INIT;
	err = (struct error)ERROR_INIT;
	if (issue_tbs(what, &tbs, &err))
		bail("no to-be-signed part: %s", err.what);
	int rc = signer_sign(&signer, line, what->sig, buf_bytes(&tbs), &signature, &err);
	if (rc == 0 &&
		!mbed_verify(what->ca->spki, what->sig, buf_bytes(&tbs), buf_bytes(&signature)))
		rc = diag("the signature is wrong") - 1;
	buf_free(&tbs);
	buf_free(&signature);
	return rc;
}

static void signs(void)
{
	struct secret good = SECRET_INIT, bad = SECRET_INIT;
	begin();
	is_int((long long)store.n_cas, 3, "the scan finds the CAs");
	is_int((long long)store.n_keys, 3, "and notes their keys");
	ok(!store.keys[0].content.p && !store.keys[2].content.p, "without a byte of them");
	struct signlist_line lines[] = {line_of(&leaf, "a.crt"), line_of(&other, "r.crt")};
	listed(lines, 2);
	size_t a = lines[0].ca, r = lines[1].ca;
	struct issue what = what_of(&leaf, "a.crt");
	ok(ask(0, &what) && strstr(err.what, "not open"), "no key is open yet");
	is_int(signer_open(&signer, &store, a, NULL, &err), 0, "a plain key opens");
	ok(store.cas[a].open && store.cas[a].key.alg == KEY_P256 && !store.cas[a].key.der.p,
		"its public half is known here, its private one is not");
	is_int(ask(0, &what), 0, "what the list says is signed");
	ok(signer_open(&signer, &store, r, NULL, &err) && err.os == EACCES,
		"an encrypted one needs a passphrase");
	secret_set(&bad, "evil", 4);
	secret_set(&good, "good", 4);
	ok(signer_open(&signer, &store, r, &bad, &err) && err.os == EACCES, "and not a wrong one");
	is_int(signer_open(&signer, &store, r, &good, &err), 0, "the right one opens it");
	ok(store.cas[r].key.was_encrypted, "and it is known that it was encrypted");
	what = what_of(&other, "r.crt");
	what.sig = SIG_RSA_SHA256;
	is_int(ask(1, &what), 0, "an RSA key signs");
	secret_free(&good);
	secret_free(&bad);
}

static void one(const char *why, const struct issue *what, const char *named)
{
	ok(ask(0, what) && err.kind == ERR_REFUSED && strstr(err.what, why), "%s is refused: %s",
		named, err.what);
}

static void refuses(void)
{
	begin();
	struct signlist_line lines[] = {line_of(&leaf, "a.crt")};
	listed(lines, 1);
	if (signer_open(&signer, &store, lines[0].ca, NULL, &err) ||
		signer_open(&signer, &store, (size_t)ca_named("b.crt"), NULL, &err))
		bail("%s", err.what);
	struct issue right = what_of(&leaf, "a.crt"), what = right;
	what.old = &other;
	one("another subject", &what, "another subject");
	what = right;
	what.spki = other.spki;
	one("another public key", &what, "another key");
	what = right;
	what.not_after += 1;
	one("another validity", &what, "a second more");
	what = right;
	what.not_before -= 1;
	one("another validity", &what, "a second earlier");
	what = right;
	what.ca = &store.cas[ca_named("b.crt")].cert;
	one("another issuer", &what, "another CA's name");
	struct cert wider = leaf;
	struct buf more = BUF_INIT;
	buf_add(&more, leaf.extensions.p, leaf.extensions.n);
	more.p[bytes_find(leaf.extensions, "cp-1")] ^= 1;
	wider.extensions = buf_bytes(&more);
	what = right;
	what.old = &wider;
	one("other extensions", &what, "one letter of a name");
	buf_free(&more);
	ok(ask(1, &right) && strstr(err.what, "not in the plan"), "a line that is not there");
	is_int(ask(0, &right), 0, "the signer still signs what is listed");
	one("signed already", &right, "the same line twice");
}

static void refuses_cas(void)
{
	begin();
	const struct cert *ca = &store.cas[ca_named("b.crt")].cert;
	struct signlist_line line = line_of(ca, "a.crt");
	struct buf tbs = BUF_INIT, signature = BUF_INIT;
	struct issue what = what_of(ca, "a.crt");
	what.ca = NULL;
	listed(&line, 1);
	if (signer_open(&signer, &store, line.ca, NULL, &err) || issue_tbs_ca(&what, &tbs, &err))
		bail("%s", err.what);
	ok(signer_sign(&signer, 0, what.sig, buf_bytes(&tbs), &signature, &err) &&
			strstr(err.what, "sign certificates itself"),
		"a CA is refused where the line does not say that it is one");
	ok(signer_sign(&signer, 0, what.sig, bytes_of("nonsense"), &signature, &err),
		"nonsense is refused: %s", err.what);
	buf_free(&tbs);
	buf_free(&signature);
}

/* A list of new keys: any key of that kind. */
static void new_keys(void)
{
	begin();
	struct signlist_line line = line_of(&leaf, "a.crt");
	line.spki = (struct bytes){NULL, 0};
	line.alg = KEY_P384;
	listed(&line, 1);
	if (signer_open(&signer, &store, line.ca, NULL, &err))
		bail("%s", err.what);
	struct issue what = what_of(&leaf, "a.crt");
	what.spki = other.spki;
	one("another public key", &what, "a new key of another kind");
	struct key made = KEY_INIT;
	key_generate(&made, KEY_P384, 0, &err);
	what.spki = buf_bytes(&made.spki);
	is_int(ask(0, &what), 0, "a new key of the listed kind is signed");
	key_free(&made);
}

static void order(void)
{
	struct signlist_line line;
	struct signlist list = {.n = 0};
	bool confined;
	begin();
	line = line_of(&leaf, "a.crt");
	ok(signer_open(&signer, &store, line.ca, NULL, &err) && strstr(err.what, "ended"),
		"no key is opened before the list: %s", err.what);
	begin();
	listed(&line, 1);
	signlist_add(&list, &line);
	ok(signer_list(&signer, &list, &confined, &err), "there is no second list: %s", err.what);
	begin();
	list.lines[0].ca = 3;
	ok(signer_list(&signer, &list, &confined, &err), "a list with a CA that is not there");
	list.lines[0].ca = 0;
	begin();
	ok(sh("openssl req -x509 -new -key ca/a.key -subj /CN=swapped -out ca/a.crt"),
		"a CA is swapped");
	ok(signer_list(&signer, &list, &confined, &err) && strstr(err.what, "changed"),
		"after the scan: %s", err.what);
	signlist_free(&list);
}

/* --- what it may do --------------------------------------------------------------------------- */

static long status_of(pid_t pid, const char *field)
{
	char path[64], line[256];
	long value = -1;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
			value = strtol(line + strlen(field) + 1, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static void life(void)
{
	begin();
	struct signlist_line line = line_of(&other, "a.crt");
	listed(&line, 1);
	pid_t pid = signer.pid;
	is_int(status_of(pid, "Seccomp"), 2, "the process is under a filter");
	is_int(status_of(pid, "Threads"), 1, "it has one thread");
	kill(pid, SIGTERM);
	kill(pid, SIGINT);
	is_int(signer_open(&signer, &store, line.ca, NULL, &err), 0,
		"a terminal's signals do not end it");
	signer_end(&signer);
	ok(kill(pid, 0) < 0 && errno == ESRCH, "it is gone at the end");
	signer_end(&signer);
	begin();
	kill(signer.pid, SIGKILL);
	ok(signer_open(&signer, &store, 0, NULL, &err) && strstr(err.what, "signal 9"),
		"if it is killed, that is said: %s", err.what);
	ok(signer_open(&signer, &store, 0, NULL, &err) && strstr(err.what, "ended"), "also later");
}

/* It ends with its parent, even if that is killed. */
static void orphan(void)
{
	int told[2];
	pid_t pid = 0;
	if (pipe(told))
		bail("no pipe");
	pid_t parent = fork();
	if (parent == 0) {
		struct signer s;
		signer_start(&s, &err);
		if (write(told[1], &s.pid, sizeof(s.pid)) < 0)
			_exit(1);
		pause();
	}
	if (read(told[0], &pid, sizeof(pid)) != sizeof(pid))
		bail("no pid");
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	/* A zombie, whose memory is gone, may stay until somebody else reaps it. */
	for (int i = 0; i < 500 && kill(pid, 0) == 0 && status_of(pid, "VmRSS") >= 0; i++)
		usleep(10000);
	ok(kill(pid, 0) < 0 || status_of(pid, "VmRSS") < 0, "it ends with its parent");
	close(told[0]);
	close(told[1]);
}

/* Raw calls: the C library would do something of its own around some of them. */
static const struct {
	const char *name;
	long nr, a, b, c;
} calls[] = {
	{"read(other fd)", SYS_read, 0, 0, 0},
	{"write(other fd)", SYS_write, 2, 0, 0},
	{"open", SYS_open, (long)"/etc/hostname", O_RDONLY, 0},
	{"openat", SYS_openat, AT_FDCWD, (long)"/etc/hostname", O_RDONLY},
	{"socket", SYS_socket, AF_INET, SOCK_STREAM, 0},
	{"execve", SYS_execve, (long)"/bin/true", 0, 0},
	{"fork", SYS_fork, 0, 0, 0},
	{"kill", SYS_kill, 0, 0, 0},
	{"ptrace", SYS_ptrace, PTRACE_TRACEME, 0, 0},
	{"mmap", SYS_mmap, 0, 4096, PROT_READ},
	{"brk", SYS_brk, 0, 0, 0},
	{"mprotect", SYS_mprotect, 0, 0, 0},
	{"dup", SYS_dup, 0, 0, 0},
	{"getrandom", SYS_getrandom, 0, 0, 0},
	{"getpid", SYS_getpid, 0, 0, 0},
	{"prctl", SYS_prctl, 0, 0, 0},
	{"sendmsg", SYS_sendmsg, 0, 0, 0},
	{"x32 write", 0x40000000 + SYS_write, 0, 0, 0},
};

/* The same numbers mean other calls to the 32-bit entry: 60 is exit here and umask there. A kernel
 * without that entry ends the process too, in its own way. */
static void other_architecture(void)
{
	int pair[2], status;
	long rc = 60;
	pid_t pid = fork();
	if (pid == 0) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || !sandbox_enter(pair[0]))
			syscall(SYS_exit_group, 9);
		__asm__ volatile("int $0x80"
				 : "+a"(rc)
				 : "b"(0L)
				 : "memory", "r8", "r9", "r10", "r11");
		syscall(SYS_exit_group, 0);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "a 32-bit call kills it");
}

static void other_calls(void)
{
	int pair[2], status;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		pid_t pid = fork();
		if (pid == 0) {
			if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || !sandbox_enter(pair[0]))
				_exit(9);
			if (write(pair[0], "x", 1) != 1)
				_exit(8);
			syscall(calls[i].nr, calls[i].a, calls[i].b, calls[i].c);
			syscall(SYS_exit_group, 0); /* _exit does more under a sanitizer */
		}
		waitpid(pid, &status, 0);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s kills it", calls[i].name);
	}
	pid_t pid = fork();
	if (pid == 0) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || !sandbox_enter(pair[0]))
			_exit(9);
		syscall(SYS_exit_group, 7);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "but exit does not");
}

/* --- its memory ------------------------------------------------------------------------------- */

#define HELD 300

/* Many blocks of many sizes come and go; none overlaps another, and all comes back. 0: good. */
static int churn(void)
{
	uint8_t *held[HELD] = {NULL};
	size_t size[HELD] = {0};
	unsigned seed = 1;
	if (!arena_start(1 << 20))
		return 1;
	for (int round = 0; round < 20000; round++) {
		seed = seed * 1103515245 + 12345;
		size_t i = seed / 65536 % HELD;
		for (size_t k = 0; k < size[i]; k++)
			if (held[i][k] != (uint8_t)i)
				return 2;
		__wrap_free(held[i]);
		seed = seed * 1103515245 + 12345;
		size[i] = seed / 65536 % 5000;
		held[i] = round % 2 ? __wrap_malloc(size[i]) : __wrap_calloc(size[i], 1);
		if (!held[i])
			return 3;
		if (round % 2 == 0)
			for (size_t k = 0; k < size[i]; k++)
				if (held[i][k])
					return 4;
		memset(held[i], (int)i, size[i]);
	}
	for (size_t i = 0; i < HELD; i++)
		__wrap_free(held[i]);
	void *all = __wrap_malloc((1 << 20) - 64);
	if (!all || __wrap_malloc(4096) || __wrap_malloc(SIZE_MAX) || __wrap_calloc(SIZE_MAX, 2))
		return 5;
	return 0;
}

static void memory(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(churn());
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "its heap holds (%d)",
		WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int main(void)
{
	make_dir();
	if (!fixtures())
		return 1;
	leaf = load_cert("leaf.crt", &leaf_der);
	other = load_cert("other.crt", &other_der);
	signs();
	refuses();
	refuses_cas();
	new_keys();
	life();
	orphan();
	order(); /* changes a CA: last */
	clean();
	other_calls();
	other_architecture();
	memory();
	buf_free(&leaf_der);
	buf_free(&other_der);
	return done();
}
