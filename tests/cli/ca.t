#!/bin/bash
# SPDX-License-Identifier: MIT
# ca show: what CAs lie in a directory, with which keys, and what is wrong; and the command's own help and usage.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/cas.sh"
echo 'a passphrase of some length' >"$T/pass"
echo 'not the right one at all' >"$T/wrong"

# --- the command
exits 0 'ca --help' "$C" ca --help
for s in init import show protect renew; do
	like "ca --help names $s" "$out" "^  $s "
done
for s in init import show protect renew; do
	exits 0 "ca $s --help" "$C" ca $s --help
	like "ca $s --help: usage" "$out" "^usage: certrescue ca $s "
	like "ca $s --help: exit codes" "$out" '^  64  wrong usage'
	like "ca $s --help: an example" "$out" "^  certrescue ca $s "
done
refuses 64 'no command was given' "$C" ca
refuses 64 'no such command: make' "$C" ca make
refuses 64 'name the directory' "$C" ca show
refuses 64 '' "$C" ca show "$T" "$T"
refuses 64 'no-such' "$C" ca show "$T" --no-such
refuses 64 'twice|given' "$C" ca show "$T" --within 1d --within 2d
like 'certrescue --help names ca' "$("$C" --help)" '^  ca  '

# --- good CAs: kubeadm's three
ca "$T/ca/ca" p256 /CN=kubernetes
ca "$T/ca/front-proxy-ca" p384 /CN=front-proxy-ca
ca "$T/ca/etcd/ca" rsa2048 /CN=etcd-ca
exits 0 'three plain CAs' "$C" ca show "$T/ca"
like 'cluster' "$out" '^cluster CA CN=kubernetes: ok, ends in 3649 days|^cluster CA CN=kubernetes: ok, ends in 3650 days'
like 'front-proxy' "$out" '^front-proxy CA CN=front-proxy-ca: ok'
like 'etcd' "$out" '^etcd CA CN=etcd-ca: ok'
like 'a plain key has a remedy' "$out" "certrescue ca protect $T/ca"
for n in ca front-proxy-ca etcd/ca; do
	like "$n: serial as openssl" "$out" "^  serial  *$(openssl x509 -in "$T/ca/$n.crt" -noout -serial | sed 's/.*=//' | tr A-F a-f)$"
done
exits 0 'as JSON' "$C" ca show "$T/ca" --format json
json 'roles and keys' '[.cas[] | [.role, .key]] | sort == [["cluster","ECDSA-P256"],["etcd","RSA-2048"],["front-proxy","ECDSA-P384"]]'
json 'plain pairs' 'all(.cas[].private_key; .state == "plain" and .pair == true and .scheme == null)'
json 'state and days' 'all(.cas[]; .state == "ok" and .self_signed and .seconds_left > 314000000)'
json 'each plain key is a finding that is not wrong' '[.findings[] | select(.code == "plain-key" and (.wrong | not))] | length == 3'
for n in ca front-proxy-ca etcd/ca; do
	f=$T/ca/$n.crt
	get() { jq -r --arg p "$f" ".cas[] | select(.path == \$p) | $1" <<<"$out"; }
	is "$n: sha256 as openssl" "$(get .sha256)" "$(openssl x509 -in "$f" -noout -fingerprint -sha256 | tr -d : | tr A-F a-f | sed 's/.*=//')"
	is "$n: key id as openssl" "$(get .key_id)" "$(openssl x509 -in "$f" -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' ')"
	is "$n: the end as openssl" "$(get .not_after)" "$(date -u -d "$(openssl x509 -in "$f" -noout -enddate | sed 's/.*=//')" +%FT%TZ)"
done
exits 0 'quiet' "$C" ca show "$T/ca" --quiet
is 'says nothing' "$out$err" ''

