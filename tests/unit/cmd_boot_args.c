// SPDX-License-Identifier: MIT
// boot_args: what was meant is done; what is not understood leads to a console, never to a rescue.
#include "cmd/boot.h"
#include "cmd/boot_args.h"
#include "tap.h"

static struct boot_args a;
static struct error err;

/* The kernel's words and the medium's file, on a fresh start; 0 only where both were understood. */
static int both(const char *line, const char *conf)
{
	a = (struct boot_args){0};
	err = (struct error)ERROR_INIT;
	int rc = line ? boot_args_cmdline(&a, line, &err) : 0;
	int conf_rc = conf ? boot_args_conf(&a, bytes_of(conf), &err) : 0;
	return rc ? rc : conf_rc;
}

static void understood(void)
{
	both("quiet console=ttyS0,115200 root=/dev/x", NULL);
	is_int(a.mode, BOOT_CONSOLE, "nothing said: a console, never a rescue unasked");
	is_int(both("quiet certrescue=renew certrescue.then=reboot", NULL), 0, "renew, reboot");
	ok(a.mode == BOOT_RENEW && a.then == BOOT_THEN_REBOOT, "are taken");
	is_int(both("certrescue=check certrescue.passphrase=second certrescue.fsck=preen\n", NULL),
		0, "words at the line's end");
	ok(a.mode == BOOT_CHECK && a.passphrase == BOOT_SECOND && a.fsck == BOOT_FSCK_PREEN,
		"are taken");
	is_int(both("certrescue.node=UUID=12ab certrescue.cluster=prod certrescue.now=2026-11-23",
		       NULL),
		0, "free text");
	is_str(a.node, "UUID=12ab", "a value with = in it");
	is_str(a.cluster, "prod", "the cluster");
	is_str(a.now, "2026-11-23", "the time");
	both("certrescue=renew certrescue=check", NULL);
	is_int(a.mode, BOOT_CHECK, "of two with one key the last counts");
	both("certrescued=renew xcertrescue=renew certrescue-x=renew", NULL);
	is_int(a.mode, BOOT_CONSOLE, "names that only look alike are the kernel's");
}

static void quotes(void)
{
	is_int(both("certrescue.now=\"2026-11-23 10:00\" certrescue=check", NULL), 0,
		"a quoted value");
	is_str(a.now, "2026-11-23 10:00", "has its blank");
	is_int(a.mode, BOOT_CHECK, "and does not swallow what follows");
	is_int(both("\"certrescue.cluster=a b\"", NULL), 0, "quotes around the whole word");
	is_str(a.cluster, "a b", "likewise");
	both("dyndbg=\"file x certrescue=renew +p\" quiet", NULL);
	is_int(a.mode, BOOT_CONSOLE, "a word between another argument's quotes starts no rescue");
	both("x=\"certrescue=renew", NULL);
	is_int(a.mode, BOOT_CONSOLE, "nor one behind a quote that is left open");
	ok(both("certrescue=\"ren\"\"ew\"", NULL) < 0 && a.mode == BOOT_CONSOLE,
		"quotes inside a value are a part of it");
	is_int(both("ce\"rtrescue\"=renew", NULL), 0, "quotes inside a name");
	is_int(a.mode, BOOT_CONSOLE, "make it another's");
	is_int(both("certrescue=\"renew\" \"\"", NULL), 0, "an empty word");
	is_int(a.mode, BOOT_RENEW, "is passed over");
}

static void refused(void)
{
	static const char *const lines[] = {"certrescue=Renew", "certrescue=renew2",
		"certrescue=", "certrescue", "certrescue=renew certrescue.nod=/dev/vdb",
		"certrescue=renew certrescue.node",
		"certrescue=renew certrescue.node=", "certrescue=renew certrescue.passphrase=fwcfg",
		"certrescue=renew certrescue.fsck=yes",
		"certrescue=renew certrescue.then=", "certrescue.=renew certrescue=renew"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ok(both(lines[i], NULL) < 0 && a.mode == BOOT_CONSOLE && err.kind == ERR_USAGE,
			"refused, a console: %s", lines[i]);
		ok(both(lines[i], "boot:\n  certrescue: renew\n") < 0 && a.mode == BOOT_CONSOLE,
			"and certrescue.conf does not make it a rescue");
	}
	char line[512];
	snprintf(line, sizeof(line), "certrescue=renew certrescue.node=%0200d", 7);
	ok(both(line, NULL) < 0 && a.mode == BOOT_CONSOLE && !a.node[0],
		"a value that does not fit is not cut but refused");
	both("certrescue=sleep", NULL);
	has_str(err.what, "certrescue cannot be \"sleep\"", "what is wrong is said");
	has_str(err.todo, "console, check, renew, shell", "and what can be");
	both("certrescue.nod=x", NULL);
	has_str(err.what, "no setting \"nod\"", "an unknown key is named");
}

