// SPDX-License-Identifier: MIT
// node_discover: what is on a node is found by evidence; what is wrong is said, and stops nothing.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/discover.h"
#include "tap.h"

/* The time of all fixtures: 2026-11-23T00:00:00Z. */
#define NOW 1795392000

static char top[] = "/tmp/node-discover-XXXXXX";

/* Runs a script; $R is the good node, $N the one under test. */
static void __attribute__((format(printf, 1, 2))) sh(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	char script[4096];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	buf_printf(&b,
		"cd %s && R=%s/good N=%s/node K=$N/etc/kubernetes P=$N/etc/kubernetes/pki "
		"L=$N/var/lib/kubelet/pki; set -e; exec 2>%s/log; %s\n",
		top, top, top, top, script);
	if (system(buf_text(&b)) != 0) {
		printf("Bail out! script failed: %s\n", script);
		exit(1);
	}
	buf_free(&b);
}

static struct inventory inv;

/* A fresh copy of the good node, changed by the script, discovered. */
static int __attribute__((format(printf, 1, 2))) look(const char *fmt, ...)
{
	struct error err = ERROR_INIT;
	struct root r = ROOT_INIT;
	char script[2048], *path = xasprintf("%s/node", top);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	sh("rm -rf $N; cp -a $R $N; %s", script);
	inventory_free(&inv);
	int rc = root_open(&r, path, &err) || discover(&r, &inv, &err) ? -1 : 0;
	root_close(&r);
	free(path);
	return rc;
}

static const struct inv_cert *cert(const char *path, const char *place)
{
	for (size_t i = 0; i < inv.n_certs; i++)
		if (!strcmp(inv.files[inv.certs[i].file].path, path) &&
			!strcmp(inv.certs[i].place, place))
			return &inv.certs[i];
	return NULL;
}

static const struct inv_finding *finding(const char *path, const char *code)
{
	for (size_t i = 0; i < inv.n_findings; i++)
		if (!strcmp(inv.findings[i].path, path) && !strcmp(inv.findings[i].code, code))
			return &inv.findings[i];
	return NULL;
}

/* Is there a file whose path holds part? */
static bool lists(const char *part)
{
	bool is = false;
	for (size_t i = 0; i < inv.n_files; i++)
		is = is || strstr(inv.files[i].path, part);
	return is;
}

static bool is_key(const char *path)
{
	for (size_t i = 0; i < inv.n_files; i++)
		if (!strcmp(inv.files[i].path, path))
			return inv.files[i].holds_key;
	return false;
}

static void dump_findings(void)
{
	for (size_t i = 0; i < inv.n_findings; i++)
		diag("%s [%s] %s", inv.findings[i].path, inv.findings[i].code,
			inv.findings[i].text);
}

static void found(const char *path, const char *code, bool hinders, const char *what)
{
	const struct inv_finding *f = finding(path, code);
	if (!ok(f && f->hinders == hinders && *f->text && *f->remedy, "%s", what))
		dump_findings();
}

static void state(const char *path, const char *place, const char *want, const char *what)
{
	const struct inv_cert *c = cert(path, place);
	is_str(c ? inventory_state_text(inventory_state(&inv, c, NOW, 30 * CLOCK_DAY)) : "(absent)",
		want, what);
}

static size_t count(const char *want)
{
	size_t n = 0;
	for (size_t i = 0; i < inv.n_certs; i++)
		n += !strcmp(want, inventory_state_text(inventory_state(
					   &inv, &inv.certs[i], NOW, 30 * CLOCK_DAY)));
	return n;
}

#define PKI "/etc/kubernetes/pki/"
#define KUBELET "/var/lib/kubelet/pki/"

