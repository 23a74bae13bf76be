// SPDX-License-Identifier: MIT
// discover_reach: the names and addresses by which this node's servers are reached.
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "node/discover_work.h"
#include "node/path.h"

#define REACH_MAX 64
#define HOST_MAX 253 /* RFC 1123 */

enum value { VALUE_ADDRESS, VALUE_NETWORKS, VALUE_URLS };

static const struct {
	const char *component, *flag;
	enum value value;
	enum inv_role role;
} rules[] = {
	{"kube-apiserver", "--advertise-address", VALUE_ADDRESS, ROLE_APISERVER},
	{"kube-apiserver", "--service-cluster-ip-range", VALUE_NETWORKS, ROLE_APISERVER},
	{"etcd", "--advertise-client-urls", VALUE_URLS, ROLE_ETCD_SERVER},
	{"etcd", "--initial-advertise-peer-urls", VALUE_URLS, ROLE_ETCD_PEER},
};

/* host is n bytes of text. What only the container's environment completes says nothing. */
static void add(struct discovery *d, enum inv_role role, const char *host, size_t n,
	const char *path, const char *what)
{
	struct inventory *inv = d->inv;
	if (n == 0 || n > HOST_MAX || memchr(host, '$', n) || inv->n_reach == REACH_MAX)
		return;
	char *copy = xstrndup(host, n);
	if (!strcmp(copy, "0.0.0.0") || !strcmp(copy, "::")) {
		free(copy);
		return;
	}
	inv->reach = xrealloc(inv->reach, (inv->n_reach + 1) * sizeof(*inv->reach));
	inv->reach[inv->n_reach++] = (struct inv_reach){role, copy, xstrdup(path), what};
}

/* The host of SCHEME://HOST:PORT/..., a v6 address without its brackets. */
static const char *host_of(const char *url, size_t *n)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	if (*host == '[') {
		*n = strcspn(host + 1, "]");
		return host + 1;
	}
	*n = strcspn(host, ":/?#,");
	if (host[*n] == ':' && host[*n + 1 + strcspn(host + *n + 1, ":/?#,")] == ':')
		*n = 0; /* two colons: a v6 address that lacks its brackets, which Go refuses */
	return host;
}

/*
 * The address of the service "kubernetes": the first behind the network's own, of the first network
 * (pkg/controlplane/instance.go, ServiceIPRange). False: not a network.
 */
static bool first_address(const char *networks, char text[INET6_ADDRSTRLEN])
{
	unsigned char a[16];
	char *net = xstrndup(networks, strcspn(networks, ","));
	char *slash = strchr(net, '/');
	int family = strchr(net, ':') ? AF_INET6 : AF_INET, size = family == AF_INET ? 4 : 16;
	int bits = slash ? atoi(slash + 1) : -1;
	if (slash)
		*slash = 0;
	bool good = bits >= 0 && bits <= 8 * size && inet_pton(family, net, a) == 1;
	free(net);
	for (int i = 0; good && i < size; i++) {
		int keep = bits - 8 * i;
		a[i] &= keep >= 8 ? 0xff : keep <= 0 ? 0 : (unsigned char)(0xff << (8 - keep));
	}
	if (good)
		a[size - 1] |= 1; /* the network's own ends in 0 */
	return good && inet_ntop(family, a, text, INET6_ADDRSTRLEN);
}

static void read_value(struct discovery *d, size_t rule, const char *path, const char *value)
{
	char first[INET6_ADDRSTRLEN];
	enum inv_role role = rules[rule].role;
	const char *what = rules[rule].flag;
	size_t n;
	switch (rules[rule].value) {
	case VALUE_ADDRESS:
		add(d, role, value, strlen(value), path, what);
		break;
	case VALUE_NETWORKS:
		if (first_address(value, first))
			add(d, role, first, strlen(first), path, what);
		break;
	case VALUE_URLS:
		for (const char *url = value; *url; url += strcspn(url, ","), url += *url == ',') {
			const char *host = host_of(url, &n);
			if (!strncmp(url, "https://", 8))
				add(d, role, host, n, path, what);
		}
	}
}

static void pod_user(struct inventory *inv, int64_t uid)
{
	if (uid < 0 || uid >= UINT32_MAX || inv->n_pod_uids == REACH_MAX)
		return;
	inv->pod_uids = xrealloc(inv->pod_uids, (inv->n_pod_uids + 1) * sizeof(*inv->pod_uids));
	inv->pod_uids[inv->n_pod_uids++] = (uid_t)uid;
}

void discover_reach(struct discovery *d, const char *path, const struct manifest_container *c,
	const char *component)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const char *value = strcmp(rules[i].component, component) == 0
					    ? manifest_flag(c, rules[i].flag)
					    : NULL;
		if (value)
			read_value(d, i, path, value);
	}
	pod_user(d->inv, c->run_as);
}

/* The kubeconfigs of the node's own components and of its administrators. */
void discover_servers(struct discovery *d)
{
	char *dir = path_dir(d->layout->kubelet_conf);
	for (size_t i = 0; i < d->inv->n_files; i++) {
		const struct inv_file *f = &d->inv->files[i];
		const struct kubeconfig_entry *e = NULL;
		size_t n;
		if (f->format == INV_KUBECONFIG && path_beneath(f->path, dir))
			e = discover_current(&f->config, KUBECONFIG_CLUSTER);
		if (!e || !e->server.text ||
			(e->insecure.text && !strcmp(e->insecure.text, "true")))
			continue;
		if (e->server_name.text && *e->server_name.text) {
			add(d, ROLE_APISERVER, e->server_name.text, strlen(e->server_name.text),
				f->path, "tls-server-name");
			continue;
		}
		const char *host = host_of(e->server.text, &n);
		add(d, ROLE_APISERVER, host, n, f->path, "server");
	}
	free(dir);
}
