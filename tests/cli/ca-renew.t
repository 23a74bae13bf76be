#!/bin/bash
# SPDX-License-Identifier: MIT
# ca renew: same key, subject, key id and extensions; new serial and validity; what the CA issued stays good.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/cas.sh"
echo 'a passphrase of some length' >"$T/pass"
echo 'not the right one at all' >"$T/wrong"
sub() { openssl x509 -in "$1" -outform DER | openssl asn1parse -inform DER -i | sed 's/^ *[0-9]*:/:/'; }
der() { # CRT WHAT: raw bytes of the subject, or text of the extensions
	case $2 in
	subject) openssl x509 -in "$1" -noout -subject_hash -nameopt RFC2253,show_type,dump_all -subject ;;
	extensions) openssl x509 -in "$1" -noout -text -certopt no_header,no_version,no_serial,no_signame,no_validity,no_subject,no_issuer,no_pubkey,no_sigdump,no_aux ;;
	esac
}
kinds='rsa2048 rsa3072 rsa4096 rsa8192 p256 p384 p521'
exits 64 'a directory is needed' "$C" ca renew
refuses 64 'validity' "$C" ca renew "$T" --validity 10y

# --- every kind of key, plain and encrypted
for k in $kinds; do
	d=$T/$k
	ca "$d/ca" $k "/O=Ünïcode, Inc./CN=kubernetes" -utf8
	leaf "$d/ca" "$d-leaf/leaf" /CN=leaf
	cp "$d/ca.crt" "$T/$k.before"
	openssl pkcs8 -topk8 -in "$d/ca.key" -v2 aes-256-cbc -iter 1000 -passout "file:$T/pass" -out "$d/new" && mv "$d/new" "$d/ca.key"
	chmod 600 "$d/ca.key"; sum=$(sha256sum <"$d/ca.key")
	exits 0 "$k: renewed" "$C" ca renew "$d" --passphrase-file "$T/pass" --validity 200000h
	like "$k: says what is next" "$out" 'bring it to every node'
	is "$k: same subject" "$(der "$d/ca.crt" subject)" "$(der "$T/$k.before" subject)"
	is "$k: same extensions" "$(der "$d/ca.crt" extensions)" "$(der "$T/$k.before" extensions)"
	is "$k: same key" "$(pub "$d/ca.crt")" "$(pub "$T/$k.before")"
	isnt "$k: new serial" "$(openssl x509 -in "$d/ca.crt" -noout -serial)" "$(openssl x509 -in "$T/$k.before" -noout -serial)"
	is "$k: the validity" "$(($(date -ud "$(openssl x509 -in "$d/ca.crt" -noout -enddate | sed 's/.*=//')" +%s) - $(date +%s) > 719990000))" 1
	ok "$k: openssl: self-signed" openssl verify -x509_strict -check_ss_sig -CAfile "$d/ca.crt" "$d/ca.crt"
	ok "$k: openssl: the old leaf" openssl verify -CAfile "$d/ca.crt" "$d-leaf/leaf.crt"
	same "$k: the old one is kept" "$d/ca.crt.old-$(openssl x509 -in "$T/$k.before" -noout -serial | sed 's/.*=//' | tr A-F a-f)" "$T/$k.before"
	is "$k: the key is as it was" "$(sha256sum <"$d/ca.key")" "$sum"
	is "$k: modes" "$(stat -c %a "$d/ca.crt" "$d/ca.key" | xargs)" '644 600'
	is "$k: three files" "$(find "$d" -type f | wc -l)" 3
done

# --- again and again; the store takes the newest
d=$T/p256
exits 0 'renewed once more' "$C" ca renew "$d" --passphrase-file "$T/pass" --validity 210000h
is 'two old ones' "$(ls "$d" | grep -c old-)" 2
exits 0 'show' "$C" ca show "$d" --format json
json 'one CA, two older certificates' '(.cas | length == 1) and (.cas[0].older | length == 2)'
"$LIB/make-node" --key p256 --out "$T/node" --ca-out "$T/off" --ca-days 900 || bail 'make-node failed'
"$LIB/make-medium" --ca "$T/off" --out "$T/medium"
exits 0 'the CAs of a medium' "$C" ca renew "$T/medium/ca/kubernetes"
exits 0 'a node is rescued with them' "$C" renew --root "$T/node" --media "$T/medium" --yes --quiet
c=$T/node/etc/kubernetes/pki/apiserver.crt
ok 'its leaf verifies under the old CA' openssl verify -CAfile "$T/off/kubernetes/ca.crt" "$c"
ok 'and under the new' openssl verify -CAfile "$T/medium/ca/kubernetes/ca.crt" "$c"

