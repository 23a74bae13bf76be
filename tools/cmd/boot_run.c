// SPDX-License-Identifier: MIT
// boot_run: check, renew and the shell as children, and the RESULT line.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/boot.h"

#define SELF "/proc/self/exe"
#define THEN "/run/then" /* the shell's poweroff and reboot write their name there */
#define ARGUMENTS 32

/* The exit code, or 128 and the signal that ended it. */
static int run(const char *program, char *const argv[])
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGTSTP, SIG_DFL);
		execv(program, argv);
		boot_say("%s cannot be started: %s", program, strerror(errno));
		_exit(1);
	}
	if (pid < 0) {
		boot_say("no process can be started: %s", strerror(errno));
		return 1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct arguments {
	char *v[ARGUMENTS + 1];
	size_t n;
};

static void add(struct arguments *a, const char *option, const char *value)
{
	if (!value || !value[0] || a->n + 2 > ARGUMENTS)
		return;
	a->v[a->n++] = xstrdup(option);
	a->v[a->n++] = xstrdup(value);
}

static int run_self(struct arguments *a)
{
	int code = run(SELF, a->v);
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	return code;
}

static void add_evidence(struct arguments *a, const char *device, const char *what, int64_t t)
{
	char when[CLOCK_TEXT];
	if (t <= 0)
		return;
	char *text = xasprintf("%s of %s=%s", what, device, clock_text(t, when));
	add(a, "--evidence", text);
	free(text);
}

int boot_run_check(const struct boot *b)
{
	struct arguments a = {.v = {xstrdup("certrescue"), xstrdup("check")}, .n = 2};
	add(&a, "--root", BOOT_NODE);
	add(&a, "--media", b->medium ? BOOT_MEDIUM : NULL);
	add(&a, "--now", b->args.now);
	return run_self(&a);
}

int boot_run_renew(const struct boot *b)
{
	const struct survey_disk *n = b->node;
	struct arguments a = {.v = {xstrdup("certrescue"), xstrdup("renew"), xstrdup("--yes"),
				      xstrdup("--tables")},
		.n = 4};
	add(&a, "--root", BOOT_NODE);
	add(&a, "--media", BOOT_MEDIUM);
	add(&a, "--backdate", "25h");
	add(&a, "--result-file", BOOT_RESULT);
	add(&a, "--cluster", b->args.cluster);
	add(&a, "--passphrase-file", b->passphrase);
	add(&a, "--now", b->args.now);
	add_evidence(&a, n->dev.path, "last mount", n->what.last_mounted);
	add_evidence(&a, n->dev.path, "last write", n->what.last_written);
	unlink(BOOT_RESULT);
	return run_self(&a);
}

enum boot_then boot_run_shell(void)
{
	char *argv[] = {"-sh", NULL};
	char word[16] = "";
	unlink(THEN);
	run("/bin/sh", argv);
	int fd = open(THEN, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return BOOT_THEN_DEFAULT;
	ssize_t n = read(fd, word, sizeof(word) - 1);
	close(fd);
	word[n > 0 ? n : 0] = 0;
	if (strncmp(word, "reboot", 6) == 0)
		return BOOT_THEN_REBOOT;
	return strncmp(word, "poweroff", 8) == 0 ? BOOT_THEN_POWEROFF : BOOT_THEN_DEFAULT;
}

bool boot_result_line(const char *own, int ran, int code, struct buf *to)
{
	char start[48];
	size_t n = strcspn(own, "\r\n");
	for (size_t i = 0; i < n; i++)
		if (own[i] < ' ' || own[i] > '~')
			return false;
	snprintf(start, sizeof(start), "certrescue: RESULT renew exit=%d ", ran);
	if (ran < 0 || strncmp(own, start, strlen(start)) != 0)
		return false;
	buf_printf(to, "certrescue: RESULT renew exit=%d %.*s", code, (int)(n - strlen(start)),
		own + strlen(start));
	return true;
}

void boot_result(const struct boot *b, int ran, int code)
{
	char own[1024];
	struct buf line = BUF_INIT;
	int fd = open(BOOT_RESULT, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, own, sizeof(own) - 1) : -1;
	if (fd >= 0)
		close(fd);
	own[n > 0 ? n : 0] = 0;
	if (b->args.mode == BOOT_CHECK)
		buf_printf(&line, "certrescue: RESULT check exit=%d node=%s", code, b->host);
	else if (!boot_result_line(own, ran, code, &line))
		buf_printf(&line,
			"certrescue: RESULT renew exit=%d node=%s renewed=0 kept=0 refused=0 "
			"until=- id=-",
			code, b->host);
	printf("%s\n", buf_text(&line));
	fflush(stdout);
	buf_free(&line);
}
