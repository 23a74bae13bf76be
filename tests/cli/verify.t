#!/bin/bash
# SPDX-License-Identifier: MIT
# verify: a healthy node passes; each fault that breaks a cluster is found and named, and nothing is written.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

"$LIB/make-node" --key p256 --out "$T/base" --expired-days -200 --ca-out "$T/ca" || bail 'make-node failed'
"$LIB/make-node" --key p256 --out "$T/other" --expired-days -200 --seed b
"$LIB/make-node" --key p256 --out "$T/peer" --expired-days -200 --name cp-2 --ip 10.30.0.22
verify() { "$C" verify --root "$T/node" "$@"; }
N=$T/node O=$T/other E=$T/peer
current=/var/lib/kubelet/pki/kubelet-client-current.pem
pem=$(readlink "$T/base$current")

fresh
exits 0 'a healthy node' verify
like 'is consistent' "$out" 'The node is consistent: [0-9]+ certificates'
like 'the foreign certificate is named as that' "$out" "^foreign $P/webhook.crt"
exits 0 'in JSON' verify --format json
json 'ok' '.ok == true and .findings == [] and ([.certificates[].ok] | all)'
exits 0 '--quiet' verify --quiet
is 'says nothing' "$out$err" ''
unchanged 'nothing was written'
"$LIB/make-node" --key rsa2048 --style 1.20 --out "$T/old" --expired-days -200
exits 0 'a node of kubeadm 1.20 with RSA keys is healthy' "$C" verify --root "$T/old"
"$LIB/make-node" --key p384 --style 1.36 --out "$T/new" --init-only --expired-days -200
exits 0 'a node of kubeadm 1.36 that never rotated too' "$C" verify --root "$T/new"

