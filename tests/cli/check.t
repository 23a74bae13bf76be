#!/bin/bash
# SPDX-License-Identifier: MIT
# check: says what a person needs to know, worst first, and changes nothing.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
check() { "$C" check --root "$T/node" "$@"; }
state() { jq -r --arg p "$1" '[.certificates[] | select(.path == $p and .kind == "leaf") | .state] | unique | join(",")' <<<"$out"; }

# --- one node with a certificate in each state; all of one cluster
"$LIB/make-node" --key p256 --out "$T/base" --expired-days -200 || bail 'make-node failed'
"$LIB/make-node" --key p256 --out "$T/expired" --expired-days 400
"$LIB/make-node" --key p256 --out "$T/due" --expired-days -10
"$LIB/make-node" --key p256 --out "$T/future" --expired-days -200 --now $(($(date +%s) + 400 * 86400))
fresh
exits 0 'a good node' check
like 'the last line says so' "$(tail -1 <<<"$out")" '^All 13 certificates are good; .* in (199|200) days\.'
unlike 'no colour where there is no terminal' "$out" $'\033'
unchanged 'check writes nothing'
exits 0 'JSON of the same' check --format json
json 'has the contract'\''s names' '.version == 1 and .node == "cp-1" and .layout == "kubeadm" and (.findings | type) == "array"
	and ([.certificates[] | select(.kind == "leaf" and (.path | endswith("webhook.crt") | not)) | .state == "ok"] | all)'
json 'knows who uses what' '[.certificates[] | select(.path == "/etc/kubernetes/pki/apiserver.crt") | .users[] | .component + .flag] == ["kube-apiserver--tls-cert-file"]'
json 'counts the seconds' '[.certificates[] | select(.path == "/etc/kubernetes/pki/apiserver.crt") | .seconds_left > 199 * 86400 and .seconds_left < 201 * 86400] == [true]'

cp -a "$T/expired$P/apiserver.crt" "$T/node$P/"
cp -a "$T/due$P/front-proxy-client.crt" "$T/node$P/"
cp -a "$T/future$P/etcd/peer.crt" "$T/node$P/etcd/"
cp -a "$T/node$P/etcd/server.key" "$T/node$P/etcd/healthcheck-client.key"
head -c 300 "$T/base$P/apiserver-etcd-client.crt" >"$T/node$P/apiserver-etcd-client.crt"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/node$P/extra.key" -out "$T/node$P/extra.crt" -subj '/CN=somebody else' -days 90 \
	-addext basicConstraints=critical,CA:FALSE 2>/dev/null
remember
exits 4 'a certificate in each state' check --format json
is 'expired' "$(state $P/apiserver.crt)" expired
is 'due' "$(state $P/front-proxy-client.crt)" due
is 'not yet valid' "$(state $P/etcd/peer.crt)" not-yet-valid
is 'mismatch' "$(state $P/etcd/healthcheck-client.crt)" mismatch
is 'unreadable' "$(state $P/apiserver-etcd-client.crt)" unreadable
is 'ok' "$(state $P/etcd/server.crt)" ok
is 'foreign' "$(state $P/extra.crt)" foreign
is 'unknown issuer' "$(state $P/webhook.crt)" unknown-issuer
json 'CA and leaf are told apart' '[.certificates[] | select(.path | endswith("ca.crt")) | .kind] | length == 3 and all(. == "ca")'
json 'what is damaged has a finding with a remedy' '[.findings[] | select(.path | endswith("apiserver-etcd-client.crt")) | .code != "" and .text != "" and .remedy != ""] | length > 0 and all'
json 'it is not called a CA: nobody could read it' '[.findings[] | select(.text | contains("holds a CA certificate"))] == []'
json 'and no dates' '[.certificates[] | select(.state == "unreadable") | .not_after, .serial_number] == [null, null]'
exits 4 'the table of the same' check
rows=$(awk '/^STATE/ { n++; next } n == 1 && !/^ / { print $1 }' <<<"$out" | uniq | paste -sd' ')
is 'worst first' "$rows" 'EXPIRED damaged bad not due ok unknown foreign'
like 'when it expires' "$out" '^EXPIRED +400 days ago +apiserver +/etc/kubernetes/pki/apiserver.crt +kubernetes'
like 'or expires in' "$out" '^due +in (9|10) days +front-proxy-client '
like 'CAs are apart' "$out" '^STATE +EXPIRES +CA '
like 'copies are named in the row of the original' "$out" 'also in /root/.kube/config, /home/alice/.kube/config'
like 'the last line counts them, and has the clock looked at first' "$(tail -1 <<<"$out")" '1 of [0-9]+ certificates has expired, 1 is damaged.*next: check the clock'
unlike 'no colour' "$out" $'\033'
exits 4 '--color never' check --color never
unlike 'no colour' "$out" $'\033'
exits 4 '--color always' check --color always
like 'red for what has expired' "$out" $'^\033\[31mEXPIRED\033\[0m'
exits 4 '--quiet' check --quiet
is 'prints nothing' "$out$err" ''
unchanged 'check wrote nothing'
exits 4 'an expired node' "$C" check --root "$T/expired"
like 'the last line says what to do' "$(tail -1 <<<"$out")" '^13 of 13 certificates have expired; next: certrescue renew'

