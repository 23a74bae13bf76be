#!/bin/bash
# SPDX-License-Identifier: MIT
# inspect: says what things hold, in cfssl's words, and answers yes or no by its exit code.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
CFSSL=$ROOT/build/tests/cfssl/cfssl
"$LIB/make-node" --key p256 --out "$T/node" --expired-days -200 || bail 'make-node failed'
"$LIB/make-node" --key rsa2048 --style 1.20 --out "$T/old" --endpoint lb.example.org --san '*.apps.example.org' --san 2001:db8::7 || bail 'make-node failed'
"$LIB/make-node" --key p256 --out "$T/other" --seed b --expired-days -200
"$LIB/make-node" --key p384 --out "$T/p384" --expired-days -200
D=$T/node$P
inspect() { "$C" inspect "$@"; }
remember

# --- kinds
exits 0 'a certificate' inspect "$D/apiserver.crt"
json 'one object, one line' '.kind == "certificate" and .ok == true'
is 'one line' "$(wc -l <"$T/out")" 1
json 'with all the names of the contract' '. as $o | ["path","kind","ok","subject","issuer","serial_number","sans","not_before","not_after","sigalg","authority_key_id",
	"key_usage","ext_key_usage","basic_constraints","sha256"] | map(. as $k | $o | has($k)) | all'
is 'its digest' "$(jq -r .sha256 <<<"$out" | tr -d :)" "$(openssl x509 -in "$D/apiserver.crt" -outform DER | sha256sum | cut -d' ' -f1)"
openssl x509 -in "$D/apiserver.crt" -outform DER -out "$T/der.crt"
exits 0 'DER' inspect "$T/der.crt"
json 'is a certificate too' '.kind == "certificate" and .ok'
for k in "$D/apiserver.key" "$T/old$P/sa.key" "$T/p384$P/ca.key" "$T/node$P/sa.pub"; do
	run inspect "$k"
	[ "${k##*.}" = pub ] || is "a key: ${k#"$T/"}" "$code:$(jq -r '[.kind, .ok] | join(" ")' <<<"$out")" '0:key true'
	unlike 'no secret is shown' "$out" "$(sed -n 2p "$k" | cut -c1-30 | sed 's/[+/]/./g')"
done
openssl pkcs8 -topk8 -in "$D/apiserver.key" -nocrypt -out "$T/p8.key"
exits 0 'a PKCS#8 key' inspect "$T/p8.key"
openssl req -new -key "$D/apiserver.key" -subj '/O=o/CN=a request' -addext subjectAltName=DNS:a,IP:10.0.0.9 -out "$T/r.csr" 2>/dev/null
exits 0 'a CSR' inspect "$T/r.csr"
json 'who asks for what' '.kind == "csr" and .ok and .subject.common_name == "a request" and .sans == ["a", "10.0.0.9"]'
exits 0 'a kubeconfig' inspect "$T/node$K/admin.conf"
isnt 'has at least an object' "$(jq -s length <<<"$out")" 0
like 'of that kind' "$(jq -rs '[.[].kind] | unique | join(" ")' <<<"$out")" 'kubeconfig'
unlike 'the private key is not shown' "$out" "$(field "$T/node$K/admin.conf" client-key-data | sed -n 2p | sed 's/[+/]/./g')|$(awk '/client-key-data/ { print substr($2, 1, 60) }' "$T/node$K/admin.conf")"
cat "$D/apiserver.crt" "$D/ca.crt" "$D/apiserver.key" >"$T/three.pem"
exits 0 'several blocks' inspect "$T/three.pem"
is 'an object each' "$(jq -rs '[.[].kind] | join(" ")' <<<"$out")" 'certificate certificate key'
exits 0 'several files' inspect "$D/ca.crt" "$D/etcd/ca.crt" "$T/r.csr"
is 'a line each' "$(wc -l <"$T/out")" 3
mkdir "$T/many"
for i in {1..300}; do cp "$D/ca.crt" "$T/many/$i.crt"; done
exits 0 'hundreds of files' inspect "$T/many/"*
is 'a line each too' "$(wc -l <"$T/out")" 300
code=0; out=$("$C" inspect - <"$D/ca.crt") || code=$?
is 'standard input' "$code:$(jq -r .kind <<<"$out")" 0:certificate

