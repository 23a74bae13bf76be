// SPDX-License-Identifier: MIT
// coldplug: modaliases from /sys/bus and from the kernel's uevent socket.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "disk/coldplug.h"

#define UEVENT_MAX 8192 /* the kernel's own limit is 2048 and an envelope */

void coldplug_open(struct coldplug *c, struct modules *m)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int room = 4 << 20;
	c->modules = m;
	c->fd = socket(
		AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (c->fd < 0)
		return;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(c->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		coldplug_close(c);
}

void coldplug_close(struct coldplug *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void plug_device(struct coldplug *c, int bus, const char *device)
{
	char path[512], modalias[1024];
	if (snprintf(path, sizeof(path), "%s/modalias", device) >= (int)sizeof(path))
		return;
	int fd = openat(bus, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, modalias, sizeof(modalias) - 1);
	close(fd);
	if (n <= 0)
		return;
	modalias[n] = 0;
	modalias[strcspn(modalias, "\n")] = 0;
	modules_match(c->modules, modalias);
}

static void sweep_bus(struct coldplug *c, const char *name)
{
	char path[300];
	snprintf(path, sizeof(path), "/sys/bus/%s/devices", name);
	DIR *d = opendir(path);
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			plug_device(c, dirfd(d), e->d_name);
	closedir(d);
}

void coldplug_sweep(struct coldplug *c)
{
	DIR *d = opendir("/sys/bus");
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			sweep_bus(c, e->d_name);
	closedir(d);
}

/* One message: NUL-separated lines, the first "ACTION@PATH". Returns whether it is a disk's. */
static bool handle(struct coldplug *c, const char *text, size_t n)
{
	const char *modalias = NULL;
	bool block = false, add = false;
	for (size_t i = 0; i < n; i += strlen(text + i) + 1) {
		if (strncmp(text + i, "MODALIAS=", 9) == 0)
			modalias = text + i + 9;
		block |= strcmp(text + i, "SUBSYSTEM=block") == 0;
		add |= strcmp(text + i, "ACTION=add") == 0;
	}
	if (add && modalias)
		modules_match(c->modules, modalias);
	return block;
}

static int ms_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)((now.tv_sec - start->tv_sec) * 1000 +
		     (now.tv_nsec - start->tv_nsec) / 1000000);
}

bool coldplug_wait(struct coldplug *c, int quiet_ms, int most_ms)
{
	char text[UEVENT_MAX];
	struct timespec start;
	bool block = c->fd < 0; /* without events, anything may have happened */
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		int left = most_ms - ms_since(&start);
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		if (left < 0)
			left = 0;
		int got = poll(&p, 1, left < quiet_ms ? left : quiet_ms);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return block;
		ssize_t n = recv(c->fd, text, sizeof(text) - 1, 0);
		if (n > 0) {
			text[n] = 0;
			block |= handle(c, text, (size_t)n);
		} else if (errno == ENOBUFS) {
			coldplug_sweep(c);
			block = true;
		}
	}
}

static bool has_entries(const char *path)
{
	DIR *d = opendir(path);
	bool any = false;
	if (!d)
		return false;
	for (struct dirent *e; !any && (e = readdir(d));)
		any = e->d_name[0] != '.';
	closedir(d);
	return any;
}

int coldplug_quiet(void)
{
	static const struct {
		const char *path;
		int ms;
	} slow[] = {
		{"/sys/bus/usb/devices", 1000},
		{"/sys/class/nvme", 300},
		{"/sys/bus/vmbus/devices", 500},
		{"/sys/bus/xen/devices", 500},
		{"/sys/class/mmc_host", 500},
	};
	int ms = 5;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		if (slow[i].ms > ms && has_entries(slow[i].path))
			ms = slow[i].ms;
	return ms;
}