# --- encrypted keys
cp -a "$T/ca" "$T/enc"
openssl pkcs8 -topk8 -in "$T/ca/ca.key" -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout "file:$T/pass" -out "$T/enc/ca.key"
openssl pkcs8 -topk8 -in "$T/ca/front-proxy-ca.key" -v1 PBE-SHA1-3DES -passout "file:$T/pass" -out "$T/enc/front-proxy-ca.key"
openssl rsa -in "$T/ca/etcd/ca.key" -traditional -aes128 -passout "file:$T/pass" -out "$T/enc/etcd/ca.key" 2>/dev/null
exits 0 'encrypted keys, no passphrase' "$C" ca show "$T/enc" --format json
json 'state encrypted, pair not known' 'all(.cas[].private_key; .state == "encrypted" and .pair == null)'
json 'the schemes' '[.cas[].private_key.scheme] | sort == ["DEK-Info AES-128-CBC, MD5","PBES1 3DES-CBC, PKCS#12 SHA-1","PBES2 AES-256-CBC, PBKDF2-HMAC-SHA-256"]'
json 'the rounds' '.cas[] | select(.role == "cluster") | .private_key.rounds == 600000'
json 'weak schemes are named' '[.findings[] | select(.code == "weak-encryption")] | length == 2'
exits 0 'with the passphrase' "$C" ca show "$T/enc" --passphrase-file "$T/pass" --format json
json 'the pairs are known' 'all(.cas[].private_key; .pair == true)'
exits 4 'a wrong passphrase is a finding' "$C" ca show "$T/enc" --passphrase-file "$T/wrong" --format json
json 'for each key' '[.findings[] | select(.code == "wrong-passphrase" and .wrong)] | length == 3'
refuses 1 'nowhere/pass' "$C" ca show "$T/enc" --passphrase-file "$T/nowhere/pass"
: >"$T/empty"
refuses 1 'empty: .*empty' "$C" ca show "$T/enc" --passphrase-file "$T/empty"
unlike 'the passphrase is nowhere in the output' "$out$err" 'passphrase of some'

