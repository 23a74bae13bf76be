// SPDX-License-Identifier: MIT
// medium: a report is on the medium whole, under names that FAT takes, or not at all.
#include <errno.h>
#include <sys/stat.h>

#include "media/medium.h"
#include "pki.h"

int main(void)
{
	struct error err = ERROR_INIT;
	struct buf path = BUF_INIT, back;
	make_dir();
	is_int(medium_write_report(
		       dir, "cp-1", "20261123T174501Z", "report.txt", bytes_of("one\n"), &err),
		0, "a report is written");
	back = load("reports/cp-1/20261123T174501Z/report.txt");
	is_str(buf_text(&back), "one\n", "byte for byte");
	buf_free(&back);
	is_int(medium_write_report(
		       dir, "cp-1", "20261123T174501Z", "report.txt", bytes_of("two\n"), &err),
		0, "again: it replaces the first");
	back = load("reports/cp-1/20261123T174501Z/report.txt");
	is_str(buf_text(&back), "two\n", "whole");
	buf_free(&back);
	ok(sh("test $(find reports -type f | wc -l) = 1"), "nothing else is left there");

	medium_report_path(&path, "../../etc/é:*", "..", "a/b.");
	is_str(buf_text(&path), "reports/-.-..-etc-----/--/a-b-",
		"names lead nowhere else and fit FAT");
	buf_free(&path);
	medium_report_path(&path, NULL, "", "x");
	is_str(buf_text(&path), "reports/unknown/unknown/x", "what has no name is unknown");
	buf_free(&path);

	ok(medium_write_report("/nonexistent", "n", "i", "f", bytes_of(""), &err) < 0 &&
			err.os == ENOENT,
		"no medium is an error");
	has_str(err.path, "/nonexistent/reports/n/i/f", "that names the file");
	ok(sh("mkdir m; echo x >m/reports"), "a file stands where reports/ belongs");
	char *m = xasprintf("%s/m", dir);
	ok(medium_write_report(m, "n", "i", "f", bytes_of(""), &err) < 0, "is an error");
	ok(sh("rm m/reports; mkdir out; ln -s ../out m/reports"), "a link stands there");
	ok(medium_write_report(m, "n", "i", "f", bytes_of(""), &err) < 0, "is not followed");
	ok(sh("test -z \"$(ls out)\""), "nothing was written behind it");
	ok(medium_write_report("/dev/full", "n", "i", "f", bytes_of("x"), &err) < 0,
		"a medium that is no directory is an error");
	free(m);
	return done();
}
