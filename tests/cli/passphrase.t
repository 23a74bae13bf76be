#!/bin/bash
# SPDX-License-Identifier: MIT
# renew: an encrypted CA is opened by the right passphrase alone, which is asked without echo and shown nowhere.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
command -v script >/dev/null || skip_all 'script is missing (package bsdutils)'

secret='correct horse battery staple'
printf '%s\n' "$secret" >"$T/pass"
printf 'not this one\n' >"$T/wrong"
cluster
rm -rf "$T/medium"
"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" --encrypt "$T/pass" || bail 'make-medium failed'
like 'the fixture is encrypted' "$(head -1 "$T/medium/ca/kubernetes/ca.key")" 'ENCRYPTED'
like 'with 600000 rounds' "$(openssl asn1parse -in "$T/medium/ca/kubernetes/ca.key" | grep INTEGER | head -1)" ':0927C0'

# --- from a file
fresh
WHAT='a wrong passphrase in the file is refused' refuses 1 'ca\.key: .*passphrase' renew --passphrase-file "$T/wrong"
unchanged 'the node is as before'
WHAT='a missing file is named' refuses 1 'nowhere/pass: ' renew --passphrase-file "$T/nowhere/pass"
unchanged 'the node is as before'
: >"$T/empty"
WHAT='an empty file is named' refuses 1 'empty: .*empty' renew --passphrase-file "$T/empty"
unchanged 'the node is as before'
printf '\n' >"$T/line"
WHAT='an empty first line too' refuses 1 'line: .*empty' renew --passphrase-file "$T/line"
unchanged 'the node is as before'
run renew
isnt 'without a file and without a terminal it fails' "$code" 0
like 'and says what to give' "$err" 'passphrase'
unchanged 'the node is as before'
exits 0 'a drill with the right one' "$C" renew --root "$T/node" --media "$T/medium" --dry-run --drill --passphrase-file "$T/pass"
unchanged 'writes nothing'
exits 0 'the right one renews' renew --passphrase-file "$T/pass"
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
not_ok 'the passphrase is nowhere on node or medium' grep -rqF -- "$secret" "$T/node" "$T/medium"
fresh
printf '%s\r\n' "$secret" >"$T/dos"
exits 0 'a file with DOS line ends does as well' renew --passphrase-file "$T/dos"

# --- from a terminal
rm -rf "$T/medium"
"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" --encrypt "$T/pass" --rounds 20000
fresh
person 'wrong tries one' 'wrong tries two' 'wrong tries three'
is 'three wrong tries fail' "$code" 1
is 'it asked three times' "$(grep -c 'Passphrase of' <<<"$out")" 3
like 'it says that the passphrase is wrong' "$out" 'passphrase'
unlike 'what was typed is not shown' "$out" 'wrong tries'
unchanged 'the node is as before'
person 'wrong tries one' "$secret"
is 'the second try may be right' "$code" 0
like 'it says that it is done' "$out" 'done: .*renewed'
unlike 'what was typed is not shown' "$out" "wrong tries|$secret"
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"

done_testing
