#!/bin/bash
# SPDX-License-Identifier: MIT
# Nodes that set traps: links in our own state directory, shared keys, locked directories, mounts on targets, people's
# certificates, damaged backups. Nothing of the node is lost, and success is never said falsely.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cluster
S=var/lib/certrescue
pki() { find "$T/node$P" -type f | wc -l; }

fresh
n=$(pki)
mkdir -p "$T/node/$S"
ln -s /etc/kubernetes/pki "$T/node/$S/20240101T000000Z"
exits 0 'a link in the place of a rescue: the node is rescued' renew
is 'and nothing that it points to was removed' "$(pki)" "$n"
ok 'and openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" "$T/node"

fresh
mkdir -p "$T/node/$S/20240101T000000Z"
ln -s /etc "$T/node/$S/20240101T000000Z/new"
echo mine >"$T/node/$S/20240101T000000Z/notes"
remember
exits 64 'a link in the place of a stage, and nobody to ask' "$C" renew --root "$T/node" --media "$T/medium"
unchanged 'removes nothing'
exits 0 'with --yes the node is rescued' renew
ok 'hosts is still there' test -s "$T/node/etc/hosts"
ok 'so is a file in it that is not ours' test -s "$T/node/$S/20240101T000000Z/notes"

# kubelet.conf embeds what the kubelet's own file holds, and somebody copied kubelet.conf: a copy of a copy
fresh
pem=$(readlink -f "$T/node/var/lib/kubelet/pki")/$(basename "$(readlink "$T/node/var/lib/kubelet/pki/kubelet-client-current.pem")")
cert=$(openssl x509 -in "$pem" | base64 -w0) key=$(openssl pkey -in "$pem" | base64 -w0)
sed -i "s|client-certificate: .*|client-certificate-data: $cert|; s|client-key: .*|client-key-data: $key|" "$T/node$K/kubelet.conf"
cp "$T/node$K/kubelet.conf" "$T/node/root/.kube/config"
remember
run renew
like 'a copy of a copy is no crash' "$code" '^[06]$'
ok 'the kubelet has a good pair' openssl verify -CAfile "$T/ca/kubernetes/ca.crt" \
	"$T/node$(readlink "$T/node/var/lib/kubelet/pki/kubelet-client-current.pem")"
like 'kubelet.conf names the file' "$(cat "$T/node$K/kubelet.conf")" 'client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem'

fresh
sed -i 's|--peer-key-file=.*|--peer-key-file=/etc/kubernetes/pki/etcd/server.key|' "$T/node$K/manifests/etcd.yaml"
exits 6 'two certificates that name one key file: the one that is wrong is left' renew
like 'and is named with the reason' "$out" 'peer.crt .*the key file is that of /etc/kubernetes/pki/etcd/server.crt too'
ok 'the other is a pair' diff <(openssl x509 -in "$T/node$P/etcd/server.crt" -noout -pubkey) <(openssl pkey -in "$T/node$P/etcd/server.key" -pubout)
ok 'peer.crt is as it was' cmp "$T/node$P/etcd/peer.crt" "$T/base$P/etcd/peer.crt"

fresh
cat "$T/base$P/apiserver-kubelet-client.crt" >>"$T/node$P/apiserver.crt"
exits 6 'a second leaf behind the first: it alone is left' renew
ok 'the first is renewed with its key' diff <(openssl x509 -in "$T/node$P/apiserver.crt" -noout -pubkey) <(openssl pkey -in "$T/node$P/apiserver.key" -pubout)

# a person's certificate: signed by the cluster's CA, but no copy of admin.conf
fresh
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/m.key" -subj /O=system:masters/CN=mallory -out "$T/m.csr" 2>/dev/null
openssl x509 -req -in "$T/m.csr" -CA "$T/ca/kubernetes/ca.crt" -CAkey "$T/ca/kubernetes/ca.key" -days 1 -out "$T/m.crt" 2>/dev/null
sed -i "s|client-certificate-data: .*|client-certificate-data: $(base64 -w0 "$T/m.crt")|; s|client-key-data: .*|client-key-data: $(base64 -w0 "$T/m.key")|" \
	"$T/node/home/alice/.kube/config"
cp "$T/node/home/alice/.kube/config" "$T/alice"
exits 6 "a person's rights are not prolonged" renew
like 'that is said' "$out" "alice/.kube/config .*a person's certificate"
ok 'her file is as it was' cmp "$T/alice" "$T/node/home/alice/.kube/config"

fresh
if chattr +i "$T/node$P/etcd" 2>/dev/null; then
	remember
	WHAT='a locked directory is seen before anything is written' refuses 1 'pki/etcd.*immutable.*chattr' renew
	unchanged 'and nothing is changed'
	chattr -i "$T/node$P/etcd"
else
	skip 'this file system has no immutable flag' 'a locked directory'
fi

fresh
if [ "$(id -u)" = 0 ]; then
	cp "$T/node$K/admin.conf" "$T/mounted"
	WHAT='a mount on a target is seen before anything is written' refuses 1 'admin.conf.*mounted.*unmount' unshare -m \
		sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' - "$T/mounted" "$T/node$K/admin.conf" \
		"$C" renew --root "$T/node" --media "$T/medium" --yes
	unchanged 'and nothing is changed'
else
	skip 'only root can mount' 'a mount on a target'
fi

# undo over files that are gone or damaged
fresh
renew --quiet 2>/dev/null
rm "$T/node/root/.kube/config"
exits 5 'undo where a new file was removed is refused' "$C" undo --root "$T/node"
exits 0 'with --force it brings the old one back' "$C" undo --root "$T/node" --force
ok 'as it was' cmp "$T/node/root/.kube/config" "$T/base/root/.kube/config"
fresh
renew --quiet 2>/dev/null
for f in "$T"/node/$S/*/new/*; do [ -L "$f" ] || echo x >>"$f"; done
echo x >>"$T/node$K/admin.conf"
"$LIB/manifest" "$T/node" >"$T/node.was"
exits 1 'undo --force with damaged backups says no' "$C" undo --root "$T/node" --force
like 'and which' "$err" 'damaged or gone'
unchanged 'and nothing is changed'

done_testing