static void good(void)
{
	ok(!look("rm $P/webhook.*"), "a node as kubeadm leaves it");
	is_str(inv.layout, "kubeadm", "its layout");
	is_str(inv.node ? inv.node : "", "cp-1", "its name");
	ok(inv.control_plane, "a control plane");
	is_int((long long)inv.n_findings, 0, "nothing to say");
	dump_findings();
	is_str(inv.kubelet_dir, "/var/lib/kubelet/pki", "the kubelet's directory");
	ok(!inv.kubelet_link_is_file && !inv.kubelet_conf_embedded,
		"the kubelet is as it should be");
	state(PKI "apiserver.crt", "", "expired", "the API server's certificate has ended");
	state(PKI "ca.crt", "", "ok", "the CA has not");
	const struct inv_cert *c = cert(PKI "apiserver.crt", "");
	if (!ok(c != NULL, "the API server's certificate"))
		return;
	ok(c->role == ROLE_APISERVER && c->key_state == INV_KEY_OK && !c->sa_key, "role and key");
	is_str(c->key_path, PKI "apiserver.key", "the key's path");
	is_str(inv.files[inv.certs[c->issuer].file].path, PKI "ca.crt", "its issuer");
	is_str(c->n_users ? c->users[0].flag : "", "--tls-cert-file", "the flag that names it");
	c = cert(PKI "etcd/healthcheck-client.crt", "");
	ok(c && inv.certs[c->issuer].role == ROLE_ETCD_CA, "etcd's CA signed etcd's");
	c = cert(PKI "front-proxy-client.crt", "");
	ok(c && inv.certs[c->issuer].role == ROLE_FRONT_PROXY_CA,
		"the front proxy's CA its client");
	c = cert("/etc/kubernetes/admin.conf", "users/kubernetes-admin");
	ok(c && c->role == ROLE_ADMIN && c->key_same_file && c->key_state == INV_KEY_OK,
		"admin.conf");
	c = cert("/etc/kubernetes/admin.conf", "clusters/kubernetes");
	ok(c && c->role == ROLE_CA && c->is_ca && c->key_state == INV_KEY_NONE, "its CA data");
	c = cert("/root/.kube/config", "users/kubernetes-admin");
	ok(c && c->role == ROLE_ADMIN, "root's copy of it is one");
	c = cert(KUBELET "kubelet-client-current.pem", "");
	ok(c && c->role == ROLE_KUBELET_CLIENT && c->key_same_file && inv.files[c->file].is_link,
		"the kubelet's client certificate, through its link");
	state(KUBELET "kubelet.crt", "", "expired", "the kubelet's own pair is judged by time");
	ok(!lists("/sa.pub") && is_key("/etc/kubernetes/pki/sa.key"),
		"sa.key is known as a key, sa.pub is of no interest");
	is_int((long long)(count("foreign") + count("unknown-issuer") + count("mismatch") +
			   count("unreadable")),
		0, "nothing foreign, mismatched or unreadable");
}

static void damaged(void)
{
	look("head -c 400 $P/apiserver.crt >x; cat x >$P/apiserver.crt");
	state(PKI "apiserver.crt", "", "unreadable", "a truncated certificate");
	found(PKI "apiserver.crt", "damaged", true, "is a finding that hinders");
	state(PKI "etcd/server.crt", "", "expired", "the others are read");
	look(": >$P/apiserver.crt");
	state(PKI "apiserver.crt", "", "unreadable", "an empty certificate");
	look("rm $P/apiserver.crt");
	found(PKI "apiserver.crt", "missing", true, "a lost certificate");
	look("rm $P/etcd/ca.crt");
	found(PKI "etcd/ca.crt", "missing", true, "a lost CA certificate");
	state(PKI "etcd/server.crt", "", "unknown-issuer", "its leaves have no issuer then");
	look("cp $P/ca.crt $P/apiserver.crt");
	found(PKI "apiserver.crt", "wrong-certificate", true, "a CA in a leaf's place");
	const struct inv_cert *c = cert(PKI "apiserver.crt", "");
	ok(c && c->is_ca && c->role != ROLE_APISERVER, "it does not get the leaf's role");
	look("rm $P/etcd/healthcheck-client.crt $K/admin.conf");
	found(PKI "etcd/healthcheck-client.crt", "missing", true,
		"a lost one that only the table names");
	found("/etc/kubernetes/admin.conf", "missing", true, "and a lost kubeconfig");
	look("echo garbage >$P/scheduler.pem; head -c 300 $P/apiserver.crt >$P/old.crt");
	ok(!cert(PKI "scheduler.pem", ""), "a file that nothing names and that is no certificate");
	found(PKI "old.crt", "damaged", false, "a damaged one that nothing names hinders nothing");
}

