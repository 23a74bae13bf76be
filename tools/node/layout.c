// SPDX-License-Identifier: MIT
// layout: the list of layouts, and of those that are declined.
#include "node/layout.h"

static const struct layout *const layouts[] = {
	&layout_kubeadm,
};

static const struct layout_refused refused[] = {
	{"/etc/kubernetes/static-pod-resources",
		"an OpenShift node: its operators make and rotate its certificates; start the node "
		"and approve the pending requests (oc get csr, oc adm certificate approve)"},
	{"/system/secrets/kubernetes",
		"a Talos node: its certificates live in memory and are made at every start from "
		"the machine configuration; renew talosconfig and kubeconfig with talosctl"},
	{"/etc/talos-release",
		"a Talos node: its certificates live in memory and are made at every start from "
		"the machine configuration; renew talosconfig and kubeconfig with talosctl"},
};

/* Only where there is no kubeadm: a k3s binary may have been tried on a kubeadm node. */
static const struct layout_refused not_yet[] = {
	{"/var/lib/rancher/rke2", "an rke2 node, which this version cannot rescue; stop the "
				  "service and run: rke2 certificate rotate"},
	{"/var/lib/rancher/k3s", "a k3s node, which this version cannot rescue; stop the service "
				 "and run: k3s certificate rotate"},
	{"/var/lib/k0s/pki", "a k0s node, which this version cannot rescue; k0s makes its leaf "
			     "certificates anew when the controller starts"},
	{"/var/snap/microk8s", "a microk8s node, which this version cannot rescue; run: microk8s "
			       "refresh-certs"},
};

bool layout_any(const struct root *r, const char *const *paths)
{
	struct error err = ERROR_INIT;
	struct stat st;
	for (; *paths; paths++)
		if (!root_lstat(r, *paths, &st, &err))
			return true;
	return false;
}

const struct layout *layout_find(const struct root *r, bool *known)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		*known = layout_any(r, layouts[i]->signs);
		if (*known)
			return layouts[i];
	}
	return &layout_kubeadm;
}

static const char *declined(const struct root *r, const struct layout_refused *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (root_exists(r, list[i].sign))
			return list[i].text;
	return NULL;
}

const char *layout_declined(const struct root *r)
{
	bool known;
	const char *text = declined(r, refused, sizeof(refused) / sizeof(*refused));
	layout_find(r, &known);
	if (!text && !known)
		text = declined(r, not_yet, sizeof(not_yet) / sizeof(*not_yet));
	return text;
}
