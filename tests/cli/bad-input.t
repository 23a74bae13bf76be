#!/bin/bash
# SPDX-License-Identifier: MIT
# renew on bad input: a sentence with path and remedy, the right exit code, and a node exactly as before; what can be rescued is.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cluster
"$LIB/make-node" --key p256 --out "$T/other" --ca-out "$T/otherca" --seed b || bail 'make-node failed'
"$LIB/make-medium" --ca "$T/otherca" --out "$T/othermedium"

# refused CODE WHAT REGEX [option...]: the run is refused or fails, says why, and the node is as before
refused() {
	local code=$1 what=$2 re=$3
	shift 3
	WHAT=$what refuses "$code" "^certrescue: .*($re)" timeout 60 "$C" renew --root "$T/node" --yes "$@"
	unchanged "$what: the node is as before"
}
# partly WHAT PATH REGEX [option...]: exit 6, PATH is named with its reason, the other certificates are renewed, PATH's bytes stay
partly() {
	local what=$1 path=$2 re=$3 was
	shift 3
	was=$(grep -F "$path	" "$T/node.was")
	exits 6 "$what: the rest is rescued" timeout 60 "$C" renew --root "$T/node" --media "$T/medium" --yes "$@"
	like "$what: it is named with the reason" "$(tr '\n' ' ' <<<"$out$err")" "${path#/etc/kubernetes/}.*$re"
	is "$what: it is as it was" "$("$LIB/manifest" "$T/node" | grep -F "$path	")" "$was"
	ok "$what: another certificate is good" openssl x509 -in "$T/node$P/etcd/healthcheck-client.crt" -noout -checkend 86400
	exits 4 "$what: check still finds it" "$C" check --root "$T/node" --quiet
	fresh
}
fresh

# --- the medium
mkdir -p "$T/m1" "$T/m2/ca/kubernetes" "$T/m3/ca/kubernetes"
cp "$T/ca/kubernetes/ca.crt" "$T/m3/ca/kubernetes/"
refused 1 'no ca/ on the medium' 'm1: .*no directory ca/.*; put the cluster' --media "$T/m1"
refused 1 'nothing in ca/' 'm2/ca: not one CA certificate.*; put the cluster' --media "$T/m2"
refused 1 'no medium there' 'nowhere' --media "$T/nowhere"
refused 1 'a file instead of a medium' 'before|othermedium|node.was' --media "$T/node.was"
refused 5 'the CA of another cluster with the same name' 'another cluster|none of|not this' --media "$T/othermedium"
like 'it says what to do' "$err" '; '
is 'what is no medium gets no reports' "$(ls "$T/m1")" ''
run "$C" renew --root "$T/node" --media "$T/m3" --yes
like 'a CA without its key: refused' "$code" '^(1|5|6)$'
like 'a CA without its key: that is said' "$out$err" 'no private key|key.*(missing|not)'
unchanged 'a CA without its key: the node is as before'
cp -a "$T/medium" "$T/m4"
head -c 80 "$T/ca/kubernetes/ca.key" >"$T/m4/ca/kubernetes/ca.key"
run "$C" renew --root "$T/node" --media "$T/m4" --yes
like 'a damaged CA key: not said to be done' "$code" '^[156]$'
like 'a damaged CA key is named' "$out$err" 'kubernetes/ca\.(key|crt)|private key'
[ "$code" = 6 ] || unchanged 'a damaged CA key: the node is as before'
fresh
cp -a "$T/otherca/kubernetes" "$T/m4/ca/second"; cp "$T/ca/kubernetes/ca.key" "$T/m4/ca/kubernetes/ca.key"
exits 0 'two clusters on the medium: the one of this node is found by its key' "$C" renew --root "$T/node" --media "$T/m4" --yes
fresh
refused 5 '--cluster names the other one' 'another cluster|none of|not this' --media "$T/m4" --cluster second
refused 1 '--cluster names none' 'third' --media "$T/m4" --cluster third

