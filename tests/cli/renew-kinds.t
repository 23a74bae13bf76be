#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: leaves and CAs with kinds of keys that kubeadm does not make: renewed, or left with the reason.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
kubelet=var/lib/kubelet/pki

# --- leaves, in one node: Ed25519, P-521, RSA of 8192, 2560 and 1024 bits
newkey() { # KIND
	case $1 in
	ed25519) openssl genpkey -algorithm ed25519 ;;
	p521) openssl ecparam -name secp521r1 -genkey -noout ;;
	rsa1024 | rsa2560) openssl genrsa "${1#rsa}" ;;
	pss) openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 ;;
	rsa8192) cat "$LIB/../data/rsa8192.pem" ;; # openssl takes half a minute to make one
	esac
}
# swap KIND OLD.crt CA NEW.key NEW.crt: the certificate for a key of that kind, everything else as it was
swap() {
	newkey "$1" >"$4" 2>/dev/null
	{ openssl x509 -x509toreq -copy_extensions copyall -in "$2" -signkey "$4" -out "$T/csr" &&
		openssl x509 -req -in "$T/csr" -copy_extensions copy -CA "$3.crt" -CAkey "$3.key" -days 1 \
			-set_serial "0x$(openssl rand -hex 8)" -out "$T/swapped"; } 2>"$T/log" || bail "$(cat "$T/log")"
	cp "$T/swapped" "$5"
}
rm -rf "$T"/{base,ca,medium}
cluster
ca=$T/ca/kubernetes pki=$T/base$P
swap ed25519 "$pki/apiserver-kubelet-client.crt" "$ca/ca" "$pki/apiserver-kubelet-client.key" "$pki/apiserver-kubelet-client.crt"
swap p521 "$pki/front-proxy-client.crt" "$ca/front-proxy-ca" "$pki/front-proxy-client.key" "$pki/front-proxy-client.crt"
swap rsa2560 "$pki/etcd/server.crt" "$ca/etcd/ca" "$pki/etcd/server.key" "$pki/etcd/server.crt"
swap rsa1024 "$pki/etcd/healthcheck-client.crt" "$ca/etcd/ca" "$pki/etcd/healthcheck-client.key" "$pki/etcd/healthcheck-client.crt"
swap rsa8192 "$pki/etcd/peer.crt" "$ca/etcd/ca" "$pki/etcd/peer.key" "$pki/etcd/peer.crt"
field "$T/base$K/scheduler.conf" client-certificate-data >"$T/old.crt"
swap ed25519 "$T/old.crt" "$ca/ca" "$T/scheduler.key" "$T/scheduler.crt"
sed -i -e "s|\\(client-certificate-data: \\).*|\\1$(base64 -w0 "$T/scheduler.crt")|" \
	-e "s|\\(client-key-data: \\).*|\\1$(base64 -w0 "$T/scheduler.key")|" "$T/base$K/scheduler.conf"
current=$(readlink -f "$T/base/$kubelet")/$(basename "$(readlink "$T/base/$kubelet/kubelet-client-current.pem")")
swap ed25519 "$current" "$ca/ca" "$T/kubelet.key" "$T/kubelet.crt"
cat "$T/kubelet.crt" "$T/kubelet.key" >"$current"
fresh
exits 0 'leaves of all these kinds: renewed' renew
like 'the plan says why the Ed25519 key stays' "$out" 'pki/apiserver-kubelet-client.crt +same Ed25519 key.*keys of this kind cannot be made here'
ok 'openssl finds the node good' "$LIB/verify-node" --ca "$T/ca" --before "$T/base" "$T/node"
for f in $P/apiserver-kubelet-client.key $P/etcd/peer.key; do
	same "$f is kept byte for byte" "$T/base$f" "$T/node$f"
done
is "so is the scheduler's in its kubeconfig" "$(key $K/scheduler.conf)" "$(cat "$T/scheduler.key")"
is "and the kubelet's, in its new file" "$(openssl pkey -in "$T/node/$kubelet/$(basename "$(readlink "$T/node/$kubelet/kubelet-client-current.pem")")")" \
	"$(openssl pkey -in "$T/kubelet.key")"
like 'the P-521 key is a new P-521 key' "$(openssl pkey -in "$T/node$P/front-proxy-client.key" -noout -text)" 'NIST CURVE: P-521'
not_ok 'it is another one' cmp -s "$T/base$P/front-proxy-client.key" "$T/node$P/front-proxy-client.key"
for f in server.key:2560:3072 healthcheck-client.key:1024:2048; do
	IFS=: read -r f was is <<<"$f"
	like "RSA-$was becomes RSA-$is" "$(openssl pkey -in "$T/node$P/etcd/$f" -noout -text)" "\\($is bit"
