// SPDX-License-Identifier: MIT
// certrescue.conf: absent means default, each key is read, and what is not understood is refused
// with its line.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "media/conf.h"
#include "tap.h"

static struct conf conf;
static struct error err;

static int parse(const char *text)
{
	conf_free(&conf);
	err = (struct error)ERROR_INIT;
	return conf_parse(&conf, bytes_of(text), &err);
}

static void defaults(const char *text, const char *what)
{
	ok(parse(text) == 0 && conf.key_mode == 0600 && conf.key_dir_mode == 0755 &&
			!conf.key_owner && conf.min_rsa == 2048 && conf.max_validity == 0 &&
			conf.max_ca_validity == 0 && conf.subject.n == 0 && conf.issuer.n == 0 &&
			conf.within == 30 * CLOCK_DAY && conf.validity == 8760 * CLOCK_HOUR &&
			conf.ca_validity == 87600 * (int64_t)CLOCK_HOUR && !conf.keep_keys,
		"%s: the defaults", what);
}

static void all_keys(void)
{
	ok(parse("key_mode: 0400\nkey_dir_mode: 0o700\nkey_owner: etcd\nmin_rsa: 3072\n"
		 "max_validity: 365d\nmax_ca_validity: 87600h\n"
		 "subject:\n  apiserver: CN=kube-apiserver\n"
		 "  /etc/kubernetes/pki/etcd/*: [ 'CN=a', \"O=b,CN=c\" ]\n"
		 "issuer:\n  admin.conf:\n    - '**CN=kubernetes'\n"
		 "renew:\n  within: 60d\n  validity: 4380h\n  ca_validity: 100d\n  key: keep\n"
		 "boot:\n  certrescue: renew\n  anything: at all\n") == 0,
		"all keys are read: %s", err.what);
	ok(conf.key_mode == 0400 && conf.key_dir_mode == 0700, "modes");
	is_str(conf.key_owner ? conf.key_owner : "", "etcd", "the owner");
	ok(conf.min_rsa == 3072 && conf.max_validity == 365 * CLOCK_DAY &&
			conf.max_ca_validity == 87600 * (int64_t)CLOCK_HOUR,
		"bits and validity");
	ok(conf.subject.n == 2 && conf.subject.v[0].role == ROLE_APISERVER &&
			!conf.subject.v[0].path && conf.subject.v[0].n == 1,
		"a rule for a role");
	ok(conf.subject.n == 2 && conf.subject.v[1].n == 2, "a rule for files, two patterns");
	is_str(conf.subject.v[1].path, "/etc/kubernetes/pki/etcd/*", "its path");
	is_str(conf.subject.v[1].patterns[1], "O=b,CN=c", "its second pattern");
	ok(conf.issuer.n == 1 && conf.issuer.v[0].role == ROLE_ADMIN, "an issuer's rule");
	ok(conf.within == 60 * CLOCK_DAY && conf.validity == 4380 * CLOCK_HOUR &&
			conf.ca_validity == 100 * CLOCK_DAY && conf.keep_keys,
		"what renew does");
	ok(parse("max_validity: 100d\n") == 0 && conf.validity == 100 * CLOCK_DAY,
		"renew's own default gives way to max_validity");
	ok(parse("key_mode: 600\n") == 0 && conf.key_mode == 0600, "a mode without the 0");
	ok(parse("\xef\xbb\xbfkey_mode: 0400\r\n# x\r\nmin_rsa: 4096\r\n") == 0 &&
			conf.key_mode == 0400 && conf.min_rsa == 4096,
		"as Notepad writes it");
}

static void refused(const char *text, const char *line, const char *what)
{
	bool no = parse(text) != 0;
	ok(no && err.kind == ERR_USAGE && *err.todo && strstr(err.what, line), "%s", what);
	if (!no || !strstr(err.what, line))
		diag("%s; %s", err.what, err.todo);
	ok(conf.key_mode == 0600 && conf.subject.n == 0, "%s: nothing of it is taken", what);
}