# --- cfssl's certinfo says the same
if [ -x "$CFSSL" ]; then
	names='{subject, issuer, serial_number, sans: (.sans // []), not_before, not_after, sigalg, authority_key_id: (.authority_key_id // ""), subject_key_id: (.subject_key_id // "")}'
	for f in "$D"/{apiserver,ca,front-proxy-ca,front-proxy-client,webhook,etcd/peer}.crt "$T/old$P"/{apiserver,ca,apiserver-kubelet-client,etcd/server}.crt "$T/p384$P"/{ca,apiserver}.crt; do
		"$CFSSL" certinfo -cert "$f" 2>/dev/null | jq -S "$names" >"$T/theirs"
		"$C" inspect "$f" | jq -S "$names" >"$T/ours"
		same "as cfssl certinfo: ${f#"$T/"}" "$T/theirs" "$T/ours"
	done
	openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$T/rich.crt" -days 3 -utf8 \
		-subj '/C=CN/ST=北京/L=Haidian/O=Example, Inc./O=Second+OU=plus/OU=Ops/CN=kühl "quoted" \\ name' \
		-addext 'subjectAltName=DNS:a.example,email:x@example.org,URI:spiffe://c/ns,IP:::1,IP:192.0.2.1' 2>/dev/null
	"$CFSSL" certinfo -cert "$T/rich.crt" 2>/dev/null | jq -S "$names | .sans |= sort" >"$T/theirs"
	"$C" inspect "$T/rich.crt" | jq -S "$names | .sans |= sort" >"$T/ours"
	# cfssl leaves out what is neither DNS nor IP; we show it.
	jq -S '.sans -= ["spiffe://c/ns", "x@example.org"]' "$T/ours" >"$T/comparable"
	same 'as cfssl certinfo: many kinds of names' "$T/theirs" "$T/comparable"
	is 'mail addresses and URIs are shown' "$(jq '.sans | length' "$T/ours")" 5
else
	skip 'cfssl is missing (make setup)' 'as cfssl certinfo'
fi