static void kubeconfigs(void)
{
	look("echo '{' >>$K/admin.conf");
	found("/etc/kubernetes/admin.conf", "garbled-kubeconfig", true, "a garbled kubeconfig");
	state("/etc/kubernetes/admin.conf", "", "unreadable", "stands in the table as unreadable");
	ok(cert("/etc/kubernetes/scheduler.conf", "users/system:kube-scheduler") != NULL,
		"the others are read");
	look("sed -i 's/client-certificate-data: .*/client-certificate-data: LS0=!/' "
	     "$K/scheduler.conf");
	found("/etc/kubernetes/scheduler.conf", "garbled-kubeconfig", true,
		"data that is not base64");
	look("sed -i 's/client-certificate-data: LS0t.*/client-certificate-data: aGVsbG8=/' "
	     "$K/scheduler.conf");
	found("/etc/kubernetes/scheduler.conf", "no-certificate", true,
		"data that is no certificate");
	look("sed -i '/client-key-data/d' $K/scheduler.conf");
	found("/etc/kubernetes/scheduler.conf", "key-missing", true, "a user without a key");
	look("rm $K/controller-manager.conf");
	found("/etc/kubernetes/controller-manager.conf", "missing", true, "a lost kubeconfig");
	look("rm -f $K/super-admin.conf");
	ok(!finding("/etc/kubernetes/super-admin.conf", "missing"),
		"super-admin.conf may be absent");
	look("D=$(base64 -w0 $P/front-proxy-ca.crt); sed -i "
	     "\"s/certificate-authority-data: .*/certificate-authority-data: $D/\" $K/admin.conf");
	found("/etc/kubernetes/admin.conf", "ca-differs", false, "the CA data of another CA");
	look("D=$(base64 -w0 $P/ca.crt); sed -i \"s|client-certificate-data:.*|client-certificate: "
	     "pki/apiserver-kubelet-client.crt|; s|client-key-data:.*|client-key: "
	     "pki/apiserver-kubelet-client.key|\" $K/scheduler.conf");
	const struct inv_cert *c = cert(PKI "apiserver-kubelet-client.crt", "");
	bool used = false;
	for (size_t i = 0; c && i < c->n_users; i++)
		used = used || strstr(c->users[i].flag, "scheduler.conf");
	ok(used, "a kubeconfig's relative path leads to the file");
	look("for i in admin controller-manager scheduler kubelet; do ln -sf $i.conf $K/$i.conf; "
	     "done");
	found("/etc/kubernetes/admin.conf", "link-loop", true, "a kubeconfig that links to itself");
}

