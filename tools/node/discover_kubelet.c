// SPDX-License-Identifier: MIT
// discover_kubelet: the kubelet's configuration, its client certificate's link, its serving pair.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"
#include "node/yaml.h"

#define KUBELET "kubelet"
#define CURRENT "kubelet-client-current.pem"
#define UPDATED "kubelet-client-updated.pem"

static struct claim *claim(struct discovery *d, const char *path, const char *flag)
{
	struct claim *c = evidence_claim(&d->ev, path);
	if (c) {
		c->component = KUBELET;
		c->flag = xstrdup(flag);
	}
	return c;
}

static void read_config(struct discovery *d, const struct yaml_item *root, char **manifests)
{
	const struct yaml_item *x509 = yaml_get(yaml_get(root, "authentication"), "x509");
	const char *pods = yaml_text(yaml_get(root, "staticPodPath"));
	const char *ca = yaml_text(yaml_get(x509, "clientCAFile"));
	const char *cert = yaml_text(yaml_get(root, "tlsCertFile"));
	const char *key = yaml_text(yaml_get(root, "tlsPrivateKeyFile"));
	struct claim *c;
	if (pods && *pods == '/') {
		free(*manifests);
		*manifests = path_clean(pods);
	}
	if (ca && *ca == '/' && (c = claim(d, ca, "clientCAFile"))) {
		c->kind = LAYOUT_CA;
		c->role = ROLE_CA;
		c->expected = true;
	}
	if (cert && *cert == '/' && (c = claim(d, cert, "tlsCertFile"))) {
		c->role = ROLE_KUBELET_SERVER;
		c->expected = true;
		c->key = key && *key == '/' ? xstrdup(key) : NULL;
	}
}

static void kubelet_config(struct discovery *d, char **manifests)
{
	const char *path = d->layout->kubelet_config, *code;
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct yaml_doc doc;
	struct stat st;
	if (root_read(d->root, path, YAML_TEXT_MAX, &text, &st, &err)) {
		const char *why = discover_why(&err, &code);
		if (err.os != ENOENT)
			discover_find(d, path, code, false,
				"the kubelet cannot start without it; restore it",
				"the kubelet's configuration cannot be read: %s", why);
	} else if (yaml_doc_read(&doc, buf_bytes(&text), &err)) {
		discover_find(d, path, "garbled-config", false,
			"the kubelet cannot start with it; correct or restore it",
			"the kubelet's configuration cannot be understood: %s", err.what);
	} else {
		read_config(d, doc.root, manifests);
		yaml_doc_free(&doc);
	}
	buf_free(&text);
}

/* --hostname-override in kubeadm-flags.env: the name by which the kubelet calls itself. */
static void kubelet_flags(struct discovery *d)
{
	static const char flag[] = "--hostname-override";
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	if (!root_read(d->root, d->layout->kubelet_flags, 64 << 10, &text, &st, &err)) {
		const char *at = strstr(buf_text(&text), flag);
		if (at) {
			at += sizeof(flag) - 1;
			at += *at == '=' || *at == ' ';
			char *name = xstrndup(at, strcspn(at, " \t\r\n\"'"));
			if (*name && !strchr(name, '$'))
				evidence_name(
					&d->ev, NAME_KUBELET_FLAG, name, d->layout->kubelet_flags);
			free(name);
		}
	}
	buf_free(&text);
}

/* What kubelet.conf says of the client certificate; path is NULL where it says nothing. */
struct conf {
	bool there;
	bool embedded;
	char *path;
};

static void read_user(struct discovery *d, const struct kubeconfig *k, struct conf *conf)
{
	const struct kubeconfig_entry *e = discover_current(k, KUBECONFIG_USER);
	static const char prefix[] = "system:node:";
	if (!e)
		return;
	conf->embedded = e->cert_data.text && *e->cert_data.text;
	if (!conf->embedded && e->cert_file.text && *e->cert_file.text)
		conf->path = path_from_file(d->layout->kubelet_conf, e->cert_file.text);
	if (!strncmp(e->name, prefix, sizeof(prefix) - 1) && e->name[sizeof(prefix) - 1])
		evidence_name(&d->ev, NAME_KUBELET_CONF, e->name + sizeof(prefix) - 1,
			d->layout->kubelet_conf);
}

static void kubelet_conf(struct discovery *d, struct conf *conf)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct kubeconfig k;
	struct stat st;
	int rc = root_read(d->root, d->layout->kubelet_conf, KUBECONFIG_MAX, &text, &st, &err);
	conf->there = rc == 0 || err.os != ENOENT;
	if (rc == 0 && !kubeconfig_parse(&k, buf_bytes(&text), &err)) {
		read_user(d, &k, conf);
		kubeconfig_free(&k);
	}
	buf_wipe(&text);
}

