#!/bin/bash
# SPDX-License-Identifier: MIT
# ca import: the CAs, and nothing else, out of whatever holds them; nothing that is damaged, nothing overwritten.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/cas.sh"
echo 'a passphrase of some length' >"$T/pass"
echo 'another one, as long as that' >"$T/new"
echo 'not the right one at all' >"$T/wrong"
n=0
imp() { # FROM [option...]: into a new $o
	n=$((n + 1)) o=$T/out$n
	local from=$1
	shift
	run "$C" ca import "$from" --out "$o" "$@"
}
took() { # WHAT CODE FILE...: exit code, and exactly these files
	local what=$1 want=$2
	shift 2
	is "$what: exit code" "$code" "$want"
	is "$what: the files" "$(cd "$o" 2>/dev/null && find . -type f | sed 's|^\./||' | sort | xargs)" "$(printf '%s\n' "$@" | sort | xargs)"
}
pair() { is "$1 is a pair" "$(pub "$o/$1.crt")" "$(pub -k "$o/$1.key" "${2:-}")"; }
no() { # CODE REGEX WHAT FROM [option...]: refused, nothing written
	local want=$1 re=$2 what=$3
	shift 3
	imp "$@"
	is "$what: exit code" "$code" "$want"
	like "$what: the reason" "$err" "$re"
	[ ! -e "$o" ] && pass "$what: nothing is written" || fail "$what: nothing is written" "$(find "$o")"
}
refuses 64 'import from' "$C" ca import
refuses 64 'where to write' "$C" ca import "$T"
refuses 64 'exclude' "$C" ca import "$T" --out "$T/x" --plain --new-passphrase-file "$T/new"

