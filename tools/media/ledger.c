// SPDX-License-Identifier: MIT
// ledger: reads the chain, checks it, and adds to its end.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsondoc.h"
#include "media/ledger.h"
#include "media/medium.h"
#include "pki/cert.h"

#define OTHER "look at it with `certrescue audit verify`; move it away to begin a new one"

/* --- reading -------------------------------------------------------------------------------- */

bool ledger_line(struct bytes text, size_t *at, struct bytes *line)
{
	if (*at >= text.n)
		return false;
	const uint8_t *begin = text.p + *at, *end = memchr(begin, '\n', text.n - *at);
	*line = (struct bytes){begin, end ? (size_t)(end - begin) : text.n - *at};
	*at += line->n + (end ? 1 : 0);
	return true;
}

void ledger_digest(struct bytes line, char hex[LEDGER_HEX])
{
	sha256_hex(line, hex);
}

static int slurp(struct ledger *l, int fd, struct error *err)
{
	ssize_t got = 1;
	while (got != 0) {
		if (l->text.n > LEDGER_MAX)
			return error_set(err, ERR_FAILED, l->path, OTHER,
				"the ledger is longer than %d MiB", LEDGER_MAX >> 20);
		got = read(fd, buf_room(&l->text, 64 << 10), 64 << 10);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(
				err, l->path, "check the medium", "the ledger cannot be read");
		l->text.n += (size_t)got;
	}
	return 0;
}

static void collect(struct ledger *l, const struct jsondoc *d)
{
	if (d->kind == JSONDOC_STRING && d->key && strcmp(d->key, "serial_number") == 0) {
		if ((l->n_serials & (l->n_serials - 1)) == 0)
			l->serials = xrealloc(l->serials,
				(l->n_serials ? 2 * l->n_serials : 1) * sizeof(*l->serials));
		l->serials[l->n_serials++] = xstrdup(buf_text(&d->text));
	}
	for (size_t i = 0; i < d->n; i++)
		collect(l, &d->v[i]);
}

static int damaged(const struct ledger *l, struct error *err, const char *what)
{
	return error_set(
		err, ERR_FAILED, l->path, OTHER, "line %zu of the ledger: %s", l->lines + 1, what);
}

static int read_line(struct ledger *l, struct bytes line, struct error *err)
{
	struct jsondoc d;
	int rc = jsondoc_read(&d, line, err);
	const struct jsondoc *prev = jsondoc_get(&d, "prev");
	if (rc)
		rc = damaged(l, err, err->what);
	else if (!prev || prev->kind != JSONDOC_STRING)
		rc = damaged(l, err, "it has no \"prev\"");
	else if (strcmp(buf_text(&prev->text), l->head) != 0)
		rc = damaged(l, err,
			"it does not follow the line before it: one was changed, removed or put "
			"in");
	if (rc == 0) {
		collect(l, &d);
		ledger_digest(line, l->head);
		l->lines++;
	}
	jsondoc_free(&d);
	return rc;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int ledger_parse(struct ledger *l, struct error *err)
{
	size_t at = 0;
	struct bytes line;
	while (l->torn < l->text.n && l->text.p[l->text.n - 1 - l->torn] != '\n')
		l->torn++;
	l->text.n -= l->torn;
	l->written = l->text.n;
	while (ledger_line(buf_bytes(&l->text), &at, &line))
		if (read_line(l, line, err))
			return -1;
	if (l->n_serials)
		qsort(l->serials, l->n_serials, sizeof(*l->serials), by_text);
	return 0;
}

static int open_path(struct ledger *l, bool must, struct error *err)
{
	int rc = 0, fd = open(l->path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		rc = slurp(l, fd, err) || ledger_parse(l, err) ? -1 : 0;
		close(fd);
	} else if (must || errno != ENOENT) {
		rc = error_errno(err, l->path, "check the medium", "the ledger cannot be opened");
	}
	if (rc)
		ledger_close(l);
	return rc;
}

int ledger_open(struct ledger *l, const char *media, const char *cluster, struct error *err)
{
	struct buf path = BUF_INIT;
	*l = (struct ledger)LEDGER_INIT;
	l->media = xstrdup(media);
	l->cluster = xstrdup(cluster);
	medium_ledger_path(&path, media, cluster);
	l->path = xstrdup(buf_text(&path));
	buf_free(&path);
	return open_path(l, false, err);
}

int ledger_open_file(struct ledger *l, const char *path, struct error *err)
{
	*l = (struct ledger)LEDGER_INIT;
	l->path = xstrdup(path);
	return open_path(l, true, err);
}

void ledger_close(struct ledger *l)
{
	for (size_t i = 0; i < l->n_serials; i++)
		free(l->serials[i]);
	free(l->serials);
	free(l->media);
	free(l->cluster);
	free(l->path);
	buf_free(&l->text);
	*l = (struct ledger)LEDGER_INIT;
}

bool ledger_has_serial(const struct ledger *l, const char *decimal)
{
	return l->n_serials &&
	       bsearch(&decimal, l->serials, l->n_serials, sizeof(*l->serials), by_text);
}

/* --- writing -------------------------------------------------------------------------------- */

void ledger_add(struct ledger *l, struct bytes object)
{
	size_t begin = l->text.n;
	buf_printf(&l->text, "{\"prev\":\"%s\",", l->head);
	buf_add(&l->text, object.p + 1, object.n - 1);
	ledger_digest((struct bytes){l->text.p + begin, l->text.n - begin}, l->head);
	buf_str(&l->text, "\n");
	l->lines++;
}

int ledger_write(struct ledger *l, struct error *err)
{
	struct bytes added = {l->text.p + l->written, l->text.n - l->written};
	if (l->media && medium_append_ledger(l->media, l->cluster, (off_t)l->written, added, err))
		return -1;
	l->written = l->text.n;
	l->torn = 0;
	return 0;
}

void ledger_detach(struct ledger *l)
{
	free(l->media);
	l->media = NULL;
}