static void refusals(void)
{
	refused("key_mode: 0400\nkeymode: 0600\n", "line 2: there is no setting \"keymode\"",
		"an unknown key");
	has_str(err.todo, "key_mode, key_dir_mode, key_owner", "those that there are, are named");
	refused("renew:\n  valid: 1h\n", "line 2: renew: there is no setting \"valid\"",
		"an unknown key below renew:");
	refused("key_mode: 0644\n", "line 1: key_mode allows too much", "a key for everybody");
	refused("key_mode: 0700\n", "key_mode allows too much", "an executable key");
	refused("key_mode: 04600\n", "key_mode is not an octal mode", "five digits");
	refused("key_mode: 4600\n", "key_mode allows too much", "set-user-id");
	refused("key_mode: 0200\n", "key_mode locks its owner out", "a key that nobody reads");
	refused("key_mode: rw-------\n", "key_mode is not an octal mode", "a mode in letters");
	refused("key_mode: 0x180\n", "key_mode is not an octal mode", "a mode in hex");
	refused("key_mode: [0600]\n", "key_mode is not a single value", "a list of modes");
	refused("key_dir_mode: 0775\n", "key_dir_mode allows too much", "a directory for a group");
	refused("key_dir_mode: 0600\n", "key_dir_mode locks its owner out", "no way in");
	refused("key_owner: -1\n", "key_owner is no account's name", "a negative owner");
	refused("key_owner: a:b\n", "key_owner is no account's name", "an owner with a colon");
	refused("min_rsa: 512\n", "min_rsa is not a number from 1024 to 4096", "few bits");
	refused("min_rsa: 2048bits\n", "min_rsa is not a number", "a unit");
	refused("min_rsa: 99999999999999999999\n", "min_rsa is not a number", "a huge number");
	refused("max_validity: 1y\n", "max_validity is not a duration", "years");
	refused("max_validity: 5m\n", "max_validity is not a duration", "minutes");
	refused("max_validity: 100d\nrenew:\n  validity: 101d\n",
		"line 3: renew: validity is longer than the most",
		"a validity that the same file forbids");
	refused("max_ca_validity: 100d\nrenew:\n  ca_validity: 101d\n",
		"line 3: renew: ca_validity is longer than the most",
		"a CA's validity that the same file forbids");
	refused("renew:\n  key: old\n", "line 2: key is new or keep", "neither new nor keep");
	refused("renew: 30d\n", "line 1: renew is not a list of settings", "renew as a value");
	refused("subject:\n  api-server: CN=x\n", "line 2: subject has a rule for \"api-server\"",
		"an unknown role");
	refused("subject:\n  other: CN=x\n", "rule for \"other\"", "a role that is none");
	refused("subject:\n  - CN=x\n", "subject is not a list of rules", "patterns alone");
	refused("subject: CN=x\n", "line 1: subject is not a list of rules", "one pattern");
	refused("subject:\n  apiserver: []\n", "no pattern or too many", "no pattern");
	refused("subject:\n  apiserver:\n", "empty, too long or no text", "an empty pattern");
	refused("subject:\n  apiserver: {a: b}\n", "empty, too long or no text", "a mapping");
	refused("issuer:\n  apiserver: *CN\n", "line 2", "a star without quotes");
	has_str(err.todo, "quotes", "says what it needs");
	refused("key_mode: 0600\nkey_mode: 0400\n", "line 2", "a key twice");
	refused("- key_mode\n", "line 1: it is not a list of settings", "a list");
	refused("key_mode 0600\n", "it is not a list of settings", "no colon");
	refused("min_rsa: 2048\n---\nmin_rsa: 1024\n", "more than one YAML document", "two");
	refused("min_rsa: 2048\n\tmax_validity: 1h\n", "line", "a tab");
	refused("a: &a [*a]\n", "line 1", "an anchor in itself");

	struct buf b = BUF_INIT;
	buf_str(&b, "subject:\n");
	for (int i = 0; i < CONF_RULES + 1; i++)
		buf_printf(&b, "  /f%d: CN=x\n", i);
	refused(buf_text(&b), "too many rules", "very many rules");
	buf_free(&b);
	buf_str(&b, "issuer:\n  ca:\n");
	for (int i = 0; i < CONF_PATTERNS + 1; i++)
		buf_str(&b, "    - CN=x\n");
	refused(buf_text(&b), "no pattern or too many", "very many patterns");
	buf_free(&b);
	buf_str(&b, "subject:\n  ca: CN=");
	for (int i = 0; i < CONF_PATTERN; i++)
		buf_str(&b, "x");
	refused(buf_text(&b), "empty, too long or no text", "a very long pattern");
	buf_free(&b);
	for (int i = 0; i <= CONF_MAX; i++)
		buf_str(&b, "#");
	refused(buf_text(&b), "longer than 65536 bytes", "a huge file");
	buf_free(&b);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		bail("%s", path);
}

static void files(void)
{
	char dir[] = "/tmp/certrescue-conf-XXXXXX", path[64], cmd[64];
	if (!mkdtemp(dir))
		bail("no directory");
	snprintf(path, sizeof(path), "%s/" CONF_NAME, dir);
	conf_free(&conf);
	ok(conf_load(&conf, NULL, NULL, &err) == 0 && conf.key_mode == 0600, "no medium");
	conf_free(&conf);
	ok(conf_load(&conf, dir, NULL, &err) == 0 && conf.key_mode == 0600, "a medium without one");
	conf_free(&conf);
	ok(conf_load(&conf, dir, path, &err) && err.kind == ERR_FAILED && *err.todo,
		"a file that is named must be there");
	is_str(err.path, path, "and is named in the error");
	conf_free(&conf);
	ok(conf_load(&conf, path, NULL, &err) && err.kind == ERR_FAILED, "so must the medium");
	put(path, "");
	conf_free(&conf);
	ok(conf_load(&conf, dir, NULL, &err) == 0, "an empty file");
	put(path, "key_mode: 0440\n");
	conf_free(&conf);
	ok(conf_load(&conf, dir, NULL, &err) == 0 && conf.key_mode == 0440, "the medium's is read");
	put(path, "nonsense: 1\n");
	conf_free(&conf);
	ok(conf_load(&conf, dir, NULL, &err) && err.kind == ERR_USAGE, "and refused");
	is_str(err.path, path, "with its path");
	conf_free(&conf);
	ok(conf_load(&conf, NULL, dir, &err) && err.kind == ERR_FAILED, "a directory is no file");
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	ok(system(cmd) == 0, "cleared");
}

int main(void)
{
	conf_default(&conf);
	defaults("", "an empty file");
	defaults("# nothing\n", "comments alone");
	defaults("key_mode:\nmax_validity: ~\nsubject:\nrenew:\nboot:\n", "keys without values");
	defaults("boot:\n  certrescue: check\n", "what is the image's");
	all_keys();
	refusals();
	files();
	conf_free(&conf);
	return done();
}