# --- no node, none of ours
mkdir -p "$T/void/etc"
WHAT='no Kubernetes' refuses 1 'void: ' "$C" renew --root "$T/void" --media "$T/medium" --yes
is 'and nothing is made there' "$(find "$T/void")" "$T/void"$'\n'"$T/void/etc"
mkdir -p "$T/node/etc/kubernetes/static-pod-resources"; remember
refused 5 'an OpenShift node' 'OpenShift.*oc adm certificate approve' --media "$T/medium"
fresh
mkdir -p "$T/node/system/secrets/kubernetes"; remember
refused 5 'a Talos node' 'Talos.*talosctl' --media "$T/medium"
fresh
for f in $P/apiserver $P/etcd/server $P/etcd/peer; do cp -a "$T/base$f.crt" "$T/node$f.crt"; done

# --- files that cannot be rescued, among files that can
head -c 400 "$T/base$P/apiserver.crt" >"$T/node$P/apiserver.crt"; remember
partly 'a truncated certificate' $P/apiserver.crt '(damaged|cannot be read)'
: >"$T/node$P/front-proxy-client.crt"; remember
partly 'an empty certificate' $P/front-proxy-client.crt '(empty|no certificate)'
head -c 3000 /dev/urandom >"$T/node$P/etcd/peer.crt"; remember
partly 'noise for a certificate' $P/etcd/peer.crt '(damaged|cannot be read|no certificate)'
sed -i '8s/^/\t- {/' "$T/node$K/scheduler.conf"; remember
partly 'a garbled kubeconfig' $K/scheduler.conf '(kubeconfig|YAML)'
sed -i 's/client-certificate-data: ...../&*/' "$T/node$K/controller-manager.conf"; remember
partly 'a kubeconfig with garbled data' $K/controller-manager.conf '(base64|damaged|read)'
rm "$T/node$P/apiserver.crt"; mkdir "$T/node$P/apiserver.crt"; remember
partly 'a directory in a file'\''s place' $P/apiserver.crt 'directory'
rm "$T/node$P/apiserver.crt"; mkfifo "$T/node$P/apiserver.crt"; remember
partly 'a FIFO in a file'\''s place (no hang)' $P/apiserver.crt '(pipe|regular|FIFO|fifo)'
rm "$T/node$P/apiserver.key"; mkfifo "$T/node$P/apiserver.key"; remember
partly 'a FIFO in a key'\''s place' $P/apiserver.key '(pipe|regular|FIFO|fifo)'
rm "$T/node$P/apiserver.crt"; mknod "$T/node$P/apiserver.crt" c 1 5 2>/dev/null && {
	remember
	partly '/dev/zero in a file'\''s place' $P/apiserver.crt '(device|regular)'
}
fresh
truncate -s 100M "$T/node$P/apiserver.crt"; remember
partly '100 MB of nothing in a file'\''s place' $P/apiserver.crt '(long|large|big|MiB|bytes)'
rm "$T/node$P/front-proxy-client.crt"; remember
exits 6 'a certificate that is gone' renew
like 'is named' "$out$err" 'front-proxy-client.crt.*missing'
fresh

# --- certificates that our CA signed, but which must not be cloned
openssl x509 -in "$T/base$P/front-proxy-client.crt" -x509toreq -signkey "$T/base$P/front-proxy-client.key" -out "$T/csr" 2>/dev/null
forged() { # WHAT REGEX EXTENSION-LINE
	printf 'extendedKeyUsage = clientAuth\n%s\n' "$3" >"$T/ext"
	openssl x509 -req -in "$T/csr" -CA "$T/ca/kubernetes/front-proxy-ca.crt" -CAkey "$T/ca/kubernetes/front-proxy-ca.key" -days 3 \
		-extfile "$T/ext" -out "$N/front-proxy-client.crt" 2>/dev/null || bail 'openssl could not sign'
	remember
	partly "$1" $P/front-proxy-client.crt "$2"
}
N=$T/node$P
forged 'CA:TRUE in a leaf'\''s place' 'CA certificate' 'basicConstraints = critical, CA:TRUE'
forged 'keyCertSign in a leaf'\''s place' 'CA certificate|keyCertSign' 'keyUsage = critical, digitalSignature, keyCertSign'
forged 'an unknown critical extension' 'critical extension' '1.2.3.4 = critical, DER:0500'