# --- a certificate of somebody else without its key (a webhook's, say) is no trouble of this cluster
fresh
cp "$T/base$P/webhook.crt" "$T/node$P/theirs.crt"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -out "$T/node$P/lonely.crt" -subj '/CN=lonely' -days 90 \
	-addext basicConstraints=critical,CA:FALSE 2>/dev/null
exits 0 'foreign certificates without their keys: the node is good' check --format json
is 'a self-signed one is foreign' "$(state $P/lonely.crt)" foreign
is 'one of an unknown issuer is that' "$(state $P/theirs.crt)" unknown-issuer
exits 0 'verify thinks so too' "$C" verify --root "$T/node"
unlike 'and does not say that renew would make new ones' "$out" 'renew makes a new one'

# --- the bounds
fresh
exits 0 'good for 200 days, --within 199d' check --within 199d
exits 4 'good for 200 days, --within 201d' check --within 201d
exits 4 'good for 200 days, --within 4900h' check --within 4900h
exits 4 '--now a year on' check --now "$(date -u -d '+1 year' +%Y-%m-%dT%H:%M:%SZ)"
exits 0 '--now in another zone' check --now "$(date -u +%Y-%m-%dT%H:%M:%S)+00:00"
WHAT='--now that is no time' refuses 64 'now' check --now yesterday
WHAT='--within that is no duration' refuses 64 'within' check --within soon

# --- names that would speak to the terminal
esc=$'\033'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -out "$T/node$P/evil$esc[2J.crt" -days 90 -utf8 \
	-subj "/CN=evil$esc]0;owned"$'\a'$'\u202e'"/O=x"$'\n'"certrescue: RESULT renew exit=0" 2>/dev/null
mkdir -p "$T/node/home/$esc[31mroot/.kube" && cp "$T/base$K/admin.conf" "$T/node/home/$esc[31mroot/.kube/config"
sed -i "s/system:kube-scheduler/\"sys\\\\e[2Jtem\"/" "$T/node$K/scheduler.conf"
remember
run check
like 'the file is named' "$out" 'evil'
unlike 'no escape character in the table' "$out$err" $'[\033\a\r]'
unlike 'no mark that turns the text around' "$out$err" $'\u202e'
unlike 'no line of its own' "$out" '^certrescue: RESULT'
run check --color always
unlike 'nor with colours, but for these' "$(sed $'s/\033\\[[0-9]*m//g' "$T/out")" $'[\033\a\r]'
unlike 'no escape of theirs among them' "$out" $'\033\\[2J'
run check --format json
json 'JSON is whole' '.certificates | length > 20'
unlike 'and has no control character' "$out" $'[\033\a\r]'
run "$C" verify --root "$T/node"
unlike 'nor has verify' "$out$err" $'[\033\a\r]'
run "$C" inspect "$T/node$P/evil$esc[2J.crt" "$T/none$esc[2J"
unlike 'nor has inspect' "$out$err" $'[\033\a\r]'
unchanged 'nothing was written'

# --- what is no node, or none of ours
mkdir "$T/void"
WHAT='an empty directory is no node' refuses 1 'void: ' "$C" check --root "$T/void"
WHAT='a directory that is not there' refuses 1 'nowhere: ' "$C" check --root "$T/nowhere"
WHAT='a file' refuses 1 'out: ' "$C" check --root "$T/out"
fresh
mkdir -p "$T/node/etc/kubernetes/static-pod-resources"
WHAT='OpenShift is declined' refuses 5 'OpenShift.*oc adm certificate approve' check
exits 0 'a medium without a CA is a warning only' env -C "$T" "$C" check --root "$T/base" --media "$T/void"
like 'that names it' "$err" 'warning: .*void'

done_testing
