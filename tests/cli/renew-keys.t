#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: every key algorithm and every age of kubeadm comes back whole, judged by openssl; kept keys stay byte for byte.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"

# case STYLE KEY new|keep [make-node option...]
rescue() {
	local what="kubeadm $1, $2, $3 keys" style=$1 alg=$2 policy=$3
	shift 3
	rm -rf "$T"/{base,ca,medium}
	cluster --style "$style" --key "$alg" "$@"
	fresh
	exits 4 "$what: the fixture has expired" "$C" check --root "$T/node" --quiet
	exits 0 "$what: renewed" renew --key "$policy"
	ok "$what: openssl finds it good" "$LIB/verify-node" --ca "$T/ca" --before "$T/base" --key "$policy" "$T/node"
	exits 0 "$what: check finds nothing due" "$C" check --root "$T/node" --quiet
	exits 0 "$what: verify agrees" "$C" verify --root "$T/node" --quiet
	remember
	exits 2 "$what: a second renew has nothing to do" renew
	unchanged "$what: and does nothing"
}
rescue 1.20 rsa2048 new
rescue 1.29 p256 new
rescue 1.33 p384 new --name node-7.example.org --ip 2001:db8::7 --endpoint lb.example.org --san '*.apps.example.org'
rescue 1.36 p256 new --init-only
rescue 1.33 rsa3072 keep
rescue 1.33 rsa4096 keep

# --key keep: not a byte of any private key changes.
keys() {
	local f
	(cd "$T/$1" && for f in $(cd "$T/base" && find etc var/lib/kubelet -name '*.key' -o -name sa.pub | sort); do sha256sum "$f"; done
	for f in etc/kubernetes/*.conf root/.kube/config home/*/.kube/config; do
		printf '%s %s\n' "$f" "$(field "$T/$1/$f" client-key-data | sha256sum)"
	done)
}
isnt 'there are keys to compare' "$(keys base | wc -l)" 0
is '--key keep keeps every key byte for byte' "$(keys node)" "$(keys base)"
kubelet=var/lib/kubelet/pki
is "and the key in the kubelet's new pem" \
	"$(openssl pkey -in "$T/node/$kubelet/$(basename "$(readlink "$T/node/$kubelet/kubelet-client-current.pem")")")" \
	"$(openssl pkey -in "$T/base/$kubelet/$(basename "$(readlink "$T/base/$kubelet/kubelet-client-current.pem")")")"

# RSA-3072 and RSA-4096 keys are made too: one each, for time's sake.
for alg in rsa3072 rsa4096; do
	rm -rf "$T"/{base,ca,medium,old}
	"$LIB/make-node" --key $alg --out "$T/old"
	cluster --key $alg --expired-days -200
	cp -a "$T/old$P/front-proxy-client.crt" "$T/base$P/"
	fresh
	exits 0 "$alg: the one that is due gets a new key" renew --only-due
	is "$alg: of the same size" "$(openssl pkey -in "$T/node$P/front-proxy-client.key" -noout -text | sed -n '1s/.*(\([0-9]*\) bit.*/\1/p')" "${alg#rsa}"
	ok "$alg: openssl takes the new pair" openssl verify -CAfile "$T/base$P/front-proxy-ca.crt" -purpose sslclient "$T/node$P/front-proxy-client.crt"
	is "$alg: the key is the certificate's" "$(openssl x509 -in "$T/node$P/front-proxy-client.crt" -noout -pubkey)" \
		"$(openssl pkey -in "$T/node$P/front-proxy-client.key" -pubout)"
	is "$alg: and no other file changed" "$(diff -rq --no-dereference "$T/base" "$T/node" | grep -v 'Only in .*: certrescue' | sed 's/.* and .*\/pki/pki/' | sort | paste -sd,)" \
		'pki/front-proxy-client.crt differ,pki/front-proxy-client.key differ'
done

done_testing
