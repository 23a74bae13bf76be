// SPDX-License-Identifier: MIT
// wire: counted messages over a socket, with read(2) and write(2) alone.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"

void wire_put_number(struct buf *out, int64_t v)
{
	buf_add(out, &v, sizeof(v));
}

void wire_put_bytes(struct buf *out, struct bytes b)
{
	wire_put_number(out, (int64_t)b.n);
	buf_add(out, b.p, b.n);
}

void wire_put_text(struct buf *out, const char *s)
{
	if (s)
		wire_put_bytes(out, bytes_of(s));
	else
		wire_put_number(out, -1);
}

void wire_put_error(struct buf *out, const struct error *err)
{
	wire_put_number(out, err->kind);
	wire_put_number(out, err->os);
	wire_put_text(out, err->path);
	wire_put_text(out, err->what);
	wire_put_text(out, err->todo);
}

int64_t wire_number(struct wire *w)
{
	int64_t v;
	if (w->bad || w->in.n < sizeof(v)) {
		w->bad = true;
		return 0;
	}
	memcpy(&v, w->in.p, sizeof(v));
	w->in.p += sizeof(v);
	w->in.n -= sizeof(v);
	return v;
}

static struct bytes take(struct wire *w, int64_t n)
{
	struct bytes b = {w->in.p, (size_t)n};
	if (w->bad || n < 0 || (uint64_t)n > w->in.n) {
		w->bad = true;
		return (struct bytes){NULL, 0};
	}
	w->in.p += n;
	w->in.n -= (size_t)n;
	return b;
}

struct bytes wire_bytes(struct wire *w)
{
	return take(w, wire_number(w));
}

char *wire_text(struct wire *w)
{
	int64_t n = wire_number(w);
	if (n == -1)
		return NULL;
	struct bytes b = take(w, n);
	return b.p ? bytes_dup(b) : xstrdup("");
}

static void copy_text(struct wire *w, char *to, size_t size)
{
	struct bytes b = wire_bytes(w);
	snprintf(to, size, "%.*s", (int)(b.n < size ? b.n : size), b.p ? (const char *)b.p : "");
}

void wire_error(struct wire *w, struct error *err)
{
	*err = (struct error){.kind = (enum error_kind)wire_number(w)};
	err->os = (int)wire_number(w);
	copy_text(w, err->path, sizeof(err->path));
	copy_text(w, err->what, sizeof(err->what));
	copy_text(w, err->todo, sizeof(err->todo));
}

static bool write_all(int fd, const void *from, size_t n)
{
	const uint8_t *p = from;
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool read_all(int fd, void *to, size_t n)
{
	uint8_t *p = to;
	while (n > 0) {
		ssize_t got = read(fd, p, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool wire_send(int fd, struct bytes message)
{
	uint32_t n = (uint32_t)message.n;
	return message.n <= WIRE_MAX && write_all(fd, &n, sizeof(n)) &&
	       write_all(fd, message.p, message.n);
}

bool wire_receive(int fd, struct buf *message, size_t most)
{
	uint32_t n;
	buf_wipe(message);
	if (!read_all(fd, &n, sizeof(n)) || n > most)
		return false;
	if (!read_all(fd, buf_room(message, n), n))
		return false;
	message->n = n;
	message->p[n] = 0;
	return true;
}
