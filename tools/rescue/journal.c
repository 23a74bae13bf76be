// SPDX-License-Identifier: MIT
// journal: writes and reads the commit record; tells a rescue's state from its files.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/cert.h"
#include "rescue/journal.h"

static void encode(struct buf *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (isalnum(c) || strchr("._/-", c))
			buf_add(out, s, 1);
		else
			buf_printf(out, "%%%02x", c);
	}
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL where s is not what encode writes. */
static char *decode(const char *s)
{
	char *out = xmalloc(strlen(s) + 1), *to = out;
	for (; *s; s++) {
		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		int hi = nibble(s[1]), lo = hi < 0 ? -1 : nibble(s[2]);
		if (lo < 0 || (hi == 0 && lo == 0)) {
			free(out);
			return NULL;
		}
		*to++ = (char)(hi * 16 + lo);
		s += 2;
	}
	*to = 0;
	return out;
}

void journal_write(const struct journal *j, struct buf *out)
{
	size_t begin = out->n;
	char sum[JOURNAL_HEX];
	buf_printf(out, "certrescue-journal 1\nid %s\nnode ", j->id);
	encode(out, j->node ? j->node : "-");
	for (size_t i = 0; i < j->n_places; i++) {
		buf_str(out, "\nplace ");
		encode(out, j->places[i]);
	}
	for (size_t i = 0; i < j->n_entries; i++) {
		const struct journal_entry *e = &j->entries[i];
		buf_printf(out, "\nentry %s %s %zu %s %s %s ",
			e->link        ? "link"
			: e->only_mode ? "mode"
				       : "file",
			e->had_old ? "replace" : "create", e->place, e->name,
			e->had_old ? e->old_sha : "-", e->new_sha);
		encode(out, e->path);
	}
	for (size_t i = 0; i < j->n_dirs; i++) {
		buf_printf(out, "\ndir %" PRId64 " %ld ", (int64_t)j->dirs[i].mtime.tv_sec,
			j->dirs[i].mtime.tv_nsec);
		encode(out, j->dirs[i].path);
	}
	buf_str(out, "\n");
	sha256_hex((struct bytes){out->p + begin, out->n - begin}, sum);
	buf_printf(out, "sum %s\n", sum);
}

void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->n_places; i++)
		free(j->places[i]);
	for (size_t i = 0; i < j->n_entries; i++)
		free(j->entries[i].path);
	for (size_t i = 0; i < j->n_dirs; i++)
		free(j->dirs[i].path);
	free(j->places);
	free(j->entries);
	free(j->dirs);
	free(j->node);
	*j = (struct journal){0};
}

static bool is_digest(const char *s)
{
	return strlen(s) == JOURNAL_HEX - 1 && strspn(s, "0123456789abcdef") == JOURNAL_HEX - 1;
}

/* An absolute path without . and .. and empty parts: what root_resolve gives. */
static bool is_plain_path(const char *s)
{
	if (s[0] != '/')
		return false;
	for (const char *p = s; *p; p += strcspn(p, "/")) {
		size_t n = strcspn(++p, "/");
		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
	}
	return true;
}

static bool read_entry(struct journal *j, char *line)
{
	char type[8], how[12], name[24], old[JOURNAL_HEX], new[JOURNAL_HEX];
	size_t place;
	int at = 0;
	if (sscanf(line, "%7s %11s %zu %23s %64s %64s %n", type, how, &place, name, old, new, &at) <
			6 ||
		!at || place >= j->n_places || j->n_entries >= JOURNAL_ENTRIES)
		return false;
	struct journal_entry e = {.link = strcmp(type, "link") == 0,
		.had_old = strcmp(how, "replace") == 0,
		.only_mode = strcmp(type, "mode") == 0,
		.place = place};
	if ((!e.link && !e.only_mode && strcmp(type, "file") != 0) ||
		(!e.had_old && (e.only_mode || strcmp(how, "create") != 0)) ||
		strspn(name, "0123456789") != strlen(name) || !is_digest(new) ||
		(e.had_old ? !is_digest(old) : strcmp(old, "-") != 0))
		return false;
	memcpy(e.name, name, sizeof(name));
	memcpy(e.old_sha, old, sizeof(old));
	memcpy(e.new_sha, new, sizeof(new));
	e.path = decode(line + at);
	if (!e.path || !is_plain_path(e.path)) {
		free(e.path);
		return false;
	}
	j->entries = xrealloc(j->entries, (j->n_entries + 1) * sizeof(e));
	j->entries[j->n_entries++] = e;
	return true;
}

static bool read_dir(struct journal *j, char *line)
{
	int64_t seconds;
	long nano;
	int at = 0;
	if (sscanf(line, "%" SCNd64 " %ld %n", &seconds, &nano, &at) < 2 || !at || nano < 0 ||
		nano > 999999999 || j->n_dirs >= JOURNAL_ENTRIES)
		return false;
	char *path = decode(line + at);
	if (!path || !(strcmp(path, "/") == 0 || is_plain_path(path))) {
		free(path);
		return false;
	}
	j->dirs = xrealloc(j->dirs, (j->n_dirs + 1) * sizeof(*j->dirs));
	j->dirs[j->n_dirs++] = (struct journal_dir){path, {seconds, nano}};
	return true;
}

