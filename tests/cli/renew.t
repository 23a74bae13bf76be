#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: what is promised to the operator: clones, one date, copies alike, what is not ours untouched, nothing on a dry run.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cluster

# --- what changes and what does not
fresh
exits 0 'an expired node is renewed' renew --operator 'Ada Lovelace'
like 'it says when the node is good until' "$out" "done: [0-9]+ renewed, [0-9]+ kept, 0 left undone; good until $(date -u -d '+365 days' +%Y)-"
like 'and how to take it back' "$out" 'certrescue undo [0-9]{8}T[0-9]{6}Z'
ok 'openssl finds it good, all clones' "$LIB/verify-node" --ca "$T/ca" --before "$T/base" --key new "$T/node"
like 'the verdict is openssl'\''s' "$out" 'GOOD'
same 'root has the same file as admin.conf' "$T/node$K/admin.conf" "$T/node/root/.kube/config"
same 'so has alice' "$T/node$K/admin.conf" "$T/node/home/alice/.kube/config"
is 'alice still owns hers' "$(stat -c %u:%g:%a "$T/node/home/alice/.kube/config")" "$(stat -c %u:%g:%a "$T/base/home/alice/.kube/config")"
for f in $P/webhook.crt $P/webhook.key $P/sa.key $P/sa.pub $P/ca.crt $P/etcd/ca.crt $P/front-proxy-ca.crt $K/kubelet.conf; do
	is "$f is untouched, its time too" "$(grep "^$f	" "$T/node.was")" "$("$LIB/manifest" "$T/node" | grep "^$f	")"
done
link=$(readlink "$T/node/var/lib/kubelet/pki/kubelet-client-current.pem")
like "the kubelet's link is absolute and dated" "$link" '^/var/lib/kubelet/pki/kubelet-client-20[0-9]{2}(-[0-9]{2}){5}\.pem$'
isnt 'it is a new file' "$link" "$(readlink "$T/base/var/lib/kubelet/pki/kubelet-client-current.pem")"
is 'certificate first, then the key' "$(sed -n 's/^-----BEGIN \(.*\)-----$/\1/p' "$T/node$link" | paste -sd,)" 'CERTIFICATE,EC PRIVATE KEY'
is 'its mode is 0600' "$(stat -c %a "$T/node$link")" 600
is 'all leaves end in the same minute' "$(for f in $P/{apiserver,front-proxy-client,etcd/server,etcd/peer}.crt $K/{admin,scheduler}.conf; do
	crt $f | openssl x509 -noout -enddate | cut -c1-22; done | sort -u | wc -l)" 1
begin=$(date -u -d "$(openssl x509 -in "$T/node$P/apiserver.crt" -noout -startdate | cut -d= -f2)" +%s)
ago=$(($(date +%s) - begin))
like 'they began five minutes ago' "$ago" '^(299|3[0-4][0-9])$'

# --- the reports
id=$(ids)
reports=$T/medium/reports/cp-1/$id
ok 'the medium has report.json' jq -e . "$reports/report.json"
is 'it has the contract'\''s names' "$(jq -r '[.version, .node, .layout, .command, .exit, .operator, .refused] | @csv' "$reports/report.json")" \
	'1,"cp-1","kubeadm","renew",0,"Ada Lovelace",0'
is 'the id is that of the state on the node' "$(jq -r .id "$reports/report.json")" "$id"
is 'each certificate has a decision and a reason' "$(jq '[.certificates[] | select((.action | IN("renew","keep","refuse","rebuild") | not) or .reason == "")] | length' "$reports/report.json")" 0
is 'the foreign one is kept' "$(jq -r '.certificates[] | select(.path | endswith("webhook.crt")) | .action' "$reports/report.json")" keep
is 'nothing is expired after, but the foreign' "$(jq -r '[.after[] | select(.state == "expired") | .path] | join(" ")' "$reports/report.json")" ''
like 'report.txt can be read' "$(cat "$reports/report.txt")" 'cp-1'
key=$(cat "$T/ca/kubernetes/ca.key" | sed -n 2p)
not_ok 'the CA key is nowhere on the node or in the reports' grep -rqF -- "$key" "$T/node" "$T/medium/reports"
not_ok 'no private key is in the reports' grep -rqE 'PRIVATE KEY|LS0tLS1CRUdJTiBFQy' "$T/medium/reports"

# --- a second time
remember
exits 2 'a second renew has nothing to do' renew
unchanged 'and changes nothing'
exits 2 'nor in JSON' renew --format json
json 'which is one JSON object' '.exit == 2 and .renewed == 0'
unchanged 'and changes nothing'

