#!/bin/bash
# SPDX-License-Identifier: MIT
# ca init: the CA that the real cfssl makes of the same JSON; its key encrypted, or plain with a warning; nothing overwritten.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/cas.sh"
CF=$ROOT/build/tests/cfssl
[ -x "$CF/cfssl" ] || bail "$CF/cfssl is not there: make setup"
echo 'a passphrase of some length' >"$T/pass"
n=0
init() { # JSON [option...]: into a new $o
	n=$((n + 1)) o=$T/out$n
	printf '%s\n' "$1" >"$T/csr.json"
	shift
	run "$C" ca init "$T/csr.json" --out "$o" "$@"
}
# Tag by tag, without lengths, serial number, key id and signature.
view() { openssl asn1parse -in "$1" | sed -E 's/^ *[0-9]+:d=([0-9]+) .*(prim|cons): /\1 /; /^2 INTEGER/d; /^1 BIT STRING/d; s/(HEX DUMP\]:0414).*/\1/'; }

# --- side by side. A minute may end between the two: three tries
while IFS= read -r json; do
	for i in 1 2 3; do
		(cd "$T" && "$CF/cfssl" gencert -loglevel 5 -initca - <<<"$json" 2>/dev/null | "$CF/cfssljson" -bare theirs)
		init "$json" --plain
		view "$T/theirs.pem" >"$T/theirs"
		view "$o/ca.crt" >"$T/ours"
		! cmp -s "$T/theirs" "$T/ours" || break
	done
	what=${json:0:70}
	same "as cfssl: $what" "$T/theirs" "$T/ours"
	ok "openssl takes it: $what" openssl verify -x509_strict -check_ss_sig -CAfile "$o/ca.crt" "$o/ca.crt"
	is "a pair: $what" "$(pub "$o/ca.crt")" "$(pub -k "$o/ca.key")"
	is "the key id is that of cfssl's method: $what" "$(openssl x509 -in "$o/ca.crt" -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' :')" \
		"$(pub "$o/ca.crt" | openssl pkey -pubin -outform DER | { openssl asn1parse -inform DER -strparse "$(pub "$o/ca.crt" | openssl asn1parse | awk -F: '/BIT STRING/ {print $1 + 0; exit}')" -noout -out - 2>/dev/null; } | openssl sha1 | sed 's/.*= *//' | tr a-f A-F)"
done <<'END'
{"CN":"kubernetes","key":{"algo":"rsa","size":2048},"ca":{"expiry":"87600h"}}
{"CN":"kubernetes","key":{"algo":"rsa","size":3072}}
{"CN":"kubernetes","key":{"algo":"rsa","size":4096},"ca":{"expiry":"876000h"}}
{"CN":"kubernetes"}
{"CN":"kubernetes","key":{"algo":"ecdsa","size":384},"ca":{"pathlen":1}}
{"CN":"kubernetes","key":{"algo":"ecdsa","size":521},"ca":{"pathlen":0,"pathlenzero":true}}
{"CN":"kubernetes","ca":{"backdate":"48h","expiry":"8760h"}}
{"CN":"Ünïcode * CA","names":[{"C":"CN","ST":"Beijing","L":"Beijing","O":"k8s","OU":"System"},{"O":"b@c"}]}
{"CN":"x","hosts":["10.0.0.1","a.example"],"crl_url":"http://d/crl"}
{"CN":"long","ca":{"expiry":"400000h"}}
END
for k in rsa:2048 rsa:3072 rsa:4096 ecdsa:256 ecdsa:384 ecdsa:521; do
	init "{\"CN\":\"c\",\"key\":{\"algo\":\"${k%:*}\",\"size\":${k#*:}}}" --plain
	leaf "$o/ca" "$T/leaf" /CN=leaf
	ok "$k: openssl issues with it" openssl verify -CAfile "$o/ca.crt" "$T/leaf.crt"
done
s1=$(openssl x509 -in "$o/ca.crt" -noout -serial)
like 'the serial number is of 159 bits at most, and long' "$s1" '=[0-7]?[0-9A-F]{37,39}$'

