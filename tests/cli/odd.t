#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: nodes as people leave them: links, copies, edited kubeconfigs, chains, odd line ends; only the credentials change.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cluster
fresh
N=$T/node L=$T/node/var/lib/kubelet/pki
good() { # WHAT PATH: the certificate there is new, and the key beside it its own
	is "$1: a good pair" "$(crt "$2" | openssl x509 -noout -pubkey -checkend 86400)" "$(key "${3:-$2}" | openssl pkey -pubout)
Certificate will not expire"
}

# --- .kube/config as people have it
rm "$N/root/.kube/config"; ln -s /etc/kubernetes/admin.conf "$N/root/.kube/config"
exits 0 'root has a link to admin.conf' renew
is 'it is still that link' "$(readlink "$N/root/.kube/config")" /etc/kubernetes/admin.conf
good 'admin.conf' $K/admin.conf
fresh
ln -f "$N$K/admin.conf" "$N/root/.kube/config"
exits 0 'root has a hard link to admin.conf' renew
same 'both have the new certificate' "$N$K/admin.conf" "$N/root/.kube/config"
good 'admin.conf' $K/admin.conf
fresh
{ sed -n '1,/^contexts/p' "$N$K/admin.conf" | sed '$d'; cat <<END; sed -n '/^contexts/,$p' "$N$K/admin.conf"; cat <<END2; } >"$N/home/alice/.kube/config"
# the other cluster, by hand
- cluster: {certificate-authority-data: $(base64 -w0 "$T/base$P/webhook.crt"), server: "https://other:6443"}
  name: other
END
- name: other   # do not touch
  user: {token: abc.def, client-certificate-data: "$(base64 -w0 "$T/base$P/webhook.crt")", client-key-data: '$(base64 -w0 "$T/base$P/webhook.key")'}
END2
cp "$N/home/alice/.kube/config" "$T/alice"
remember
exits 0 'a config of two clusters, with comments and flow style' renew
is 'only the two values of ours changed' "$(diff "$T/alice" "$N/home/alice/.kube/config" | grep -c '^>')" 2
like 'namely these' "$(diff "$T/alice" "$N/home/alice/.kube/config" | sed -n 's/^> *\([a-z-]*\): .*/\1/p' | paste -sd,)" '^client-certificate-data,client-key-data$'
good 'it' /home/alice/.kube/config
fresh
sed -i 's/$/\r/; 1s/^/# a comment\r\n/' "$N$K/scheduler.conf"
cp "$N$K/scheduler.conf" "$T/was"; remember
exits 0 'DOS line ends in a kubeconfig' renew
is 'only two lines changed' "$(diff "$T/was" "$N$K/scheduler.conf" | grep -c '^>')" 2
is 'every line still ends so' "$(grep -vc $'\r$' "$N$K/scheduler.conf")" 0
fresh
sed -i -E 's/(client-(certificate|key)-data): (.*)/\1: "\3"/' "$N$K/controller-manager.conf"
exits 0 'quoted values' renew
like 'are still quoted' "$(cat "$N$K/controller-manager.conf")" 'client-key-data: "[A-Za-z0-9+/=]+"$'
kubeconfig=$N$K/controller-manager.conf
HOME=$T run kubectl --kubeconfig "$kubeconfig" config view --raw -o jsonpath='{.users[0].user.client-certificate-data}'
is 'kubectl reads them' "$(base64 -d <<<"$out" 2>/dev/null | openssl x509 -noout -checkend 86400)" 'Certificate will not expire'
fresh
for f in certificate key; do
	v=$(field "$N$K/scheduler.conf" client-$f-data | base64 -w 64 | sed 's/^/      /')
	awk -v k="client-$f-data:" -v v="$v" '$1 == k { print "    " k " |"; print v; next } { print }' "$N$K/scheduler.conf" >"$T/x" && cat "$T/x" >"$N$K/scheduler.conf"
done
remember
exits 0 'values in blocks of lines' renew
HOME=$T run kubectl --kubeconfig "$N$K/scheduler.conf" config view --raw -o jsonpath='{.users[0].user.client-certificate-data}'
is 'kubectl reads the new one' "$(base64 -d <<<"$out" 2>/dev/null | openssl x509 -noout -checkend 86400)" 'Certificate will not expire'
fresh
mkdir -p "$T/elsewhere"; cp -a "$T/base$K/admin.conf" "$T/elsewhere/config"; safe=$(find "$T/elsewhere" -printf '%p %i %T@ %C@\n'; cat "$T/elsewhere/config")
rm -r "$N/home/alice/.kube"; ln -s "$T/elsewhere" "$N/home/alice/.kube"; remember
run renew
like 'a .kube that is a link out of the tree: the rest is done' "$code" '^[06]$'
is 'nothing outside is touched' "$(find "$T/elsewhere" -printf '%p %i %T@ %C@\n'; cat "$T/elsewhere/config")" "$safe"
good 'apiserver' $P/apiserver.crt $P/apiserver.key

# --- the kubelet
fresh
f=$(readlink "$L/kubelet-client-current.pem")
rm "$L/kubelet-client-current.pem"; cp -a "$N$f" "$L/kubelet-client-current.pem"; remember
exits 0 'a regular file in the place of the kubelet'\''s link' renew
like 'becomes the link again' "$(readlink "$L/kubelet-client-current.pem")" '^/var/lib/kubelet/pki/kubelet-client-20.*\.pem$'
exits 0 'verify agrees' "$C" verify --root "$N" --quiet
fresh
awk -v c="$(base64 -w0 <(openssl x509 -in "$N$f"))" -v k="$(base64 -w0 <(openssl pkey -in "$N$f"))" '$1 == "client-certificate:" { print "    client-certificate-data: " c; next }
	$1 == "client-key:" { print "    client-key-data: " k; next } { print }' "$T/base$K/kubelet.conf" >"$N$K/kubelet.conf"
