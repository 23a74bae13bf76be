/* SPDX-License-Identifier: MIT */
/*
 * inv: an inventory made by hand, for tests of what works from one: a CA, an API server's
 * certificate with its key, an expired admin.conf that root has a copy of, one that is damaged.
 */
#ifndef TESTS_INV_H
#define TESTS_INV_H

#include "node/inventory.h"
#include "pki.h"

#define INV_NOW 1790000000 /* 2026-09-21 */

enum { INV_CA, INV_API, INV_ADMIN, INV_COPY, INV_BROKEN, INV_WEBHOOK, INV_CERTS };

/* openssl makes ca, api (200 days), admin (ended), hook (of another CA) in the directory. */
static inline bool inv_fixtures(void)
{
	return sh("now=%d\n"
		  "d() { date -u -d @$((now + $1 * 86400)) +%%Y%%m%%d%%H%%M%%SZ; }\n"
		  "make() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key\n"
		  "openssl req -new -key $1.key -subj \"$2\" -out $1.csr; mkdir $1.d; : >$1.d/db\n"
		  "printf '[ca]\\ndefault_ca=x\\n[x]\\ndatabase=%%s\\nrand_serial=yes\\n"
		  "new_certs_dir=%%s\\ndefault_md=sha256\\npolicy=p\\nx509_extensions=e\\n[p]\\n"
		  "organizationName=optional\\ncommonName=optional\\n[e]\\n%%s\\n' $1.d/db $1.d "
		  "\"$6\" >$1.cnf\n"
		  "openssl ca -batch -notext -config $1.cnf $3 -in $1.csr -startdate $(d $4) "
		  "-enddate $(d $5) -out $1.crt; }\n"
		  "make ca /CN=kubernetes '-selfsign -keyfile ca.key' -300 3000 "
		  "'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
		  "subjectKeyIdentifier=hash'\n"
		  "make oca /CN=hooks '-selfsign -keyfile oca.key' -300 3000 "
		  "'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
		  "subjectKeyIdentifier=hash'\n"
		  "make api /CN=kube-apiserver '-cert ca.crt -keyfile ca.key' -165 200 "
		  "'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
		  "authorityKeyIdentifier=keyid\nsubjectAltName=DNS:cp-1,IP:10.0.0.1'\n"
		  "make admin /O=system:masters/CN=kubernetes-admin '-cert ca.crt -keyfile ca.key' "
		  "-299 -10 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
		  "authorityKeyIdentifier=keyid'\n"
		  "make hook /CN=hook '-cert oca.crt -keyfile oca.key' -165 200 "
		  "'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:hook\n"
		  "authorityKeyIdentifier=keyid'",
		INV_NOW);
}

static inline size_t inv_file(struct inventory *inv, const char *path, const char *content)
{
	inv->files = xrealloc(inv->files, (inv->n_files + 1) * sizeof(*inv->files));
	struct inv_file *f = &inv->files[inv->n_files];
	*f = (struct inv_file){.path = xstrdup(path), .real = xstrdup(path), .format = INV_PEM};
	f->st.st_mode = S_IFREG | 0600;
	if (content)
		f->content = load(content);
	return inv->n_files++;
}

static inline struct inv_cert *inv_add(struct inventory *inv, size_t file, const char *crt,
	const char *name, enum inv_role role, int issuer)
{
	struct inv_cert *c = &inv->certs[inv->n_certs++];
	*c = (struct inv_cert){.file = file, .role = role, .name = name, .issuer = issuer};
	c->place = xstrdup("");
	c->key_state = INV_KEY_NONE;
	c->key = (struct key)KEY_INIT;
	c->readable = crt != NULL;
	if (crt)
		c->cert = load_cert(crt, &c->der);
	c->is_ca = c->readable && c->cert.is_ca;
	return c;
}

static inline void inv_make(struct inventory *inv)
{
	*inv = (struct inventory){.layout = "kubeadm", .node = xstrdup("cp-1")};
	inv->control_plane = true;
	inv->certs = xmalloc(INV_CERTS * sizeof(*inv->certs));
	inv_add(inv, inv_file(inv, "/etc/kubernetes/pki/ca.crt", "ca.crt"), "ca.crt", "ca", ROLE_CA,
		INV_CA);
	struct inv_cert *api =
		inv_add(inv, inv_file(inv, "/etc/kubernetes/pki/apiserver.crt", "api.crt"),
			"api.crt", "apiserver", ROLE_APISERVER, INV_CA);
	api->key_file = inv_file(inv, "/etc/kubernetes/pki/apiserver.key", "api.key");
	api->key_state = INV_KEY_OK;
	inv->files[api->key_file].holds_key = true;
	load_key("api.key", &api->key);
	inv_add(inv, inv_file(inv, "/etc/kubernetes/admin.conf", NULL), "admin.crt", "admin.conf",
		ROLE_ADMIN, INV_CA);
	inv_add(inv, inv_file(inv, "/root/.kube/config", NULL), "admin.crt", "admin.conf",
		ROLE_ADMIN, INV_CA);
	struct inv_cert *bad =
		inv_add(inv, inv_file(inv, "/etc/kubernetes/pki/etcd/\033[31mserver.crt", NULL),
			NULL, "etcd-server", ROLE_ETCD_SERVER, -1);
	bad->problem = xstrdup("truncated at byte 7");
	inv_add(inv, inv_file(inv, "/etc/kubernetes/pki/hook.crt", "hook.crt"), "hook.crt",
		"/etc/kubernetes/pki/hook.crt", ROLE_OTHER, -1);
}

#endif
