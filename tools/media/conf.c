// SPDX-License-Identifier: MIT
// conf: one table of keys, each with the function that reads its value.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "media/conf.h"
#include "node/yaml.h"

#define HERE(member) offsetof(struct conf, member)

/* A key of the file: its value is read into *to. */
struct setting {
	const char *name;
	int (*read)(
		const struct setting *s, void *to, const struct yaml_item *v, struct error *err);
	size_t at;
	int least, most;
};

static int wrong(struct error *err, const struct yaml_item *v, const char *name, const char *todo,
	const char *what)
{
	return error_set(err, ERR_USAGE, NULL, todo, "line %d: %s %s", v->line, name, what);
}

static int not_text(struct error *err, const struct yaml_item *v, const char *name)
{
	return wrong(err, v, name, "write one value behind the colon", "is not a single value");
}

/* --- kinds of values ------------------------------------------------------------------------ */

/* Octal as chmod takes it: 0600, 600 or 0o600. least: bits that must be; most: that may be. */
static int read_mode(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	const char *text = yaml_text(v), *digits = text;
	if (!text)
		return not_text(err, v, s->name);
	digits += strncmp(text, "0o", 2) == 0 ? 2 : 0;
	size_t n = strlen(digits);
	if (n < 3 || n > 4 || strspn(digits, "01234567") != n)
		return wrong(err, v, s->name, "write it as chmod takes it: 0600",
			"is not an octal mode");
	mode_t mode = (mode_t)strtol(digits, NULL, 8);
	if ((mode & (mode_t)s->least) != (mode_t)s->least)
		return wrong(err, v, s->name,
			"let the owner at it: 0400 for a file, 0700 for a "
			"directory",
			"locks its owner out");
	if (mode & ~(mode_t)s->most)
		return wrong(err, v, s->name,
			"allow a key to be read and written by its owner and read by its group at "
			"most, a directory to be written by its owner alone",
			"allows too much");
	*(mode_t *)to = mode;
	return 0;
}

static int read_duration(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	const char *text = yaml_text(v);
	int64_t seconds;
	if (!text)
		return not_text(err, v, s->name);
	if (!clock_duration(text, &seconds) || seconds < s->least)
		return wrong(err, v, s->name, "write it as 8760h or 365d",
			"is not a duration, or too short a one");
	*(int64_t *)to = seconds;
	return 0;
}

static int read_number(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	const char *text = yaml_text(v);
	if (!text)
		return not_text(err, v, s->name);
	size_t n = strlen(text);
	int number = n && n <= 6 && strspn(text, "0123456789") == n ? atoi(text) : -1;
	if (number < s->least || number > s->most) {
		char *what = xasprintf("is not a number from %d to %d", s->least, s->most);
		wrong(err, v, s->name, "correct it", what);
		free(what);
		return -1;
	}
	*(int *)to = number;
	return 0;
}

/* An account of the node, by number or name (what useradd takes). */
static int read_account(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";
	const char *text = yaml_text(v);
	if (!text)
		return not_text(err, v, s->name);
	size_t n = strlen(text);
	if (n == 0 || n > 32 || strspn(text, letters) != n || text[0] == '-')
		return wrong(err, v, s->name, "name an account of the node, or its number: root",
			"is no account's name");
	*(char **)to = xstrdup(text);
	return 0;
}

static int read_keep(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	const char *text = yaml_text(v);
	if (!text || (strcmp(text, "new") != 0 && strcmp(text, "keep") != 0))
		return wrong(err, v, s->name, "correct it", "is new or keep");
	*(bool *)to = strcmp(text, "keep") == 0;
	return 0;
}

/* --- rules ---------------------------------------------------------------------------------- */

static int read_pattern(const struct setting *s, struct conf_rule *rule, const struct yaml_item *v,
	struct error *err)
{
	const char *text = yaml_text(v);
	if (!text || !*text || strlen(text) > CONF_PATTERN)
		return wrong(err, v, s->name,
			"write a name as certrescue verify shows it: O=system:nodes,CN=*",
			"has a pattern that is empty, too long or no text");
	rule->patterns = xrealloc(rule->patterns, (rule->n + 1) * sizeof(*rule->patterns));
	rule->patterns[rule->n++] = xstrdup(text);
	return 0;
}

