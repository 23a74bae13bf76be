// SPDX-License-Identifier: MIT
// The commit record: what is written is read; nothing damaged, cut or foreign is believed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/cert.h"
#include "rescue/journal.h"
#include "tap.h"

static char digest_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static char digest_b[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static char odd_path[] = "/etc/a b%\n\x1b[31m\xc3\xa9/ca.crt";

static void fill(struct journal *j)
{
	*j = (struct journal){.id = "20261123T174501Z", .node = xstrdup("cp 1")};
	j->places = xmalloc(2 * sizeof(char *));
	j->places[j->n_places++] = xstrdup("/var/lib/certrescue/20261123T174501Z/new");
	j->places[j->n_places++] = xstrdup("/.certrescue-20261123T174501Z");
	j->entries = xmalloc(3 * sizeof(*j->entries));
	j->entries[0] = (struct journal_entry){
		.had_old = true, .place = 1, .name = "000", .path = xstrdup(odd_path)};
	memcpy(j->entries[0].old_sha, digest_a, JOURNAL_HEX);
	memcpy(j->entries[0].new_sha, digest_b, JOURNAL_HEX);
	j->entries[1] = (struct journal_entry){
		.link = true, .name = "001", .path = xstrdup("/var/lib/kubelet/pki/x.pem")};
	memcpy(j->entries[1].new_sha, digest_a, JOURNAL_HEX);
	j->entries[2] = (struct journal_entry){.had_old = true,
		.only_mode = true,
		.name = "002",
		.path = xstrdup("/etc/kubernetes/pki/sa.key")};
	memcpy(j->entries[2].old_sha, digest_a, JOURNAL_HEX);
	memcpy(j->entries[2].new_sha, digest_b, JOURNAL_HEX);
	j->n_entries = 3;
	j->dirs = xmalloc(sizeof(*j->dirs));
	j->dirs[j->n_dirs++] = (struct journal_dir){xstrdup("/etc"), {-5, 999999999}};
}

static bool readable(struct bytes text)
{
	struct journal j;
	struct error err = ERROR_INIT;
	int rc = journal_read(&j, text, &err);
	journal_free(&j);
	return rc == 0;
}

/* A record with these lines and a right checksum. */
static bool readable_lines(const char *lines)
{
	struct buf b = BUF_INIT;
	char sum[JOURNAL_HEX];
	buf_str(&b, lines);
	sha256_hex(buf_bytes(&b), sum);
	buf_printf(&b, "sum %s\n", sum);
	bool good = readable(buf_bytes(&b));
	buf_free(&b);
	return good;
}

#define HEAD "certrescue-journal 1\nid 20261123T174501Z\nnode -\nplace /var/x\n"
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

int main(void)
{
	struct journal a, b;
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	fill(&a);
	journal_write(&a, &text);
	ok(journal_read(&b, buf_bytes(&text), &err) == 0, "what is written is read: %s", err.what);
	is_str(b.id, a.id, "id");
	is_str(b.node, a.node, "node");
	is_str(b.places[1], a.places[1], "place");
	is_str(b.entries[0].path, odd_path, "a path with every kind of byte");
	is_str(b.entries[0].old_sha, digest_a, "old digest");
	ok(b.n_entries == 3 && b.entries[1].link && !b.entries[1].had_old, "link, create");
	ok(b.entries[2].only_mode && b.entries[2].had_old && !b.entries[2].link &&
			!b.entries[0].only_mode,
		"a file that keeps its bytes");
	ok(b.dirs[0].mtime.tv_sec == -5 && b.dirs[0].mtime.tv_nsec == 999999999, "mtime");
	ok(!memchr(text.p, 0x1b, text.n), "no control byte in the record");

	bool refused = true;
	for (size_t n = 0; n < text.n; n++)
		refused = refused && !readable((struct bytes){text.p, n});
	ok(refused, "every cut record is refused");
	refused = true;
	for (size_t i = 0; i < text.n; i++) {
		text.p[i] ^= 1;
		refused = refused && !readable(buf_bytes(&text));
		text.p[i] ^= 1;
	}
	ok(refused, "every flipped bit is noticed");
	ok(readable_lines(HEAD), "a record without entries is read");
	ok(!readable_lines("certrescue-journal 2\nid 20261123T174501Z\nplace /x\n"),
		"another version");
	ok(!readable_lines(HEAD "entry file replace 1 000 " SHA " " SHA " /etc/x\n"),
		"no such place");
	ok(!readable_lines(HEAD "entry file replace 0 ../x " SHA " " SHA " /etc/x\n"),
		"a staged path");
	ok(!readable_lines(HEAD "entry file replace 0 000 " SHA " " SHA " /etc/../x\n"),
		"dots in a path");
	ok(!readable_lines(HEAD "entry file replace 0 000 " SHA " " SHA " etc/x\n"),
		"a relative path");
	ok(!readable_lines(HEAD "entry file replace 0 000 - " SHA " /etc/x\n"),
		"a digest is missing");
	ok(!readable_lines(HEAD "entry pipe replace 0 000 " SHA " " SHA " /etc/x\n"),
		"a strange type");
	ok(!readable_lines(HEAD "entry mode create 0 000 - " SHA " /etc/x\n"),
		"a mode of what is not there");
	ok(!readable_lines(HEAD "place /a%00b\n"), "a NUL in a path");
	ok(!readable_lines(HEAD "surprise\n"), "an unknown line");
	ok(!readable_lines(HEAD "id 20261123T174502Z\n"), "two ids");
	ok(!journal_id_valid("../../etc/passwd/xx") && !journal_id_valid("") &&
			journal_id_valid("20261123T174501Z-2"),
		"ids");
	journal_free(&a);
	journal_free(&b);
	buf_free(&text);
	return done();
}
