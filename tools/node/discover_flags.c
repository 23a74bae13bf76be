// SPDX-License-Identifier: MIT
// discover_flags: what the flags in static pod manifests say: files, keys, names.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"

enum flag_means { MEANS_LEAF, MEANS_CA, MEANS_KUBECONFIG, MEANS_SA, MEANS_SNI };

struct flag_rule {
	const char *component, *flag;
	enum flag_means means;
	enum inv_role role;
	const char *key; /* the flag that names a leaf's key */
};

#define API "kube-apiserver"
#define KCM "kube-controller-manager"
#define SCHED "kube-scheduler"

static const struct flag_rule rules[] = {
	{API, "--tls-cert-file", MEANS_LEAF, ROLE_APISERVER, "--tls-private-key-file"},
	{API, "--client-ca-file", MEANS_CA, ROLE_CA, 0},
	{API, "--kubelet-client-certificate", MEANS_LEAF, ROLE_APISERVER_KUBELET_CLIENT,
		"--kubelet-client-key"},
	{API, "--kubelet-certificate-authority", MEANS_CA, ROLE_OTHER, 0},
	{API, "--etcd-cafile", MEANS_CA, ROLE_ETCD_CA, 0},
	{API, "--etcd-certfile", MEANS_LEAF, ROLE_APISERVER_ETCD_CLIENT, "--etcd-keyfile"},
	{API, "--proxy-client-cert-file", MEANS_LEAF, ROLE_FRONT_PROXY_CLIENT,
		"--proxy-client-key-file"},
	{API, "--requestheader-client-ca-file", MEANS_CA, ROLE_FRONT_PROXY_CA, 0},
	{API, "--tls-sni-cert-key", MEANS_SNI, ROLE_OTHER, 0},
	{API, "--service-account-key-file", MEANS_SA, ROLE_OTHER, 0},
	{API, "--service-account-signing-key-file", MEANS_SA, ROLE_OTHER, 0},
	{API, "--authentication-token-webhook-config-file", MEANS_KUBECONFIG, ROLE_OTHER, 0},
	{API, "--authorization-webhook-config-file", MEANS_KUBECONFIG, ROLE_OTHER, 0},
	{API, "--audit-webhook-config-file", MEANS_KUBECONFIG, ROLE_OTHER, 0},
	{KCM, "--kubeconfig", MEANS_KUBECONFIG, ROLE_CONTROLLER_MANAGER, 0},
	{KCM, "--authentication-kubeconfig", MEANS_KUBECONFIG, ROLE_CONTROLLER_MANAGER, 0},
	{KCM, "--authorization-kubeconfig", MEANS_KUBECONFIG, ROLE_CONTROLLER_MANAGER, 0},
	{KCM, "--client-ca-file", MEANS_CA, ROLE_CA, 0},
	{KCM, "--root-ca-file", MEANS_CA, ROLE_CA, 0},
	{KCM, "--cluster-signing-cert-file", MEANS_CA, ROLE_CA, 0},
	{KCM, "--requestheader-client-ca-file", MEANS_CA, ROLE_FRONT_PROXY_CA, 0},
	{KCM, "--service-account-private-key-file", MEANS_SA, ROLE_OTHER, 0},
	{KCM, "--tls-cert-file", MEANS_LEAF, ROLE_OTHER, "--tls-private-key-file"},
	{SCHED, "--kubeconfig", MEANS_KUBECONFIG, ROLE_SCHEDULER, 0},
	{SCHED, "--authentication-kubeconfig", MEANS_KUBECONFIG, ROLE_SCHEDULER, 0},
	{SCHED, "--authorization-kubeconfig", MEANS_KUBECONFIG, ROLE_SCHEDULER, 0},
	{SCHED, "--client-ca-file", MEANS_CA, ROLE_CA, 0},
	{SCHED, "--requestheader-client-ca-file", MEANS_CA, ROLE_FRONT_PROXY_CA, 0},
	{SCHED, "--tls-cert-file", MEANS_LEAF, ROLE_OTHER, "--tls-private-key-file"},
	{"etcd", "--cert-file", MEANS_LEAF, ROLE_ETCD_SERVER, "--key-file"},
	{"etcd", "--trusted-ca-file", MEANS_CA, ROLE_ETCD_CA, 0},
	{"etcd", "--peer-cert-file", MEANS_LEAF, ROLE_ETCD_PEER, "--peer-key-file"},
	{"etcd", "--peer-trusted-ca-file", MEANS_CA, ROLE_ETCD_CA, 0},
	{"etcd", "--client-cert-file", MEANS_LEAF, ROLE_OTHER, "--client-key-file"},
};

/* A manifest and the container whose flags are being read. */
struct source {
	const char *path;
	const char *component; /* static */
	const struct manifest_container *container;
};

static const char *component_of(const struct manifest_container *c)
{
	static const char *const known[] = {API, KCM, SCHED, "etcd"};
	for (size_t i = 0; i < 4; i++)
		if (!strcmp(c->program, known[i]))
			return known[i];
	for (size_t i = 0; i < 4; i++)
		if (!strcmp(c->name, known[i]))
			return known[i];
	return NULL;
}

/* Empty values and those that only the container's environment completes say nothing. */
static bool says_nothing(const char *value)
{
	return !value || *value != '/' || strstr(value, "$(") || strstr(value, "${");
}