# --- refused, and nothing changed
d=$T/refuse
fresh_ca() { rm -rf "$d"; ca "$d/ca" p256 /CN=kubernetes; ca "$d/etcd/ca" p384 /CN=etcd-ca; tree "$d" >"$T/tree"; }
no() { # CODE REGEX WHAT option...: refused, and the directory is as before
	local code=$1 re=$2 what=$3
	shift 3
	tree "$d" >"$T/tree"
	WHAT=$what refuses "$code" "$re" "$C" ca renew "$d" "$@"
	tree "$d" >"$T/tree.is"
	same "$what: nothing is written" "$T/tree" "$T/tree.is"
}
fresh_ca
no 5 'not end after the old' 'shorter than the old one' --validity 24h
no 1 'not valid before' 'a time before the certificates, as the operator says' --validity 900000h --now 2020-01-01T00:00:00Z
"$LIB/make-node" --key p256 --out "$T/later" --ca-out "$T/later-ca" --expired-days -400 || bail 'make-node failed'
WHAT='a clock before the certificates' refuses 5 'the clock says .*issued 20..-' "$C" ca renew "$T/later-ca/kubernetes"
is 'nothing is written' "$(find "$T/later-ca" -name '*old-*')" ''
no 1 'no CA here is called "nobody"' 'a name that nobody has' --only nobody
no 5 'lies outside|9999' 'past the year 9999' --validity 1700000h --now 9900-01-01T00:00:00Z
openssl pkcs8 -topk8 -in "$d/ca.key" -v2 aes-256-cbc -iter 1000 -passout "file:$T/pass" -out "$d/k" && mv "$d/k" "$d/ca.key"
no 1 'does not open this key' 'a wrong passphrase, one CA' --only cluster --passphrase-file "$T/wrong"
no 1 'no passphrase' 'no passphrase and no terminal, one CA' --only ca.crt
fresh_ca; rm "$d/ca.key"
no 1 'not here' 'no key' --only cluster
fresh_ca; cat "$d/etcd/ca.key" >"$d/ca.key"
no 1 'is not the private key of .*ca.crt but that of .*etcd/ca.crt' "another's key" --only cluster
fresh_ca; head -c 90 "$d/ca.key" >"$T/x"; cat "$T/x" >"$d/ca.key"
no 1 'ca.key: ' 'a damaged key' --only cluster
fresh_ca; cp "$(cakey ed25519 x)" "$d/ca.key"; openssl req -x509 -new -key "$d/ca.key" -subj /CN=kubernetes -days 9 -out "$d/ca.crt"
no 5 'Ed25519' 'an Ed25519 CA' --only cluster
cp "$(cakey pss x)" "$d/ca.key"; openssl req -x509 -new -key "$d/ca.key" -subj /CN=kubernetes -days 9 -out "$d/ca.crt"
no 5 'RSA-PSS' 'an RSA-PSS CA' --only cluster
fresh_ca
openssl req -new -key "$(cakey p256 sub)" -subj /CN=sub -out "$T/sub.csr"
openssl x509 -req -in "$T/sub.csr" -CA "$d/ca.crt" -CAkey "$d/ca.key" -days 99 -set_serial 7 -extfile <(echo 'basicConstraints=critical,CA:TRUE') -out "$d/sub.crt" 2>/dev/null
cp "$(cakey p256 sub)" "$d/sub.key"; chmod 600 "$d/sub.key"
no 5 'not self-signed' 'an intermediate' --only sub
openssl req -x509 -new -key "$d/ca.key" -subj /CN=kubernetes -days 9 -addext 1.2.3.4=critical,DER:0500 -out "$d/ca.crt"
no 5 'critical extension' 'an unknown critical extension' --only ca.crt
mkdir "$T/none"
refuses 1 'not one CA' "$C" ca renew "$T/none"
refuses 1 'gone' "$C" ca renew "$T/gone"

