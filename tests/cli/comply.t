#!/bin/bash
# SPDX-License-Identifier: MIT
# verify holds keys and certificates against the policy: each finding names the file and what to do; certrescue.conf
# says what is wanted, and what it does not understand is refused.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

"$LIB/make-node" --key p256 --out "$T/base" --expired-days -200 --ca-out "$T/ca" --endpoint k8s.example.com || bail 'make-node failed'
"$LIB/make-medium" --ca "$T/ca" --out "$T/medium"
N=$T/node
verify() { "$C" verify --root "$N" "$@"; }
root=''
[ "$(id -u)" != 0 ] || root=1

# findings LINE...: what verify --format json found: PATH CODE REMEDY, a line each; nothing else, nothing written
findings() { # WHAT LINE... [-- OPTION...]
	local what=$1 want=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do want+=("$1"); shift; done
	[ $# = 0 ] || shift
	remember
	run verify --format json "$@"
	is "$what: exit 4" "$code" 4
	is "$what: the file, the code, the remedy" "$(jq -r '.findings[] | "\(.path) \(.code) \(.remedy)"' <<<"$out" | sort)" \
		"$(printf '%s\n' "${want[@]}" | sort)"
	unchanged "$what: nothing is written"
	fresh
}
clean() { # WHAT OPTION...: no finding
	local what=$1
	shift
	exits 0 "$what" verify "$@"
	fresh
}
mend() { echo "certrescue renew --fix-modes mends it, or $1"; }
anew='certrescue renew --within 36500d makes new ones of all'
conf() { printf '%s\n' "$@" >"$T/conf"; }

# --- nothing to find
fresh
clean 'a node as kubeadm leaves it'
clean 'with the shipped certrescue.conf' --conf "$ROOT/conf/certrescue.conf"
for s in 1.20 1.29 1.36; do
	"$LIB/make-node" --key rsa2048 --style $s --out "$T/k$s" --expired-days -200
	exits 0 "kubeadm $s with RSA keys and the CA on the node" "$C" verify --root "$T/k$s"
	run "$C" verify --root "$T/k$s" --conf "$ROOT/conf/compliance.conf" --format json
	is "kubeadm $s: the strict profile finds modes alone" "$(jq -r '[.findings[].code] | unique | join(" ")' <<<"$out")" mode
done
chmod 0400 "$N$P"/*.key
clean 'a key that only its owner reads'
chmod 1777 "$N/var/lib"
clean 'a sticky directory above keys'
chmod 0775 "$N/home/alice" "$N/home/alice/.kube"
clean 'a home that its own group can write to'

# --- modes of files
chmod 0644 "$N$P/apiserver.key"
findings 'a key that all can read' "$P/apiserver.key mode $(mend 'chmod 0600')"
chmod 0640 "$N$K/admin.conf"
findings 'a kubeconfig with a key' "$K/admin.conf mode $(mend 'chmod 0600')"
chmod 0444 "$N$P/sa.key"
findings 'the key of service accounts, which no certificate uses' "$P/sa.key mode $(mend 'chmod 0400')"
chmod 0604 "$N/home/alice/.kube/config"
findings 'a kubeconfig at home' "/home/alice/.kube/config mode $(mend 'chmod 0600')"
chmod 0644 "$N$P/webhook.key"
findings 'the key of a foreign certificate' "$P/webhook.key mode $(mend 'chmod 0600')"
pem=$(readlink "$N/var/lib/kubelet/pki/kubelet-client-current.pem")
old=$(cd "$N" && ls var/lib/kubelet/pki/kubelet-client-2*.pem | head -1)
chmod 0640 "$N/$old" "$N$pem"
findings "the kubelet's pem, and the one before" "/$old mode $(mend 'chmod 0600')" "$pem mode $(mend 'chmod 0600')"
mkdir -p "$N$K/backup/2024"
cp "$N$P/apiserver.key" "$N$K/backup/2024/copy"; chmod 0644 "$N$K/backup/2024/copy"
cp "$N$K/admin.conf" "$N$K/admin.conf.bak"; chmod 0664 "$N$K/admin.conf.bak"
cp "$N$P/apiserver.crt" "$N$K/backup/2024/apiserver.crt"
findings 'forgotten copies' "$K/backup/2024/copy mode $(mend 'chmod 0600')" "$K/admin.conf.bak mode $(mend 'chmod 0600')"
cp "$T/ca/kubernetes/ca.key" "$N$P/ca.key"; chmod 0644 "$N$P/ca.key"
findings 'a CA key on the node' "$P/ca.key mode $(mend 'chmod 0600')"
mkdir -p "$N/srv/keys" && mv "$N$P/etcd" "$N/srv/keys/etcd" && ln -s /srv/keys/etcd "$N$P/etcd"
chmod 0644 "$N/srv/keys/etcd/peer.key"
findings 'a key behind a link' "/srv/keys/etcd/peer.key mode $(mend 'chmod 0600')"
chmod 0666 "$N$P/ca.crt"
findings 'a CA certificate that all can write' "$P/ca.crt mode chmod go-w"
conf 'key_mode: 0640'
chmod 0640 "$N$P/apiserver.key"
clean 'a group that may read, by key_mode' --conf "$T/conf"
run verify
chmod 0644 "$N$P/apiserver.key" "$N$P/etcd/peer.key" "$N$P/sa.key"
run verify
like 'in text: the certificate and its key file' "$out" "^BAD +$P/apiserver.crt: $P/apiserver.key holds a private key and has mode 0644, where 0600 is the most$"
like 'in text: each remedy once' "$out" '^  -> 2 findings: certrescue renew --fix-modes mends it, or chmod 0600$'
like 'in text: a key without a certificate' "$out" "^! $P/sa.key: holds a private key and has mode 0644"
fresh

# --- modes of directories
chmod 0777 "$N$P/etcd"
findings 'a directory with keys that all can write to' "$P/etcd dir-mode chmod 0755"
chmod 1777 "$N$P/etcd"
findings 'sticky does not help where keys lie' "$P/etcd dir-mode chmod 1755"
chmod 0775 "$N/etc"
findings 'a directory above keys that a group can write to' "/etc dir-mode chmod 0755"
chmod 0777 "$N/home/alice"
findings 'a home that all can write to' "/home/alice dir-mode chmod 0775"
conf 'key_dir_mode: 0700'
chmod 0700 "$N$K" "$N$P/etcd" "$N/var/lib/kubelet/pki" "$N"/{root,home/alice}/.kube
findings 'a directory that others can list, where that is not wanted' "$P dir-mode chmod 0700" -- --conf "$T/conf"
mkdir -m 0777 "$N/open" && mv "$N$P/apiserver.key" "$N/open/key" && ln -s /open/key "$N$P/apiserver.key"
findings 'the directory that a link leads to' "/open dir-mode chmod 0755"
mkdir -m 0777 "$N/open" && rm -r "$N$P/etcd/peer.key" && cp -a "$T/base$P/etcd/peer.key" "$N/srv.key"
ln -s /srv.key "$N/open/peer.key" && sed -i "s|$P/etcd/peer.key|/open/peer.key|" "$N$K/manifests/etcd.yaml"
sed -i 's|^  volumes:|&\n  - hostPath: {path: /open}\n    name: open|; s|^    volumeMounts:|&\n    - {mountPath: /open, name: open}|' "$N$K/manifests/etcd.yaml"
findings 'and the one that the link lies in' "/open dir-mode chmod 0755"

# --- owners
if [ -n "$root" ]; then
	chown 1234 "$N$P/apiserver.key"
	findings 'a key of another user' "$P/apiserver.key owner $(mend 'chown 0')"
	chown 1234:1234 "$N/home/alice/.kube/config"
	findings "a key at home that is another's" "/home/alice/.kube/config owner $(mend 'chown 1000')"
	chown 0:0 "$N/home/alice/.kube/config"
	clean "or root's, as cp leaves it"
	chown 1234 "$N$P/etcd"
	findings 'a directory of another user' "$P/etcd dir-owner chown root"
	printf 'etcd:x:991:991::/:/sbin/nologin\n' >>"$N/etc/passwd"
	chown 991 "$N$P/etcd/"*.key
	conf 'key_owner: etcd'
	run verify --conf "$T/conf" --format json
	is 'key_owner by the name that the node has for it' "$(jq -r '[.findings[] | select(.code == "owner" and (.path | test("/etcd/")))] | length' <<<"$out")" 0
	like 'all others are found' "$(jq -r '.findings[] | "\(.path) \(.remedy)"' <<<"$out")" "$P/apiserver.key certrescue renew --fix-modes mends it, or chown 991"
	fresh
	chown 991 "$N$P/etcd/"*.key
	sed -i 's/^  hostNetwork: true/  securityContext:\n    runAsUser: 991\n&/' "$N$K/manifests/etcd.yaml"
	sed -i '/seccompProfile/,+1d; 0,/securityContext/!{/securityContext:/d}' "$N$K/manifests/etcd.yaml"
	clean 'keys of the user that a static pod runs as'
	chown 991 "$N$P/etcd/peer.key"
	findings 'who that is not' "$P/etcd/peer.key owner $(mend 'chown 0')"
else
	skip 'root only' 'owners'
fi
conf 'key_owner: nobody-here'
WHAT='an account that the node does not have' refuses 1 '/etc/passwd: the node has no account "nobody-here"; correct key_owner' verify --conf "$T/conf"

# --- signatures and keys
leaf() { # FILE KEY CA SUBJECT EXTENSIONS x509-option...: FILE on the node, issued by $T/ca/kubernetes/CA
	local f=$1 k=$2 ca=$T/ca/kubernetes/$3 s=$4 e=$5
	shift 5
	printf '%b\n' "$e" >"$T/ext"
	openssl req -new -key "$k" -subj "$s" -out "$T/csr" 2>"$T/log" &&
		openssl x509 -req -in "$T/csr" -CA "$ca.crt" -CAkey "$ca.key" -set_serial 77 -extfile "$T/ext" "$@" \
			-out "$N$f" 2>"$T/log" || bail "$(cat "$T/log")"
}
server='extendedKeyUsage = serverAuth\nkeyUsage = critical, digitalSignature, keyEncipherment\nauthorityKeyIdentifier = keyid'
client='extendedKeyUsage = clientAuth\nkeyUsage = critical, digitalSignature, keyEncipherment\nauthorityKeyIdentifier = keyid'
names=DNS:cp-1,DNS:kubernetes,DNS:k8s.example.com,IP:10.96.0.1,IP:10.30.0.21
proxy() { leaf "$P/front-proxy-client.crt" "$N$P/front-proxy-client.key" front-proxy-ca /CN=front-proxy-client "$client" "$@"; }
proxy_key() { "$@" >"$N$P/front-proxy-client.key" 2>/dev/null; chmod 0600 "$N$P/front-proxy-client.key"; }

proxy -days 100
clean 'a certificate that openssl issued'
proxy -days 100 -sha1
findings 'a SHA-1 signature' "$P/front-proxy-client.crt weak-signature $anew"
proxy -days 100 -sha1
run verify
like 'in text' "$out" "^BAD +$P/front-proxy-client.crt: it is signed with SHA-1"
exits 0 'the remedy is done' renew --within 36500d
exits 0 'and helps' verify
like 'by openssl too' "$(crt "$P/front-proxy-client.crt" | openssl x509 -noout -text)" 'Signature Algorithm: ecdsa-with-SHA256'
fresh
proxy_key openssl genrsa -traditional 1024
proxy -days 100
findings 'an RSA key of 1024 bits' "$P/front-proxy-client.crt weak-key $anew"
proxy_key openssl genrsa -traditional 1024
proxy -days 100
exits 0 'the remedy is done' renew --within 36500d
exits 0 'and helps' verify
like 'by openssl too' "$(crt "$P/front-proxy-client.crt" | openssl x509 -noout -text)" 'Public-Key: \(2048 bit\)'
fresh
conf 'min_rsa: 1024'
proxy_key openssl genrsa -traditional 1024
proxy -days 100
clean 'which min_rsa can allow' --conf "$T/conf"
conf 'min_rsa: 3072'
proxy_key openssl genrsa -traditional 2048
proxy -days 100
run verify --conf "$T/conf" --format json
is 'or one of 2048 forbid' "$(jq -r '.findings[] | select(.path | test("front-proxy")) | "\(.code): \(.text)"' <<<"$out")" \
	'weak-key: its RSA key has 2048 bits, where 3072 are the least'
exits 0 'then a renewal makes longer ones' renew --conf "$T/conf" --within 36500d
like 'by openssl' "$(crt "$P/front-proxy-client.crt" | openssl x509 -noout -text)" 'Public-Key: \(3072 bit\)'
fresh
proxy_key openssl ecparam -name secp224r1 -genkey -noout
proxy -days 100
run verify --format json
is 'P-224' "$(jq -r '.findings[] | select(.code == "weak-key") | "\(.path) \(.text); \(.remedy)"' <<<"$out")" \
	"$P/front-proxy-client.crt its key is of a kind (ECDSA P-224) that is weak, or that Kubernetes does not take; have it issued with an RSA, P-256 or P-384 key"
is 'exit 4' "$code" 4
fresh

# A CA of 1024 bits, one with a SHA-1 signature, one for a hundred years; ca FILE-BASE req-option...
ca() {
	local to=$1
	shift
	openssl req -x509 -subj /CN=front-proxy-ca -keyout "$T/weak.key" -nodes -out "$N$to.crt" \
		-addext 'keyUsage = critical, digitalSignature, keyEncipherment, keyCertSign' "$@" 2>"$T/log" || bail "$(cat "$T/log")"
	mkdir -p "$T/weak/kubernetes"
	cp "$N$to.crt" "$T/weak/kubernetes/front-proxy-ca.crt"
	cp "$T/weak.key" "$T/weak/kubernetes/front-proxy-ca.key"
	openssl req -new -key "$N$P/front-proxy-client.key" -subj /CN=front-proxy-client -out "$T/csr" 2>/dev/null
	printf '%b\n' "$client" >"$T/ext"
	openssl x509 -req -in "$T/csr" -CA "$N$to.crt" -CAkey "$T/weak.key" -set_serial 78 -extfile "$T/ext" -days 100 \
		-out "$N$P/front-proxy-client.crt" 2>"$T/log" || bail "$(cat "$T/log")"
}
ca "$P/front-proxy-ca" -newkey rsa:1024 -days 1000
findings 'a CA of 1024 bits' "$P/front-proxy-ca.crt weak-key no renewal changes a CA's key: plan the change to a new CA"
ca "$P/front-proxy-ca" -newkey rsa:2048 -days 1000 -sha1
findings 'a CA that is signed with SHA-1' "$P/front-proxy-ca.crt weak-signature have the CA's certificate issued again with SHA-256 and the same key"
ca "$P/front-proxy-ca" -newkey rsa:2048 -days 7301
conf 'max_ca_validity: 7300d'
clean 'a CA for twenty years and a day of backdating' --conf "$T/conf"
ca "$P/front-proxy-ca" -newkey rsa:2048 -days 36500
findings 'a CA for a hundred years' "$P/front-proxy-ca.crt validity have the CA's certificate issued again for a shorter time" -- --conf "$T/conf"
ca "$P/front-proxy-ca" -newkey rsa:2048 -days 36500
clean 'which nobody minds without a policy'

# --- validity
conf 'max_validity: 8760h'
clean 'a year, as kubeadm gives it' --conf "$T/conf"
proxy -days 368
findings 'three days more' "$P/front-proxy-client.crt validity $anew" -- --conf "$T/conf"
proxy -days 368
exits 0 'the remedy is done' renew --conf "$T/conf" --within 36500d --backdate 25h
exits 0 'and helps, backdated as on the booted image' verify --conf "$T/conf"
fresh
begin=$(date -u -d "$(openssl x509 -in "$N$P/front-proxy-ca.crt" -noout -startdate | cut -d= -f2)" +%Y%m%d%H%M%SZ)
dated() { # END: a certificate that begins when its CA does
	local d=$T/dated
	rm -rf "$d"; mkdir "$d"; : >"$d/db"; echo 4d >"$d/serial"
	printf '%b\n' "$client" >"$T/ext"
	openssl req -new -key "$N$P/front-proxy-client.key" -subj /CN=front-proxy-client -out "$T/csr" 2>/dev/null
	openssl ca -batch -notext -config <(printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s/db\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' "$d" "$d" "$d") \
		-cert "$N$P/front-proxy-ca.crt" -keyfile "$T/ca/kubernetes/front-proxy-ca.key" -in "$T/csr" -startdate "$begin" \
		-enddate "$(date -u -d "$1" +%Y%m%d%H%M%SZ)" -extfile "$T/ext" -out "$N$P/front-proxy-client.crt" 2>"$T/log" || bail "$(cat "$T/log")"
}
dated '+360 days'
clean 'one that kubeadm renewed, which begins when its CA did' --conf "$T/conf"
dated '+3000 days'
findings 'but not one for eight years' "$P/front-proxy-client.crt validity $anew" -- --conf "$T/conf"

# --- subject and issuer
subject='have it issued with that subject, or correct subject: in certrescue.conf'
issuer='have it issued by that CA, or correct issuer: in certrescue.conf'
conf 'subject:' '  front-proxy-client: CN=front-proxy-*' "  /**.conf: '**CN=*'" \
	'  kubelet-client: O=system:nodes,CN=system:node:{node}' 'issuer:' '  etcd-peer:' '  - CN=other' '  - CN=etcd-*'
clean 'names that are as wanted' --conf "$T/conf"
conf 'subject:' '  front-proxy-client: CN=front' '  scheduler.conf: [ "CN=a", "O=*,CN=system:kube-scheduler" ]'
findings 'subjects that are not' "$P/front-proxy-client.crt subject $subject" "$K/scheduler.conf users/system:kube-scheduler subject $subject" -- --conf "$T/conf"
run verify --conf "$T/conf"
like 'what it is and what is wanted' "$out" 'its subject is "CN=system:kube-scheduler", where certrescue.conf wants CN=a or O=\*,CN=system:kube-scheduler'
conf 'issuer:' '  /etc/kubernetes/pki/etcd/*.crt: CN=kubernetes'
findings 'issuers by file, CAs and leaves' "$P/etcd/ca.crt issuer $issuer" "$P/etcd/healthcheck-client.crt issuer $issuer" \
	"$P/etcd/peer.crt issuer $issuer" "$P/etcd/server.crt issuer $issuer" -- --conf "$T/conf"
conf 'subject:' '  ca: O=Example,CN=kubernetes'
findings 'a CA is named once, not in every kubeconfig' "$K/controller-manager.conf clusters/kubernetes subject $subject" -- --conf "$T/conf"
proxy -days 100
leaf "$P/front-proxy-client.crt" "$N$P/front-proxy-client.key" front-proxy-ca '/O=evil/O=system:masters/CN=front-proxy-client' "$client" -days 100
conf 'subject:' '  front-proxy-client: O=*,CN=front-proxy-client'
findings 'a star does not let another part in' "$P/front-proxy-client.crt subject $subject" -- --conf "$T/conf"
cp -a "$ROOT/conf/compliance.conf" "$T/conf"
leaf "$P/apiserver-kubelet-client.crt" "$N$P/apiserver-kubelet-client.key" ca '/O=Example/CN=kube-apiserver-kubelet-client' "$client" -days 100
run verify --conf "$T/conf" --format json
is 'the strict profile knows the subjects' "$(jq -r '.findings[] | select(.code != "mode") | "\(.path) \(.code)"' <<<"$out")" "$P/apiserver-kubelet-client.crt subject"
fresh

# --- by what it is reached
san='have it issued with that name as well, or correct what names it'
api() { leaf "$P/apiserver.crt" "$N$P/apiserver.key" ca /CN=kube-apiserver "$server\nsubjectAltName = $1" -days 100; }
api "$names"
clean 'an API server certificate with all names'
api "${names/,IP:10.30.0.21/}"
findings 'without the advertised address' "$P/apiserver.crt san $san"
api "${names/,IP:10.30.0.21/}"
run verify
like 'who names it is named' "$out" "^BAD +$P/apiserver.crt: it does not carry 10.30.0.21, by which it is reached \(--advertise-address in $K/manifests/kube-apiserver.yaml\)"
api "${names/IP:10.96.0.1/IP:10.96.0.2}"
findings 'without the address of the service' "$P/apiserver.crt san $san"
api "${names/,DNS:k8s.example.com/}"
findings 'without the control plane endpoint, which many kubeconfigs name' "$P/apiserver.crt san $san"
api "${names/,DNS:k8s.example.com/,DNS:*.example.com}"
clean 'a wildcard carries it'
api "${names/,DNS:k8s.example.com/,DNS:other.example.com}"
sed -i 's|server: https://k8s.example.com:6443|&\n    tls-server-name: other.example.com|' "$N$K"/*.conf
clean 'so does tls-server-name'
api "${names/DNS:cp-1,/}"
findings "without the node's name" "$P/apiserver.crt name was it copied from another node? put this node's own back"
sed -i 's|--service-cluster-ip-range=.*|--service-cluster-ip-range=fd00:1:2::/108,10.96.0.0/12|' "$N$K/manifests/kube-apiserver.yaml"
api "${names/10.96.0.1/fd00:1:2::1}"
clean 'a service network of IPv6'
leaf "$P/etcd/server.crt" "$N$P/etcd/server.key" etcd/ca /CN=cp-1 "extendedKeyUsage = serverAuth,clientAuth\nsubjectAltName = DNS:cp-1,DNS:localhost,IP:127.0.0.1" -days 100
findings 'an etcd certificate without the address of its clients' "$P/etcd/server.crt san $san"

# --- the file
refused() { # WHAT EXIT REGEX LINE...
	conf "${@:4}"
	WHAT="$1" refuses "$2" "$3" verify --conf "$T/conf"
	is "$1: nothing is said of the node" "$out" ''
	cp "$T/conf" "$T/medium/certrescue.conf"
	WHAT="$1: renew refuses it too" refuses "$2" "certrescue.conf: .*$3" "$C" renew --root "$N" --media "$T/medium" --yes --within 300d
	unchanged "$1: the node is as before"
	rm "$T/medium/certrescue.conf"
}
refused 'an unknown key' 64 'line 2: there is no setting "keymode"; correct it, or take it out; there are key_mode,' 'min_rsa: 2048' 'keymode: 0400'
refused 'a key mode that lets all read' 64 'line 1: key_mode allows too much' 'key_mode: 0644'
refused 'no YAML' 64 'line 2: ' 'key_mode: 0400' ' subject: x: y'
refused 'a role that there is not' 64 'rule for "kube-apiserver"' 'subject:' '  kube-apiserver: CN=x'
refused 'a star without quotes' 64 'a pattern that begins with \* needs quotes' 'subject:' '  apiserver: *,CN=x'
refused 'too long' 64 'longer than 65536 bytes' "#$(head -c 70000 /dev/zero | tr '\0' x)"
WHAT='a file that is not there' refuses 1 'nowhere: the configuration cannot be opened' verify --conf "$T/nowhere"
WHAT='a directory' refuses 1 'not a regular file' verify --conf "$T"
WHAT='a medium that is not there' refuses 1 'no such directory; mount the medium' verify --media "$T/nowhere"
clean 'a medium without one' --media "$T/medium"
printf 'boot:\n  certrescue: renew\n  node: /dev/vda1\n' >"$T/medium/certrescue.conf"
clean "one with the image's part alone" --media "$T/medium"
printf 'key_mode: 0400\n' >"$T/medium/certrescue.conf"
exits 4 "the medium's is read" verify --media "$T/medium"
fresh
clean '--conf comes before it' --media "$T/medium" --conf "$ROOT/conf/certrescue.conf"

# --- what renew does by default
put() { printf '%s\n' "$@" >"$T/medium/certrescue.conf"; }
plan() { run renew --dry-run "$@"; }
put 'renew:' '  within: 300d' '  validity: 240h' '  key: keep'
plan
is 'within: makes them due' "$code" 0
like 'validity:' "$out" "good until $(date -u -d '+10 days' +%Y-%m-%d)"
like 'key: keep' "$out" 'the key is kept, as asked'
plan --key new --validity 480h
like 'an option wins: --validity' "$out" "good until $(date -u -d '+20 days' +%Y-%m-%d)"
unlike 'an option wins: --key' "$out" 'the key is kept, as asked'
plan --within 1h
is 'an option wins: --within' "$code" 2
put 'max_validity: 240h'
plan --within 300d
like 'max_validity: shortens the default' "$out" "good until $(date -u -d '+10 days' +%Y-%m-%d)"
WHAT='and holds for the option' refuses 64 'validity is longer than certrescue.conf allows' renew --within 300d --validity 241h
unchanged 'the node is as before'
conf 'x: 1'
WHAT='renew takes --conf as well' refuses 64 'there is no setting' renew --conf "$T/conf"

# --- ca renew
cp -a "$T/ca/kubernetes" "$T/medium/ca/again"
caend() { openssl x509 -in "$T/medium/ca/again/ca.crt" -noout -enddate | sed 's/.*=//'; }
was=$(caend)
put 'max_ca_validity: 175200h' 'renew:' '  ca_validity: 6000d'
WHAT='max_ca_validity holds for ca renew too' refuses 64 'longer than certrescue.conf allows \(max_ca_validity\)' \
	"$C" ca renew "$T/medium/ca/again" --media "$T/medium" --validity 7301d
is 'and nothing is done' "$(caend)" "$was"
exits 0 'ca_validity: is its default' "$C" ca renew "$T/medium/ca/again" --media "$T/medium"
is 'by openssl' "$(date -u -d "$(caend)" +%Y-%m-%d)" "$(date -u -d '+6000 days' +%Y-%m-%d)"
done_testing
