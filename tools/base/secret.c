// SPDX-License-Identifier: MIT
// secret: locked memory and the ways a passphrase comes in.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/secret.h"

void secret_process(void)
{
	struct rlimit none = {0, 0};
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

void secret_alloc(struct secret *s, size_t cap)
{
	secret_free(s);
	if (arena_started()) { /* locked as a whole */
		*s = (struct secret){xmalloc(cap + 1), 0, cap};
		return;
	}
	void *p = mmap(NULL, cap + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		out_of_memory();
	mlock(p, cap + 1); /* best effort: an unprivileged user may have no limit left */
	madvise(p, cap + 1, MADV_DONTDUMP);
	s->p = p;
	s->cap = cap;
	s->n = 0;
}

void secret_set(struct secret *s, const void *p, size_t n)
{
	secret_alloc(s, n);
	if (n)
		memcpy(s->p, p, n);
	s->n = n;
}

void secret_free(struct secret *s)
{
	if (s->p)
		wipe(s->p, s->cap + 1);
	if (s->p && arena_started())
		free(s->p);
	else if (s->p)
		munmap(s->p, s->cap + 1);
	*s = (struct secret)SECRET_INIT;
}

struct bytes secret_bytes(const struct secret *s)
{
	return (struct bytes){s->p, s->n};
}

/* Reads up to the capacity, a line only or all there is; false on a read error. */
static bool fill(struct secret *s, int fd, bool line)
{
	while (s->n < s->cap) {
		ssize_t got = read(fd, s->p + s->n, line ? 1 : s->cap - s->n);
		if (got < 0 && errno == EINTR && !line)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		s->n += (size_t)got;
		if (line && s->p[s->n - 1] == '\n')
			break;
	}
	return true;
}

static void drop_line_end(struct secret *s)
{
	if (s->n && s->p[s->n - 1] == '\n')
		s->n--;
	if (s->n && s->p[s->n - 1] == '\r')
		s->n--;
	s->p[s->n] = 0;
}

int secret_from_file(struct secret *s, const char *path, struct error *err)
{
	int rc = -1, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, path, "name a file that holds the passphrase",
			"the passphrase file cannot be opened");
	secret_alloc(s, SECRET_FILE_MAX + 3);
	if (!fill(s, fd, false)) {
		error_errno(err, path, "name a file that holds the passphrase",
			"the passphrase file cannot be read");
		goto out;
	}
	drop_line_end(s);
	if (s->n == 0 || s->n > SECRET_FILE_MAX) {
		error_set(err, ERR_FAILED, path, "put the passphrase alone into the file",
			s->n ? "the passphrase file holds more than %d bytes"
			     : "the passphrase file is empty (at most %d bytes are read)",
			SECRET_FILE_MAX);
		goto out;
	}
	rc = 0;
out:
	close(fd);
	if (rc)
		secret_free(s);
	return rc;
}

static volatile sig_atomic_t interrupted;

static void note_signal(int sig)
{
	interrupted = sig;
}

/* Runs with echo off; every signal that would end the process is held back until it is on again. */
static bool ask_line(struct secret *s, int fd, const char *question)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	struct sigaction old[5], act = {.sa_handler = note_signal};
	struct termios before, quiet;
	if (tcgetattr(fd, &before) < 0)
		return false;
	interrupted = 0;
	for (size_t i = 0; i < 5; i++)
		sigaction(signals[i], &act, &old[i]);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	quiet.c_lflag |= ICANON | ECHONL;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	bool ok = write(fd, question, strlen(question)) >= 0 && fill(s, fd, true);
	tcsetattr(fd, TCSADRAIN, &before);
	for (size_t i = 0; i < 5; i++)
		sigaction(signals[i], &old[i], NULL);
	if (interrupted)
		raise(interrupted);
	return ok && !interrupted;
}

int secret_ask(struct secret *s, const char *question, struct error *err)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int fd = tty >= 0 ? tty : STDIN_FILENO;
	int rc = 0;
	secret_alloc(s, SECRET_PASSPHRASE_MAX + 3);
	if (!isatty(fd))
		rc = error_set(err, ERR_FAILED, NULL, "use --passphrase-file FILE",
			"a passphrase is needed and there is no terminal to ask on");
	else if (!ask_line(s, fd, question))
		rc = error_set(err, ERR_FAILED, NULL, "start again, or use --passphrase-file FILE",
			"the question for the passphrase was interrupted");
	else
		drop_line_end(s);
	if (tty >= 0)
		close(tty);
	if (rc)
		secret_free(s);
	return rc;
}