static void conf(void)
{
	is_int(both(NULL, "# a comment\n\nboot:\n  certrescue: renew   # unattended\n"
			  "  passphrase: 'fw_cfg'\n\tcluster: \"a b\"\r\n\nother:\n  mode: x\n"),
		0, "a file with comments, quotes, tabs, CR and other keys");
	ok(a.mode == BOOT_RENEW && a.passphrase == BOOT_FW_CFG, "is read");
	is_str(a.cluster, "a b", "quotes are taken off");
	is_int(both(NULL, "\xef\xbb\xbf"
			  "boot:\n  certrescue: check"),
		0, "a byte order mark, no line end");
	is_int(a.mode, BOOT_CHECK, "are no hindrance");
	both(NULL, "certrescue: renew\nnoboot:\n  certrescue: renew\n");
	is_int(a.mode, BOOT_CONSOLE, "what does not stand below boot: is not ours");
	both(NULL, "boot:\n  then: reboot\nlast:\n  certrescue: renew\n");
	is_int(a.mode, BOOT_CONSOLE, "nor what stands below the next key");
	is_int(both("certrescue=check certrescue.node=vdb",
		       "boot:\n  certrescue: renew\n  node: vda\n  then: reboot\n"),
		0, "both");
	ok(a.mode == BOOT_CHECK && a.then == BOOT_THEN_REBOOT, "the kernel command line wins");
	is_str(a.node, "vdb", "for each key");

	static const char *const bad[] = {"boot:\n  certrescue: renew\n  nod: vda\n",
		"boot:\n  certrescue: renew\n  node vda\n", "boot:\n  certrescue: renew\n  node:\n",
		"boot:\n  certrescue: renew\n  node: \"vda\n", "boot: {certrescue: renew}\n",
		"boot:\n  certrescue: renew\n  node: [vda]\n",
		"boot:\n  certrescue: renew\n  node: \"a\\x41\"\n",
		"boot:\n  certrescue: renew\n  node: &x vda\n",
		"boot:\n  certrescue: renew\n  - x\n"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(both("certrescue=renew", bad[i]) < 0 && a.mode == BOOT_CONSOLE,
			"a file that is not understood leads to a console (%zu)", i + 1);
	ok(both(NULL, "boot:\n  certrescue: rEnew\n") < 0, "so does an unknown mode");
	both(NULL, bad[0]);
	has_str(err.path, "certrescue.conf: line 3", "its line is named");
	a = (struct boot_args){0};
	static const uint8_t nul[] = "boot:\n  node: v\0a\n";
	ok(boot_args_conf(&a, (struct bytes){nul, sizeof(nul) - 1}, &err) < 0,
		"a NUL byte in a value is refused");
	is_int(both(NULL, ""), 0, "an empty file says nothing");
}

#define OWN                                                                                        \
	"certrescue: RESULT renew exit=0 node=cp-1 renewed=12 kept=1 refused=0 until=2027-11-23 "  \
	"id=X"

static void result(void)
{
	struct buf line = BUF_INIT;
	ok(boot_result_line(OWN "\n", 0, 0, &line), "renew's own line");
	is_str(buf_text(&line), OWN, "is taken as it is");
	buf_free(&line);
	ok(boot_result_line(OWN "\n", 0, ERR_PENDING, &line), "unmounting failed after it");
	is_str(buf_text(&line),
		"certrescue: RESULT renew exit=3 node=cp-1 renewed=12 kept=1 refused=0 "
		"until=2027-11-23 id=X",
		"its numbers and id stay, with the new exit code");
	buf_free(&line);
	ok(!boot_result_line(OWN, 1, 1, &line), "a line of another exit code is not taken");
	ok(!boot_result_line(OWN, -1, 3, &line), "nor one of a run that was not");
	ok(!boot_result_line("certrescue: RESULT renew exit=0 node=\x1b[2J", 0, 0, &line),
		"nor one that acts on the terminal");
	ok(!boot_result_line("", 0, 0, &line) && !boot_result_line("x", 0, 0, &line),
		"nor an empty or a strange one");
	is_int((long long)line.n, 0, "nothing was printed for those");
	buf_free(&line);
}

int main(void)
{
	understood();
	quotes();
	refused();
	conf();
	result();
	return done();
}