static void keys(void)
{
	look("rm $P/apiserver.key");
	found(PKI "apiserver.key", "key-missing", true, "a lost key");
	state(PKI "apiserver.crt", "", "mismatch", "its certificate is a mismatch");
	look("cp $P/etcd/server.key $P/apiserver.key");
	found(PKI "apiserver.key", "key-mismatch", true, "another certificate's key");
	look("head -c 100 $P/apiserver.key >x; cat x >$P/apiserver.key");
	found(PKI "apiserver.key", "key-damaged", true, "a truncated key");
	look("openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in $P/apiserver.key -out y; cat y "
	     ">$P/apiserver.key");
	found(PKI "apiserver.key", "key-encrypted", true, "an encrypted key");
	look("openssl genpkey -algorithm ed448 -out $P/apiserver.key");
	found(PKI "apiserver.key", "key-kind", true, "a key of a kind that cannot be used");
	look("openssl genpkey -algorithm ed25519 -out $P/apiserver.key");
	found(PKI "apiserver.key", "key-mismatch", true, "an Ed25519 key is told from another");
	look("rm $P/apiserver.key; mkfifo $P/apiserver.key");
	found(PKI "apiserver.key", "not-a-file", true, "a FIFO in a key's place does not hang");
	look("cat $P/apiserver.key >>$P/apiserver.crt; sed -i "
	     "'s|tls-private-key-file=.*|tls-private-key-file=/etc/kubernetes/pki/apiserver.crt|' "
	     "$K/manifests/kube-apiserver.yaml");
	const struct inv_cert *c = cert(PKI "apiserver.crt", "");
	ok(c && c->key_same_file && c->key_state == INV_KEY_OK, "a key in the certificate's file");
}

static void service_accounts(void)
{
	look("sed -i 's|service-account-key-file=.*|service-account-key-file="
	     "/etc/kubernetes/pki/tok.pub|' $K/manifests/kube-apiserver.yaml; "
	     "openssl pkey -in $P/apiserver.key -pubout -out $P/tok.pub");
	const struct inv_cert *c = cert(PKI "apiserver.crt", "");
	ok(c && c->sa_key, "a public key file that is the certificate's key");
	look("sed -i 's|service-account-key-file=.*|service-account-key-file="
	     "/etc/kubernetes/pki/etcd/peer.crt|' $K/manifests/kube-apiserver.yaml");
	c = cert(PKI "etcd/peer.crt", "");
	ok(c && c->sa_key, "a certificate in its place");
	look("sed -i '/service-account-key-file/d' $K/manifests/kube-apiserver.yaml");
	c = cert(PKI "apiserver.crt", "");
	ok(c && c->sa_key, "without the flag the API server's key signs tokens");
	c = cert(PKI "etcd/peer.crt", "");
	ok(c && !c->sa_key, "and no other");
	look("sed -i 's|private-key-file=.*sa.key|private-key-file=/etc/kubernetes/pki/ca.key|' "
	     "$K/manifests/kube-controller-manager.yaml");
	c = cert(PKI "ca.crt", "");
	ok(c && c->sa_key, "the CA's key as kubeasz has it");
	look("rm $P/sa.pub $P/sa.key");
	found(PKI "sa.pub", "sa-key-unreadable", false, "a lost service account key");
}

static void kubelet(void)
{
	look("cd $L; T=$(readlink kubelet-client-current.pem); rm kubelet-client-current.pem; cp "
	     "$N$T kubelet-client-current.pem");
	ok(inv.kubelet_link_is_file, "a regular file in the link's place");
	found(KUBELET "kubelet-client-current.pem", "link-is-file", false, "is said");
	look("rm $N$(readlink $L/kubelet-client-current.pem)");
	found(KUBELET "kubelet-client-current.pem", "dangling-link", true, "a dangling link");
	look("cd $L; mv kubelet-client-current.pem kubelet-client-updated.pem");
	found(KUBELET "kubelet-client-current.pem", "link-interrupted", false,
		"an update cut short");
	ok(cert(KUBELET "kubelet-client-updated.pem", "") != NULL, "whose certificate is taken");
	look("cd $L; T=$(readlink kubelet-client-current.pem); ln -sf ${T##*/} "
	     "kubelet-client-current.pem");
	found(KUBELET "kubelet-client-current.pem", "relative-link", false, "a relative link");
	look("rm $L/kubelet-client-current.pem");
	found(KUBELET "kubelet-client-current.pem", "missing", true, "no link at all");
	look("D=$(base64 -w0 $L/kubelet-client-current.pem 2>/dev/null || base64 -w0 $N$(readlink "
	     "$L/kubelet-client-current.pem)); sed -i \"s|client-certificate:.*|"
	     "client-certificate-data: $D|; s|client-key:.*|client-key-data: $D|\" "
	     "$K/kubelet.conf");
	ok(inv.kubelet_conf_embedded, "an embedded certificate in kubelet.conf");
	const struct inv_cert *c = cert("/etc/kubernetes/kubelet.conf", "users/default-auth");
	if (!c)
		c = cert("/etc/kubernetes/kubelet.conf", "users/system:node:cp-1");
	ok(c && c->role == ROLE_KUBELET_CLIENT && c->key_state == INV_KEY_OK,
		"is in the inventory");
	found("/etc/kubernetes/kubelet.conf", "stale-embedded", false, "and said");
	look("touch $L/kubelet-client-2020-01-01-00-00-00.pem");
	ok(!lists("2020-01-01"), "old dated files are left alone");
}

