#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by tests of `certrescue ca` after lib/tap.sh and cli.sh: CAs made by openssl.
#
#   cakey ALG NAME         prints the path of a private key (rsa2048 ... rsa8192, p256, p384, p521, ed25519, pss), made once
#                          and cached
#   ca STEM ALG SUBJECT [req option...]     STEM.crt and STEM.key: a self-signed CA as kubeadm makes it, ten years
#   leaf CASTEM STEM SUBJECT [extension]    STEM.crt and STEM.key: a P-256 leaf of that CA
#   pub FILE               the public key of a certificate; pub -k FILE [passin]: of a private key
#   opens FILE PASSFILE CRT     openssl opens the encrypted key FILE with PASSFILE's first line; it is CRT's
#   tree DIR               every file with mode and digest, to compare
cakey() {
	local f=$CERTRESCUE_TEST_KEYS/$1-offline-$2.pem t
	mkdir -p "$CERTRESCUE_TEST_KEYS"
	if [ ! -s "$f" ]; then
		t=$(mktemp "$CERTRESCUE_TEST_KEYS/.new.XXXXXX")
		case $1 in
		rsa*) openssl genrsa -traditional "${1#rsa}" >"$t" 2>/dev/null ;;
		p256) openssl ecparam -name prime256v1 -genkey -noout >"$t" ;;
		p384) openssl ecparam -name secp384r1 -genkey -noout >"$t" ;;
		p521) openssl ecparam -name secp521r1 -genkey -noout >"$t" ;;
		p224) openssl ecparam -name secp224r1 -genkey -noout >"$t" ;;
		ed25519) openssl genpkey -algorithm ed25519 >"$t" ;;
		pss) openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 >"$t" 2>/dev/null ;;
		esac
		ln "$t" "$f" 2>/dev/null || [ -s "$f" ] || cp "$t" "$f"
		rm -f "$t"
	fi
	echo "$f"
}
ca() { # STEM ALG SUBJECT [req option...]
	local stem=$1 alg=$2 subject=$3
	shift 3
	mkdir -p "$(dirname "$stem")"
	(umask 077; cat "$(cakey "$alg" "$(tr -c 'A-Za-z0-9\n' - <<<"$subject")")" >"$stem.key")
	openssl req -x509 -new -key "$stem.key" -subj "$subject" -days 3650 -config /dev/fd/3 -out "$stem.crt" "$@" 3<<-END || bail "openssl made no CA $stem"
		[req]
		distinguished_name = dn
		x509_extensions = ca
		[dn]
		[ca]
		keyUsage = critical, digitalSignature, keyEncipherment, keyCertSign
		basicConstraints = critical, CA:TRUE
		subjectKeyIdentifier = hash
	END
}
leaf() { # CASTEM STEM SUBJECT [extension]
	mkdir -p "$(dirname "$2")"
	(umask 077; cat "$(cakey p256 leaf)" >"$2.key")
	openssl req -new -key "$2.key" -subj "$3" -out "$T/leaf.csr" &&
		openssl x509 -req -in "$T/leaf.csr" -CA "$1.crt" -CAkey "$1.key" -set_serial "0x$(openssl rand -hex 8)" -days 365 \
			-extfile <(printf '%s\nextendedKeyUsage=serverAuth,clientAuth\n' "${4:-}") -out "$2.crt" 2>/dev/null ||
		bail "openssl made no leaf $2"
}
pub() {
	if [ "$1" = -k ]; then openssl pkey -in "$2" -pubout ${3:+-passin "$3"} 2>/dev/null; else openssl x509 -in "$1" -noout -pubkey; fi
}
opens() { grep -q 'BEGIN ENCRYPTED PRIVATE KEY' "$1" && [ "$(pub -k "$1" "file:$2")" = "$(pub "$3")" ]; }
tree() { (cd "$1" && find . -printf '%p %y %m ' -type f -exec sha256sum {} \; -o -printf '\n'); }