# --- a node's pki/
"$LIB/make-node" --key p256 --style 1.20 --out "$T/node" --name etcd-1 || bail 'make-node failed'
P=$T/node/etc/kubernetes/pki
"$LIB/manifest" "$T/node" >"$T/node.was"
imp "$P"
took 'a node' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key
same 'the cluster CA is the cluster CA' "$o/ca.crt" "$P/ca.crt"
same 'the etcd CA is the etcd CA' "$o/etcd/ca.crt" "$P/etcd/ca.crt"
same 'a plain key stays as it was' "$o/ca.key" "$P/ca.key"
like 'with a warning' "$err" 'warning: .*not encrypted.*certrescue ca protect'
like 'the service account key is named and left' "$out" 'left out: keys .*sa\.key'
is 'modes' "$(stat -c %a "$o" "$o/etcd" "$o/ca.crt" "$o/ca.key" | xargs)" '700 700 644 600'
"$LIB/manifest" "$T/node" >"$T/node.is"; same 'the node is as before' "$T/node.was" "$T/node.is"
imp "$P" --new-passphrase-file "$T/new"
took 'a node, encrypted' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key
for f in ca front-proxy-ca etcd/ca; do
	ok "$f: openssl opens it" opens "$o/$f.key" "$T/new" "$P/$f.crt"
	like "$f: PBES2, AES-256-CBC, HMAC-SHA-256" "$(openssl asn1parse -in "$o/$f.key" | xargs)" 'PBES2.*PBKDF2.*hmacWithSHA256.*aes-256-cbc'
	rounds=$((16#$(openssl asn1parse -in "$o/$f.key" | sed -n 's/.*INTEGER *://p' | head -1)))
	is "$f: 600,000 to 10,000,000 rounds" "$((rounds >= 600000 && rounds <= 10000000))" 1
done
unlike 'no warning of plain keys' "$err" 'not encrypted'
e=$o
imp "$e" --passphrase-file "$T/new"
took 'encrypted keys' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key
ok 'stay encrypted, with their passphrase' opens "$o/ca.key" "$T/new" "$P/ca.crt"
imp "$e" --passphrase-file "$T/new" --new-passphrase-file "$T/pass"
ok 'or get a new one' opens "$o/ca.key" "$T/pass" "$P/ca.crt"
no 1 'ca\.key: the passphrase does not open' 'a wrong passphrase' "$e" --passphrase-file "$T/wrong"
no 1 'no passphrase' 'no passphrase, no terminal' "$e"
no 1 'nowhere' 'no such passphrase file' "$e" --passphrase-file "$T/nowhere"
no 1 'empty' 'an empty new passphrase' "$P" --new-passphrase-file /dev/null
printf 'short\n' >"$T/short"
imp "$P" --new-passphrase-file "$T/short"
is 'a short passphrase is taken' "$code" 0
like 'with a warning' "$err" 'warning: .*short'
run "$C" check --root "$T/node" --ca "$e"
unlike 'the directory serves renew and check' "$err" 'not one CA'

# --- nothing is overwritten
imp "$P"; tree "$o" >"$T/tree"
refuses 1 'there already' "$C" ca import "$P" --out "$o"
tree "$o" >"$T/tree.is"; same 'all stays' "$T/tree" "$T/tree.is"
rm "$o"/*.* "$o/etcd/ca.crt"; tree "$o" >"$T/tree"
refuses 1 'etcd/ca.key: .*there already' "$C" ca import "$P" --out "$o"
tree "$o" >"$T/tree.is"; same 'nothing at all is written where one file is there' "$T/tree" "$T/tree.is"
mkdir "$T/links"; ln -s "$T/target" "$T/links/ca.key"
refuses 1 'there already' "$C" ca import "$P" --out "$T/links"
[ ! -e "$T/target" ] && pass 'a link is not followed' || fail 'a link is not followed'
echo file >"$T/plainfile"
refuses 1 'plainfile' "$C" ca import "$P" --out "$T/plainfile"
refuses 1 'a/b/c' "$C" ca import "$P" --out "$T/a/b/c"

# --- who is who: by what they issued, whatever names and places say
d=$T/swap
ca "$d/x1" p256 /CN=kubernetes; ca "$d/x2" p384 /CN=kubernetes; ca "$d/x3" rsa2048 /CN=kubernetes
leaf "$d/x1" "$d/l1" /CN=front-proxy-client
leaf "$d/x2" "$d/l2" /CN=kube-etcd-healthcheck-client
leaf "$d/x3" "$d/l3" /CN=kube-apiserver 'subjectAltName=DNS:cp-1,DNS:kubernetes.default.svc'
cp -a "$d" "$T/noleaf"; rm "$T"/noleaf/l?.*
imp "$d"
took 'three CAs of one subject' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key
same 'the cluster CA' "$o/ca.crt" "$d/x3.crt"; pair ca
same 'the front-proxy CA' "$o/front-proxy-ca.crt" "$d/x1.crt"; pair front-proxy-ca
same 'the etcd CA' "$o/etcd/ca.crt" "$d/x2.crt"; pair etcd/ca
imp "$T/noleaf"
took 'nothing tells them apart' 0 ca.crt ca.key ca-2.crt ca-2.key ca-3.crt ca-3.key
pair ca; pair ca-2; pair ca-3
d=$T/nodename; ca "$d/a" p256 /CN=kubernetes; leaf "$d/a" "$d/kubelet" /O=system:nodes/CN=system:node:etcd-1
ca "$d/etcd/b" p384 /CN=something
imp "$d"
same 'a node called etcd-1 is a node' "$o/ca.crt" "$d/a.crt"
same 'a path is a hint' "$o/etcd/ca.crt" "$d/etcd/b.crt"
d=$T/kubeasz; ca "$d/ca" rsa2048 /O=k8s/CN=kubernetes-ca
mv "$d/ca.crt" "$d/ca.pem"; mv "$d/ca.key" "$d/ca-key.pem"
cp "$d/ca.pem" "$d/c.crt"; cp "$d/ca-key.pem" "$d/c.key"
leaf "$d/c" "$d/etcd" /CN=etcd; leaf "$d/c" "$d/aggregator-proxy" /CN=aggregator; leaf "$d/c" "$d/kubernetes" /CN=kubernetes 'subjectAltName=DNS:kubernetes.default'
rm "$d/c.crt" "$d/c.key"
imp "$d"
took 'one CA for all, in cfssl names' 0 ca.crt ca.key
pair ca
d=$T/onekey; ca "$d/a" p256 /CN=kubernetes; cp "$d/a.key" "$d/b.key"
openssl req -x509 -new -key "$d/b.key" -subj /CN=front-proxy-ca -days 99 -out "$d/b.crt"
imp "$d"
took 'one key under two names' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key
pair ca; pair front-proxy-ca

# --- one file; any names; DER; CRLF; encryption of any kind that openssl makes
ca "$T/k/ca" rsa2048 /CN=kubernetes
{ echo '# our CA'; sed 's/$/\r/' "$T/k/ca.key"; echo '-- '; cat "$T/k/ca.crt"; } >"$T/one"
imp "$T/one"; took 'one file, key first' 0 ca.crt ca.key; pair ca
for k in rsa2048 rsa3072 rsa4096 rsa8192 p256 p384 p521; do
	ca "$T/$k/ca" $k /CN=kubernetes
	imp "$T/$k" --new-passphrase-file "$T/new"
	took "$k" 0 ca.crt ca.key
	ok "$k: openssl opens it" opens "$o/ca.key" "$T/new" "$T/$k/ca.crt"
	exits 0 "$k: and we do" "$C" ca show "$o" --passphrase-file "$T/new" --format json
	json "$k: the pair" '.cas[0].private_key.pair == true'
done
mkdir "$T/forms"; cp "$T/k/ca.crt" "$T/forms/x"
form() { # WHAT [OPTION...]: how pkcs8, or rsa, encrypts; opened by ca show, which writes nothing
	local what=$1
	shift
	if [ "$1" = legacy ]; then openssl rsa -in "$T/k/ca.key" -traditional "$2" -passout "file:$T/pass" -out "$T/forms/y" 2>/dev/null
	else openssl pkcs8 -topk8 -in "$T/k/ca.key" -passout "file:$T/pass" -out "$T/forms/y" "$@"; fi || { skip "openssl here does not make it" "$what"; return; }
	chmod 600 "$T/forms/y"
	exits 0 "$what: opens" "$C" ca show "$T/forms" --passphrase-file "$T/pass" --format json
	json "$what: the pair" '.cas[0].private_key.pair == true'
}
for c in aes-128-cbc aes-192-cbc aes-256-cbc des3; do
	form "PBES2 $c" -v2 $c
	form "legacy $c" legacy -$c
done
for h in SHA1 SHA224 SHA256 SHA384 SHA512; do form "PBES2, HMAC $h" -v2 aes-256-cbc -v2prf hmacWith$h -iter 5000; done
form 'PBES1 2DES' -v1 PBE-SHA1-2DES
form 'DER' -v2 aes-256-cbc -outform DER
form 'PBES1 3DES' -v1 PBE-SHA1-3DES
imp "$T/forms" --passphrase-file "$T/pass"
took 'PBES1 is imported' 0 ca.crt ca.key
ok 'and written as PBES2, with its passphrase' opens "$o/ca.key" "$T/pass" "$T/k/ca.crt"
cp "$T/k/ca.crt" "$T/forms/x"; openssl pkcs8 -topk8 -in "$T/k/ca.key" -passout "file:$T/pass" -out "$T/forms/y" -scrypt
no 1 'scrypt' 'scrypt is refused by name' "$T/forms" --passphrase-file "$T/pass"
openssl pkcs8 -topk8 -nocrypt -in "$T/k/ca.key" -outform DER -out "$T/forms/y"; openssl x509 -in "$T/k/ca.crt" -outform DER -out "$T/forms/x"
imp "$T/forms" --format json
json 'as JSON: what ca show says of what was written' '(.cas | length == 1) and .cas[0].private_key.pair == true'
imp "$T/forms"; took 'DER, both' 0 ca.crt ca.key; pair ca

# --- refused
mk() { rm -rf "$T/d"; ca "$T/d/ca" rsa2048 /CN=kubernetes; ca "$T/d/etcd/ca" p256 /CN=etcd-ca; }
mk; cat "$T/d/etcd/ca.key" >"$T/d/ca.key"
no 1 'ca\.key: is not the private key of .*/ca\.crt but that of .*etcd/ca\.crt' 'a pair that does not match' "$T/d"
mk; head -c 500 "$T/d/ca.key" >"$T/x"; cat "$T/x" >"$T/d/ca.key"
no 1 'ca\.key: .*no END line' 'a truncated key' "$T/d"
mk; sed -i '3s/./!/' "$T/d/ca.key"
no 1 'ca\.key: .*base64' 'a garbled key' "$T/d"
flip() { # FIELD: one bit of the last octet of the FIELDth INTEGER (1: n ... 8: iq) is another
	openssl rsa -in "$T/k/ca.key" -traditional -outform DER -out "$T/key.der" 2>/dev/null
	openssl asn1parse -inform DER -in "$T/key.der" | awk -v f="$1" '/INTEGER/ && i++ == f { sub(/:d=.*/, "", $1); split($0, a, /hl=| l= */); print $1 + a[2] + a[3] - 1 }' >"$T/at"
	perl -e 'open F, "<:raw", $ARGV[0]; local $/; $_ = <F>; substr($_, $ARGV[1], 1) ^= "\4"; print' "$T/key.der" "$(cat "$T/at")"
}
i=1
for name in n e d p q dp dq iq; do
	mk; flip $i >"$T/d/ca.key"
	no 1 'ca\.key: ' "a bit of $name flipped" "$T/d"
	i=$((i + 1))
done
mk; cp "$(cakey ed25519 x)" "$T/d/ca.key"; openssl req -x509 -new -key "$T/d/ca.key" -subj /CN=kubernetes -days 9 -out "$T/d/ca.crt"
no 5 'Ed25519' 'an Ed25519 CA' "$T/d"
cp "$(cakey pss x)" "$T/d/ca.key"; openssl req -x509 -new -key "$T/d/ca.key" -subj /CN=kubernetes -days 9 -out "$T/d/ca.crt"
no 5 'RSA-PSS' 'an RSA-PSS CA' "$T/d"
cp "$(cakey p224 x)" "$T/d/ca.key"; openssl req -x509 -new -key "$T/d/ca.key" -subj /CN=kubernetes -days 9 -out "$T/d/ca.crt"
no 5 'P-224' 'a P-224 CA' "$T/d"
cp "$(cakey rsa1024 x)" "$T/d/ca.key"; openssl req -x509 -new -key "$T/d/ca.key" -subj /CN=kubernetes -days 9 -out "$T/d/ca.crt"
no 5 'RSA-1024' 'an RSA-1024 CA' "$T/d"
mkdir "$T/no"; no 1 'not one CA' 'an empty directory' "$T/no"
no 1 'gone' 'no such directory' "$T/gone"
leaf "$T/k/ca" "$T/no/leaf" /CN=leaf; no 1 'not one CA' 'leaves alone' "$T/no"
cp "$T/k/ca.crt" "$T/no/"; no 1 'private key of the CA CN=kubernetes is not here' 'a CA without its key' "$T/no"

# --- some is left
mk; rm "$T/d/etcd/ca.key"
imp "$T/d"; took 'one of two has no key' 6 ca.crt ca.key
like 'it is named' "$err" 'etcd/ca.crt: left out: the private key of the CA CN=etcd-ca'
mk; echo '-----BEGIN CERTIFICATE-----
AAAA' >"$T/d/x.crt"
imp "$T/d"; took 'a damaged certificate beside' 6 ca.crt ca.key etcd/ca.crt etcd/ca.key
like 'it is named' "$err" 'x\.crt: left out: '
mk; leaf "$T/d/ca" "$T/d/leaf" /CN=leaf; : >"$T/d/leaf.key"; printf -- '-----BEGIN EC PRIVATE KEY-----\nAA\n' >"$T/d/leaf.key"
imp "$T/d"; took "a leaf's damaged key is no CA's" 0 ca.crt ca.key etcd/ca.crt etcd/ca.key
mk; ln -s ca.crt "$T/d/link.crt"
imp "$T/d"; took 'a link' 0 ca.crt ca.key etcd/ca.crt etcd/ca.key
like 'is named' "$out" 'link\.crt: not looked at: it is a symbolic link'
mk; openssl req -new -key "$(cakey p256 sub)" -subj /CN=sub -out "$T/sub.csr"
openssl x509 -req -in "$T/sub.csr" -CA "$T/d/ca.crt" -CAkey "$T/d/ca.key" -days 99 -set_serial 7 -extfile <(echo 'basicConstraints=critical,CA:TRUE') -out "$T/d/sub.crt" 2>/dev/null
cp "$(cakey p256 sub)" "$T/d/sub.key"; rm "$T/d/ca.key" "$T/d"/etcd/*
imp "$T/d"; took 'an intermediate without its root' 0 ca.crt ca.key
like 'the root is named' "$out" 'CN=kubernetes has no key here, and only issued another CA'

# --- expired, and older ones
"$LIB/make-node" --key p256 --seed old --out "$T/oldnode" --ca-days 300 || bail 'make-node failed'
imp "$T/oldnode/etc/kubernetes/pki"
took 'expired CAs' 0 ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key
like 'are kept with a note' "$err" 'warning: .*ca\.crt: this CA.s certificate has expired; certrescue ca renew'
mk; cp "$T/d/ca.crt" "$T/d/was.crt"; s=$(openssl x509 -in "$T/d/ca.crt" -noout -serial | sed 's/.*=//' | tr A-F a-f)
openssl req -x509 -new -key "$T/d/ca.key" -subj /CN=kubernetes -days 9000 -out "$T/d/ca.crt"
imp "$T/d"; took 'two certificates of one CA' 0 ca.crt ca.key "ca.crt.old-$s" etcd/ca.crt etcd/ca.key
same 'the later one is the CA' <(openssl x509 -in "$T/d/ca.crt") "$o/ca.crt"
not_ok 'no passphrase is left in any file' grep -rqF 'a passphrase of some' "$T"/out*

# --- PKCS#12
p12() { openssl pkcs12 -export -in "$T/k/ca.crt" -inkey "$T/k/ca.key" -out "$T/ca.p12" -passout "file:$T/pass" "$@" 2>/dev/null; }
p12kinds() { # OPTION... as one kind
	p12 "$@" || { skip 'openssl here does not make it' "PKCS#12 $*"; return; }
	imp "$T/ca.p12" --passphrase-file "$T/pass"
	took "PKCS#12 $*" 0 ca.crt ca.key
	ok "PKCS#12 $*: stays encrypted" opens "$o/ca.key" "$T/pass" "$T/k/ca.crt"
}
p12kinds
p12kinds -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1
p12kinds -certpbe NONE -keypbe AES-256-CBC
p12kinds -certpbe AES-128-CBC -keypbe AES-192-CBC -macalg sha512
no 1 'ca\.p12: .*passphrase' 'PKCS#12, no passphrase' "$T/ca.p12"
no 1 'ca\.p12: .*passphrase' 'PKCS#12, a wrong one' "$T/ca.p12" --passphrase-file "$T/wrong"
mkdir "$T/p12dir"; cp "$T/ca.p12" "$T/p12dir/anything"
imp "$T/p12dir" --passphrase-file "$T/pass"; took 'PKCS#12 in a directory' 0 ca.crt ca.key
head -c 900 "$T/ca.p12" >"$T/cut.p12"
no 1 'cut\.p12' 'PKCS#12, truncated' "$T/cut.p12" --passphrase-file "$T/pass"
openssl pkcs12 -export -nokeys -in "$T/k/ca.crt" -out "$T/nokey.p12" -passout "file:$T/pass" 2>/dev/null
no 1 'private key of the CA CN=kubernetes is not here' 'PKCS#12 without a key' "$T/nokey.p12" --passphrase-file "$T/pass"

# --- asked at a terminal
if command -v script >/dev/null; then
	dialogue '(passphrase|again).*: ' "$C ca import $T/k --out $T/tty1 --color never" 'typed at the terminal' 'typed at the terminal'
	is 'a terminal is asked for a new passphrase' "$code" 0
	echo 'typed at the terminal' >"$T/typed"
	ok 'which encrypts' opens "$T/tty1/ca.key" "$T/typed" "$T/k/ca.crt"
	unlike 'and is not shown' "$out" 'typed at'
	dialogue '(passphrase|again).*: ' "$C ca import $T/k --out $T/tty2" 'typed at the terminal' 'typed otherwise'
	is 'two that differ' "$code" 1
	like 'are said' "$out" 'not the same'
	[ ! -e "$T/tty2" ] && pass 'nothing is written' || fail 'nothing is written'
	dialogue '(passphrase|again).*: ' "$C ca import $T/k --out $T/tty3" ''
	is 'an empty one' "$code" 1
	like 'is refused' "$out" 'empty'
	dialogue 'Passphrase of' "$C ca import $T/tty1 --out $T/tty4" 'wrong one' 'typed at the terminal'
	is 'an encrypted key asks; the second try may be right' "$code" 0
	ok 'it stays encrypted' opens "$T/tty4/ca.key" "$T/typed" "$T/k/ca.crt"
	dialogue 'never asked' "$C ca import $T/k --out $T/tty5 --plain"
	is '--plain asks nothing' "$code" 0
	like 'and warns' "$out" 'not encrypted'
else
	skip 'script is missing (package bsdutils)' 'asked at a terminal'
fi

done_testing