# --- some, not all: exit 6
fresh_ca; rm "$d/etcd/ca.key"
cp "$d/etcd/ca.crt" "$T/etcd.crt"
exits 6 'one of two has no key' "$C" ca renew "$d" --validity 90000h
like 'the other is said' "$err" 'etcd/ca.crt: the CA.s private key is not here'
same 'and as it was' "$d/etcd/ca.crt" "$T/etcd.crt"
is 'the first is renewed' "$(ls "$d" | grep -c old-)" 1
fresh_ca
exits 0 'one alone, by its role' "$C" ca renew "$d" --only etcd --validity 90000h
is 'is renewed' "$(find "$d" -name '*old-*' | sed "s|^$d/||; s/old-.*/old/")" 'etcd/ca.crt.old'
exits 0 'as JSON' "$C" ca renew "$d" --only etcd --validity 95000h --format json
json 'what ca show says' '[.cas[] | select(.role == "etcd") | .older | length] == [2]'
exits 0 'one alone, by its path'  "$C" ca renew "$d" --only ca.crt --validity 90000h
is 'is renewed' "$(ls "$d" | grep -c old-)" 1
fresh_ca; ca "$d/other/ca" p521 /CN=kubernetes
no 1 'more than one CA' 'a name that two have' --only kubernetes --validity 90000h

# --- files of other forms
fresh_ca; rm -r "$d/etcd"
{ echo 'text before'; cat "$d/ca.crt"; echo 'text between'; cat "$d/ca.key"; echo 'after'; } >"$d/both.pem"; chmod 600 "$d/both.pem"
rm "$d/ca.crt" "$d/ca.key"
exits 0 'certificate and key in one file' "$C" ca renew "$d" --validity 90000h
is 'what stands around them stays' "$(grep -v '^[A-Za-z0-9+/=]*$' "$d/both.pem" | grep -v -- ----- | xargs)" 'text before text between'
is 'the last word too' "$(tail -1 "$d/both.pem")" after
is 'the mode is a key file' "$(stat -c %a "$d/both.pem")" 600
is 'the pair still matches' "$(pub "$d/both.pem")" "$(pub -k "$d/both.pem")"
unlike 'the old one holds no key' "$(cat "$d"/both.pem.old-*)" 'PRIVATE'
fresh_ca; openssl x509 -in "$d/ca.crt" -outform DER -out "$d/ca.der"; rm "$d/ca.crt"
exits 0 'DER' "$C" ca renew "$d" --only ca.der --validity 90000h
ok 'stays DER' openssl x509 -inform DER -in "$d/ca.der" -noout
fresh_ca; cp "$d/ca.crt" "$d/copy.pem"
exits 0 'a copy' "$C" ca renew "$d" --only cluster --validity 90000h
same 'is renewed with it' "$d/ca.crt" "$d/copy.pem"
fresh_ca; s=$(openssl x509 -in "$d/ca.crt" -noout -serial | sed 's/.*=//' | tr A-F a-f); echo mine >"$d/ca.crt.old-$s"
no 1 'there already' "another file in the old one's place" --only cluster --validity 90000h
cp "$d/ca.crt" "$d/ca.crt.old-$s"
exits 0 'its own copy there is taken for one that was cut off' "$C" ca renew "$d" --only cluster --validity 90000h
fresh_ca; ln -s "$d/ca.crt" "$T/linked"
ln -s "$T/elsewhere" "$d/ca.crt.old-$(openssl x509 -in "$d/ca.crt" -noout -serial | sed 's/.*=//' | tr A-F a-f)"
no 1 'there already' 'a link there is not followed' --only cluster --validity 90000h
[ ! -e "$T/elsewhere" ] && pass 'and nothing is written behind it' || fail 'and nothing is written behind it'

done_testing