done
exits 0 'verify agrees' "$C" verify --root "$T/node" --quiet
exits 0 'and undo takes it back' "$C" undo --root "$T/node"
swap ed25519 "$pki/apiserver-kubelet-client.crt" "$ca/ca" "$T/other.key" "$T/other.crt"
cp "$T/other.key" "$T/base$P/apiserver-kubelet-client.key"
fresh
exits 6 "an Ed25519 key that is not the certificate's: refused, the rest renewed" renew
like 'with that reason' "$out" "refuse +pki/apiserver-kubelet-client.crt .*another certificate's"

# --- CAs: front-proxy-ca has few leaves, so it is the one that changes
by_front() { # the leaf again, by that CA
	cp "$ca/front-proxy-ca.crt" "$pki/front-proxy-ca.crt"
	printf '%s\n' keyUsage=critical,digitalSignature extendedKeyUsage=clientAuth authorityKeyIdentifier=keyid >"$T/ext"
	openssl req -new -key "$pki/front-proxy-client.key" -subj /CN=front-proxy-client -out "$T/csr" &&
		openssl x509 -req -in "$T/csr" -CA "$ca/front-proxy-ca.crt" -CAkey "$ca/front-proxy-ca.key" -days 1 \
			-set_serial "0x$(openssl rand -hex 8)" -extfile "$T/ext" -out "$pki/front-proxy-client.crt" 2>"$T/log" ||
		bail "$(cat "$T/log")"
	rm -rf "$T/medium"
	"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" || bail 'make-medium failed'
}
front() { # KIND
	newkey "$1" >"$ca/front-proxy-ca.key" 2>/dev/null
	openssl req -x509 -key "$ca/front-proxy-ca.key" -subj /CN=front-proxy-ca -days 3000 -out "$ca/front-proxy-ca.crt" \
		-addext keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign || bail 'openssl made no CA'
	by_front
}
rm -rf "$T"/{base,ca,medium}
cluster
for kind in rsa8192 p521; do
	front $kind
	fresh
	exits 0 "a CA of $kind: its leaf is renewed with the others" renew
	ok "a CA of $kind: openssl finds the node good" "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
done
for kind in ed25519 pss; do
	front $kind
	fresh
	exits 6 "a CA of $kind: its leaf is left, the others are renewed" renew
	like "a CA of $kind: with that reason" "$out$err" \
		"front-proxy-client.crt: the CA in $P/front-proxy-ca.crt signed it with (Ed25519|RSA-PSS), with which certrescue neither verifies nor signs"
	same "a CA of $kind: the leaf is as it was" "$T/base$P/front-proxy-client.crt" "$T/node$P/front-proxy-client.crt"
done

# --- far ends: the CA ends with the year 9999, the leaf in its 23rd century
newkey p521 >"$ca/front-proxy-ca.key"
mkdir "$T/db"
: >"$T/db/index"
printf '%s\n' '[ca]' default_ca=x '[x]' "database=$T/db/index" "serial=$T/db/serial" "new_certs_dir=$T/db" default_md=sha512 \
	policy=p '[p]' commonName=supplied '[e]' basicConstraints=critical,CA:TRUE subjectKeyIdentifier=hash >"$T/cnf"
openssl req -new -key "$ca/front-proxy-ca.key" -subj /CN=front-proxy-ca -out "$T/csr"
openssl ca -batch -notext -config "$T/cnf" -create_serial -selfsign -keyfile "$ca/front-proxy-ca.key" -in "$T/csr" -extensions e \
	-startdate 20200101000000Z -enddate 99991231235959Z -out "$ca/front-proxy-ca.crt" 2>"$T/log" || bail "$(cat "$T/log")"
by_front
fresh
exits 0 'a CA until 9999, a leaf for 200 years' renew --validity 73000d
is 'it ends in 2226' "$(openssl x509 -in "$T/node$P/front-proxy-client.crt" -noout -enddate -dateopt iso_8601 | cut -c10-13)" \
	"$(date -u -d '+73000 days' +%Y)"
ok 'openssl verifies it in its last year' openssl verify -CAfile "$ca/front-proxy-ca.crt" \
	-attime "$(date -d '+72990 days' +%s)" "$T/node$P/front-proxy-client.crt"
is 'the others end with their CA' "$(openssl x509 -in "$T/node$P/apiserver.crt" -noout -enddate)" \
	"$(openssl x509 -in "$ca/ca.crt" -noout -enddate)"
exits 0 'verify agrees' "$C" verify --root "$T/node" --quiet

done_testing
