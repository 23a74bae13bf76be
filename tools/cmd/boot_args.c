// SPDX-License-Identifier: MIT
// boot_args: one table of keys for both sources.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/boot_args.h"

static const char *const modes[] = {"console", "check", "renew", "shell", NULL};
static const char *const fscks[] = {"ask", "preen", NULL};
static const char *const thens[] = {"", "poweroff", "reboot", "shell", NULL};
static const char *const passphrases[] = {"ask", "fw_cfg", "second", NULL};

static const struct key {
	const char *name;
	const char *const *words; /* NULL: free text */
	size_t at, cap;
} keys[] = {
	{"certrescue", modes, offsetof(struct boot_args, mode), 0},
	{"fsck", fscks, offsetof(struct boot_args, fsck), 0},
	{"then", thens, offsetof(struct boot_args, then), 0},
	{"passphrase", passphrases, offsetof(struct boot_args, passphrase), 0},
	{"cluster", NULL, offsetof(struct boot_args, cluster), 128},
	{"node", NULL, offsetof(struct boot_args, node), 128},
	{"now", NULL, offsetof(struct boot_args, now), 64},
	{"id", NULL, offsetof(struct boot_args, id), 64},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

const char *boot_mode_name(int mode)
{
	return modes[mode];
}

static int set_word(struct boot_args *a, const struct key *k, struct bytes value, const char *where,
	struct error *err)
{
	struct buf known = BUF_INIT;
	for (int i = 0; k->words[i]; i++) {
		if (k->words[i][0] && bytes_is(value, k->words[i])) {
			*(int *)((char *)a + k->at) = i;
			buf_free(&known);
			return 0;
		}
		if (k->words[i][0])
			buf_printf(&known, "%s%s", known.n ? ", " : "", k->words[i]);
	}
	char *todo = xasprintf("use one of: %s", buf_text(&known));
	error_set(err, ERR_USAGE, where, todo, "%s cannot be \"%.*s\"", k->name,
		(int)(value.n < 64 ? value.n : 64), (const char *)value.p);
	free(todo);
	buf_free(&known);
	return -1;
}

static int set(struct boot_args *a, struct bytes name, struct bytes value, unsigned frozen,
	const char *where, struct error *err)
{
	for (size_t i = 0; i < KEYS; i++) {
		const struct key *k = &keys[i];
		if (!bytes_is(name, k->name))
			continue;
		if (frozen & 1u << i)
			return 0;
		a->given |= 1u << i;
		if (k->words)
			return set_word(a, k, value, where, err);
		if (value.n == 0 || value.n >= k->cap || memchr(value.p, 0, value.n))
			return error_set(err, ERR_USAGE, where, "give it a value of that length",
				"%s must have 1 to %zu characters", k->name, k->cap - 1);
		memcpy((char *)a + k->at, value.p, value.n);
		((char *)a + k->at)[value.n] = 0;
		return 0;
	}
	return error_set(err, ERR_USAGE, where,
		"certrescue=, and certrescue. with cluster, node, now, fsck, then, passphrase, id",
		"there is no setting \"%.*s\"", (int)(name.n < 64 ? name.n : 64),
		(const char *)name.p);
}

/*
 * What could not be understood leads to a console, and nothing that comes later leads out of it: a
 * certrescue.conf must not start a rescue that a misspelt kernel argument was to hold back.
 */
static int give_up(struct boot_args *a)
{
	a->mode = BOOT_CONSOLE;
	a->given = ~0u;
	return -1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word, as the kernel cuts the line (lib/cmdline.c): blanks between quotes belong to it.
 */
static bool next_word(const char **text, struct bytes *word)
{
	const char *p = *text;
	bool quoted = false;
	while (is_space(*p))
		p++;
	*word = (struct bytes){(const uint8_t *)p, 0};
	for (; *p && (quoted || !is_space(*p)); p++)
		quoted ^= *p == '"';
	word->n = (size_t)(p - (const char *)word->p);
	*text = p;
	return word->n > 0;
}

/* Quotes around it are not a part of it; those inside are. */
static struct bytes unquote(struct bytes b)
{
	if (b.n == 0 || b.p[0] != '"')
		return b;
	b.p++;
	b.n--;
	b.n -= b.n && b.p[b.n - 1] == '"';
	return b;
}

static int set_argument(struct boot_args *a, struct bytes word, struct error *err)
{
	static const char prefix[] = "certrescue";
	const size_t n = sizeof(prefix) - 1;
	struct bytes name = unquote(word), value = bytes_of("");
	const uint8_t *equals = name.n ? memchr(name.p, '=', name.n) : NULL;
	if (equals) {
		value = (struct bytes){equals + 1, (size_t)(name.p + name.n - equals - 1)};
		value = unquote(value);
		name.n = (size_t)(equals - name.p);
	}
	if (name.n < n || memcmp(name.p, prefix, n) != 0 || (name.n > n && name.p[n] != '.'))
		return 0; /* the kernel's */
	if (name.n > n)
		name = (struct bytes){name.p + n + 1, name.n - n - 1};
	return set(a, name, value, 0, "the kernel command line", err);
}

int boot_args_cmdline(struct boot_args *a, const char *text, struct error *err)
{
	struct bytes word;
	while (next_word(&text, &word))
		if (set_argument(a, word, err))
			return give_up(a);
	return 0;
}

static struct bytes trim(struct bytes b)
{
	while (b.n && (b.p[0] == ' ' || b.p[0] == '\t')) {
		b.p++;
		b.n--;
	}
	while (b.n && (b.p[b.n - 1] == ' ' || b.p[b.n - 1] == '\t' || b.p[b.n - 1] == '\r'))
		b.n--;
	return b;
}

/* A plain or quoted scalar and a comment after it; false: something else. */
static bool scalar(struct bytes *v)
{
	*v = trim(*v);
	if (v->n && (v->p[0] == '"' || v->p[0] == '\'')) {
		const uint8_t *end = memchr(v->p + 1, v->p[0], v->n - 1);
		if (!end)
			return false;
		struct bytes rest = trim((struct bytes){end + 1, (size_t)(v->p + v->n - end - 1)});
		*v = (struct bytes){v->p + 1, (size_t)(end - v->p - 1)};
		return (rest.n == 0 || rest.p[0] == '#') && !memchr(v->p, '\\', v->n);
	}
	for (size_t i = 1; i < v->n; i++)
		if (v->p[i] == '#' && (v->p[i - 1] == ' ' || v->p[i - 1] == '\t'))
			v->n = i;
	*v = trim(*v);
	return v->n == 0 || !strchr("{}[]&*!|>%@`#,", v->p[0]);
}

static int conf_line(
	struct boot_args *a, struct bytes line, unsigned frozen, unsigned number, struct error *err)
{
	char where[48];
	snprintf(where, sizeof(where), "certrescue.conf: line %u", number);
	const uint8_t *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
	size_t at = colon ? (size_t)(colon - line.p) : 0;
	struct bytes name = {line.p, at};
	struct bytes value = {line.p + at, line.n - at};
	if (colon) {
		value.p++;
		value.n--;
	}
	name = trim(name);
	if (!colon || name.n == 0 || !scalar(&value))
		return error_set(err, ERR_USAGE, where,
			"write it as KEY: VALUE, a line each, indented below boot:",
			"what stands below boot: cannot be read");
	return set(a, name, value, frozen, where, err);
}

static int read_conf(struct boot_args *a, struct bytes conf, struct error *err)
{
	unsigned frozen = a->given, number = 0;
	bool inside = false;
	if (conf.n >= 3 && memcmp(conf.p, "\xef\xbb\xbf", 3) == 0) { /* Windows' Notepad */
		conf.p += 3;
		conf.n -= 3;
	}
	while (conf.n) {
		const uint8_t *end = memchr(conf.p, '\n', conf.n);
		struct bytes line = {conf.p, end ? (size_t)(end - conf.p) : conf.n};
		conf.p += line.n + (end != NULL);
		conf.n -= line.n + (end != NULL);
		number++;
		struct bytes text = trim(line);
		if (text.n == 0 || text.p[0] == '#')
			continue;
		if (line.p[0] != ' ' && line.p[0] != '\t') {
			inside = text.n >= 5 && memcmp(text.p, "boot:", 5) == 0;
			struct bytes rest = {text.p + 5, inside ? text.n - 5 : 0};
			if (inside && (!scalar(&rest) || rest.n))
				return error_set(err, ERR_USAGE, "certrescue.conf",
					"write KEY: VALUE, a line each, indented below boot:",
					"what stands after boot: cannot be read");
			continue;
		}
		if (inside && conf_line(a, text, frozen, number, err))
			return -1;
	}
	return 0;
}

int boot_args_conf(struct boot_args *a, struct bytes conf, struct error *err)
{
	return read_conf(a, conf, err) ? give_up(a) : 0;
}
