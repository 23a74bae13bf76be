// SPDX-License-Identifier: MIT
// boot_console: a pseudo-terminal between the session and the kernel's consoles.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/boot_console.h"

#define CONSOLES 8
#define STALLED_MS 3000 /* a console that takes nothing for so long is given up */

struct consoles {
	int fd[CONSOLES];
	struct termios before[CONSOLES];
	size_t n;
};

static void add_console(struct consoles *c, const char *name)
{
	char path[64];
	struct termios raw;
	snprintf(path, sizeof(path), "/dev/%s", name);
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (c->n == CONSOLES || tcgetattr(fd, &raw) < 0) { /* EIO: no such port */
		close(fd);
		return;
	}
	c->before[c->n] = raw;
	cfmakeraw(&raw); /* the pseudo-terminal does echo and line ends */
	tcsetattr(fd, TCSANOW, &raw);
	c->fd[c->n++] = fd;
}

static void open_consoles(struct consoles *c)
{
	char names[256];
	int fd = open("/sys/class/tty/console/active", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, names, sizeof(names) - 1) : -1;
	if (fd >= 0)
		close(fd);
	names[n > 0 ? n : 0] = 0;
	for (char *save, *name = strtok_r(names, " \n", &save); name;
		name = strtok_r(NULL, " \n", &save))
		add_console(c, name);
	if (c->n == 0)
		add_console(c, "console");
}

static void drop_console(struct consoles *c, size_t i)
{
	close(c->fd[i]);
	c->n--;
	c->fd[i] = c->fd[c->n];
	c->before[i] = c->before[c->n];
}

static void close_consoles(struct consoles *c)
{
	while (c->n) {
		tcsetattr(c->fd[0], TCSADRAIN, &c->before[0]);
		drop_console(c, 0);
	}
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);
		if (put > 0) {
			p += put;
			n -= (size_t)put;
			continue;
		}
		struct pollfd w = {.fd = fd, .events = POLLOUT};
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (poll(&w, 1, STALLED_MS) == 0)
			return false;
	}
	return true;
}

/* What the session wrote; false when it has closed the terminal (or nothing is there to read). */
static bool copy_out(int master, struct consoles *c)
{
	char text[4096];
	ssize_t n = read(master, text, sizeof(text));
	if (n < 0)
		return errno == EINTR;
	for (size_t i = 0; i < c->n;) {
		if (write_all(c->fd[i], text, (size_t)n))
			i++;
		else
			drop_console(c, i);
	}
	return n > 0;
}

static void copy_in(int master, struct consoles *c, size_t i)
{
	char text[256];
	ssize_t n = read(c->fd[i], text, sizeof(text));
	if (n > 0)
		write_all(master, text, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		drop_console(c, i);
}

/* Until the session has ended; its status. */
static int copy(int master, struct consoles *c, pid_t pid)
{
	struct pollfd p[CONSOLES + 1];
	int status = 0;
	for (;;) {
		size_t n = c->n;
		p[n] = (struct pollfd){.fd = master, .events = POLLIN};
		for (size_t i = 0; i < n; i++)
			p[i] = (struct pollfd){.fd = c->fd[i], .events = POLLIN};
		poll(p, n + 1, 1000);
		if ((p[n].revents && !copy_out(master, c)) || !p[n].revents) {
			/* Closed, or silent: what still runs in the background may hold it open. */
			pid_t ended = waitpid(pid, &status, p[n].revents ? 0 : WNOHANG);
			if (ended == pid || (ended < 0 && errno != EINTR))
				break;
		}
		for (size_t i = n; i-- > 0;)
			if (p[i].revents && i < c->n && c->fd[i] == p[i].fd)
				copy_in(master, c, i);
	}
	fcntl(master, F_SETFL, O_NONBLOCK);
	while (copy_out(master, c))
		;
	return status;
}

static void in_terminal(const char *slave, const struct consoles *c)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct winsize real;
	setsid();
	int fd = open(slave, O_RDWR);
	if (fd < 0)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (ioctl(c->fd[i], TIOCGWINSZ, &real) == 0 && real.ws_col >= 80)
			size = real;
	ioctl(fd, TIOCSWINSZ, &size);
	ioctl(fd, TIOCSCTTY, 0);
	for (int to = 0; to < 3; to++)
		dup2(fd, to);
	if (fd > 2)
		close(fd);
}

int boot_console_run(int (*session)(void *arg), void *arg)
{
	struct consoles c = {.n = 0};
	int status = -1, master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *slave = NULL;
	if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
		slave = ptsname(master);
	fflush(NULL);
	if (slave)
		open_consoles(&c);
	pid_t pid = fork();
	if (pid == 0) {
		if (slave)
			in_terminal(slave, &c);
		int code = session(arg);
		fflush(NULL);
		_exit(code);
	}
	if (pid > 0 && slave)
		status = copy(master, &c, pid);
	else if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	close_consoles(&c);
	if (master >= 0)
		close(master);
	return status;
}