# --- questions: yes
yes() { local what=$1; shift; exits 0 "$what" inspect "$@"; }
yes 'under its CA' "$D/apiserver.crt" --chain "$D/ca.crt"
json 'chain ok' '.chain.ok == true'
yes 'as a server, by name, address and kubernetes' "$D/apiserver.crt" --chain "$D/ca.crt" --purpose server --name cp-1 --name 10.30.0.21 --name kubernetes.default.svc
yes 'names in capitals' "$D/apiserver.crt" --chain "$D/ca.crt" --name KUBERNETES.Default
yes 'as a client' "$D/apiserver-kubelet-client.crt" --chain "$D/ca.crt" --purpose client
yes 'a wildcard, at its time' "$T/old$P/apiserver.crt" --chain "$T/old$P/ca.crt" --name www.apps.example.org --now "$(date -u -d '-500 days' +%Y-%m-%dT00:00:00Z)"
yes 'an IPv6 address in another spelling' "$T/old$P/apiserver.crt" --chain "$T/old$P/ca.crt" --name 2001:DB8:0:0::7 --now "$(date -u -d '-500 days' +%Y-%m-%dT00:00:00Z)"
yes 'a pair' "$D/apiserver.crt" --pair "$D/apiserver.key"
json 'pair' '.pair == true'
printf 'a passphrase\n' >"$T/pass"; printf 'another\n' >"$T/wrong"
openssl pkcs8 -topk8 -in "$D/apiserver.key" -v2 aes-256-cbc -iter 2000 -passout "file:$T/pass" -out "$T/enc.key"
yes 'an encrypted key' "$T/enc.key" --passphrase-file "$T/pass"
yes 'a pair with an encrypted key' "$D/apiserver.crt" --pair "$T/enc.key" --passphrase-file "$T/pass"
# an intermediate
openssl ecparam -name prime256v1 -genkey -noout -out "$T/int.key"
openssl req -new -key "$T/int.key" -subj /CN=between -out "$T/int.csr" 2>/dev/null
openssl x509 -req -in "$T/int.csr" -CA "$D/ca.crt" -CAkey "$D/ca.key" -days 9 -out "$T/int.crt" 2>/dev/null \
	-extfile <(printf 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n')
openssl x509 -req -in "$T/r.csr" -CA "$T/int.crt" -CAkey "$T/int.key" -days 5 -out "$T/end.crt" 2>/dev/null \
	-extfile <(printf 'subjectAltName=DNS:a\nextendedKeyUsage=serverAuth\n')
yes 'over an intermediate' "$T/end.crt" --chain "$D/ca.crt" --untrusted "$T/int.crt" --name a --purpose server

# --- questions: no, each with a reason on stderr and in the object
no() { # WHAT REGEX ARGUMENT...
	local what=$1 re=$2
	shift 2
	WHAT=$what refuses 1 "^certrescue: .*($re)" inspect "$@"
}
no 'under the CA of another cluster' 'signed|issuer|chain|trust' "$D/apiserver.crt" --chain "$T/other$P/ca.crt"
json 'chain not ok, with the reason' '.chain.ok == false and (.chain.error | length > 5)'
no 'under the etcd CA' 'signed|issuer|chain|trust' "$D/apiserver.crt" --chain "$D/etcd/ca.crt"
no 'without the intermediate' 'signed|issuer|chain|trust' "$T/end.crt" --chain "$D/ca.crt"
no 'a name it does not have' 'cp-2' "$D/apiserver.crt" --chain "$D/ca.crt" --name cp-1 --name cp-2
no 'an address it does not have' '10\.30\.0\.22' "$D/apiserver.crt" --chain "$D/ca.crt" --name 10.30.0.22
no 'the common name is no name' 'kube-apiserver' "$D/apiserver.crt" --chain "$D/ca.crt" --name kube-apiserver
no 'a wildcard for two labels' 'apps' "$T/old$P/apiserver.crt" --chain "$T/old$P/ca.crt" --name a.b.apps.example.org --now "$(date -u -d '-500 days' +%Y-%m-%dT00:00:00Z)"
no 'a client as a server' 'server|usage|purpose' "$D/apiserver-kubelet-client.crt" --chain "$D/ca.crt" --purpose server
no 'a server as a client' 'client|usage|purpose' "$D/apiserver.crt" --chain "$D/ca.crt" --purpose client
no 'expired' 'expired' "$T/old$P/apiserver.crt" --chain "$T/old$P/ca.crt"
no 'not yet valid' 'not.*valid|before' "$D/apiserver.crt" --chain "$D/ca.crt" --now 2020-01-01T00:00:00Z
no 'another key' 'key' "$D/apiserver.crt" --pair "$D/sa.key"
json 'pair false' '.pair == false'
no 'a wrong passphrase' 'passphrase' "$T/enc.key" --passphrase-file "$T/wrong"
no 'an encrypted key without a passphrase, as a pair' 'passphrase' "$D/apiserver.crt" --pair "$T/enc.key"
sed '5s/./A/g' "$D/apiserver.crt" >"$T/bent.crt"
no 'a bent certificate' 'bent' "$T/bent.crt" --chain "$D/ca.crt"
head -c 400 "$D/apiserver.crt" >"$T/cut.crt"
no 'a truncated one' 'cut' "$T/cut.crt"
json 'is still an object' '.ok == false and (.error | length > 3)'
: >"$T/empty"
no 'an empty file' 'empty' "$T/empty"
head -c 5000 /dev/urandom >"$T/noise"
no 'noise' 'noise' "$T/noise"
no 'a text' 'text' "$(echo hello >"$T/text"; echo "$T/text")"
no 'a directory' 'node' "$T/node"
no 'a file that is not there' 'nowhere' "$T/nowhere"
no 'one bad among good ones' 'cut' "$D/ca.crt" "$T/cut.crt" "$D/apiserver.crt"
is 'the good ones are shown' "$(jq -rs '[.[].ok] | join(" ")' <<<"$out")" 'true false true'
truncate -s 100M "$T/huge"
no '100 MB of nothing' 'huge' "$T/huge"
no '/dev/zero' 'zero' /dev/zero
WHAT='no file' refuses 64 'nothing to inspect' inspect
WHAT='--purpose with another word' refuses 64 'purpose' inspect "$D/ca.crt" --chain "$D/ca.crt" --purpose both
WHAT='--name without --chain' refuses 64 '\-\-chain' inspect "$D/ca.crt" --name x
unchanged 'inspect writes nothing'

done_testing