static int read_rule(const struct setting *s, struct conf_rule *rule, const struct yaml_item *key,
	const struct yaml_item *v, struct error *err)
{
	const char *name = key->to->text;
	if (name[0] == '/' && strlen(name) <= CONF_PATTERN) {
		rule->path = xstrdup(name);
	} else if (!inventory_role_find(name, &rule->role)) {
		return error_set(err, ERR_USAGE, NULL,
			"name a role as docs/formats.md lists them (apiserver, etcd-server, "
			"admin.conf ...) or a path that begins with /",
			"line %d: %s has a rule for \"%.64s\", which is no certificate's role",
			key->line, s->name, name);
	}
	if (v->to->kind != YAML_SEQUENCE)
		return read_pattern(s, rule, v->to, err);
	if (yaml_count(v) == 0 || yaml_count(v) > CONF_PATTERNS)
		return wrong(err, v, s->name, "give each rule 1 to 32 patterns",
			"has a rule with no pattern or too many");
	for (size_t i = 0; i < yaml_count(v); i++)
		if (read_pattern(s, rule, yaml_at(v, i), err))
			return -1;
	return 0;
}

static int read_rules(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	struct conf_rules *rules = to;
	if (v->kind != YAML_MAPPING)
		return wrong(err, v, s->name, "write ROLE: PATTERN, a line each, indented below it",
			"is not a list of rules");
	if (v->n_child / 2 > CONF_RULES)
		return wrong(err, v, s->name, "use patterns for files: /etc/kubernetes/**",
			"has too many rules");
	rules->v = xmalloc((v->n_child / 2 + 1) * sizeof(*rules->v));
	for (size_t i = 0; i + 1 < v->n_child; i += 2)
		if (read_rule(s, &rules->v[rules->n++], v->child[i], v->child[i + 1], err))
			return -1;
	return 0;
}

/* --- the file ------------------------------------------------------------------------------- */

static int read_mapping(struct conf *c, const struct yaml_item *v, const struct setting *known,
	size_t n, const char *above, struct error *err);
static int read_renew(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err);
static int pass_over(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	(void)s;
	(void)to;
	(void)v;
	(void)err;
	return 0;
}

static const struct setting settings[] = {
	{"key_mode", read_mode, HERE(key_mode), 0400, 0640},
	{"key_dir_mode", read_mode, HERE(key_dir_mode), 0700, 0755},
	{"key_owner", read_account, HERE(key_owner), 0, 0},
	{"max_validity", read_duration, HERE(max_validity), CLOCK_HOUR, 0},
	{"max_ca_validity", read_duration, HERE(max_ca_validity), CLOCK_HOUR, 0},
	{"min_rsa", read_number, HERE(min_rsa), 1024, 4096},
	{"subject", read_rules, HERE(subject), 0, 0},
	{"issuer", read_rules, HERE(issuer), 0, 0},
	{"renew", read_renew, 0, 0, 0},
	{"boot", pass_over, 0, 0, 0},
};