# --- certificates of another node of the same cluster (copied from a peer): not cloned, and named
"$LIB/make-node" --key p256 --name cp-2 --ip 10.30.0.22 --out "$T/peer"
for f in apiserver etcd/server etcd/peer; do
	cp -a "$T/peer$P/$f".{crt,key} "$T/node$P/${f%/*}/" 2>/dev/null || cp -a "$T/peer$P/$f".{crt,key} "$T/node$P/"
	remember
	run renew
	like "$f of another node: refused" "$code" '^[56]$'
	like "$f of another node: it is named, with both nodes" "$(tr '\n' ' ' <<<"$out$err")" "$f.crt.*cp-2.*cp-1"
	is "$f of another node: not cloned" "$(openssl x509 -in "$T/node$P/$f.crt" -noout -serial)" "$(openssl x509 -in "$T/peer$P/$f.crt" -noout -serial)"
	[ "$code" = 6 ] || unchanged "$f of another node: the node is as before"
	fresh
done

# --- a key that does not match: a new pair, or refused where keys are to stay
cp "$T/base$P/etcd/peer.key" "$T/node$P/etcd/server.key"; remember
exits 0 'a key of another certificate: a new pair is made' renew
like 'that is said' "$out" 'etcd/server.crt .*another certificate.s: a new pair is made'
ok 'openssl finds the node good' "$LIB/verify-node" --quiet --ca "$T/ca" --key any "$T/node"
fresh
cp "$T/base$P/etcd/peer.key" "$T/node$P/etcd/server.key"; remember
partly 'a key of another certificate with --key keep' $P/etcd/server.crt 'another certificate' --key keep
head -c 50 "$T/base$P/apiserver.key" >"$T/node$P/apiserver.key"; remember
exits 0 'a truncated key: a new pair is made' renew
fresh