# --- the key
init '{"CN":"kubernetes"}' --passphrase-file "$T/pass"
is 'with a passphrase' "$code$err" 0
ok 'openssl opens the key' opens "$o/ca.key" "$T/pass" "$o/ca.crt"
is 'modes' "$(stat -c %a "$o" "$o/ca.crt" "$o/ca.key" | xargs)" '700 644 600'
is 'two files' "$(find "$o" -type f | wc -l)" 2
exits 0 'ca show opens it' "$C" ca show "$o" --passphrase-file "$T/pass"
init '{"CN":"kubernetes"}'
is 'without a passphrase and a terminal' "$code" 0
like 'plain, with a warning' "$err" 'warning: .*ca\.key: .*not encrypted.*ca protect'
like 'the key is PKCS or SEC1' "$(head -1 "$o/ca.key")" 'BEGIN (EC|RSA)? ?PRIVATE KEY'
init '{"CN":"kubernetes"}' --plain
is '--plain: no warning' "$code$err" 0
init '{"CN":"kubernetes"}' --quiet --plain
is 'quiet' "$code$out$err" 0
init '{"CN":"kubernetes"}' --plain --format json
json 'as JSON: what ca show says' '.cas[0].subject == "CN=kubernetes" and .cas[0].private_key.state == "plain"'
printf '{"CN":"stdin"}' >"$T/in"
code=0; "$C" ca init - --out "$T/stdin" --plain <"$T/in" >/dev/null || code=$?
is 'from standard input' "$code" 0
like 'the subject' "$(openssl x509 -in "$T/stdin/ca.crt" -noout -subject)" 'CN = stdin'
exits 0 "the house's own file" "$C" ca init "$ROOT/conf/ca-csr.json" --out "$T/conf" --plain

# --- refused: nothing is written
no() { # CODE REGEX WHAT JSON [option...]
	local want=$1 re=$2 what=$3
	shift 3
	init "$@"
	is "$what: exit code" "$code" "$want"
	like "$what: the reason" "$err" "$re"
	[ ! -e "$o" ] && pass "$what: nothing is written" || fail "$what: nothing is written"
}
refuses 64 'name the CSR' "$C" ca init
refuses 64 'where to write' "$C" ca init "$T/csr.json"
refuses 64 'exclude' "$C" ca init "$T/csr.json" --out "$T/x" --plain --passphrase-file "$T/pass"
refuses 1 'gone' "$C" ca init "$T/gone" --out "$T/x"
no 1 'csr.json: line 1' 'no JSON' 'not json'
no 1 'csr.json: line 1' 'a list' '[]'
no 1 'unknown field "cm"' 'an unknown field' '{"cm":"x"}'
no 5 '2048' 'a weak key' '{"CN":"x","key":{"algo":"rsa","size":1024}}'
no 5 '4096' 'a key that is not made' '{"CN":"x","key":{"algo":"rsa","size":8192}}'
no 5 'ed25519' 'Ed25519' '{"CN":"x","key":{"algo":"ed25519"}}'
no 1 'expiry' 'no duration' '{"CN":"x","ca":{"expiry":"ten years"}}'
no 5 'expired already' 'one that has expired already' '{"CN":"x","ca":{"expiry":"1h","backdate":"2h"}}'
no 5 '9999' 'past the year 9999' '{"CN":"x"}' --now 9999-06-01T00:00:00Z
no 1 'empty' 'an empty passphrase' '{"CN":"x"}' --passphrase-file /dev/null
no 1 'nowhere' 'no such passphrase file' '{"CN":"x"}' --passphrase-file "$T/nowhere"
init '{"CN":"x"}' --plain; tree "$o" >"$T/tree"
refuses 1 'ca.crt: .*there already' "$C" ca init "$T/csr.json" --out "$o" --plain
tree "$o" >"$T/tree.is"; same 'what is there stays' "$T/tree" "$T/tree.is"
rm "$o/ca.crt"; tree "$o" >"$T/tree"
refuses 1 'ca.key: .*there already' "$C" ca init "$T/csr.json" --out "$o" --plain
tree "$o" >"$T/tree.is"; same 'a key too' "$T/tree" "$T/tree.is"
refuses 1 'a/b' "$C" ca init "$T/csr.json" --out "$T/a/b" --plain
printf 'short' >"$T/short"
init '{"CN":"x"}' --passphrase-file "$T/short"
like 'a short passphrase gets a warning' "$err" 'warning: .*short'

# --- asked at a terminal
if command -v script >/dev/null; then
	printf '{"CN":"tty"}' >"$T/csr.json"
	dialogue '(passphrase|again).*: ' "$C ca init $T/csr.json --out $T/tty1 --color never" 'typed at the terminal' 'typed at the terminal'
	is 'a terminal is asked, twice' "$code" 0
	echo 'typed at the terminal' >"$T/typed"
	ok 'the key opens with it' opens "$T/tty1/ca.key" "$T/typed" "$T/tty1/ca.crt"
	unlike 'it is not shown' "$out" 'typed at'
	dialogue '(passphrase|again).*: ' "$C ca init $T/csr.json --out $T/tty2" 'one that is long' 'another that is'
	is 'two that differ' "$code" 1
	[ ! -e "$T/tty2" ] && pass 'nothing is written' || fail 'nothing is written'
else
	skip 'script is missing (package bsdutils)' 'asked at a terminal'
fi

done_testing