static const struct setting renew_settings[] = {
	{"within", read_duration, HERE(within), 0, 0},
	{"validity", read_duration, HERE(validity), CLOCK_HOUR, 0},
	{"ca_validity", read_duration, HERE(ca_validity), CLOCK_HOUR, 0},
	{"key", read_keep, HERE(keep_keys), 0, 0},
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static int read_renew(
	const struct setting *s, void *to, const struct yaml_item *v, struct error *err)
{
	if (v->kind != YAML_MAPPING)
		return wrong(err, v, s->name, "write KEY: VALUE, a line each, indented below it",
			"is not a list of settings");
	return read_mapping(to, v, renew_settings, COUNT(renew_settings), "renew: ", err);
}

static int unknown(const struct yaml_item *key, const struct setting *known, size_t n,
	const char *above, struct error *err)
{
	struct buf names = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		buf_printf(&names, "%s%s", i ? ", " : "correct it, or take it out; there are ",
			known[i].name);
	error_set(err, ERR_USAGE, NULL, buf_text(&names),
		"line %d: %sthere is no setting \"%.64s\"", key->line, above, key->to->text);
	buf_free(&names);
	return -1;
}

static int read_mapping(struct conf *c, const struct yaml_item *v, const struct setting *known,
	size_t n, const char *above, struct error *err)
{
	for (size_t i = 0; i + 1 < v->n_child; i += 2) {
		const struct yaml_item *value = v->child[i + 1]->to;
		size_t k = 0;
		while (k < n && strcmp(known[k].name, v->child[i]->to->text) != 0)
			k++;
		if (k == n)
			return unknown(v->child[i], known, n, above, err);
		if (!yaml_is_null(value) &&
			known[k].read(&known[k], (char *)c + known[k].at, value, err))
			return -1;
	}
	return 0;
}

/* A validity that the same file forbids; the default gives way. */
static int fit(int64_t *validity, int64_t most, const struct yaml_item *said, const char *name,
	struct error *err)
{
	if (!most || *validity <= most)
		return 0;
	if (said)
		return wrong(err, said, name, "correct one of the two",
			"is longer than the most that the file allows");
	*validity = most;
	return 0;
}

static int check(struct conf *c, const struct yaml_item *root, struct error *err)
{
	const struct yaml_item *renew = yaml_get(root, "renew");
	if (fit(&c->validity, c->max_validity, yaml_get(renew, "validity"), "renew: validity", err))
		return -1;
	return fit(&c->ca_validity, c->max_ca_validity, yaml_get(renew, "ca_validity"),
		"renew: ca_validity", err);
}

static int read_document(struct conf *c, const struct yaml_doc *doc, struct error *err)
{
	if (doc->more)
		return error_set(err, ERR_USAGE, NULL, "keep one document in the file",
			"it holds more than one YAML document (---)");
	if (yaml_is_null(doc->root))
		return 0;
	if (doc->root->kind != YAML_MAPPING)
		return error_set(err, ERR_USAGE, NULL, "write KEY: VALUE, a line each",
			"line %d: it is not a list of settings", doc->root->line);
	if (read_mapping(c, doc->root, settings, COUNT(settings), "", err))
		return -1;
	return check(c, doc->root, err);
}

int conf_parse(struct conf *c, struct bytes text, struct error *err)
{
	struct yaml_doc doc;
	struct error why = ERROR_INIT;
	conf_default(c);
	if (text.n == 0)
		return 0;
	if (text.n > CONF_MAX)
		return error_set(
			err, ERR_USAGE, NULL, "shorten it", "it is longer than %d bytes", CONF_MAX);
	if (yaml_doc_read(&doc, text, &why))
		return error_set(err, ERR_USAGE, NULL,
			"correct it; a pattern that begins with * needs quotes", "%s", why.what);
	int rc = read_document(c, &doc, err);
	yaml_doc_free(&doc);
	if (rc) {
		conf_free(c);
		conf_default(c);
	}
	return rc;
}

void conf_default(struct conf *c)
{
	*c = (struct conf){
		.key_mode = 0600,
		.key_dir_mode = 0755,
		.min_rsa = 2048,
		.within = 30 * (int64_t)CLOCK_DAY,
		.validity = 8760 * (int64_t)CLOCK_HOUR,
		.ca_validity = 87600 * (int64_t)CLOCK_HOUR,
	};
}

static void rules_free(struct conf_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct conf_rule *r = &rules->v[i];
		for (size_t k = 0; k < r->n; k++)
			free(r->patterns[k]);
		free(r->patterns);
		free(r->path);
	}
	free(rules->v);
	*rules = (struct conf_rules){.n = 0};
}

void conf_free(struct conf *c)
{
	rules_free(&c->subject);
	rules_free(&c->issuer);
	free(c->key_owner);
	c->key_owner = NULL;
}