static bool read_place(struct journal *j, char *line)
{
	char *path = decode(line);
	if (!path || !is_plain_path(path) || j->n_places >= 64) {
		free(path);
		return false;
	}
	j->places = xrealloc(j->places, (j->n_places + 1) * sizeof(char *));
	j->places[j->n_places++] = path;
	return true;
}

static bool read_line(struct journal *j, char *line)
{
	if (strncmp(line, "id ", 3) == 0 && journal_id_valid(line + 3) && !j->id[0])
		return snprintf(j->id, sizeof(j->id), "%s", line + 3) > 0;
	if (strncmp(line, "node ", 5) == 0 && !j->node)
		return (j->node = decode(line + 5)) != NULL;
	if (strncmp(line, "place ", 6) == 0)
		return read_place(j, line + 6);
	if (strncmp(line, "entry ", 6) == 0)
		return read_entry(j, line + 6);
	if (strncmp(line, "dir ", 4) == 0)
		return read_dir(j, line + 4);
	return false;
}

/* Is text a whole record by its last line? *n: the bytes before that line. */
static bool sum_holds(struct bytes text, size_t *n)
{
	const size_t last = 4 + JOURNAL_HEX - 1 + 1; /* "sum ", digest, line end */
	char sum[JOURNAL_HEX];
	if (text.n <= last || text.n > JOURNAL_MAX || memchr(text.p, 0, text.n))
		return false;
	*n = text.n - last;
	sha256_hex((struct bytes){text.p, *n}, sum);
	const char *line = (const char *)text.p + *n;
	return strncmp(line, "sum ", 4) == 0 && strncmp(line + 4, sum, JOURNAL_HEX - 1) == 0 &&
	       line[last - 1] == '\n';
}

int journal_read(struct journal *j, struct bytes text, struct error *err)
{
	static const char first[] = "certrescue-journal 1";
	size_t n;
	*j = (struct journal){0};
	if (!sum_holds(text, &n))
		return error_set(err, ERR_PENDING, NULL, NULL,
			"the commit record is damaged: its checksum does not hold");
	char *copy = xstrndup((const char *)text.p, n), *save = NULL;
	char *line = strtok_r(copy, "\n", &save);
	bool ok = line && strcmp(line, first) == 0;
	while (ok && (line = strtok_r(NULL, "\n", &save)))
		ok = read_line(j, line);
	free(copy);
	if (ok && j->id[0] && j->n_places > 0)
		return 0;
	journal_free(j);
	return error_set(err, ERR_PENDING, NULL, NULL,
		"the commit record cannot be understood: another version of certrescue wrote it?");
}

bool journal_id_valid(const char *id)
{
	size_t n = strlen(id);
	return n >= 16 && n < JOURNAL_ID && strspn(id, "0123456789TZ-") == n;
}

/* Is the record there? Only "no such file" is a no: a disk that cannot be read must not look empty.
 */
static bool has(const struct root *r, const char *id, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	struct error err = ERROR_INIT;
	snprintf(path, sizeof(path), STATE_DIR "/%s/%s", id, name);
	return root_lstat(r, path, &st, &err) == 0 || err.os != ENOENT;
}

static bool is_directory(const struct root *r, const char *id)
{
	char path[PATH_MAX];
	struct stat st;
	struct error ignored = ERROR_INIT;
	snprintf(path, sizeof(path), STATE_DIR "/%s", id);
	return root_lstat(r, path, &st, &ignored) == 0 && S_ISDIR(st.st_mode);
}

enum journal_state journal_state(const struct root *r, const char *id)
{
	/* Without its commit record nothing else counts: neither done nor undone can come before
	 * it. */
	if (!has(r, id, "commit"))
		return JOURNAL_STAGED;
	if (has(r, id, "undone"))
		return JOURNAL_UNDONE;
	if (has(r, id, "undo"))
		return JOURNAL_UNDOING;
	return has(r, id, "done") ? JOURNAL_DONE : JOURNAL_COMMITTED;
}

void journal_list(const struct root *r, struct root_names *ids)
{
	struct error ignored = ERROR_INIT;
	size_t kept = 0;
	if (root_list(r, STATE_DIR, JOURNAL_ENTRIES, ids, &ignored))
		return;
	for (size_t i = 0; i < ids->n; i++) {
		if (journal_id_valid(ids->v[i]) && is_directory(r, ids->v[i]))
			ids->v[kept++] = ids->v[i];
		else
			free(ids->v[i]);
	}
	ids->n = kept;
}

bool journal_pending(const struct root *r, char id[JOURNAL_ID])
{
	struct root_names ids;
	bool found = false;
	journal_list(r, &ids);
	for (size_t i = ids.n; i > 0 && !found; i--) {
		enum journal_state s = journal_state(r, ids.v[i - 1]);
		found = s == JOURNAL_COMMITTED || s == JOURNAL_UNDOING;
		if (found)
			snprintf(id, JOURNAL_ID, "%s", ids.v[i - 1]);
	}
	root_names_free(&ids);
	return found;
}
