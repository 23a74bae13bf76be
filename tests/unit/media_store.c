// SPDX-License-Identifier: MIT
// store: finds CAs by what they are, pairs keys by key, and says what is missing.
#include <errno.h>
#include <sys/stat.h>

#include "media/store.h"
#include "pki.h"

static struct store store;
static struct error err;

static char *at(const char *sub)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/%s", dir, sub);
	return path;
}

static int try(const char *sub, bool is_ca_dir, const char *cluster)
{
	store_close(&store);
	err = (struct error)ERROR_INIT;
	return store_open(&store, at(sub), is_ca_dir, cluster, &err);
}

static int ca_named(const char *file)
{
	for (size_t i = 0; i < store.n_cas; i++)
		if (strstr(store.cas[i].cert_path, file))
			return (int)i;
	return -1;
}

/* Three CAs, two of one subject; keys plain, encrypted, and under names that tell nothing. */
static bool fixtures(void)
{
	return sh(
		"mkdir -p m/ca/prod/etcd keys none/ca empty/ca/x files/ca\n"
		"for n in a b c; do openssl ecparam -name prime256v1 -genkey -noout -out "
		"keys/$n.key\n"
		"openssl req -x509 -new -key keys/$n.key -subj /CN=kubernetes -days 30 -out "
		"keys/$n.crt; done\n"
		"openssl req -new -key keys/a.key -subj /CN=leaf -out keys/l.csr\n"
		"openssl x509 -req -in keys/l.csr -CA keys/b.crt -CAkey keys/b.key "
		"-CAcreateserial -days 3 -out m/ca/prod/leaf.crt\n"
		"cp keys/a.crt m/ca/prod/ca.crt; cp keys/a.crt m/ca/prod/copy-of-ca.crt\n"
		"openssl x509 -in keys/b.crt -outform DER -out m/ca/prod/zwei\n"
		"cp keys/c.crt m/ca/prod/etcd/ca.crt\n"
		"openssl pkcs8 -topk8 -in keys/a.key -v2 aes-256-cbc -passout pass:good -out "
		"m/ca/prod/ca.key\n"
		"openssl pkcs8 -topk8 -nocrypt -in keys/b.key -outform DER -out m/ca/prod/1.bin\n"
		"head -c 60 keys/c.key >m/ca/prod/etcd/ca.key\n"
		"printf '\\0\\5\\26\\7junk' >m/ca/prod/._ca.crt; ln -s /etc/passwd m/ca/prod/link\n"
		"mkfifo m/ca/prod/fifo; truncate -s 300K m/ca/prod/huge.crt\n"
		"cp keys/a.crt files/ca/ca.crt");
}

static void opens(void)
{
	is_int(try("m", false, NULL), 0, "a medium with links, a FIFO and junk on it is opened");
	is_int((long long)store.n_cas, 3,
		"three CAs: one twice counts once, a leaf and long files do not");
	ok(ca_named("zwei") >= 0, "a DER certificate under any name is found");
	is_str(store.cas[0].cluster, "prod", "the cluster is the directory's name");
	is_int(try("m", false, "prod"), 0, "one cluster by name");
	is_int(try("m/ca/prod", true, NULL), 0, "a CA's directory without the medium around it");
	is_str(store.cas[0].cluster, "", "it has no cluster's name");
}

static void refuses(void)
{
	ok(try("gone", false, NULL) < 0, "a medium that is not there");
	has_str(err.what, "No such file", "says why");
	ok(try("keys", false, NULL) < 0 && strstr(err.what, "no directory ca/"),
		"a directory without ca/");
	has_str(err.todo, "ca/NAME/", "says how to bring the CA");
	ok(try("none", false, NULL) < 0 && strstr(err.what, "no cluster"), "ca/ is empty");
	ok(try("files", false, NULL) < 0, "files in ca/ itself are no cluster");
	ok(try("empty", false, NULL) < 0 && strstr(err.what, "not one CA"),
		"a cluster's directory without a CA");
	ok(try("m", false, "test") < 0 && strstr(err.what, "\"test\""),
		"a cluster that is not there");
	ok(try("m", false, "../keys") < 0, "a cluster's name is no path");
	is_int(err.kind, ERR_FAILED, "exit code 1");
	ok(sh("mkdir -p many/ca/x; for i in $(seq 600); do : >many/ca/x/$i; done") &&
			try("many", false, NULL) < 0 && strstr(err.what, "more than 512"),
		"a directory with too many files ends the walk");
	ok(sh("mkdir -p deep/ca/x/1/2/3/4; cp keys/a.crt deep/ca/x/1/2/3/4/") &&
			try("deep", false, NULL) < 0,
		"what lies too deep is not looked for");
}