# --- dry runs
had=$(ls "$T/medium/reports/cp-1")
fresh
exits 0 '--dry-run shows the plan' "$C" renew --root "$T/node" --media "$T/medium" --dry-run
like 'it names what it would renew' "$out" 'renew +pki/apiserver.crt +new ECDSA-P256 key; expired'
unchanged 'and writes nothing'
exits 0 '--dry-run --format json' "$C" renew --root "$T/node" --media "$T/medium" --dry-run --format json
json 'is one object with the names of the contract' '.version == 1 and .node == "cp-1" and .layout == "kubeadm" and (.now | type) == "string"
	and (["path", "place", "kind", "subject", "issuer", "serial_number", "not_before", "not_after", "seconds_left", "state", "key", "users", "action",
	"reason"] as $names | [.certificates[] | [has($names[])] | all] | all)'
exits 0 '--dry-run --drill signs in memory' "$C" renew --root "$T/node" --media "$T/medium" --dry-run --drill
like 'it says so' "$out" 'drill: .*unchanged'
unchanged 'and writes nothing'
is 'neither leaves a report' "$(ls "$T/medium/reports/cp-1")" "$had"
WHAT='without --yes and without a terminal nothing is done' refuses 64 'no terminal.*--yes' "$C" renew --root "$T/node" --media "$T/medium"
unchanged 'the node is as before'

# --- which certificates, which validity, which CA
"$LIB/make-node" --key p256 --out "$T/good" --expired-days -200
rm -rf "$T/node"; cp -a "$T/good" "$T/node"; remember
exits 2 'a node that is good for 200 days: nothing to do' renew
unchanged 'and nothing is done'
exits 0 '--within 300d makes it due' renew --within 300d
rm -rf "$T/node"; cp -a "$T/good" "$T/node"
cp -a "$T/base$P/apiserver.crt" "$T/base$P/apiserver.key" "$T/node$P/"; remember
exits 0 'without --only-due all are renewed with the one' "$C" renew --root "$T/node" --media "$T/medium" --dry-run --format json
json 'more than one' '.renewed > 10'
exits 0 '--only-due renews the one that is due' renew --only-due
is 'and only it' "$("$LIB/manifest" --exclude var/lib/certrescue "$T/node" | diff "$T/node.was" - | sed -n 's/^> \(\S*\).*/\1/p' | grep -vE '^/(var/lib|etc/kubernetes/pki)$' | paste -sd' ')" \
	"$P/apiserver.crt $P/apiserver.key"
fresh
exits 0 '--validity 24h' renew --validity 24h
ok 'is a day' openssl x509 -in "$T/node$P/apiserver.crt" -noout -checkend 86000
not_ok 'and no longer' openssl x509 -in "$T/node$P/apiserver.crt" -noout -checkend 86500
fresh
exits 0 '--ca DIR instead of a medium' "$C" renew --root "$T/node" --ca "$T/ca/kubernetes" --yes
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
fresh
exits 0 '--format json' renew --format json
json 'standard output is one object' '.command == "renew" and .exit == 0'
fresh
exits 0 '--quiet' renew --quiet
is 'prints nothing' "$out" ''
is 'but the warning that the CA keys are not encrypted' "$(grep -vc 'warning: .*ca.key: .*not encrypted' <<<"$err")" 0

# notAfter is clamped to the CA's end: leaves ended 400 days ago, the CA has 100 days left.
rm -rf "$T"/{base,ca,medium}
cluster --ca-days $((365 + 400 + 100))
fresh
exits 0 'a CA that ends in 100 days' renew
like 'the end of the CA is the end of the node, and that is said' "$out" "good until $(date -u -d '+100 days' +%Y-%m-%d)|good until $(date -u -d '+99 days' +%Y-%m-%d)"
is 'notAfter is the CA'\''s' "$(openssl x509 -in "$T/node$P/apiserver.crt" -noout -enddate)" "$(openssl x509 -in "$T/node$P/ca.crt" -noout -enddate)"
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
# A CA that has ended cannot sign; nothing changes.
rm -rf "$T"/{base,ca,medium}
cluster --ca-days $((365 + 300))
fresh
run renew
isnt 'a CA that has expired renews nothing' "$code" 0
like 'its end is said, and that it must be renewed first' "$out$err" 'CA ended on .*must be renewed'
unchanged 'the node is as before'

done_testing