static void claim_client(struct discovery *d, const char *path)
{
	struct claim *c = claim(d, path, "--cert-dir");
	if (c) {
		c->role = ROLE_KUBELET_CLIENT;
		c->name = "kubelet-client";
	}
}

/* current is gone: an update that was cut short left -updated, which the kubelet would take. */
static void without_link(struct discovery *d, const char *current, bool embedded)
{
	char *updated = path_join(d->inv->kubelet_dir, UPDATED);
	struct error err = ERROR_INIT;
	struct stat st;
	if (!root_lstat(d->root, updated, &st, &err) && S_ISLNK(st.st_mode)) {
		discover_find(d, current, "link-interrupted", false,
			"nothing: renew makes a new certificate and the link",
			"the link is missing, but %s is there: an update of the kubelet's was cut "
			"short",
			UPDATED);
		claim_client(d, updated);
	} else if (!embedded) {
		bool boot = root_exists(d->root, "/etc/kubernetes/bootstrap-kubelet.conf");
		discover_find(d, current, "missing", true,
			boot ? "/etc/kubernetes/bootstrap-kubelet.conf is there: with a good token "
			       "in it the kubelet asks for a new certificate by itself"
			     : "restore it from a backup or from `certrescue backup`",
			"the kubelet's client certificate is missing");
	}
	free(updated);
}

static void check_link(struct discovery *d, const char *current)
{
	char text[PATH_MAX];
	struct error err = ERROR_INIT;
	if (root_readlink(d->root, current, text, &err))
		return;
	if (text[0] != '/')
		discover_find(d, current, "relative-link", false,
			"nothing: renew makes the link absolute, as the kubelet does",
			"the link is relative (%s); the kubelet makes absolute ones", text);
	if (root_exists(d->root, current)) {
		claim_client(d, current);
		return;
	}
	discover_find(d, current, "dangling-link", true,
		"restore the file, or point the link to the newest kubelet-client-*.pem that is "
		"there",
		"the link points to %s, which cannot be opened", text);
}

static void client_link(struct discovery *d, const struct conf *conf)
{
	char *current = conf->path && !strcmp(path_base(conf->path), CURRENT)
				? xstrdup(conf->path)
				: path_join(d->inv->kubelet_dir, CURRENT);
	struct error err = ERROR_INIT;
	struct stat st;
	/* Another file is named: the generic reading of kubelet.conf takes care of it. */
	bool other = conf->path && strcmp(conf->path, current) != 0;
	if (root_lstat(d->root, current, &st, &err)) {
		if (!other)
			without_link(d, current, conf->embedded);
	} else if (S_ISLNK(st.st_mode)) {
		check_link(d, current);
	} else {
		d->inv->kubelet_link_is_file = S_ISREG(st.st_mode);
		if (S_ISREG(st.st_mode))
			discover_find(d, current, "link-is-file", false,
				"nothing: renew puts the link back",
				"is a regular file where the kubelet expects a symbolic link; its "
				"rotation is stuck");
		claim_client(d, current);
	}
	free(current);
}

static void serving_pair(struct discovery *d)
{
	char *path = path_join(d->inv->kubelet_dir, "kubelet.crt");
	struct claim *c = claim(d, path, "--cert-dir");
	if (c) {
		c->role = ROLE_KUBELET_SERVER;
		c->name = "kubelet-server";
		c->key = path_join(d->inv->kubelet_dir, "kubelet.key");
	}
	free(path);
	path = path_join(d->inv->kubelet_dir, "kubelet-server-current.pem");
	if (root_exists(d->root, path))
		claim(d, path, "serverTLSBootstrap");
	free(path);
}

void discover_kubelet(struct discovery *d, char **manifests)
{
	struct conf conf = {0};
	kubelet_config(d, manifests);
	kubelet_flags(d);
	kubelet_conf(d, &conf);
	if (conf.there || root_exists(d->root, d->layout->kubelet_pki) ||
		root_exists(d->root, d->layout->kubelet_config)) {
		bool usual = conf.path && !strcmp(path_base(conf.path), CURRENT);
		d->inv->kubelet_dir = usual ? path_dir(conf.path) : xstrdup(d->layout->kubelet_pki);
		d->inv->kubelet_conf_embedded = conf.embedded;
		if (conf.embedded)
			discover_find(d, d->layout->kubelet_conf, "stale-embedded", false,
				"nothing: renew makes it a path to " CURRENT,
				"holds an embedded certificate, which the kubelet never renews");
		client_link(d, &conf);
		serving_pair(d);
	}
	free(conf.path);
}