static void names(void)
{
	look("sed -i s/cp-1/cp-2/ $N/etc/hostname");
	ok(inv.node && !strcmp(inv.node, "cp-1"), "the host's name is only a hint");
	is_str(inv.hostname ? inv.hostname : "", "cp-2", "but it is kept");
	ok(!finding(PKI "etcd/server.crt", "identity"), "and makes no finding");
	look("cp $R/../other/etc/kubernetes/pki/etcd/[ps]e*r.* $P/etcd/");
	is_str(inv.node ? inv.node : "", "cp-1",
		"the kubelet's name counts, not etcd's certificates'");
	found(PKI "etcd/server.crt", "identity", true, "etcd's server certificate of another node");
	found(PKI "etcd/peer.crt", "identity", true, "etcd's certificate of another node");
	const struct inv_finding *f = finding(PKI "etcd/peer.crt", "identity");
	ok(f && strstr(f->text, "cp-1") && strstr(f->text, "cp-2"), "both are named");
	look("cp $R/../other/etc/kubernetes/kubelet.conf $K/; sed -i "
	     "s/default-auth/system:node:cp-2/ "
	     "$K/kubelet.conf");
	found("/etc/kubernetes/kubelet.conf", "identity", true, "kubelet.conf of another node");
	look("sed -i 's/--name=.*/--name=member-7/' $K/manifests/etcd.yaml");
	ok(inv.node && !strcmp(inv.node, "cp-1"),
		"etcd's member name is weaker than the kubelet's");
}

static void hostile(void)
{
	look("rm $K/manifests/etcd.yaml; mkfifo $K/manifests/etcd.yaml; mkfifo $P/x.crt; "
	     "ln -s loop.crt $P/loop.crt; mkdir $P/dir.crt");
	found("/etc/kubernetes/manifests/etcd.yaml", "not-a-file", false, "a FIFO as a manifest");
	found(PKI "x.crt", "not-a-file", false, "a FIFO among the certificates");
	found(PKI "loop.crt", "link-loop", false, "a link to itself");
	look("rm $P/apiserver.crt; ln -s /../../../../etc/passwd $P/apiserver.crt; mkdir -p "
	     "$N/etc; "
	     "echo inside >$N/etc/passwd");
	state(PKI "apiserver.crt", "", "unreadable", "a link that climbs stays beneath the root");
	look("truncate -s 100M $P/apiserver.crt $K/admin.conf $K/manifests/etcd.yaml "
	     "$L/../config.yaml");
	found(PKI "apiserver.crt", "too-big", true, "a huge sparse certificate");
	found("/etc/kubernetes/admin.conf", "too-big", true, "a huge kubeconfig");
	found("/etc/kubernetes/manifests/etcd.yaml", "too-big", false, "a huge manifest");
	ok(cert(PKI "etcd/server.crt", "") != NULL, "the table still finds etcd's certificates");
	look("echo 'kind: [' >$K/manifests/kube-apiserver.yaml");
	found("/etc/kubernetes/manifests/kube-apiserver.yaml", "garbled-manifest", false,
		"a garbled manifest");
	ok(cert(PKI "apiserver.crt", "") && inv.control_plane, "the table takes its place");
	look("cp $P/apiserver.crt \"$P/$(printf 'a\\033[31m\\nb').crt\"");
	ok(cert(PKI "a\033[31m\nb.crt", "") != NULL, "a name with control bytes is a name");
	look("for i in $(seq 300); do cp $P/apiserver.crt $P/x$i.crt; done");
	ok(cert(PKI "x300.crt", "") != NULL, "300 more files are all read");
	look("seq -f \"$P/%%.0f.crt\" 21000 | xargs touch");
	found("/etc/kubernetes/pki", "too-many", false, "more files than are looked at");
	look("for i in $(seq 300); do cat $P/apiserver.crt; done >x; for i in $(seq 70); do cp x "
	     "$P/$i.crt; done");
	is_int((long long)inv.n_certs, 20000, "21000 certificates are capped");
	found(PKI "7.crt", "too-many", true, "with the file in which the reading ended");
}