# fault WHAT REGEX: the node as it was altered exits 4 and names the fault; then it is made good again
fault() {
	remember
	exits 4 "$1" verify
	like "$1: named" "$out" "$2"
	unchanged "$1: nothing was written"
	exits 4 "$1, in JSON" verify --format json
	json "$1: a finding with path, code, text" '.ok == false and (.findings | length > 0) and ([.findings[] | .path != "" and .code != "" and .text != ""] | all)'
	fresh
}
cp "$N$P/etcd/peer.key" "$N$P/etcd/server.key"
fault 'the key of another certificate' "BAD +$P/etcd/server.crt: the private key in $P/etcd/server.key is another one's"
rm "$N$P/apiserver.key"
fault 'a missing key' "BAD +$P/apiserver.crt: .*key.*missing"
head -c 100 "$T/base$P/apiserver.key" >"$N$P/apiserver.key"
fault 'a truncated key' "BAD +$P/apiserver.crt: .*$P/apiserver.key cannot be read"
chmod 0644 "$N$P/apiserver.key"
fault 'a key that others can read' "$P/apiserver.key holds a private key and has mode 0644"
chmod 0644 "$N$K/admin.conf"
fault 'a kubeconfig that others can read' "$K/admin.conf holds a private key and has mode 0644"
chmod 0640 "$N$pem"
fault "the kubelet's pem that the group can read" "kubelet-client-.*holds a private key and has mode 0640"
cp -a "$O$P"/apiserver.{crt,key} "$N$P/"
fault 'a certificate of another CA with the same name' "BAD +$P/apiserver.crt: "
cp -a "$O$P/ca.crt" "$N$P/"
fault 'the CA of another cluster' "$P/apiserver.crt: its issuer .* is none of the CAs on this node"
cp -a "$O$P/etcd/ca.crt" "$N$P/etcd/"
fault 'the etcd CA of another cluster' "BAD +.*$P/etcd/server.crt"
cp -a "$T/base$P/etcd/server.crt" "$T/base$P/etcd/server.key" "$N$P/" && mv "$N$P/server.crt" "$N$P/apiserver.crt" && mv "$N$P/server.key" "$N$P/apiserver.key"
fault 'a certificate of the etcd CA in the place of the API server'\''s' "$P/apiserver.crt"
data() { base64 -w0 "$1"; }
sed -i "s|certificate-authority-data: .*|certificate-authority-data: $(data "$O$P/ca.crt")|" "$N$K/scheduler.conf"
fault 'CA data of another cluster in a kubeconfig' "$K/scheduler.conf"
sed -i "s|client-key-data: .*|client-key-data: $(data "$T/base$P/apiserver.key")|" "$N$K/controller-manager.conf"
fault 'another key in a kubeconfig' "BAD +$K/controller-manager.conf.*another one's"
sed -i 's|client-certificate-data: .*|client-certificate-data: A=b!c|' "$N$K/admin.conf"
fault 'a kubeconfig whose data is no base64' "$K/admin.conf.*base64"
printf 'apiVersion: v1\nusers: [\n' >"$N$K/admin.conf"
fault 'a kubeconfig that is no YAML' "$K/admin.conf"
cp -a "$E$P"/apiserver.{crt,key} "$N$P/"
fault 'an API server certificate without the node'\''s name' "$P/apiserver.crt: says that this node is .* it is cp-1"
cp -a "$E$P"/etcd/peer.{crt,key} "$N$P/etcd/"
fault 'a peer certificate of another node' "$P/etcd/peer.crt: .*node.* cp-[12]"
rm "$N$pem"
fault 'a dangling link of the kubelet' "$current"
rm "$N$current"; cp -a "$N$pem" "$N$current"
fault 'a regular file in the link'\''s place' "$current.*(link|regular)"
rm "$N$P/front-proxy-client.crt"
fault 'a missing certificate' "$P/front-proxy-client.crt.*missing"
rm "$N$K/scheduler.conf"
fault 'a missing kubeconfig' "$K/scheduler.conf.*missing"
: >"$N$P/apiserver.crt"
fault 'an empty certificate' "$P/apiserver.crt"
cp -a "$T/base$P/apiserver.crt" "$N$P/apiserver.key"
fault 'a certificate in the key'\''s place' "$P/apiserver.key"
cp -a "$T/base$P/apiserver-kubelet-client.crt" "$N$P/front-proxy-client.crt"
cp -a "$T/base$P/apiserver-kubelet-client.key" "$N$P/front-proxy-client.key"
fault 'a front proxy client of the cluster CA' "$P/front-proxy-client.crt"
cp -a "$T/base$P/apiserver.crt" "$N$P/etcd/server.crt"
cp -a "$T/base$P/apiserver.key" "$N$P/etcd/server.key"
fault 'an etcd server certificate of the cluster CA' "$P/etcd/server.crt"
openssl x509 -in "$T/base$P/apiserver.crt" -x509toreq -signkey "$T/base$P/apiserver.key" -out "$T/csr" 2>/dev/null
printf 'extendedKeyUsage = clientAuth\nsubjectAltName = DNS:cp-1\n' >"$T/ext"
openssl x509 -req -in "$T/csr" -CA "$T/base$P/ca.crt" -CAkey "$T/ca/kubernetes/ca.key" -days 200 -extfile "$T/ext" -out "$N$P/apiserver.crt" 2>/dev/null
fault 'a server certificate for clients alone' "$P/apiserver.crt.*(server|usage|purpose)"

# Remedies name only what exists in this version.
cp -a "$E$P"/apiserver.{crt,key} "$N$P/"
run verify
flags=$("$C" renew --help)
for f in $(grep -oE 'certrescue renew --[a-z-]+' <<<"$out$err" | sort -u | sed 's/.* //'); do
	like "the remedy's option $f exists" "$flags" "^  $f"
done
fresh
exits 4 'an expired time' verify --now "$(date -u -d '+300 days' +%Y-%m-%dT00:00:00Z)"
like 'says what has expired' "$out" "BAD +$P/apiserver.crt: expired"
WHAT='an empty directory is no node' refuses 1 'void' "$C" verify --root "$(mkdir -p "$T/void" && echo "$T/void")"

done_testing
