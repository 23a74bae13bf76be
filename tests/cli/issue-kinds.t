#!/bin/bash
# SPDX-License-Identifier: MIT
# issue: a CA of every kind of key signs leaves of every kind, judged by openssl; kinds that cannot are refused by name.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
cd "$T" || exit 1

cp "$LIB/../data/rsa8192.pem" rsa8192.key # openssl takes half a minute to make one
for bits in 2048 3072 4096; do openssl genrsa -out rsa$bits.key $bits 2>/dev/null; done
for curve in prime256v1:p256 secp384r1:p384 secp521r1:p521; do
	openssl ecparam -name "${curve%:*}" -genkey -noout -out "${curve#*:}.key"
done
openssl genpkey -algorithm ed25519 -out ed25519.key
openssl genpkey -algorithm ed448 -out ed448.key
openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 -out rsa-pss.key 2>/dev/null
openssl genrsa -out rsa1024.key 1024 2>/dev/null
for key in *.key; do
	openssl req -x509 -key "$key" -subj "/CN=${key%.key}" -days 900 -addext keyUsage=critical,keyCertSign -out "${key%.key}.pem"
done
csr() { printf '{"CN": "x", "hosts": ["a.b"], "key": {"algo": "%s", "size": %d}}' "${1%:*}" "${1#*:}" >csr.json; }
issue() { "$C" issue csr.json --ca "$1.pem" --ca-key "$1.key" --out "$2" --quiet "${@:3}"; }

for ca in rsa2048 rsa3072 rsa4096 rsa8192 p256 p384 p521; do
	for leaf in rsa:2048 ecdsa:256 ecdsa:384 ecdsa:521; do
		csr $leaf
		ok "$leaf by $ca: issued" issue $ca "$ca-$leaf"
		ok 'openssl verifies it' openssl verify -CAfile $ca.pem -purpose sslserver "$ca-$leaf.pem"
		is 'its key is of that kind' "$(openssl pkey -in "$ca-$leaf-key.pem" -noout -text | sed -n '1s/.*(\([0-9]*\) bit.*/\1/p')" "${leaf#*:}"
		is 'and its own' "$(openssl x509 -in "$ca-$leaf.pem" -noout -pubkey)" "$(openssl pkey -in "$ca-$leaf-key.pem" -pubout)"
	done
done
csr ecdsa:256
for keep in rsa3072 rsa4096 rsa8192 p384 p521; do
	ok "$keep: kept" issue p256 "kept-$keep" --key $keep.key
	is 'the certificate is for it' "$(openssl x509 -in "kept-$keep.pem" -noout -pubkey)" "$(openssl pkey -in $keep.key -pubout)"
done

refuses 5 'kind Ed25519' issue ed25519 no
refuses 5 'kind Ed448' issue ed448 no
refuses 5 'kind RSA-PSS' issue rsa-pss no
refuses 5 'too weak|below 2048' issue rsa1024 no
refuses 5 'too weak' issue p256 no --key rsa1024.key
refuses 1 'Ed25519 is not supported' issue p256 no --key ed25519.key
refuses 1 'RSA-PSS is not supported' issue p256 no --key rsa-pss.key
while read -r what code why; do
	csr "$what"
	WHAT="a new $what key: exit $code, $why" refuses "$code" "$why" issue p256 no
done <<'END'
rsa:1024 5 RSA keys below 2048 bits
rsa:2560 5 RSA keys of this size are not made
rsa:8192 5 RSA keys of this size are not made
ecdsa:224 1 no such ECDSA key
ed25519:0 5 ed25519
END
not_ok 'nothing was written of what was refused' ls no.pem no-key.pem no.csr

done_testing