# --- names tell nothing
mkdir "$T/odd"
cp "$T/ca/ca.crt" "$T/odd/one.txt"; cp "$T/ca/etcd/ca.key" "$T/odd/two.txt"; cat "$T/ca/ca.key" "$T/ca/etcd/ca.crt" >"$T/odd/three"
chmod 600 "$T"/odd/*
exits 0 'pairs are found by key' "$C" ca show "$T/odd" --format json
json 'whatever the names' 'all(.cas[].private_key; .pair == true) and (.cas | length == 2)'
openssl x509 -in "$T/ca/ca.crt" -outform DER -out "$T/odd/one.txt"
exits 0 'DER too' "$C" ca show "$T/odd" --format json
json 'is read' '.cas | length == 2'
cat "$T/ca/ca.crt" "$T/ca/ca.key" >"$T/odd/both"; chmod 600 "$T/odd/both"
exits 0 'one file' "$C" ca show "$T/odd/both"
like 'is named' "$out" 'private key  both, plain, pair ok'
refuses 4 '' "$C" ca show "$T/odd/three"
like "a key beside another's certificate" "$out" 'the private key in it is not that of the certificate'

# --- what is wrong
bad() { # WHAT CODE SETUP: a copy of the CAs, altered: exit 4 and a finding with that code
	rm -rf "$T/bad"; cp -a "$T/ca" "$T/bad"
	(cd "$T/bad" && eval "$3") || bail "cannot make: $1"
	exits 4 "$1" "$C" ca show "$T/bad" --format json
	json "$1: the finding" "any(.findings[]; .code == \"$2\" and .wrong and (.text | length > 0) and (.remedy | length > 0))"
}
bad 'the key is not there' no-key 'rm ca.key'
json 'state missing' '.cas[] | select(.role == "cluster") | .private_key.state == "missing" and .private_key.pair == null'
bad 'the key is truncated' key-damaged 'head -c 100 etcd/ca.key >x; cat x >etcd/ca.key; rm x'
json 'state damaged' '.cas[] | select(.role == "etcd") | .private_key.state == "damaged"'
bad "the key is another's" key-mismatch 'cat front-proxy-ca.key >ca.key'
json 'pair false' '.cas[] | select(.role == "cluster") | .private_key.pair == false'
bad 'others may read the key' key-mode 'chmod 644 ca.key'
bad 'a certificate is damaged' damaged 'sed -i 3d ca.crt; sed -i "s/^M/!/" ca.crt'
bad 'an Ed25519 CA' key-unusable "cp $(cakey ed25519 x) ca.key; chmod 600 ca.key; openssl req -x509 -new -key ca.key -subj /CN=kubernetes -days 9 -out ca.crt"
json 'is named all the same' '.cas[] | select(.role == "cluster") | .key == "Ed25519" and .subject == "CN=kubernetes"'
bad 'an RSA-PSS CA' key-unusable "cp $(cakey pss x) ca.key; chmod 600 ca.key; openssl req -x509 -new -key ca.key -subj /CN=kubernetes -days 9 -out ca.crt"
json 'is named all the same' '.cas[] | select(.role == "cluster") | .key == "RSA-PSS"'
bad 'a CA that may not sign' no-cert-sign 'openssl req -x509 -new -key ca.key -subj /CN=kubernetes -days 900 -addext keyUsage=critical,digitalSignature -out ca.crt'
exits 4 'within a given time' "$C" ca show "$T/ca" --within 3700d --format json
json 'they are due' 'all(.cas[]; .state == "due")'
exits 4 'later, all have expired' "$C" ca show "$T/ca" --now 2099-01-01T00:00:00Z --format json
json 'they have' 'all(.cas[]; .state == "expired" and .seconds_left < 0)'
like 'the remedy is ca renew' "$(jq -r '.findings[] | select(.code == "expired") | .remedy' <<<"$out")" "certrescue ca renew $T/ca"
exits 4 'before they were made' "$C" ca show "$T/ca" --now 2020-01-01T00:00:00Z --format json
json 'they are not yet valid' 'all(.cas[]; .state == "not-yet-valid")'

# --- an RSA component with one bit flipped
command -v perl >/dev/null || bail 'perl is missing'
flip() { # IN OUT FIELD: one bit of the last octet of the FIELDth INTEGER (1: n ... 8: iq) is another
	openssl rsa -in "$1" -traditional -outform DER -out "$T/key.der" 2>/dev/null
	openssl asn1parse -inform DER -in "$T/key.der" | awk -v f="$3" '/INTEGER/ && i++ == f { sub(/:d=.*/, "", $1); split($0, a, /hl=| l= */); print $1 + a[2] + a[3] - 1 }' >"$T/at"
	perl -e 'open F, "<:raw", $ARGV[0]; local $/; $_ = <F>; substr($_, $ARGV[1], 1) ^= "\4"; print' "$T/key.der" "$(cat "$T/at")" |
		openssl base64 -e | { echo '-----BEGIN RSA PRIVATE KEY-----'; cat; echo '-----END RSA PRIVATE KEY-----'; } >"$2"
}
i=1
for name in n e d p q dp dq iq; do
	bad "a bit of $name flipped" key-damaged "flip ../ca/etcd/ca.key etcd/ca.key $i"
	i=$((i + 1))
done

# --- nothing there
mkdir "$T/nothing"
refuses 1 'not one CA' "$C" ca show "$T/nothing"
refuses 1 'gone' "$C" ca show "$T/gone"
leaf "$T/ca/ca" "$T/nothing/leaf" /CN=x
refuses 1 'not one CA' "$C" ca show "$T/nothing"
mkfifo "$T/fifo"
refuses 1 'regular file' "$C" ca show "$T/fifo"
head -c 300000 /dev/zero >"$T/long"
refuses 1 'regular file of at most' "$C" ca show "$T/long"
ln -s /etc/passwd "$T/ca/link"; cp "$T/long" "$T/ca/long"
exits 0 'links and long files' "$C" ca show "$T/ca" --format json
json 'are named, and no harm' '[.findings[] | select(.code == "not-read")] | length == 2'

done_testing