# --- links out of the tree: the sentinel outside is neither read nor changed
mkdir "$T/outside"
cp "$T/base$P/apiserver.crt" "$T/base$P/apiserver.key" "$T/outside/"
touch -d @1000000000 "$T/outside"/* "$T/outside"
touch -a -d @2000000000 "$T/outside"/*
sentinel() { find "$T/outside" -printf '%p %i %m %s %T@ %C@\n' | sort; cat "$T/outside/"*; }
safe=$(sentinel)
for link in "../../../../../../../../../../../../..$T/outside/apiserver.crt" "$T/outside/apiserver.crt" /proc/self/root"$T/outside/apiserver.crt"; do
	rm -f "$T/node$P/apiserver.crt"; ln -s "$link" "$T/node$P/apiserver.crt"; remember
	partly "a link to ${link/$T/T}" $P/apiserver.crt '(missing|not there|link|outside|No such)'
	is 'the sentinel is as it was' "$(sentinel)" "$safe"
done
if command -v strace >/dev/null; then
	ln -sf "../../../../../../../../../../../../..$T/outside/apiserver.crt" "$T/node$P/apiserver.crt"
	strace -f -e trace=open,openat,stat,lstat,newfstatat,readlink -o "$T/strace" "$C" renew --root "$T/node" --media "$T/medium" --yes >/dev/null 2>&1
	isnt 'strace has seen it at work' "$(wc -l <"$T/strace")" 0
	is 'the sentinel was never opened' "$(grep -c "$T/outside" "$T/strace")" 0
	fresh
else skip 'strace is missing (package strace)' 'the sentinel was never opened'; fi
mv "$T/node/etc/kubernetes/pki" "$T/outside/pki"; ln -s "$T/outside/pki" "$T/node/etc/kubernetes/pki"
safe=$(find "$T/outside" -printf '%p %i %m %s %T@ %C@\n' | sort); remember
run timeout 60 "$C" renew --root "$T/node" --media "$T/medium" --yes
isnt 'pki/ is a link out of the tree: not all done' "$code" 0
is 'nothing outside changed' "$(find "$T/outside" -printf '%p %i %m %s %T@ %C@\n' | sort)" "$safe"
fresh
ln -s loop2 "$T/node$P/loop1.crt"; ln -s loop1.crt "$T/node$P/loop2"
exits 0 'a loop of links beside the certificates' timeout 60 "$C" renew --root "$T/node" --media "$T/medium" --yes
fresh
ln -s "$T/outside" "$T/node/var/lib/certrescue"; remember
run renew
like 'the state directory is a link: refused' "$code" '^[15]$'
like 'it is named' "$err" '/var/lib/certrescue'
unchanged 'the node is as before'
fresh

# --- the clock: evidence in the future, since a static program cannot be lied to about the time
"$LIB/make-node" --key p256 --out "$T/ahead" --ca-out "$T/aheadca" --expired-days -200 --now $(($(date +%s) + 400 * 86400))
rm -rf "$T/node"; cp -a "$T/ahead" "$T/node"; remember
refused 5 'the clock lies before the evidence' 'clock|time' --media "$T/medium"
like 'the evidence is named, and what to do' "$err" '/.*; .*(--now|clock)'
run renew --now "$(date -u -d '+900 days' +%Y-%m-%dT%H:%M:%SZ)"
like '--now is the operator'\''s word' "$code" '^0$'
fresh
exits 0 'evidence of ten years ahead is not believed' renew --evidence "last mount=$(date -u -d '+20 years' +%Y-%m-%dT00:00:00Z)"
like 'and named' "$out$err" 'last mount.*not believed'
fresh
exits 0 'four years on by --now: done, with a warning' renew --now "$(date -u -d '+4 years' +%Y-%m-%dT%H:%M:%SZ)"
like 'a warning' "$err" 'warning: '
json_report=$(ls -d "$T/medium/reports/cp-1"/* | tail -1)/report.json
like 'and it stands in the report' "$(jq -r .clock "$json_report")" 'operator'
fresh
refused 5 'evidence after now' 'last mount' --media "$T/medium" --evidence "last mount=$(date -u -d '+40 days' +%Y-%m-%dT00:00:00Z)"

# --- usage
fresh
WHAT='no medium named' refuses 64 '\-\-media DIR' "$C" renew --root "$T/node" --yes
WHAT='an unknown option' refuses 64 'no-such' renew --no-such
WHAT='an unknown command' refuses 64 'frobnicate' "$C" frobnicate
WHAT='an operand too many' refuses 64 'extra' renew extra
WHAT='an option without its value' refuses 64 'key' renew --key
WHAT='--key with another word' refuses 64 'new or keep' renew --key maybe
WHAT='--validity of nothing' refuses 64 'validity' renew --validity 0h
WHAT='--validity that is no duration' refuses 64 'validity' renew --validity -1h
WHAT='--validity past all time' refuses 64 'validity' renew --validity 99999999999999h
WHAT='--drill without --dry-run' refuses 64 'dry-run' renew --drill
WHAT='no command' refuses 64 'usage|command' "$C"
WHAT='--format with another word' refuses 64 'format' renew --format xml
unchanged 'none of these did anything'
for c in '' check renew verify undo resume inspect; do
	exits 0 "certrescue $c --help" "$C" $c --help
	like 'shows its usage' "$out" '^usage: certrescue'
done
exits 0 'certrescue --version' "$C" --version
like 'shows its version' "$out" '[0-9]+\.[0-9]+\.[0-9]+'

done_testing
