#!/bin/bash
# SPDX-License-Identifier: MIT
# renew, inspect: shares are taken wherever a passphrase is, from a file or typed one by one; what is wrong with them is said.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/cli.sh"
command -v script >/dev/null || skip_all 'script is missing (package bsdutils)'

# Three of five, made by a program that is not ours (tests/unit/share.h), and the passphrase that they stand for.
one='bishop zigzag ceiling dragon kitchen artist apple airport banjo badger atlas april almond barrel bakery autumn dentist jigsaw crimson jumbo museum otter bucket otter'
two='bishop zigzag celery miner garden truck cliff fudge miner shovel barrel joker quilt taxi canoe invoice spider blossom fudge donkey farmer lunar almond rodeo'
five='bishop zigzag cliff college orange pasta banjo driver painter april onion nurse condor anchor oxygen nickel zone acorn walnut pebble subway scout pepper goblin'
printf '1011-1213-1415-1617-1819-1a1b-1c1d-1e1f\n' >"$T/pass"
cluster
rm -rf "$T/medium"
"$LIB/make-medium" --ca "$T/ca" --out "$T/medium" --encrypt "$T/pass" --rounds 20000 || bail 'make-medium failed'
cakey=$T/medium/ca/kubernetes/ca.key

# --- from a file
printf '%s\n' "$one" "$two" "$five" >"$T/three"
printf '%s\n' "$one" "$two" >"$T/few"
printf '%s\n' "$one" "${two/miner/minor}" "$five" >"$T/slip"
printf '%s\n' "$one" "$two" "$two" >"$T/twice"
head -c 20000 /dev/zero | tr '\0' x >"$T/huge"
head -c 1100 /dev/zero | tr '\0' x >"$T/long"
exits 0 'three shares in a file open a key' "$C" inspect --passphrase-file "$T/three" "$cakey"
json 'which is then described' '.ok and .kind == "key"'
exits 0 'so does the passphrase that they stand for' "$C" inspect --passphrase-file "$T/pass" "$cakey"
fresh
WHAT='two of three are too few' refuses 1 'few: 3 shares are needed to open it, and 2 given' renew --passphrase-file "$T/few"
unchanged 'the node is as before'
WHAT='a slip is named by line and word' refuses 1 'slip: line 2: word 4 is not in the list; did you mean "miner"' renew --passphrase-file "$T/slip"
unchanged 'the node is as before'
WHAT='the same share twice' refuses 1 'twice: share 2 is given twice' renew --passphrase-file "$T/twice"
unchanged 'the node is as before'
WHAT='a file that is too long for both' refuses 1 'huge: .*more than 16384 bytes' renew --passphrase-file "$T/huge"
WHAT='a passphrase that is too long' refuses 1 'long: .*more than 1024 bytes' renew --passphrase-file "$T/long"
unchanged 'the node is as before'
exits 0 'three shares in a file rescue the node' renew --passphrase-file "$T/three"
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
not_ok 'the passphrase is nowhere on node or medium' grep -rqF -- 1011-1213 "$T/node" "$T/medium"

# --- from a terminal
QUESTION='[Pp]assphrase of|[Ss]hare [0-9]+ of the [0-9]+ that|first share again'
fresh
person "${one/kitchen/kitchne}" "$one" "$two" "$two" "${five/goblin/goose}" "$(sed -E 's/\b(\w{4})\w*/\U\1/g' <<<"$five")"
is 'three shares are typed, after slips' "$code" 0
like 'a slip in the first is named' "$out" 'word 5 is not in the list; did you mean "kitchen"'
like 'and it is asked for again' "$out" 'first share again'
like 'what is taken is said' "$out" 'share 1 of the set "bishop zigzag" is taken'
like 'and how many are needed' "$out" 'Share 2 of the 3 that are needed'
like 'the same twice is said' "$out" 'share 2 is given twice'
like 'a wrong word is placed' "$out" 'if one word alone is wrong, it is word 24'
like 'the node is rescued' "$out" 'done: .*renewed'
unlike 'what was typed is not shown' "$out" 'artist apple|ARTI|truck cliff|1011-1213'
ok 'openssl finds it good' "$LIB/verify-node" --quiet --ca "$T/ca" --before "$T/base" --key new "$T/node"
fresh
person "$one" x x x x x
is 'five slips in a row end it' "$code" 1
unchanged 'the node is as before'
person "$one" "${two/bishop zigzag/zone zigzag}" '' '' '' ''
is 'a share of a damaged set is not taken' "$code" 1
unchanged 'the node is as before'

done_testing