static void others(void)
{
	look("true");
	state(PKI "webhook.crt", "", "unknown-issuer", "a certificate of another CA");
	found(PKI "webhook.crt", "unknown-issuer", false, "is named");
	look("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
	     "$P/self.key -out $P/self.crt -subj /CN=self -days 9999 -addext "
	     "basicConstraints=CA:FALSE");
	state(PKI "self.crt", "", "foreign", "a self-signed one is foreign");
	look("mv $K/pki $K/ssl; ln -s ssl $K/pki");
	size_t apiservers = 0;
	for (size_t i = 0; i < inv.n_certs; i++)
		apiservers += inv.certs[i].role == ROLE_APISERVER;
	is_int((long long)apiservers, 1, "one file by two paths is one");
	look("sed -i 's|path: /etc/kubernetes/pki$|path: /srv/pki|' "
	     "$K/manifests/kube-apiserver.yaml; "
	     "mkdir -p $N/srv; cp -a $P $N/srv/pki");
	ok(cert("/srv/pki/apiserver.crt", "") != NULL, "a hostPath leads elsewhere");
	look("sed -i 's|etcd-cafile=.*|etcd-cafile=/inside/ca.crt|' "
	     "$K/manifests/kube-apiserver.yaml");
	found("/etc/kubernetes/manifests/kube-apiserver.yaml", "not-on-node", false,
		"a flag that names a file inside of the image");
	look("rm -rf $K/manifests $K/*.conf $P/api* $P/front* $P/etcd $P/sa* $P/webhook* $P/ca.key "
	     "$N/root/.kube $N/home; cp -a $R/etc/kubernetes/kubelet.conf $K/");
	ok(!inv.control_plane && inv.n_certs == 5, "a worker: five certificates");
	is_int((long long)inv.n_findings, 0, "nothing is missing on it");
	dump_findings();
	ok(!look("mkdir -p $K/static-pod-resources"), "an OpenShift node");
	ok(inv.refused && strstr(inv.refused, "OpenShift") && inv.n_certs == 0, "is declined");
	ok(look("rm -rf $K $N/var/lib/kubelet"), "a machine without Kubernetes is refused");
	ok(!look("rm -rf $K/*"), "an emptied node");
	ok(inv.n_findings > 0, "has something to say");
}

int main(void)
{
	const char *make = getenv("MAKE_NODE");
	if (!mkdtemp(top))
		return 1;
	sh("%s --out good --key p256 --now %d >log && %s --out other --key p256 --now %d "
	   "--name cp-2 >log",
		make ? make : "$OLDPWD/tests/lib/make-node", NOW,
		make ? make : "$OLDPWD/tests/lib/make-node", NOW);
	good();
	damaged();
	kubeconfigs();
	keys();
	service_accounts();
	kubelet();
	names();
	hostile();
	others();
	inventory_free(&inv);
	sh("cd /; rm -rf %s", top);
	return done();
}
