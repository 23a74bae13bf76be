// SPDX-License-Identifier: MIT
// kubeadm: the files of a kubeadm node (cmd/kubeadm/app/phases/certs/certlist.go,
// phases/kubeconfig).
#include "node/layout.h"

#define ETC "/etc/kubernetes/"
#define PKI ETC "pki/"
#define KUBELET "/var/lib/kubelet/"

/* .crt and .key */
#define PAIR(base) PKI base ".crt", PKI base ".key"

static const struct layout_item items[] = {
	{ROLE_CA, "ca", LAYOUT_CA, LAYOUT_EVERY_NODE, PKI "ca.crt", 0, ROLE_CA, 0},
	{ROLE_FRONT_PROXY_CA, "front-proxy-ca", LAYOUT_CA, LAYOUT_CONTROL_PLANE,
		PKI "front-proxy-ca.crt", 0, ROLE_FRONT_PROXY_CA, 0},
	{ROLE_ETCD_CA, "etcd-ca", LAYOUT_CA, LAYOUT_LOCAL_ETCD, PKI "etcd/ca.crt", 0, ROLE_ETCD_CA,
		0},
	{ROLE_APISERVER, "apiserver", LAYOUT_LEAF, LAYOUT_CONTROL_PLANE, PAIR("apiserver"), ROLE_CA,
		0},
	{ROLE_APISERVER_KUBELET_CLIENT, "apiserver-kubelet-client", LAYOUT_LEAF,
		LAYOUT_CONTROL_PLANE, PAIR("apiserver-kubelet-client"), ROLE_CA, 0},
	{ROLE_FRONT_PROXY_CLIENT, "front-proxy-client", LAYOUT_LEAF, LAYOUT_CONTROL_PLANE,
		PAIR("front-proxy-client"), ROLE_FRONT_PROXY_CA, 0},
	{ROLE_APISERVER_ETCD_CLIENT, "apiserver-etcd-client", LAYOUT_LEAF, LAYOUT_LOCAL_ETCD,
		PAIR("apiserver-etcd-client"), ROLE_ETCD_CA, 0},
	{ROLE_ETCD_SERVER, "etcd-server", LAYOUT_LEAF, LAYOUT_LOCAL_ETCD, PAIR("etcd/server"),
		ROLE_ETCD_CA, 0},
	{ROLE_ETCD_PEER, "etcd-peer", LAYOUT_LEAF, LAYOUT_LOCAL_ETCD, PAIR("etcd/peer"),
		ROLE_ETCD_CA, 0},
	{ROLE_ETCD_HEALTHCHECK_CLIENT, "etcd-healthcheck-client", LAYOUT_LEAF, LAYOUT_LOCAL_ETCD,
		PAIR("etcd/healthcheck-client"), ROLE_ETCD_CA, 0},
	{ROLE_ADMIN, "admin.conf", LAYOUT_KUBECONFIG, LAYOUT_CONTROL_PLANE, ETC "admin.conf", 0,
		ROLE_CA, "kubectl"},
	/* From 1.29 on, and only where kubeadm init ran. */
	{ROLE_SUPER_ADMIN, "super-admin.conf", LAYOUT_KUBECONFIG, LAYOUT_MAY,
		ETC "super-admin.conf", 0, ROLE_CA, "kubectl"},
	{ROLE_CONTROLLER_MANAGER, "controller-manager.conf", LAYOUT_KUBECONFIG,
		LAYOUT_CONTROL_PLANE, ETC "controller-manager.conf", 0, ROLE_CA,
		"kube-controller-manager"},
	{ROLE_SCHEDULER, "scheduler.conf", LAYOUT_KUBECONFIG, LAYOUT_CONTROL_PLANE,
		ETC "scheduler.conf", 0, ROLE_CA, "kube-scheduler"},
	{ROLE_KUBELET_CLIENT, "kubelet.conf", LAYOUT_KUBECONFIG, LAYOUT_EVERY_NODE,
		ETC "kubelet.conf", 0, ROLE_CA, "kubelet"},
	{0},
};

static const char *const signs[] = {ETC "manifests/kube-apiserver.yaml",
	KUBELET "kubeadm-flags.env", PKI "ca.crt", PKI "apiserver.crt", PKI "apiserver.key",
	PKI "etcd/ca.crt", ETC "kubelet.conf", ETC "admin.conf", NULL};

static const char *const control_plane_signs[] = {ETC "manifests/kube-apiserver.yaml",
	ETC "manifests/kube-controller-manager.yaml", ETC "manifests/kube-scheduler.yaml",
	ETC "controller-manager.conf", ETC "scheduler.conf", PKI "apiserver.crt",
	PKI "apiserver.key", PKI "front-proxy-client.key", NULL};

static const char *const etcd_signs[] = {
	ETC "manifests/etcd.yaml", PKI "etcd/server.crt", PKI "etcd/server.key", NULL};

static const char *const look[] = {ETC "pki", ETC "pki/etcd", NULL};

const struct layout layout_kubeadm = {
	.name = "kubeadm",
	.signs = signs,
	.items = items,
	.look = look,
	.manifests = ETC "manifests",
	.control_plane_signs = control_plane_signs,
	.etcd_signs = etcd_signs,
	.kubelet_conf = ETC "kubelet.conf",
	.kubelet_config = KUBELET "config.yaml",
	.kubelet_flags = KUBELET "kubeadm-flags.env",
	.kubelet_pki = KUBELET "pki",
};