static char *outside(
	struct discovery *d, const struct source *s, const char *flag, const char *value)
{
	char *path = says_nothing(value) ? NULL : manifest_outside(s->container, value);
	if (!path && !says_nothing(value))
		discover_find(d, s->path, "not-on-node", false,
			"check the manifest's volumes and volumeMounts",
			"%s=%s of %s names a file in no hostPath volume of its pod", flag, value,
			s->component);
	return path;
}

static void claim(struct discovery *d, const struct source *s, const struct flag_rule *rule,
	const char *value, const char *key_value)
{
	static const enum layout_kind kind[] = {[MEANS_LEAF] = LAYOUT_LEAF,
		[MEANS_CA] = LAYOUT_CA,
		[MEANS_KUBECONFIG] = LAYOUT_KUBECONFIG,
		[MEANS_SNI] = LAYOUT_LEAF};
	char *path = outside(d, s, rule->flag, value);
	struct claim *c = path ? evidence_claim(&d->ev, path) : NULL;
	if (c) {
		c->kind = kind[rule->means];
		c->role = rule->role;
		c->component = s->component;
		c->flag = xstrdup(rule->flag);
		c->expected = true;
		if (key_value)
			c->key = outside(d, s, rule->key ? rule->key : rule->flag, key_value);
	}
	free(path);
}

/* --tls-sni-cert-key=CERT,KEY[:names] */
static void claim_sni(struct discovery *d, const struct source *s, const struct flag_rule *rule,
	const char *value)
{
	char *cert = xstrdup(value), *key = strchr(cert, ',');
	if (key) {
		*key++ = 0;
		key[strcspn(key, ":")] = 0;
		claim(d, s, rule, cert, key);
	}
	free(cert);
}

static void apply(struct discovery *d, const struct source *s, const struct flag_rule *rule,
	const char *value)
{
	char *path;
	switch (rule->means) {
	case MEANS_SNI:
		claim_sni(d, s, rule, value);
		break;
	case MEANS_SA:
		if (!strcmp(rule->flag, "--service-account-key-file"))
			d->ev.apiserver_sa = true;
		path = outside(d, s, rule->flag, value);
		if (path)
			evidence_sa(&d->ev, path);
		free(path);
		break;
	default:
		claim(d, s, rule, value, rule->key ? manifest_flag(s->container, rule->key) : NULL);
	}
}

static void read_container(struct discovery *d, const struct source *s)
{
	const struct manifest_container *c = s->container;
	for (size_t i = 0; i < c->n_flags; i++)
		for (size_t r = 0; r < sizeof(rules) / sizeof(*rules); r++)
			if (!strcmp(rules[r].component, s->component) &&
				!strcmp(rules[r].flag, c->flags[i].name))
				apply(d, s, &rules[r], c->flags[i].value);
	discover_reach(d, s->path, c, s->component);
	if (!strcmp(s->component, API))
		d->ev.apiserver = true;
	if (!strcmp(s->component, "etcd")) {
		const char *name = manifest_flag(c, "--name");
		d->ev.etcd = true;
		if (name && *name && !strchr(name, '$'))
			evidence_name(&d->ev, NAME_ETCD_FLAG, name, s->path);
	}
	d->ev.control_plane = true;
}

static void read_manifest(struct discovery *d, const char *path)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct manifest m;
	struct stat st;
	const char *code;
	if (root_read(d->root, path, MANIFEST_MAX, &text, &st, &err)) {
		const char *why = discover_why(&err, &code);
		discover_find(d, path, code, false,
			"the kubelet cannot start this pod; restore the manifest",
			"the manifest cannot be read: %s", why);
	} else if (manifest_parse(&m, buf_bytes(&text), &err)) {
		discover_find(d, path, "garbled-manifest", false,
			"the kubelet cannot start this pod; correct or restore the manifest",
			"the manifest cannot be understood: %s", err.what);
	} else {
		for (size_t i = 0; i < m.n_containers; i++) {
			struct source s = {path, component_of(&m.containers[i]), &m.containers[i]};
			if (s.component)
				read_container(d, &s);
		}
		manifest_free(&m);
	}
	buf_free(&text);
}

void discover_manifests(struct discovery *d, const char *dir)
{
	struct error err = ERROR_INIT;
	struct root_names names = {0};
	struct stat st;
	const char *code;
	if (root_list(d->root, dir, DISCOVER_NAMES, &names, &err)) {
		if (err.os != ENOENT) {
			const char *why = discover_why(&err, &code);
			discover_find(d, dir, code, false, "check the disk and the directory",
				"the manifests' directory cannot be read: %s", why);
		}
		return;
	}
	for (size_t i = 0; i < names.n; i++) {
		char *path = path_join(dir, names.v[i]);
		/* The kubelet reads what does not start with a dot, whatever its name ends in. */
		if (names.v[i][0] != '.' && !root_stat(d->root, path, &st, &err) &&
			!S_ISDIR(st.st_mode))
			read_manifest(d, path);
		free(path);
	}
	if (names.truncated)
		discover_find(d, dir, "too-many", false, "move what is no manifest away",
			"holds more than %d files; the rest was not read", DISCOVER_NAMES);
	root_names_free(&names);
}