static void unlocks(void)
{
	struct secret good = SECRET_INIT, bad = SECRET_INIT;
	secret_set(&good, "good", 4);
	secret_set(&bad, "bad", 3);
	try("m", false, NULL);
	int a = ca_named("/prod/c"), b = ca_named("zwei"), c = ca_named("etcd/ca.crt");
	is_int(store_unlock(&store, (size_t)b, NULL, &err), 0,
		"a plain key is found by key, whatever its name");
	has_str(store.cas[b].key_path, "1.bin", "its file is known");
	ok(store_unlock(&store, (size_t)a, NULL, &err) < 0 && err.os == EACCES,
		"no passphrase: EACCES");
	ok(store_unlock(&store, (size_t)a, &bad, &err) < 0 && err.os == EACCES &&
			strstr(err.what, "passphrase"),
		"a wrong passphrase: EACCES");
	is_int(store_unlock(&store, (size_t)a, &good, &err), 0, "the right one opens it");
	ok(key_matches(&store.cas[a].key, &store.cas[a].cert), "and it is the CA's");
	ok(store_unlock(&store, (size_t)c, &good, &err) < 0 && err.os == EBADMSG,
		"a truncated key: EBADMSG");
	has_str(err.path, "etcd/ca.key", "with its path");
	store_lock(&store);
	ok(!store.cas[a].open && !store.cas[a].key.der.p && !store.keys[0].content.p,
		"locked: keys and files are wiped");
	ok(store_unlock(&store, (size_t)a, &good, &err) < 0, "and stay away");
	secret_free(&good);
	secret_free(&bad);
}

static void no_key(void)
{
	sh("mkdir -p nokey/ca/x; cp keys/a.crt keys/b.key nokey/ca/x/");
	is_int(try("nokey", false, NULL), 0, "a CA without its key is a CA");
	ok(store_unlock(&store, 0, NULL, &err) < 0 && err.os == ENOENT,
		"another CA's key is none: ENOENT");
	sh("mkdir -p one/ca/x; cat keys/a.crt keys/b.crt keys/b.key keys/a.key >one/ca/x/all.pem");
	try("one", false, NULL);
	ok(store.n_cas == 2 && store_unlock(&store, 0, NULL, &err) == 0 &&
			store_unlock(&store, 1, NULL, &err) == 0,
		"two CAs and both keys in one file");
}

static void finds(void)
{
	bool twice;
	struct buf der;
	struct cert a = load_cert("keys/a.crt", &der);
	try("m", false, NULL);
	ok(store_find(&store, a.spki, &twice) == ca_named("/prod/c") && !twice,
		"a CA is found by its key among others of its name");
	sh("mkdir -p m/ca/test; openssl req -x509 -new -key keys/a.key -subj /CN=other -days 90 "
	   "-out "
	   "m/ca/test/ca.crt");
	try("m", false, NULL);
	ok(store_find(&store, a.spki, &twice) >= 0 && twice, "in two clusters: twice");
	sh("mv m/ca/test/ca.crt m/ca/prod/newer.crt; rmdir m/ca/test");
	try("m", false, NULL);
	ok(store_find(&store, a.spki, &twice) == ca_named("newer") && !twice,
		"re-issued: the one that ends last");
	ok(store_unlock(&store, 0, NULL, &err) < 0 && err.os == EACCES, "still encrypted");
	struct buf leaf_der;
	struct cert leaf = load_cert("m/ca/prod/leaf.crt", &leaf_der);
	sh("rm m/ca/prod/ca.crt m/ca/prod/copy-of-ca.crt m/ca/prod/newer.crt");
	try("m", false, NULL);
	ok(store_find(&store, leaf.spki, &twice) < 0, "a leaf's key is no CA");
	buf_free(&der);
	buf_free(&leaf_der);
}

int main(void)
{
	make_dir();
	if (!ok(fixtures(), "openssl makes the CAs"))
		return done();
	opens();
	refuses();
	unlocks();
	no_key();
	finds();
	store_close(&store);
	return done();
}
