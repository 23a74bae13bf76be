// SPDX-License-Identifier: MIT
// What a file with a private key should have: never more than before, by whose file it is.
#include "rescue/comply.h"
#include "inv.h"

#define NO 4294967295u

static struct inventory inv;
static struct conf conf;

static const struct {
	const char *path;
	mode_t mode;
	uid_t uid;
	mode_t policy;
	const char *owner; /* key_owner; its number is 500 */
	mode_t want;       /* 0: it is as it should be */
	uid_t want_uid;    /* NO: the same */
	const char *what;
} cases[] = {
	{"/etc/kubernetes/pki/a.key", 0600, 0, 0600, NULL, 0, NO, "0600 and root"},
	{"/etc/kubernetes/pki/a.key", 0400, 0, 0600, NULL, 0, NO, "stricter"},
	{"/etc/kubernetes/pki/a.key", 0644, 0, 0600, NULL, 0600, NO, "readable for all"},
	{"/etc/kubernetes/pki/a.key", 0444, 0, 0600, NULL, 0400, NO, "nothing is added"},
	{"/etc/kubernetes/pki/a.key", 0044, 0, 0600, NULL, 0400, NO, "but that its owner reads"},
	{"/etc/kubernetes/pki/a.key", 04700, 0, 0600, NULL, 0600, NO, "set-user-id, executable"},
	{"/etc/kubernetes/pki/a.key", 0000, 0, 0600, NULL, 0, NO, "root reads it all the same"},
	{"/etc/kubernetes/pki/a.key", 0600, 0, 0400, NULL, 0400, NO, "0400 is the policy"},
	{"/etc/kubernetes/pki/a.key", 0640, 0, 0640, NULL, 0, NO, "a group, by policy"},
	{"/etc/kubernetes/pki/a.key", 0660, 0, 0640, NULL, 0640, NO, "a group that writes"},
	{"/etc/kubernetes/pki/a.key", 0600, 7, 0600, NULL, 0600, 0, "another user's"},
	{"/etc/kubernetes/pki/a.key", 0644, 7, 0600, NULL, 0600, 0, "both"},
	{"/etc/kubernetes/pki/a.key", 0600, 991, 0600, NULL, 0, NO, "a static pod's user"},
	{"/etc/kubernetes/pki/a.key", 0600, 991, 0600, "x", 0600, 500, "whom key_owner replaces"},
	{"/etc/kubernetes/pki/a.key", 0600, 0, 0600, "x", 0600, 500,
		"root, where another is named"},
	{"/etc/kubernetes/pki/a.key", 0600, 500, 0600, "x", 0, NO, "the one who is named"},
	{"/var/lib/kubelet/pki/k.pem", 0600, 0, 0400, NULL, 0, NO, "the kubelet writes 0600"},
	{"/var/lib/kubelet/pki/k.pem", 0640, 0, 0400, NULL, 0600, NO, "but no more"},
	{"/var/lib/kubelet/pki2/k.pem", 0600, 0, 0400, NULL, 0400, NO, "in its directory alone"},
	{"/root/.kube/config", 0600, 0, 0400, NULL, 0, NO, "kubectl writes 0600"},
	{"/home/a/.kube/config", 0600, 1000, 0400, NULL, 0, NO, "for whose home it is"},
	{"/home/a/.kube/config", 0600, 0, 0600, NULL, 0, NO, "root's, at home"},
	{"/home/a/.kube/config", 0600, 7, 0600, NULL, 0600, 1000, "another's, at home"},
	{"/home/a/.kube/config", 0600, 1000, 0600, "x", 0, NO, "key_owner does not reach home"},
	{"/homes/k.key", 0600, 1000, 0600, NULL, 0600, 0, "no home"},
};

static void one(size_t i)
{
	struct comply_file want = {0, NO, 0};
	struct inv_file *f = &inv.files[0];
	f->real = (char *)(uintptr_t)cases[i].path;
	f->st.st_mode = S_IFREG | cases[i].mode;
	f->st.st_uid = f->st.st_gid = cases[i].uid;
	conf.key_mode = cases[i].policy;
	conf.key_owner = (char *)(uintptr_t)cases[i].owner;
	conf.owner = 500;
	bool wrong = comply_file(&inv, &conf, 0, &want);
	uid_t uid = cases[i].want_uid == NO ? cases[i].uid : cases[i].want_uid;
	bool good = cases[i].want ? wrong && want.mode == cases[i].want && want.uid == uid : !wrong;
	if (!ok(good, "%s", cases[i].what))
		diag("wrong %d, mode %04o, uid %u", wrong, (unsigned)want.mode, (unsigned)want.uid);
	f->holds_key = false;
	ok(!comply_file(&inv, &conf, 0, &want), "%s: without a key it is nobody's business",
		cases[i].what);
	f->holds_key = true;
}

int main(void)
{
	struct inv_file file = {.path = NULL, .holds_key = true};
	struct inv_dir home = {.path = (char *)(uintptr_t) "/home/a/.kube", .st = {.st_uid = 1000}};
	uid_t pod = 991;
	inv = (struct inventory){.files = &file,
		.n_files = 1,
		.dirs = &home,
		.n_dirs = 1,
		.pod_uids = &pod,
		.n_pod_uids = 1,
		.kubelet_dir = (char *)(uintptr_t) "/var/lib/kubelet/pki"};
	conf_default(&conf);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		one(i);
	inv.root_uid = 1000; /* a copy that a user made: all is that user's */
	file.real = (char *)(uintptr_t) "/etc/kubernetes/pki/a.key";
	file.st.st_uid = 1000;
	file.st.st_mode = S_IFREG | 0600;
	conf.key_mode = 0600;
	struct comply_file want;
	ok(!comply_file(&inv, &conf, 0, &want), "a user's copy of a node");
	return done();
}