remember
exits 0 'an old certificate embedded in kubelet.conf' renew
is 'becomes the path' "$(awk '/client-(certificate|key)/ { print $1, $2 }' "$N$K/kubelet.conf" | paste -sd' ')" \
	'client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem client-key: /var/lib/kubelet/pki/kubelet-client-current.pem'
ok 'openssl finds the node good' "$LIB/verify-node" --quiet --ca "$T/ca" "$N"
fresh
ln -sfn "kubelet-client-$(basename "$f" | cut -c16-)" "$L/kubelet-client-current.pem"
exits 0 'a relative link' renew
like 'becomes an absolute one' "$(readlink "$L/kubelet-client-current.pem")" '^/var/lib/kubelet/pki/'
fresh
cat "$L/kubelet.crt" >/dev/null; rm "$L/kubelet.crt" "$L/kubelet.key"; remember
exits 0 'without a serving pair of its own' renew
is 'none is made' "$(ls "$L" | grep -c '^kubelet\.')" 0

fresh
rm -rf "$N$K"/{admin,super-admin,controller-manager,scheduler}.conf "$N/root/.kube" "$N/home/alice/.kube" "$N$K"/manifests/* "$N/var/lib/etcd"
find "$N$P" -mindepth 1 ! -path "$N$P/ca.crt" -delete; remember
exits 0 'a worker: nothing but the kubelet' renew
exits 0 'verify finds it consistent' "$C" verify --root "$N" --quiet
is 'nothing of a control plane was made' "$(find "$N$K" -type f -printf '%P\n' | sort | paste -sd' ')" 'kubelet.conf pki/ca.crt'

# --- certificates with more in the file
fresh
cat "$T/base$P/apiserver.crt" "$T/base$P/ca.crt" >"$N$P/apiserver.crt"; remember
exits 0 'a certificate with its CA behind it' renew
is 'both are there' "$(grep -c BEGIN "$N$P/apiserver.crt")" 2
is 'the CA as it was' "$(awk '/BEGIN/ { n++ } n == 2' "$N$P/apiserver.crt")" "$(cat "$T/base$P/ca.crt")"
good 'apiserver' $P/apiserver.crt $P/apiserver.key
fresh
{ echo '# kube-apiserver, made by hand'; sed 's/$/\r/' "$T/base$P/apiserver.crt"; } >"$N$P/apiserver.crt"; remember
exits 0 'a comment and DOS line ends in a certificate' renew
good 'apiserver' $P/apiserver.crt $P/apiserver.key
fresh
cp -a "$T/base$P/apiserver.key" "$N$P/sa.key"; openssl pkey -in "$N$P/sa.key" -pubout >"$N$P/sa.pub"; remember
exits 0 'the API server'\''s key signs service account tokens' renew
same 'it is kept' "$T/base$P/apiserver.key" "$N$P/apiserver.key"
like 'that is said' "$out" 'apiserver.crt.*key is kept: service account'
fresh
cp -a "$T/base$P/etcd/server.crt" "$N$P/etcd/peer.crt"; cp -a "$T/base$P/etcd/server.key" "$N$P/etcd/peer.key"; remember
exits 0 'server and peer are one certificate' renew
same 'they still are' "$N$P/etcd/server.crt" "$N$P/etcd/peer.crt"
same 'and one key' "$N$P/etcd/server.key" "$N$P/etcd/peer.key"
good 'it' $P/etcd/peer.crt $P/etcd/peer.key
fresh
ln -sf /etc/kubernetes/pki/real/apiserver.crt "$N$P/apiserver.crt"; mkdir "$N$P/real"; cp -a "$T/base$P/apiserver.crt" "$N$P/real/"; remember
exits 0 'an absolute link within the node' renew
is 'is still that link' "$(readlink "$N$P/apiserver.crt")" /etc/kubernetes/pki/real/apiserver.crt
good 'its target' $P/real/apiserver.crt $P/apiserver.key

# --- the ways in
fresh
ln -s "$N" "$T/link"
(cd "$T" && "$C" renew --root ./link/ --media medium/ --yes --quiet); code=$?
is 'relative paths, a link to the root, slashes at the end' "$code" 0
good 'apiserver' $P/apiserver.crt $P/apiserver.key
fresh
"$C" renew --root "$N" --media "$T/medium" --yes >&- 2>"$T/closed"; code=$?
like 'a closed standard output' "$code" '^[016]$'
[ "$code" = 1 ] && unchanged 'and exit 1 means unchanged' || good 'and 0 means done' $P/apiserver.crt $P/apiserver.key
fresh
"$C" renew --root "$N" --media "$T/medium" --yes >/dev/full 2>"$T/full"; code=$?
like 'a full standard output' "$code" '^[016]$'
[ "$code" = 1 ] && unchanged 'and exit 1 means unchanged' || good 'and 0 means done' $P/apiserver.crt $P/apiserver.key
fresh
for i in 1 2 3; do ("$C" renew --root "$N" --media "$T/medium" --yes >"$T/race.$i" 2>&1; echo $? >"$T/race.$i.rc") & done
wait
ok 'three at once: openssl finds the node good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$N"
is 'one of them did it' "$(cat "$T"/race.*.rc | grep -c '^0')" 1
like 'the others were refused or had nothing to do' "$(cat "$T"/race.*.rc | sort | paste -sd' ')" '^0( [125]){2}$'
exits 0 'nothing is left half-way' "$C" check --root "$N" --quiet

done_testing
