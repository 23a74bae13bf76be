// SPDX-License-Identifier: MIT
// Accounts are the node's own; a damaged passwd file names nobody.
#include <stdlib.h>
#include <unistd.h>

#include "node/account.h"
#include "tap.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "etcd-old:x:7:7::/:/bin/sh\n"
			     "etcd:x:991:990:etcd:/var/lib/etcd:/sbin/nologin\n"
			     "none:x:4294967295:1::/:/bin/sh\n"
			     "word:x:12a:1::/:/bin/sh\n"
			     "short\n"
			     "half:x\n"
			     "\n"
			     "last:x:1001";

static long find(const char *name)
{
	uid_t uid;
	return account_in(bytes_of(passwd), name, &uid) ? (long)uid : -1;
}

int main(void)
{
	is_int(find("etcd"), 991, "by its name, not by the beginning of another");
	is_int(find("last"), 1001, "in a last line without its end");
	is_int(find("nobody"), -1, "one that is not there");
	is_int(find("none"), -1, "the number that stands for none");
	is_int(find("word"), -1, "a number that is none");
	is_int(find("half"), -1, "a line without a number");
	is_int(find("short"), -1, "a line without fields");
	is_int(find(""), -1, "no name");

	char dir[] = "/tmp/certrescue-account-XXXXXX";
	struct root root = ROOT_INIT;
	struct error err = ERROR_INIT;
	uid_t uid = 1;
	if (!mkdtemp(dir) || root_open(&root, dir, &err))
		bail("no directory");
	ok(account_find(&root, "root", &uid) && uid == 0, "root is 0 where there is no file");
	ok(account_find(&root, "1234", &uid) && uid == 1234, "a number is itself");
	ok(!account_find(&root, "etcd", &uid), "a name without a file is nobody");
	root_close(&root);
	rmdir(dir);
	return done();
}
